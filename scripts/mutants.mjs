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
      // Of the simulator, what always holds; that it can fail it proves here by itself.
      { build: tests("fuzz", "simulator"), args: ["every_", "--skip", "every_mistake_is_caught"] },
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
    let left;
    for (const [at, { build, args }] of passes.entries()) {
      if (left?.length === 0) break;
      const output = path.join(place, `${name}-${at + 1}`);
      rmSync(output, { recursive: true, force: true });
      mkdirSync(output);
      const which = left ? left.map((line) => `--re=^${line.replace(/[.^$*+?()[\]{}|\\]/g, "\\$&")}$`) : further;
      const command = ["mutants", "--file", `src/${name}/**`, "--output", output, ...options, ...build.map((it) => `--cargo-arg=${it}`)];
      console.log(`$ cargo ${command.join(" ")} -- -- ${args.join(" ")}${left ? `, for the ${left.length} that are left` : ""}`);
      // 2: some are missed; 3: some ran into a time limit, which is as good as noticed.
      const { code } = await run("cargo", [...command, ...which, "--", "--", ...args], { env, show: "live" });
      if (![0, 2, 3].includes(code)) throw new Problem(`cargo-mutants failed (exit code ${code})`);
      const now = readFileSync(path.join(output, "mutants.out", "missed.txt"), "utf8").split("\n").filter((line) => line !== "");
      // A pattern may fit more than the one that it was made of.
      left = left?.filter((line) => now.includes(line)) ?? now;
    }
    missed.push(...left);
  }
  console.log(missed.length === 0 ? "every change is noticed" : `nobody notices:\n${missed.join("\n")}`);
});
