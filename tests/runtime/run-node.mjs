// The suite in Node: PACKAGE_TARBALL=… node tests/runtime/run-node.mjs [22]
//
// In the version that runs this, or in another one of tests/runtime/versions.

import path from "node:path";
import { installed, nodeOf } from "./package.mjs";
import { runPrograms } from "./processes.mjs";
import { inside, notABrowser, reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";

const node = process.argv[2] ? nodeOf(process.argv[2]) : process.execPath;
const { folder, unpack } = installed();
const { server, elsewhere, closed, close } = await startServer();
const { tell, finish } = reporter("node");
const copies = Array.from({ length: 16 }, (_, i) => unpack(path.join(folder, "copies", String(i))));
const world = { runtime: "node", server, elsewhere, closed, copies, cannot: notABrowser };
const version = await inside(node, ["--expose-gc"], { world, cwd: folder, tell });
await runPrograms("node", node, [], { cwd: folder, server, tell, collect: "--expose-gc" });
await close();
finish(version);
