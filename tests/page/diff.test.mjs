// What differs between two versions: by key and by line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../../www/diff.js";
import { compareLines, matches } from "../../www/lines.js";

/** The rows as short texts: `~ $.a 1 → 2`. */
const told = (a, b) =>
  compare(a, b).rows.map(({ path, kind, old, new: young }) => {
    const [x, y] = [JSON.stringify(old), JSON.stringify(young)];
    return { changed: `~ ${path} ${x} → ${y}`, added: `+ ${path} ${y}`, removed: `- ${path} ${x}` }[kind];
  });

test("nested keys are told by their path", () => {
  for (const [a, b, rows] of [
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, []],
    [{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ["~ $.a.b.c 1 → 2"]],
    [{ a: 1 }, {}, ["- $.a 1"]],
    [{}, { a: { b: [1] } }, ['+ $.a {"b":[1]}']],
    [{ "a b": 1, "beta-x": 1, 7: 1, "": 1 }, { "a b": 2, "beta-x": 2, 7: 2, "": 2 }, ["~ $[\"7\"] 1 → 2", '~ $["a b"] 1 → 2', "~ $.beta-x 1 → 2", '~ $[""] 1 → 2']],
    [{ a: null }, { a: false }, ["~ $.a null → false"]],
    [{ a: "1" }, { a: 1 }, ['~ $.a "1" → 1']],
    [{ a: [1] }, { a: { 0: 1 } }, ['~ $.a [1] → {"0":1}']],
    [{ a: {} }, { a: null }, ["~ $.a {} → null"]],
    [1, 2, ["~ $ 1 → 2"]],
    [[], {}, ["~ $ [] → {}"]],
    [JSON.parse('{"__proto__": 1, "constructor": {}}'), JSON.parse('{"__proto__": 2}'), ["~ $.__proto__ 1 → 2", "- $.constructor {}"]],
  ]) {
    assert.deepEqual(told(a, b), rows, JSON.stringify([a, b]));
  }
});

test("an item that is put in or taken out moves no other", () => {
  for (const [a, b, rows] of [
    [["a", "b", "c"], ["a", "c"], ['- $[1] "b"']],
    [["a", "c"], ["a", "b", "c"], ['+ $[1] "b"']],
    [["a", "b", "c"], ["b", "c", "d"], ['- $[0] "a"', '+ $[2] "d"']],
    [[1, 2, 3], [1, 5, 3], ["~ $[1] 2 → 5"]],
    [[{ id: 1, x: { y: 1 } }, { id: 2 }], [{ id: 0 }, { x: { y: 1 }, id: 1 }, { id: 2 }], ['+ $[0] {"id":0}']],
    [[{ id: 1, on: true }, { id: 2 }], [{ id: 1, on: false }, { id: 2 }], ["~ $[0].on true → false"]],
    [[[1, 2], [3]], [[1, 2], [3, 4]], ["+ $[1][1] 4"]],
    [[], [1, 2], ["+ $[0] 1", "+ $[1] 2"]],
  ]) {
    assert.deepEqual(told(a, b), rows, JSON.stringify([a, b]));
  }
});

test("a big document is compared in bounded time and space", { timeout: 20_000 }, () => {
  const many = (change) => Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key${i}`, { on: i % 7 === change, list: [i, change] }]));
  const found = compare(many(0), many(1), 200);
  assert.equal(found.rows.length, 200);
  assert.equal(found.more, found.counts.changed - 200);
  assert.ok(found.counts.changed >= 50_000);
  const list = (from) => Array.from({ length: 15_000 }, (_, i) => ({ at: i + from }));
  assert.deepEqual(compare(list(0), list(0)).counts, { added: 0, removed: 0, changed: 0 });
  assert.deepEqual(compare(list(0), list(3)).counts, { added: 3, removed: 3, changed: 0 });
  // Nothing in common: no place for cleverness.
  assert.equal(compare(list(0), list(20_000)).counts.changed, 15_000);
});

test("lines are compared side by side, with what is around them", () => {
  const text = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
  const young = text.toSpliced(9, 1, "line ten").toSpliced(20, 0, "new");
  const { rows, counts } = compareLines(text.join("\n"), young.join("\r\n"), 100);
  assert.deepEqual(counts, { added: 1, removed: 0, changed: 1 });
  assert.deepEqual(rows.map(({ kind, count }) => (kind === "skipped" ? count : kind[0])).join(" "), "6 s s s c s s s 4 s s s a s s s 7");
  const changed = rows.find(({ kind }) => kind === "changed");
  assert.deepEqual(changed, { kind: "changed", old: { number: 10, text: "line 10" }, new: { number: 10, text: "line ten" } });
  assert.deepEqual(rows.find(({ kind }) => kind === "added"), { kind: "added", new: { number: 21, text: "new" } });
  assert.equal(compareLines("a\nb\nc\nd", "w\nx\ny\nz", 2).more, 2);
});

test("the fewest lines differ, whatever the texts are", () => {
  // By the textbook: the length of the longest common subsequence.
  const longest = (a, b) => {
    const rows = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
    for (let i = 1; i <= a.length; i += 1) for (let j = 1; j <= b.length; j += 1) rows[i][j] = a[i - 1] === b[j - 1] ? rows[i - 1][j - 1] + 1 : Math.max(rows[i - 1][j], rows[i][j - 1]);
    return rows[a.length][b.length];
  };
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 500; round += 1) {
    const list = () => Array.from({ length: random(12) }, () => "abcd"[random(4)]);
    const [a, b] = [list(), list()];
    const pairs = matches(a, b);
    assert.equal(pairs.length, longest(a, b), `${a} ${b}`);
    pairs.forEach(([i, j], at) => {
      assert.equal(a[i], b[j]);
      if (at) assert.ok(i > pairs[at - 1][0] && j > pairs[at - 1][1], "in the order of both");
    });
  }
});
