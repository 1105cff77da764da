// Every fault has an answer, every answer is there, and docs/faults.md says so.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { faults } from "./claims.mjs";
import { figures } from "./figures.mjs";
import { tests } from "./suite.mjs";
import { document, oracle, root, table } from "./table.mjs";

const skip = !existsSync(oracle) && `SKIPPED: ${oracle} is not there (the independent test data lies beside the repository)`;
test("every fault of the list is claimed, and nothing else is", { skip }, () => {
  const ids = JSON.parse(readFileSync(oracle, "utf8")).faults.map(({ id }) => id);
  assert.deepEqual(Object.keys(faults), ids);
});

test("every fault has a test or a reason", () => {
  const own = new Set(tests.flatMap((it) => it.faults));
  for (const id of own) assert.ok(faults[id], `${id} is no fault`);
  for (const [id, { tests: elsewhere = [], none }] of Object.entries(faults)) assert.ok(own.has(id) || elsewhere.length > 0 || none, id);
});

test("every test that is named is there", () => {
  const named = Object.entries(faults).flatMap(([id, { tests: elsewhere = [] }]) => elsewhere.map((it) => [id, ...it]));
  assert.ok(named.length > 80);
  for (const [id, file, name] of named) {
    const full = path.join(root, file);
    assert.ok(existsSync(full), `${id}: no ${file}`);
    const source = readFileSync(full, "utf8");
    assert.ok(file.endsWith(".rs") ? source.includes(`fn ${name}(`) : source.includes(name), `${id}: ${file} has no test "${name}"`);
  }
});

test("the names of tests differ, and each has its figures", () => {
  assert.equal(new Set(tests.map(({ name }) => name)).size, tests.length);
  assert.deepEqual(tests.map(({ name }) => name).filter((name) => !figures[name]), [], "run node tests/faults/table.mjs --measure");
  assert.deepEqual(Object.keys(figures).filter((name) => !tests.some((it) => it.name === name)), [], "figures of tests that are gone");
});

test("docs/faults.md is the table as it has to be", () => {
  assert.equal(readFileSync(document, "utf8"), table(tests, figures), "run node tests/faults/table.mjs");
});
