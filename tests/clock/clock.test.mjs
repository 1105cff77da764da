// The client in Node where timers and clocks do not do what one expects of them. This file has a process of its own, as `node --test` gives each, and its
// clock is turned by hand.

import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { installed } from "../runtime/package.mjs";
import { install } from "./clock.mjs";

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

const clock = install();
const { home } = installed();
const { ConfigurationClient } = await import(pathToFileURL(path.join(home, "index.js")));
const { createEmulator } = await import(pathToFileURL(path.join(home, "emulator.js")));

const open = new Set();
afterEach(async () => {
  for (const client of open) client.stop();
  open.clear();
  clock.fires = (delay) => delay;
  clock.thaw();
  await clock.settled();
});

/** A client that has its first configuration, and what it asked since then. */
async function started({ interval = MINUTE, ...options } = {}) {
  const emulator = createEmulator({ intervalInSeconds: interval / SECOND, now: () => clock.real, configurations: [{ ...target, content: { version: 0 } }] });
  const told = { sessions: 0, polls: [], errors: [], versions: [] };
  let hangs = false;
  const fetch = async (url, init) => {
    clock.touch();
    if (init.method === "POST") told.sessions++;
    else told.polls.push(clock.real);
    if (hangs) await new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
    const answer = await emulator.fetch(url, init);
    clock.touch();
    return answer;
  };
  const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch, logger: null, ...options });
  open.add(client);
  client.addEventListener("error", ({ error }) => told.errors.push(error.code));
  client.addEventListener("update", ({ configuration }) => told.versions.push(configuration.json().version));
  await client.start();
  Object.assign(told, { sessions: 0, polls: [], versions: [] });
  clock.delays.length = 0;
  let version = 0;
  return { client, told, deploy: () => emulator.deploy({ ...target, content: { version: ++version } }), hang: (value) => void (hangs = value) };
}

/** The polls are an interval apart at least, as the service demands, and at most a tenth and `late` more. */
function regular(polls, interval, late = 0) {
  for (let i = 1; i < polls.length; i++) {
    const apart = polls[i] - polls[i - 1];
    assert.ok(apart >= interval && apart <= interval * 1.1 + late + 2, `polls ${i} and ${i + 1} are ${apart} ms apart`);
  }
}

test("timers that fire at their time: a poll an interval, and one timer each", async () => {
  const { told, deploy } = await started();
  deploy();
  await clock.go(10 * MINUTE);
  assert.ok(told.polls.length === 9 || told.polls.length === 10, `${told.polls.length} polls`);
  regular(told.polls, MINUTE);
  assert.deepEqual([told.sessions, told.errors, told.versions], [0, [], [1]]);
  // Of a poll one for its limit, and one for the next poll.
  assert.ok(clock.delays.length <= 2 * told.polls.length + 1, `${clock.delays.length} timers`);
});

test("timers that fire early: no poll is early, and there is no storm of timers", async () => {
  const { told } = await started();
  clock.fires = (delay) => Math.max(delay / 2, 0.25);
  await clock.go(10 * MINUTE);
  assert.ok(told.polls.length === 9 || told.polls.length === 10, `${told.polls.length} polls`);
  regular(told.polls, MINUTE);
  assert.deepEqual([told.sessions, told.errors], [0, []]);
  assert.ok(clock.delays.length <= 40 * told.polls.length, `${clock.delays.length} timers`);
});

test("timers that fire late: each poll is late, and none is made up for", async () => {
  const { told, deploy } = await started();
  // As of a hidden page: once a minute.
  clock.fires = (delay) => delay + MINUTE - ((clock.monotonic + delay) % MINUTE);
  await clock.go(10 * MINUTE);
  assert.ok(told.polls.length >= 4 && told.polls.length <= 6, `${told.polls.length} polls`);
  regular(told.polls, MINUTE, MINUTE);
  clock.fires = (delay) => delay;
  deploy();
  await clock.go(4 * MINUTE);
  regular(told.polls, MINUTE, MINUTE);
  assert.deepEqual([told.sessions, told.errors, told.versions], [0, [], [1]]);
});

test("more than 49 days, and 2^31 and 2^32 milliseconds within them: an hour's polls go on, with one session", async () => {
  const { client, told, deploy } = await started({ interval: HOUR });
  for (let day = 0; day < 51; day++) {
    deploy();
    await clock.go(DAY);
  }
  assert.ok(clock.monotonic > 2 ** 32, `the clock shows ${clock.monotonic}`);
  assert.equal(client.configuration.json().version, 51);
  regular(told.polls, HOUR);
  assert.deepEqual([told.sessions, told.errors, told.versions.length], [0, [], 51]);
  assert.ok(Math.max(...clock.delays) <= 2 ** 31 - 1);
});

test("the longest time limit is one of 24 days, not one that is over at once", async () => {
  const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: () => Promise.reject(new TypeError("fetch failed")), logger: null });
  open.add(client);
  let over;
  clock.delays.length = 0;
  const starting = client.start({ timeoutInMilliseconds: 2 ** 31 - 1 }).catch((error) => (over = error.code));
  await clock.go(DAY);
  assert.equal(over, undefined);
  assert.equal(Math.max(...clock.delays), 2 ** 31 - 1);
  client.stop();
  await starting;
  assert.equal(over, "stopped");
});

test("a day between two polls: each is of the session's own day, or the first of a new session", async () => {
  const { told } = await started({ interval: DAY });
  await clock.go(10 * DAY);
  assert.ok(told.polls.length >= 9 && told.polls.length <= 10, `${told.polls.length} polls`);
  assert.equal(told.sessions, told.polls.length, "a token lives no longer than a day");
  assert.deepEqual(told.errors, []);
});

