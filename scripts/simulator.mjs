// The simulator's program, as `npm test` builds it as well.

import { must, Problem } from "./run.mjs";
import { ensureCargo } from "./setup.mjs";

/** Builds it; gives its path. */
export async function simulator() {
  ensureCargo();
  const args = ["test", "--release", "--features", "mistakes", "--test", "simulator", "--no-run", "--message-format", "json"];
  const messages = await must("building the simulator", "cargo", args, { show: "failure" });
  const built = messages.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).find(({ executable, target }) => executable && target.name === "simulator");
  if (!built) throw new Problem("cargo has built the simulator and does not say where it is");
  return built.executable;
}
