// What the tests of this folder look at: the packed package, and the sources that it has to agree with.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export { installed } from "../runtime/package.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const source = (name) => readFileSync(path.join(root, name), "utf8");

/** All first groups of a pattern in a text. */
export const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

/** What stands between two texts. */
export function between(text, begin, end) {
  const from = text.indexOf(begin);
  if (from < 0) throw new Error(`${begin} is not there`);
  const to = text.indexOf(end, from + begin.length);
  if (to < 0) throw new Error(`${end} is not there`);
  return text.slice(from + begin.length, to);
}
