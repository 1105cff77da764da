// npm run fuzz [-- --seconds 10] [--only name,name] [--keep]: libFuzzer looks for inputs that break a target of tests/fuzz/, so long for each. With
// --keep, what it found that reaches new code goes into fuzz/corpus/, which `cargo test --test fuzz` runs. The last line is "N passed, M failed".

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { must, Problem, root, run, script, since } from "./run.mjs";
import { ensureCargo, ensureCargoCommand, find } from "./setup.mjs";

const targets = readdirSync(path.join(root, "fuzz", "fuzz_targets")).map((file) => path.basename(file, ".rs")).sort();
const output = path.join("target", "fuzz");
// Without a sanitizer stable Rust will do, and there is nothing here for one to find: all code of ours forbids `unsafe`.
const options = ["--sanitizer", "none", "--target-dir", output];
/** So many finds are kept for each target. */
const mostTaken = 40;
const limits = ["-max_len=4096", "-timeout=10", "-dict=fuzz/dictionary.txt"];

function wanted() {
  let seconds, only, keep;
  try {
    ({ values: { seconds = "10", only, keep } } = parseArgs({ options: { seconds: { type: "string" }, only: { type: "string" }, keep: { type: "boolean" } } }));
  } catch (error) {
    throw new Problem(`${error.message.split(". ")[0]}: npm run fuzz [-- --seconds 10] [--only name,name] [--keep]`);
  }
  if (!/^[1-9]\d{0,5}$/.test(seconds)) throw new Problem(`--seconds ${seconds}: expected a whole number from 1 to 999999`);
  const names = only?.split(",") ?? targets;
  const unknown = names.filter((name) => !targets.includes(name));
  if (unknown.length > 0) throw new Problem(`no target is called ${unknown.join(" or ")}: there are ${targets.join(", ")}`);
  return { seconds: Number(seconds), names, keep };
}

/** Runs one target; gives whether nothing broke. */
async function look(name, seconds) {
  const begin = Date.now();
  const found = path.join(output, "corpus", name);
  const artifacts = path.join(output, "artifacts", name);
  for (const folder of [found, artifacts]) mkdirSync(path.join(root, folder), { recursive: true });
  const place = `-artifact_prefix=${path.join(root, artifacts)}${path.sep}`;
  const args = ["fuzz", "run", ...options, name, found, `fuzz/corpus/${name}`, "--", ...limits, place, `-max_total_time=${seconds}`, "-print_final_stats=1"];
  const { code, output: said } = await run("cargo", args, { show: "no", limitInMinutes: seconds / 60 + 10 });
  const last = (pattern) => [...said.matchAll(pattern)].at(-1)?.[1] ?? "?";
  const figures = `${last(/number_of_executed_units: +(\d+)/g)} runs, ${last(/ cov: (\d+)/g)} places reached, seed ${last(/Seed: (\d+)/g)}`;
  console.log(`${name.padEnd(16)}${code === 0 ? `${figures}, in ${since(begin)}` : "broke"}`);
  if (code === 0) return true;
  const artifact = last(/Test unit written to (\S+)/g);
  console.log(said.split("\n").filter((line) => !/^#\d+\t/.test(line)).slice(-40).join("\n"));
  if (artifact !== "?") console.log(`${artifact} breaks it: copy that to fuzz/corpus/${name}/ under a name that says what it is, and mend the code; from then on \`cargo test --test fuzz\` has it`);
  return false;
}

/** The inputs of some folders, and what each reaches, as libFuzzer's own notes have it: the files, "STARTED number size", "FT number place place …". */
async function reached(name, folders) {
  const work = path.join(root, output, "merge");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(path.join(work, "all"), { recursive: true });
  const notes = path.join(work, "notes");
  // By whether a place is reached alone: how often it is would make a corpus of thousands.
  const flags = ["-set_cover_merge=1", "-use_counters=0", `-merge_control_file=${notes}`, ...limits];
  await must(`weighing what was found for ${name}`, "cargo", ["fuzz", "run", ...options, name, path.join(work, "all"), ...folders, "--", ...flags], { show: "failure" });
  const lines = readFileSync(notes, "utf8").split("\n");
  const files = lines.slice(2, 2 + Number(lines[0])).map((file) => ({ file, size: 0, places: [] }));
  for (const [word, number, ...rest] of lines.slice(2 + files.length).map((line) => line.split(" "))) {
    if (word === "STARTED") files[number].size = Number(rest[0]);
    if (word === "FT") files[number].places = rest;
  }
  return files;
}

/** Takes over what reaches the most for its size. What a person named stays, and what only one more place is reached by is left to libFuzzer. */
async function take(name) {
  const corpus = path.join(root, "fuzz", "corpus", name);
  const found = path.join(root, output, "corpus", name);
  for (const file of readdirSync(corpus).filter((it) => /^[0-9a-f]{40}$/.test(it))) {
    cpSync(path.join(corpus, file), path.join(found, file));
    rmSync(path.join(corpus, file));
  }
  const files = await reached(name, [corpus, found]);
  const known = new Set(files.filter(({ file }) => path.dirname(file) === corpus).flatMap(({ places }) => places));
  const gain = ({ places }) => places.filter((place) => !known.has(place)).length;
  for (let taken = 0; taken < mostTaken; taken += 1) {
    const worth = (it) => gain(it) / (it.size + 100);
    const best = files.filter((it) => gain(it) >= 2).reduce((one, other) => (one && worth(one) >= worth(other) ? one : other), undefined);
    if (!best) break;
    cpSync(best.file, path.join(corpus, path.basename(best.file)));
    for (const place of best.places) known.add(place);
  }
  console.log(`${name.padEnd(16)}${readdirSync(corpus).length} files`);
}

script(async () => {
  const { seconds, names, keep } = wanted();
  process.env.RUST_BACKTRACE = "0"; // cargo-fuzz tells where in itself it stands, at length
  ensureCargo();
  if (!process.env.CXX && !find(["c++", "g++", "clang++"])) throw new Problem("a C++ compiler is missing, which libFuzzer is built with: install one (Debian: apt-get install g++) or name it in CXX");
  await ensureCargoCommand("fuzz");
  if (!existsSync(path.join(root, "fuzz", "corpus"))) throw new Problem("fuzz/corpus is missing");
  console.log("building the targets…");
  await must("building the targets", "cargo", ["fuzz", "build", ...options]);
  let passed = 0;
  for (const name of names) passed += Number(await look(name, seconds));
  if (keep) for (const name of names) await take(name);
  console.log(`${passed} passed, ${names.length - passed} failed`);
  process.exitCode = passed === names.length ? 0 : 1;
});
