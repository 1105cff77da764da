// The suite in Bun: PACKAGE_TARBALL=… node tests/runtime/run-bun.mjs

import path from "node:path";
import { bun, installed } from "./package.mjs";
import { runPrograms } from "./processes.mjs";
import { inside, notABrowser, reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";

const { folder, unpack } = installed();
const { server, elsewhere, closed, close } = await startServer();
const { tell, finish } = reporter("bun");
const copies = Array.from({ length: 16 }, (_, i) => unpack(path.join(folder, "copies", String(i))));
const world = { runtime: "bun", server, elsewhere, closed, copies, cannot: notABrowser };
const program = bun();
// It would otherwise install what it cannot find.
const flags = ["--no-install"];
const version = await inside(program, [...flags, "--expose-gc"], { world, cwd: folder, tell });
await runPrograms("bun", program, flags, { cwd: folder, server, tell, collect: "--expose-gc" });
await close();
finish(version);
