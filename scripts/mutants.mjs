// npm run mutants [-- protocol | session] [-- further options of cargo-mutants]: changes one thing after the other in src/protocol and src/session, and looks
// whether a test notices. docs/mutants.md has what none notices, and why. It takes an hour on one core.

import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { Problem, root, run, script } from "./run.mjs";
import { ensureCargo, ensureCargoCommand } from "./setup.mjs";

const tests = (...names) => names.flatMap((name) => ["--test", name]);
const folders = {
  protocol: { options: [], tests: tests("protocol_oracles", "signature", "sigv4", "fuzz") },
  // Of the simulator, what proves that it can fail is left out: here it proves that by itself.
  session: { options: ["--features", "mistakes"], tests: [...tests("session", "fuzz", "simulator"), "--", "--skip", "every_mistake_is_caught"] },
};

script(async () => {
  const [first, ...rest] = process.argv.slice(2);
  const named = Object.hasOwn(folders, first ?? "");
  if (first && !named && !first.startsWith("-")) throw new Problem(`${first}: expected ${Object.keys(folders).join(" or ")}`);
  const names = named ? [first] : Object.keys(folders);
  const options = named || !first ? rest : [first, ...rest];
  ensureCargo();
  await ensureCargoCommand("mutants");
  // It works in a copy, for which the test data that others wrote have to lie where they lie for this one.
  const place = path.join(root, "target", "mutation");
  mkdirSync(place, { recursive: true });
  const shared = path.join(root, "..", "shared");
  rmSync(path.join(place, "shared"), { force: true });
  if (existsSync(shared)) symlinkSync(shared, path.join(place, "shared"));
  const env = { TMPDIR: place, FUZZ_RUNS: "300", SIMULATOR_POLLS: "200000" };
  const missed = [];
  for (const name of names) {
    const output = path.join(place, name);
    mkdirSync(output, { recursive: true });
    // First the tests beside the code, which are built soonest; then all others for what these miss.
    for (const pass of [["--", "--lib"], ["--iterate", "--", ...folders[name].tests]]) {
      const args = ["mutants", "--file", `src/${name}/**`, "--output", output, ...folders[name].options, ...options, ...pass];
      console.log(`$ cargo ${args.join(" ")}`);
      // 2: some are missed; 3: some ran into a time limit, which is as good as noticed.
      const { code } = await run("cargo", args, { env, show: "live" });
      if (![0, 2, 3].includes(code)) throw new Problem(`cargo-mutants failed (exit code ${code})`);
    }
    const lines = readFileSync(path.join(output, "mutants.out", "missed.txt"), "utf8").split("\n").filter((line) => line !== "");
    missed.push(...lines);
  }
  console.log(missed.length === 0 ? "every change is noticed" : `nobody notices:\n${missed.join("\n")}`);
});
