// Runs the programs of this folder, each in a process of its own.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { program } from "../runtime/runner.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/** What a program prints; `folder` is the package's. */
async function printed(flags, name, folder, words, limit) {
  const { code, output } = await program(process.execPath, [...flags, path.join(here, name), folder, ...words], { limit });
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output.slice(-3000)}`);
  return JSON.parse(output);
}

/** Many clients by a clock that is turned by hand: see crowd.mjs. */
export const crowd = (folder, options) => printed([], "crowd.mjs", folder, [JSON.stringify(options)], 300_000);

/** What a client holds: see idle.mjs. */
export const idle = (folder, count) => printed(["--expose-gc"], "idle.mjs", folder, [String(count)], 300_000);
