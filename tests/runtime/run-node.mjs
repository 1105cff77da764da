// The suite in Node: PACKAGE_TARBALL=… node tests/runtime/run-node.mjs

import path from "node:path";
import { installed } from "./package.mjs";
import { runPrograms } from "./processes.mjs";
import { inside, notABrowser, reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";

const { folder, unpack } = installed();
const { server, elsewhere, closed, close } = await startServer();
const { tell, finish } = reporter("node");
const copies = Array.from({ length: 16 }, (_, i) => unpack(path.join(folder, "copies", String(i))));
const world = { runtime: "node", server, elsewhere, closed, copies, cannot: notABrowser };
const version = await inside(process.execPath, ["--expose-gc"], { world, cwd: folder, tell });
await runPrograms("node", process.execPath, [], { cwd: folder, server, tell });
await close();
finish(version);
