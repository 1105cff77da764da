// A thousand lives with one store, on a clock of their own: what they cost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { installed } from "../runtime/package.mjs";
import { storeOf } from "../runtime/stores.mjs";
import { dice, World } from "./clock.mjs";

const { home } = installed();
const entry = (name) => import(pathToFileURL(path.join(home, name)).href);
const { ConfigurationClient } = await entry("index.js");
const { createEmulator } = await entry("emulator.js");

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
console.log(`SEED=${SEED}`);
const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// The module is loaded by the clock of everybody.
await new ConfigurationClient({ ...target, endpoint: "https://upstream.test", logger: null, mode: "manual", bootstrap: { content: "" } }).start();
const world = new World();

function service(options) {
  const emulator = createEmulator({ now: () => world.date, seed: SEED, ...options });
  emulator.deploy({ ...target, content: { version: 0 } });
  return emulator;
}

/** What was asked since the emulator was made, counted as it is asked: it keeps the last thousand alone. */
function counted(emulator) {
  const asked = { sessions: 0, polls: 0, received: 0, refused: [] };
  const fetch = async (url, init) => {
    const response = await emulator.fetch(url, init);
    const { operation, problem, bytes, status } = emulator.requests.at(-1);
    if (operation === "StartConfigurationSession") asked.sessions += 1;
    else asked.polls += 1;
    if (status === 200 && bytes > 0) asked.received += 1;
    if (status >= 400) asked.refused.push(problem ?? status);
    return response;
  };
  return { asked, fetch };
}

/** A process's life: a client that starts, for so long. Killed, it neither stops nor hears of anything any more. */
async function live({ fetch, store, milliseconds, killed = false, options = {}, until }) {
  let alive = true;
  const silent = new Promise(() => {});
  const own = (act) => (...words) => (alive ? act(...words) : silent);
  const mine = { getItem: own(store.getItem), setItem: own(store.setItem), removeItem: own(store.removeItem) };
  const client = new ConfigurationClient({ ...target, endpoint: "https://upstream.test", logger: null, fetch: own(fetch), store: mine, exclusive: true, ...options });
  const events = [];
  for (const type of ["update", "error", "statuschange", "limit"]) client.addEventListener(type, (event) => events.push(event));
  const started = client.start().then((configuration) => ({ configuration, at: world.date }), () => undefined);
  const begin = world.date;
  await world.pass(milliseconds, until && (() => until(client, events)));
  if (!killed) client.stop();
  await world.settle();
  alive = false;
  const held = client.configuration;
  return { client, events, held, first: await Promise.race([started, Promise.resolve()]), begin };
}

test("1,000 restarts: one session, no poll too early, no token twice, and no update lost", async () => {
  const random = dice(SEED);
  const emulator = service({ intervalInSeconds: 60 });
  const { asked, fetch } = counted(emulator);
  const store = storeOf();
  let version = 0;
  let deployments = 0;
  let startsAtOnce = 0;
  for (let i = 0; i < 1000; i++) {
    // From a moment to some intervals, with pauses from none to hours; a day would end the session.
    const { held, first, begin } = await live({ fetch, store, milliseconds: random(3) ? random(20_000) : random(4 * MINUTE) });
    assert.ok(held, `life ${i} has a configuration`);
    if (i > 0) {
      assert.equal(first?.at, begin, `life ${i} has it at once`);
      startsAtOnce += 1;
    }
    world.reboot(random(10) ? random(30_000) : random(6 * HOUR));
    if (random(20) === 0) {
      version += 1;
      deployments += 1;
      emulator.deploy({ ...target, content: { version } });
    }
  }
  const last = await live({ fetch, store, milliseconds: 3 * MINUTE });
  assert.equal(last.held.json().version, version, "the newest configuration");
  console.log(`${startsAtOnce} starts at once, ${asked.polls} polls, ${asked.received} configurations of ${deployments + 1}, ${store.writes()} writes`);
  assert.equal(asked.sessions, 1, "sessions");
  assert.deepEqual(asked.refused, [], "refusals");
  assert.ok(asked.received <= deployments + 1, "configurations received");
  const { usage } = last.client;
  assert.deepEqual([usage.requests, usage.sessions, usage.configurationsReceived, usage.errors], [1 + asked.polls, 1, asked.received, 0], "the sums of all lives");
  assert.ok(store.writes() <= 2 * (1 + asked.polls) + 1001, "writes: for each answer, before a token that is taken up, and at each end");
});

test("1,000 lives that are killed: no poll too early; a token that may be spent costs a session at most, within the budget", async () => {
  const random = dice(SEED + 1);
  for (const replay of ["refused", "repeated", "empty"]) {
    const emulator = service({ intervalInSeconds: 60, replay, latencyInMilliseconds: 0 });
    const { asked, fetch } = counted(emulator);
    const store = storeOf();
    let version = 0;
    let amid = 0; // kills while a request was under way, of which the answer never came
    for (let i = 0; i < 340; i++) {
      let under = 0;
      const slow = async (url, init) => {
        under += 1;
        const response = await fetch(url, init);
        await new Promise((resolve) => setTimeout(resolve, 2000)); // on its way back
        under -= 1;
        return response;
      };
      const when = random(4);
      // One in four is killed as soon as a request is under way.
      await live({ fetch: slow, store, milliseconds: when ? random(3 * MINUTE) : 10 * MINUTE, killed: true, until: when ? undefined : () => under > 0 });
      amid += under;
      world.reboot(random(MINUTE));
      if (random(10) === 0) emulator.deploy({ ...target, content: { version: ++version } });
    }
    world.reboot(HOUR);
    const last = await live({ fetch, store, milliseconds: 2 * HOUR });
    assert.equal(last.held.json().version, version, `the newest configuration, where a spent token is ${replay}`);
    assert.equal(last.client.status, "stopped");
    console.log(`${replay}: ${amid} kills amid a request, ${asked.sessions} sessions, ${asked.polls} polls`);
    assert.ok(amid > 20, "kills amid a request");
    assert.ok(!asked.refused.includes("PollIntervalNotSatisfied"), "no poll is too early");
    assert.ok(asked.sessions <= 1 + amid, `${asked.sessions} sessions`);
    assert.ok(asked.refused.length <= amid, `${asked.refused.length} refusals`);
    world.reboot();
  }
});

