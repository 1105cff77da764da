// npm run replay -- record.json: the session that a record of the page tells of, lived again by the core in virtual time. The exit code is 0
// where the core does the same, 1 where it does something else or breaks an invariant, and 2 where the file is no record that can be replayed.

import { statSync } from "node:fs";
import path from "node:path";
import { Problem, run, script } from "./run.mjs";
import { simulator } from "./simulator.mjs";

script(async () => {
  const names = process.argv.slice(2);
  if (names.length !== 1 || names[0].startsWith("-")) throw new Problem("expected the file of one record: npm run replay -- record.json");
  // npm runs this in the repository's folder, wherever it was called.
  const file = path.resolve(process.env.INIT_CWD ?? ".", names[0]);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Problem(`${file}: expected a record that was exported by the page, there is no such file`);
  const program = await simulator();
  const { code, output, stdout } = await run(program, ["--ignored", "--exact", "record", "--nocapture"], { env: { SIMULATOR_RECORD: file }, show: "no" });
  // Any other code is that of a panic, which says why.
  process.stdout.write(code <= 2 ? stdout.replace(/^\s*running 1 test\n(test record \.\.\. )?/, "") : output);
  process.exitCode = code <= 2 ? code : 1;
});
