// Many clients at once, by a clock that is turned by hand. `npm run load` has ten thousand, over real sockets and in real time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { installed } from "../runtime/package.mjs";
import { MOST_BYTES } from "./figures.mjs";
import { crowd, idle } from "./place.mjs";

const { home } = installed();
const seed = Number(process.env.LOAD_SEED ?? 1);

test("four thousand clients that start at once are no herd after an outage, and all have the newest configuration in time", async (t) => {
  const clients = 4000;
  const { started, sessions, lines, problems } = await crowd(home, { clients, interval: 30_000, calm: 150_000, outage: 60_000, seed });
  t.diagnostic(`LOAD_SEED=${seed}`);
  for (const line of lines) t.diagnostic(line);
  assert.deepEqual(started, { requests: 2 * clients, sessions: clients }, "a session and a poll each");
  assert.equal(sessions, clients, "an outage costs no session");
  assert.deepEqual(problems, []);
});

test("nor are those that have run for days, at the service's usual interval", async (t) => {
  const { sessions, lines, problems } = await crowd(home, { clients: 4000, interval: 60_000, calm: 60_000, outage: 60_000, spread: true, seed });
  for (const line of lines) t.diagnostic(line);
  assert.equal(sessions, 4000);
  assert.deepEqual(problems, []);
});

test("a client holds four kilobytes at most beside its configuration", async (t) => {
  const { client, configuration } = await idle(home, 3000);
  t.diagnostic(`${client} bytes a client, of which its configuration takes ${configuration}`);
  assert.ok(configuration > 200 && client > 2000, "something was measured");
  assert.ok(client - configuration <= MOST_BYTES, `${client - configuration} bytes beside the configuration`);
});
