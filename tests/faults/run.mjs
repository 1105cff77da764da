// Runs tests of this suite in a process: the faults of ../shared/oracles/faults.json, in words of our own, through the packed package and real sockets.
// FAULTS_SEED=… repeats a run; FAULTS_ONLY=… runs the tests whose names have this text.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { installed } from "../runtime/package.mjs";
import { within } from "./figures.mjs";
import { live, loaded } from "./life.mjs";
import { tests } from "./suite.mjs";

/** A number that follows from a text. */
const hash = (text) => [...text].reduce((sum, it) => (Math.imul(sum, 31) + it.codePointAt(0)) | 0, 7);

/** Runs those whose name `belongs` here. */
export async function run(belongs) {
  const seed = process.env.FAULTS_SEED ? Number(process.env.FAULTS_SEED) : Date.now() % 1e9;
  console.log(`FAULTS_SEED=${seed}`);

  const { home, unpack, folder } = installed();
  const packaged = await import(path.join(home, "index.js"));
  const place = { home, folder, copy: (name) => unpack(path.join(folder, "copies", name)) };
  // The module is there before the first life begins, whose time may stand still.
  await loaded(packaged);

  const unhandled = [];
  process.on("unhandledRejection", (error) => unhandled.push(error));

  const spent = {};
  const chosen = tests.filter(({ name }) => belongs(name) && name.includes(process.env.FAULTS_ONLY ?? ""));

  describe("faults", { concurrency: 6 }, () => {
    for (const { name, run: body, driven } of chosen) {
      test(name, { timeout: 240_000 }, async () => {
        spent[name] = await live({ name, seed: seed ^ hash(name), driven, packaged }, (life) => body(Object.assign(life, { place })));
        within(name, spent[name]);
      });
    }
  });

  after(() => {
    assert.deepEqual(unhandled, [], "rejections that nobody handled");
    // For table.mjs, which measures over several seeds.
    if (process.env.FAULTS_FIGURES) {
      mkdirSync(path.dirname(process.env.FAULTS_FIGURES), { recursive: true });
      writeFileSync(process.env.FAULTS_FIGURES, JSON.stringify(spent));
    }
  });
}
