// npm run replay -- record.json: the session that a record of the page tells of, lived again by the core in virtual time. The exit code is 0
// where the core does the same, 1 where it does something else or breaks an invariant, and 2 where the file is no record that can be replayed.

import { statSync } from "node:fs";
import path from "node:path";
import { must, Problem, run, script } from "./run.mjs";
import { ensureCargo } from "./setup.mjs";

/** The simulator, as `npm test` builds it as well. */
async function simulator() {
  const args = ["test", "--release", "--features", "mistakes", "--test", "simulator", "--no-run", "--message-format", "json"];
  const messages = await must("building the simulator", "cargo", args, { show: "failure" });
  const built = messages.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).find(({ executable, target }) => executable && target.name === "simulator");
  if (!built) throw new Problem("cargo has built the simulator and does not say where it is");
  return built.executable;
}

script(async () => {
  const names = process.argv.slice(2);
  if (names.length !== 1 || names[0].startsWith("-")) throw new Problem("expected the file of one record: npm run replay -- record.json");
  // npm runs this in the repository's folder, wherever it was called.
  const file = path.resolve(process.env.INIT_CWD ?? ".", names[0]);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Problem(`${file}: expected a record that was exported by the page, there is no such file`);
  ensureCargo();
  const program = await simulator();
  const { code, output, stdout } = await run(program, ["--ignored", "--exact", "record", "--nocapture"], { env: { SIMULATOR_RECORD: file }, show: "no" });
  // Any other code is that of a panic, which says why.
  process.stdout.write(code <= 2 ? stdout.replace(/^\s*running 1 test\n(test record \.\.\. )?/, "") : output);
  process.exitCode = code <= 2 ? code : 1;
});
