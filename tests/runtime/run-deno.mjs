// The suite in Deno: PACKAGE_TARBALL=… node tests/runtime/run-deno.mjs

import path from "node:path";
import { installed, root } from "./package.mjs";
import { runPrograms } from "./processes.mjs";
import { inside, notABrowser, reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";

const deno = path.join(root, "node_modules", ".bin", "deno");
const { folder, unpack } = installed();
const { server, elsewhere, closed, close } = await startServer();
const { tell, finish } = reporter("deno");
const copies = Array.from({ length: 16 }, (_, i) => unpack(path.join(folder, "copies", String(i))));
const world = { runtime: "deno", server, elsewhere, closed, copies, cannot: notABrowser };
const flags = ["run", "--allow-all", "--no-prompt", "--node-modules-dir=manual"];
const version = await inside(deno, [...flags, "--v8-flags=--expose-gc"], { world, cwd: folder, tell });
await runPrograms("deno", deno, flags, { cwd: folder, server, tell, collect: "--v8-flags=--expose-gc" });
await close();
finish(version);
