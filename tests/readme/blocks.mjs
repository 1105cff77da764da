// The fenced blocks of README.md. Each has a name in its info string, `js test=name`, which GitHub and npm do not show.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const readme = readFileSync(path.join(root, "README.md"), "utf8");

/** All blocks, `{ name, language, text }`; a name is undefined where there is none. */
export const blocks = [...readme.matchAll(/^```(\S*)(.*)\n([\s\S]*?)^```$/gm)].map(([, language, info, text]) => ({ language, name: /^ test=(\S+)$/.exec(info)?.[1], text }));

/** The text of one block, with each text of `replacements` put in for another; every one of them has to occur. */
export function block(name, replacements = {}) {
  const found = blocks.filter((it) => it.name === name);
  if (found.length !== 1) throw new Error(`README.md has ${found.length} blocks called ${name}`);
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the block ${name} of README.md does not say ${from}`);
    return text.replaceAll(from, to);
  }, found[0].text);
}

/** The rows of the table after the heading row that begins with `| ${first} |`, as arrays of their cells. */
export function table(first) {
  const at = readme.indexOf(`\n| ${first} |`);
  if (at < 0) throw new Error(`README.md has no table that begins with ${first}`);
  const [rows] = /^(\|.*\n)+/.exec(readme.slice(at + 1));
  return rows.trim().split("\n").slice(2).map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}
