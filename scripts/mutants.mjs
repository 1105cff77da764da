// npm run mutants [-- protocol | session] [-- further options of cargo-mutants, such as --shard 0/4]: changes one thing after the other in src/protocol and
// src/session, and looks whether a test notices. docs/mutants.md has what none notices, and why. It takes more than an hour of one core.

import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { Problem, root, run, script } from "./run.mjs";
import { ensureCargo, ensureCargoCommand } from "./setup.mjs";

const tests = (...names) => names.map((name) => `--test=${name}`);

/** First the tests that are built soonest, then all others for what these miss: what cargo builds, and what these tests are given. */
const folders = {
  protocol: {
    passes: [
      { build: ["--lib"], args: ["protocol::"] },
      { build: tests("protocol_oracles", "signature", "sigv4", "fuzz"), args: [] },
    ],
  },
  session: {
    options: ["--features", "mistakes"],
    passes: [
      // Those for the other folders that take long are left out.
      { build: ["--lib", ...tests("session", "resume")], args: ["--skip", "random_mutations", "--skip", "every_day", "--skip", "sessions::"] },
      // Of the simulator, what proves that it can fail: here it proves that by itself.
      { build: tests("fuzz", "simulator"), args: ["--skip", "every_mistake_is_caught"] },
    ],
  },
};

script(async () => {
  const [first, ...rest] = process.argv.slice(2);
  const named = Object.hasOwn(folders, first ?? "");
  if (first && !named && !first.startsWith("-")) throw new Problem(`${first}: expected ${Object.keys(folders).join(" or ")}`);
  const further = named || !first ? rest : [first, ...rest];
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
  for (const name of named ? [first] : Object.keys(folders)) {
    const { options = [], passes } = folders[name];
    const output = path.join(place, name);
    rmSync(output, { recursive: true, force: true });
    mkdirSync(output);
    for (const [at, { build, args }] of passes.entries()) {
      const which = ["--file", `src/${name}/**`, "--output", output, ...options, ...further, ...(at > 0 ? ["--iterate"] : [])];
      const command = ["mutants", ...which, ...build.map((it) => `--cargo-arg=${it}`), "--", "--", ...args];
      console.log(`$ cargo ${command.join(" ")}`);
      // 2: some are missed; 3: some ran into a time limit, which is as good as noticed.
      const { code } = await run("cargo", command, { env, show: "live" });
      if (![0, 2, 3].includes(code)) throw new Problem(`cargo-mutants failed (exit code ${code})`);
    }
    missed.push(...readFileSync(path.join(output, "mutants.out", "missed.txt"), "utf8").split("\n").filter((line) => line !== ""));
  }
  console.log(missed.length === 0 ? "every change is noticed" : `nobody notices:\n${missed.join("\n")}`);
});
