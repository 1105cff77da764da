// npm run soak [-- --seed S --seconds N --polls N]: the simulator for as long as one likes: lives with random mixtures of all faults, every invariant
// checked after each step. Ends after so many seconds (600 where nothing is said) or polls, whichever comes first, or when an invariant is broken; then
// the exit code is not 0, and what it prints lives that life again. The seed is printed, and another one each time unless it is said.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { Problem, run, script } from "./run.mjs";
import { simulator } from "./simulator.mjs";

const USAGE = "npm run soak [-- --seed S --seconds N --polls N]";
const SECONDS = "600";

function options() {
  let values;
  try {
    ({ values } = parseArgs({ options: { seed: { type: "string" }, seconds: { type: "string" }, polls: { type: "string" } } }));
  } catch (error) {
    throw new Problem(`${error.message.split(". ")[0]}: ${USAGE}`);
  }
  for (const [name, text] of Object.entries(values)) if (!/^\d[\d_]*$/.test(text)) throw new Problem(`--${name}: expected a whole number, got ${text}: ${USAGE}`);
  const { seed = String(randomInt(2 ** 47)), seconds, polls } = values;
  const env = { SIMULATOR_SEED: seed };
  if (polls) env.SIMULATOR_POLLS = polls;
  if (seconds || !polls) env.SIMULATOR_SECONDS = seconds ?? SECONDS;
  return env;
}

script(async () => {
  const env = options();
  const program = await simulator();
  const { code } = await run(program, ["--exact", "every_invariant_holds_for_ten_million_polls", "--nocapture"], { env, show: "live" });
  process.exitCode = code;
});
