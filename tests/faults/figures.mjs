// What each test may spend, measured over many seeds: tests/faults/figures.json, which `node tests/faults/table.mjs --measure` writes.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

export const file = new URL("figures.json", import.meta.url);

/** By a test's name: `{ requests: [least, most], sessions: [least, most] }`. */
export const figures = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

/**
 * Fails where a test spends more, or less, than was ever seen, and a quarter of the requests for draws that were not, or a few for a busy machine. Sessions are
 * exact, but where each attempt of an outage is one whose answer is lost: there their number hangs on draws as that of requests does.
 */
export function within(name, spent) {
  if (process.env.FAULTS_FIGURES) return;
  const seen = figures[name];
  assert.ok(seen, `${name} is not in figures.json: run node tests/faults/table.mjs --measure`);
  const room = { requests: 3 + Math.ceil(seen.requests[1] / 4), sessions: Math.floor(seen.sessions[1] / 10) };
  for (const key of ["requests", "sessions"]) {
    const [least, most] = seen[key];
    assert.ok(spent[key] >= least - room[key] && spent[key] <= most + room[key], `${spent[key]} ${key}, where ${least} to ${most} were seen`);
  }
}
