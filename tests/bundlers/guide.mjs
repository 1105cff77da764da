// docs/bundlers.md: its blocks are what is built here, and its table is what was measured.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "../readme/blocks.mjs";

const file = path.join(root, "docs", "bundlers.md");
const text = readFileSync(file, "utf8");
const blocks = [...text.matchAll(/^```(\S+) test=(\S+)\n([\s\S]*?)^```$/gm)].map(([, language, name, text]) => ({ language, name, text }));

/** The text of the block of that language and name, with each text of `replacements` put in for another; every one of them has to occur. */
export function block(language, name, replacements = {}) {
  const found = blocks.filter((it) => it.language === language && it.name === name);
  if (found.length !== 1) throw new Error(`docs/bundlers.md has ${found.length} blocks of ${language} called ${name}`);
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the block ${name} of docs/bundlers.md does not say ${from}`);
    return text.replaceAll(from, to);
  }, found[0].text);
}

/** The lines of a block of commands, as lists of words. */
export const commands = (name) => block("sh", name).trim().split("\n").map((line) => line.split(/\s+/));

const table = /^\| \| \| raw .*\n\|.*\n(?:\|.*\n)*/m;

/** The table as the document has it. */
export const tableIn = () => table.exec(text)[0];

/** Puts another one into the document. */
export const writeTable = (rows) => writeFileSync(file, text.replace(table, () => rows));