test("a monotonic clock that stands still: nothing is asked, nothing spins, and it goes on when the clock does", async () => {
  const { client, told, deploy } = await started();
  clock.freeze();
  deploy();
  await clock.go(10 * MINUTE);
  assert.ok(told.polls.length === 0, `${told.polls.length} polls`);
  assert.ok(clock.delays.length <= 11, `${clock.delays.length} timers`);
  clock.thaw();
  await clock.go(MINUTE * 1.1 + SECOND);
  assert.equal(client.configuration.json().version, 1);
  assert.deepEqual([told.sessions, told.errors, told.polls.length <= 2], [0, [], true]);
});

// Where it is set back by more than a day, the token looks too old when it is right again.
for (const [name, ahead, sessions] of [["an hour ahead", HOUR, 0], ["an hour back", -HOUR, 0], ["two days back", -2 * DAY, 1], ["before 1970", -60 * 365 * DAY, 1]]) {
  test(`the date is set ${name}, and right again: polls go on as if nothing had happened`, async () => {
    const { told, deploy } = await started();
    await clock.go(2.5 * MINUTE);
    clock.setDate(ahead);
    deploy();
    await clock.go(5 * MINUTE);
    assert.equal(told.sessions, 0);
    clock.setDate(-ahead);
    await clock.go(5 * MINUTE);
    assert.ok(told.polls.length >= 11 && told.polls.length <= 12, `${told.polls.length} polls`);
    regular(told.polls, MINUTE);
    assert.deepEqual([told.sessions, told.errors, told.versions], [sessions, [], [1]]);
  });
}

test("the date is set two days ahead and back, again and again: a token that may be too old costs a session, within the budget", async () => {
  const { told, deploy } = await started();
  await clock.go(2.5 * MINUTE);
  clock.setDate(2 * DAY);
  deploy();
  await clock.go(10 * MINUTE);
  assert.deepEqual([told.sessions, told.errors, told.versions], [1, [], [1]]);
  regular(told.polls, MINUTE);
  clock.setDate(-2 * DAY);
  await clock.go(10 * MINUTE);
  assert.equal(told.sessions, 1, "back it costs none");
  for (let i = 0; i < 60; i++) {
    clock.setDate(i % 2 ? -2 * DAY : 2 * DAY);
    await clock.go(MINUTE);
  }
  assert.ok(told.sessions <= 1 + 3 + 6, `${told.sessions} sessions in an hour`);
  assert.deepEqual(told.errors, []);
});

for (const [name, standsStill] of [["both clocks went on", false], ["only the date went on", true]]) {
  test(`a laptop that slept for two days, ${name}: one session and one poll, and the newest configuration`, async () => {
    const { client, told, deploy } = await started();
    await clock.go(3.5 * MINUTE);
    told.polls.length = 0;
    deploy();
    clock.sleep(2 * DAY, { standsStill });
    // Where timers stood still, what was left of their time is left.
    await clock.go(standsStill ? 1.1 * MINUTE : SECOND);
    assert.deepEqual([told.sessions, told.polls.length, told.errors, told.versions], [1, 1, [], [1]]);
    assert.equal(client.status, "ready");
    await clock.go(HOUR);
    assert.equal(told.sessions, 1, "no second one");
    assert.ok(told.polls.length >= 54 && told.polls.length <= 61, `${told.polls.length} polls`);
    regular(told.polls, MINUTE);
    assert.deepEqual(told.errors, []);
  });

  test(`a laptop that slept in the middle of a poll, ${name}: the poll is given up, and then it is the same`, async () => {
    const { client, told, deploy, hang } = await started();
    hang(true);
    await clock.go(1.1 * MINUTE + SECOND);
    assert.equal(told.polls.length, 1, "a poll is under way");
    hang(false);
    deploy();
    clock.sleep(2 * DAY, { standsStill });
    await clock.go(40 * SECOND);
    assert.deepEqual([told.sessions, told.errors, told.versions], [1, ["timed-out"], [1]]);
    assert.equal(told.polls.length, 2);
    assert.equal(client.status, "ready");
  });

  test(`a laptop that sleeps every night, ${name}: no session is needed, and none is opened`, async () => {
    const { told, deploy } = await started();
    for (let night = 0; night < 14; night++) {
      await clock.go(HOUR);
      deploy();
      const before = told.polls.length;
      clock.sleep(10 * HOUR, { standsStill });
      await clock.go(1.1 * MINUTE + SECOND);
      assert.ok(told.polls.length - before <= 2, `${told.polls.length - before} polls in the first minute`);
      assert.equal(told.versions.at(-1), night + 1);
    }
    assert.deepEqual([told.sessions, told.errors], [0, []]);
  });
}

test("a laptop whose date is wrong by years sleeps for two days: the service has to say that the token is too old, and one session mends it", async () => {
  const { told, deploy } = await started();
  clock.setDate(-20 * 365 * DAY);
  clock.sleep(2 * DAY, { standsStill: true });
  deploy();
  // By neither clock is the token too old, so the service has to say it.
  await clock.go(1.1 * MINUTE + SECOND);
  assert.deepEqual([told.sessions, told.errors, told.versions], [1, ["token-refused"], [1]]);
  clock.setDate(20 * 365 * DAY);
  await clock.go(10 * MINUTE);
  assert.deepEqual([told.sessions, told.errors], [2, ["token-refused"]], "one more, because by the date the token is twenty years old");
  regular(told.polls.slice(1), MINUTE);
});
