// What each bundler's output weighs, and what it weighed when somebody last looked: sizes.json, and the table in docs/bundlers.md.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { weigh } from "../../scripts/size.mjs";

const file = new URL("sizes.json", import.meta.url);

/** How far a size may be from what is committed. */
const TOLERANCE = 0.05;

/** The sum over the files that a page loaded, each zipped by itself as a server does. */
export function sum(files) {
  const total = { raw: 0, zipped: 0 };
  for (const { bytes } of files) {
    const { raw, zipped } = weigh(bytes);
    total.raw += raw;
    total.zipped += zipped;
  }
  return total;
}

/** `{ Vite: { version, default: { raw, zipped }, slim: { raw, zipped } } }` */
export const committed = () => JSON.parse(readFileSync(file, "utf8"));
export const writeSizes = (sizes) => writeFileSync(file, `${JSON.stringify(sizes, null, 2)}\n`);

/** As a table in Markdown, the lightest first. */
export function render(sizes) {
  const number = (value) => value.toLocaleString("en");
  const rows = Object.entries(sizes).sort(([, a], [, b]) => a.slim.zipped - b.slim.zipped).map(([name, { version, slim, ...rest }]) => {
    const cells = [rest.default.raw, rest.default.zipped, slim.raw, slim.zipped].map(number);
    return `| ${[name, version, ...cells].join(" | ")} |\n`;
  });
  return `| | | raw | gzip -9 | slim, raw | slim, gzip -9 |\n|---|---|---:|---:|---:|---:|\n${rows.join("")}`;
}

/** Fails where a bundler or its version is another one, or a size is further off than it may be. */
export function compare(measured, known) {
  const advice = "if that is meant: node tests/bundlers/bundlers.test.mjs --write";
  assert.deepEqual(Object.keys(measured).sort(), Object.keys(known).sort(), `the bundlers are others than in sizes.json; ${advice}`);
  for (const [name, { version, ...entries }] of Object.entries(measured)) {
    assert.equal(version, known[name].version, `the version of ${name} is another one than in sizes.json; ${advice}`);
    for (const [entry, sizes] of Object.entries(entries)) {
      for (const [kind, bytes] of Object.entries(sizes)) {
        const before = known[name][entry][kind];
        const off = bytes / before - 1;
        assert.ok(Math.abs(off) <= TOLERANCE, `${name}, ${entry}, ${kind}: ${bytes} bytes, ${(off * 100).toFixed(1)} % off the ${before} of sizes.json; ${advice}`);
      }
    }
  }
}
