// docs/faults.md, made from claims.mjs, from what each test says of itself, and from figures.json.
//
// node tests/faults/table.mjs              writes the table
// node tests/faults/table.mjs --measure    runs the suite with several seeds (FAULTS_SEEDS, 5 by default), writes figures.json, and then the table

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { faults } from "./claims.mjs";
import { figures, file as figuresFile } from "./figures.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const document = path.join(root, "docs/faults.md");
/** The list that the faults come from; it is no part of this repository. */
export const oracle = path.join(root, "../shared/oracles/faults.json");

const range = ([least, most]) => (least === most ? `${least}` : `${least}–${most}`);
const merge = (ranges) => [Math.min(...ranges.map(([least]) => least)), Math.max(...ranges.map(([, most]) => most))];
const cell = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

/** Tests whose names differ after their last colon alone are one line, where there are many. */
function lines(tests, figures) {
  const groups = new Map();
  for (const test of tests) {
    const key = /^\w+: .*(?=: )/.exec(test.name)?.[0] ?? test.name;
    groups.set(key, [...(groups.get(key) ?? []), test]);
  }
  const alone = (group) => group.map((test) => ({ name: test.name, group: [test] }));
  const all = [...groups].flatMap(([key, group]) => (group.length > 4 ? [{ name: `${key} (${group.length} ways)`, group }] : alone(group)));
  return all.map(({ name, group }) => {
    const seen = group.map((test) => figures[test.name]).filter(Boolean);
    const figure = (what) => (seen.length ? range(merge(seen.map((it) => it[what]))) : "?");
    return { name, file: group[0].file, requests: figure("requests"), sessions: figure("sessions") };
  });
}

/** The table as it has to be. */
export function table(tests, figures) {
  const rows = [];
  const counts = { tested: 0, none: 0 };
  for (const [id, { fault, tests: elsewhere = [], none }] of Object.entries(faults)) {
    const own = lines(tests.filter((test) => test.faults.includes(id)), figures);
    const named = ([file, name]) => (file.startsWith("tests/simulator/") ? "the core's [simulator](simulator.md)" : `\`${file.replace(/^tests\//, "")}\`: ${cell(name)}`);
    const where = [...own.map(({ name }) => cell(name)), ...elsewhere.map(named)];
    counts[none ? "none" : "tested"] += 1;
    const spent = own.map(({ requests, sessions }) => `${requests} / ${sessions}`);
    rows.push(`| ${id} | ${cell(fault)} | ${none ?? "holds"} | ${where.join("<br>")} | ${spent.join("<br>")} |`);
  }
  return `# Faults

What can go wrong with a client that polls with single-use tokens, ${rows.length} faults in all, and what answers for each. ${counts.tested} are tested,
${counts.none} cannot come to this client. This page is made by \`node tests/faults/table.mjs\`; \`npm test\` fails where it is old, where a
fault has neither test nor reason, or where a test that it names is not there.

Tests without a file are those of \`tests/faults/cases\` (their name begins with the file's): the packed package in Node, over real sockets, against a service that
goes wrong as each test says. It keeps count of tokens, sessions and times like the real one, so a poll with another token than the good one, a session without a
reason or beyond the budget, a poll too early, a thirteenth attempt within a minute and a request after \`stop()\` fail any test. So do an update that is none or that
nobody deployed, a status that is untrue, a token or key in an error, a \`start()\` or \`refresh()\` that never ends, a timer, a connection or a rejection that is left. Hours
pass by a clock that is driven.

**Requests / sessions** are what the service saw in the whole of a test, with its good beginning and end and all its clients, over several seeds: the least and the most. A test fails
when it spends other sessions (a tenth more, where their answers are lost and so each attempt is one), or a quarter more requests.

| | what goes wrong | result | tests | requests / sessions |
|---|---|---|---|---|
${rows.join("\n")}

## What no client can mend

- **A text that is cut on a connection that is closed at its end** looks whole; of JSON the parse tells. In Node 20 so does one that is sent in chunks with
  \`Connection: close\`, and in every Node one that is compressed: what is there of it is decoded, and nothing is said of the rest. Cut before its first byte it looks
  like unchanged: what is held stays, and what was missed comes with the next version or session.
- **Node 22 and 24 end the process** by an assertion of their own (\`Parser.finish\` of undici) where a compressed answer of some hundred kB ends with its connection
  (\`Connection: close\`, with a length or without), be it whole or cut; seen with 22.23 and 24, and with \`fetch\` alone. Node 20 and 26 do not. A proxy that compresses
  should keep its connections.
- **After 421 \`fetch\` itself asks once more**, with the same token: it is as if the network had repeated the request.
`;
}

async function measure() {
  const { pack } = await import("../../scripts/pack.mjs");
  const tarball = process.env.PACKAGE_TARBALL || (await pack());
  const folder = mkdtempSync(path.join(os.tmpdir(), "appconfig-edge-faults-"));
  // With FAULTS_ONLY=… the others keep theirs.
  const all = process.env.FAULTS_ONLY ? { ...figures } : {};
  try {
    for (let seed = 1; seed <= Number(process.env.FAULTS_SEEDS ?? 5); seed++) {
      for (const part of ["outage", "faults"]) {
        const written = path.join(folder, `${part}-${seed}.json`);
        const env = { ...process.env, PACKAGE_TARBALL: tarball, FAULTS_SEED: String(seed * 7919), FAULTS_FIGURES: written };
        const { status, stdout } = spawnSync(process.execPath, ["--test", path.join(root, `tests/faults/${part}.test.mjs`)], { encoding: "utf8", env, maxBuffer: 2 ** 28 });
        if (status !== 0) throw new Error(`seed ${seed * 7919}:\n${stdout.slice(-5000)}`);
        for (const [name, spent] of Object.entries(JSON.parse(readFileSync(written, "utf8")))) {
          all[name] ??= { requests: [Infinity, 0], sessions: [Infinity, 0] };
          for (const what of ["requests", "sessions"]) all[name][what] = merge([all[name][what], [spent[what], spent[what]]]);
        }
        console.log(`seed ${seed * 7919}, ${part}: ${Object.keys(all).length} tests so far`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const { tests } = await import("./suite.mjs");
  const names = Object.keys(all).filter((name) => tests.some((test) => test.name === name)).sort();
  writeFileSync(figuresFile, `{\n${names.map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(all[name])}`).join(",\n")}\n}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--measure")) await measure();
  const { tests } = await import("./suite.mjs");
  writeFileSync(document, table(tests, existsSync(figuresFile) ? JSON.parse(readFileSync(figuresFile, "utf8")) : {}));
  console.log(document);
}
