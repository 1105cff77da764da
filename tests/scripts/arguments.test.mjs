// What `npm run soak` and `npm run load` say of what they cannot do. (That they do the rest: the steps simulator and load run the same.)

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "./program.mjs";

for (const [name, words, message] of [
  ["soak", ["--seconds", "soon"], /^--seconds: expected a whole number, got soon: npm run soak \[-- --seed S --seconds N --polls N\]\n$/],
  ["soak", ["--forever"], /^Unknown option '--forever': npm run soak \[-- --seed S --seconds N --polls N\]\n$/],
  ["load", ["--clients", "0"], /^--clients: expected a whole number from 1, got 0: npm run load \[-- --clients N --interval N --outage N --limit N\]\n$/],
  ["load", ["--many"], /^Unknown option '--many': npm run load \[-- --clients N --interval N --outage N --limit N\]\n$/],
]) {
  test(`${name} ${words.join(" ")}`, async () => {
    const { code, output } = await program(process.execPath, `scripts/${name}.mjs`, ...words).ended;
    assert.match(output, message);
    assert.equal(code, 1);
  });
}