test("a saved token older than a day costs one session, and no error", async () => {
  const emulator = service({ intervalInSeconds: 60 });
  const { asked, fetch } = counted(emulator);
  const store = storeOf();
  await live({ fetch, store, milliseconds: 30_000 });
  world.reboot(23 * HOUR);
  await live({ fetch, store, milliseconds: 30_000 });
  assert.deepEqual([asked.sessions, asked.polls], [1, 2], "within the day it is good");
  world.reboot(24 * HOUR);
  const { events, held } = await live({ fetch, store, milliseconds: 30_000 });
  assert.deepEqual([asked.sessions, asked.polls, asked.refused], [2, 3, []]);
  assert.deepEqual(events.map(({ type, status }) => status ?? type), ["update", "stale", "ready", "stopped"]);
  assert.deepEqual(held.json(), { version: 0 });
});

test("a crash loop in which each session is lost opens three sessions, then one in ten minutes", async () => {
  const store = storeOf();
  const opened = [];
  for (const end = world.date + 3 * HOUR; world.date < end; world.reboot(1000)) {
    // One that knows no token of the one before.
    const { asked, fetch } = counted(service({ intervalInSeconds: 1, seed: opened.length }));
    await live({ fetch, store, milliseconds: 5000, killed: true });
    for (let n = 0; n < asked.sessions; n++) opened.push(world.date);
  }
  console.log(`${opened.length} sessions in three hours`);
  assert.ok(opened.length >= 15 && opened.length <= 3 + 18, `${opened.length} sessions`);
  for (let i = 3; i < opened.length; i++) assert.ok(opened[i] - opened[i - 3] >= 9 * MINUTE || i < 4, `session ${i + 1} came ${opened[i] - opened[i - 3]} ms after the third before`);
});

test("the budget survives where the session does not: newer bootstraps, and a validate that refuses what is kept", async () => {
  for (const [name, more] of Object.entries({
    bootstrap: () => ({ bootstrap: { content: "{}", receivedAt: world.date } }),
    validate: () => ({ validate: ({ source }) => source !== "store" }),
  })) {
    const { asked, fetch } = counted(service({ intervalInSeconds: 60 }));
    const store = storeOf();
    for (const end = world.date + HOUR; world.date < end; world.reboot(10_000)) await live({ fetch, store, milliseconds: 20_000, killed: true, options: more() });
    console.log(`${name}: ${asked.sessions} sessions in an hour`);
    assert.ok(asked.sessions >= 3 && asked.sessions <= 3 + 6, `${asked.sessions} sessions with ${name}`);
  }
});

test("a crash loop whose sessions come to nothing opens ever fewer, down to one an hour", async () => {
  const emulator = service({ intervalInSeconds: 1 });
  const { asked, fetch } = counted(emulator);
  const store = storeOf();
  emulator.fault("expired-token", { times: Infinity });
  for (const end = world.date + 12 * HOUR; world.date < end; world.reboot(10_000)) await live({ fetch, store, milliseconds: 20_000, killed: true });
  console.log(`${asked.sessions} sessions in twelve hours`);
  assert.ok(asked.sessions >= 10 && asked.sessions <= 3 + 13, `${asked.sessions} sessions`);
});

test("a limit that is used up is over with its hour or its day, also with a store", async () => {
  for (const [limits, span] of [[{ requestsPerHour: 10 }, HOUR], [{ requestsPerDay: 10 }, 24 * HOUR], [{ pricePerHour: 0.00000199 }, HOUR]]) {
    const emulator = service({ intervalInSeconds: 60 });
    const { asked, fetch } = counted(emulator);
    const requests = () => asked.sessions + asked.polls;
    const prices = { configurationReceived: 0 };
    const store = storeOf();
    const client = new ConfigurationClient({ ...target, endpoint: "https://upstream.test", logger: null, fetch, store, exclusive: true, limits, prices });
    const told = [];
    client.addEventListener("limit", ({ limit, usage }) => told.push([limit, usage.requests]));
    await Promise.all([client.start(), world.settle()]);
    const begin = world.date;
    await world.pass(11 * MINUTE);
    const [name] = Object.keys(limits);
    assert.deepEqual(told, [[name, 10]], "it is told when it is used up");
    assert.equal(requests(), 10);
    await world.pass(begin + span - world.date - 1000);
    // One in fifteen minutes: what is new comes all the same.
    const slow = requests() - 10;
    assert.ok(Math.abs(slow - (span - 10 * MINUTE) / (15 * MINUTE)) <= 1.5, `${slow} requests while it is used up`);
    assert.equal(told.length, 1);
    const before = requests();
    assert.ok(await world.pass(16 * MINUTE, () => requests() > before), "the next one of them");
    await world.pass(5 * MINUTE);
    assert.ok(requests() - before >= 5, "and then as often as before");
    client.stop();
    world.reboot();
  }
});
