// node hosts/visitors.mjs CONTENDER '{ visitors, loads, days, minutes, seed }': so many people who open a page so often a day, by a clock that is
// turned by hand, with the emulator as the service. Something is deployed at noon of each day. Prints what a page load of the last day asked for.

import { install, seedRandom } from "../../tests/clock/clock.mjs";
import { INTERVAL_IN_SECONDS, names } from "../documents.mjs";
import { each, meter } from "../meter.mjs";

const [name, text] = process.argv.slice(2);
const { visitors, loads, days, minutes, seed } = JSON.parse(text);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const life = minutes * MINUTE;

const clock = install();
seedRandom(seed);
const { ConfigurationClient } = await import("../../pkg/index.js");
const { createEmulator } = await import("../../pkg/emulator.js");
const endpoint = "https://service.test";
const emulator = createEmulator({ intervalInSeconds: INTERVAL_IN_SECONDS, seed });
const deploy = (version) => emulator.deploy({ ...names, content: { version } });
const service = (url, init) => {
  clock.touch();
  return emulator.fetch(url, init);
};

async function edge(fetch, options) {
  const client = new ConfigurationClient({ ...names, endpoint, fetch, logger: null, ...options });
  await client.start();
  return () => client.stop();
}

/** What a page load does with its `fetch` and its visitor's store: gives what is to be done when the page is left. */
const contenders = {
  async sdk(fetch) {
    const { open } = await import("../contenders/sdk.mjs");
    const handle = async ({ method, path, query, headers, body }) => {
      const response = await fetch(`${endpoint}${path}?${new URLSearchParams(query)}`, { method, headers, body });
      return { response: { statusCode: response.status, headers: Object.fromEntries(response.headers), body: new Uint8Array(await response.arrayBuffer()) } };
    };
    const opened = await open(endpoint, { requestHandler: { handle } });
    let timer;
    const wait = () => (timer = setTimeout(() => opened.poll().then(wait), INTERVAL_IN_SECONDS * 1000));
    wait();
    return () => clearTimeout(timer);
  },
  edge: (fetch) => edge(fetch),
  store: (fetch, store) => edge(fetch, { store, exclusive: true }),
};
const open = contenders[name];

/** What localStorage is to somebody whose tabs come one after the other. */
function storage() {
  const texts = new Map();
  return { getItem: (key) => texts.get(key), setItem: (key, text) => texts.set(key, text), removeItem: (key) => texts.delete(key) };
}

/** When somebody opens the page: at random, but not while it is open. */
function habits() {
  const times = [];
  for (let day = 0; day < days; day++) {
    let all;
    do all = [...times.slice(-1), ...Array.from({ length: loads }, () => (day + Math.random()) * DAY).sort((a, b) => a - b)];
    while (all.some((time, at) => time - all[at - 1] <= life));
    times.push(...all.slice(-loads));
  }
  return times;
}

deploy("first");
// The modules are there when the clock begins to go.
(await open(meter(service).fetch, storage()))();

const begin = clock.monotonic;
const plan = Array.from({ length: days }, (_, day) => ({ at: (day + 0.5) * DAY, act: () => deploy(day) }));
const counted = [];
for (let visitor = 0; visitor < visitors; visitor++) {
  const store = storage();
  for (const at of habits()) {
    const it = meter(service);
    let leave;
    if (at >= (days - 1) * DAY) counted.push(it);
    // A poll that would be due when the page is left is not sent.
    plan.push({ at, act: async () => (leave = await open(it.fetch, store)) }, { at: at + life - 1, act: () => leave() });
  }
}
for (const { at, act } of plan.sort((a, b) => a.at - b.at)) {
  await clock.go(begin + at - clock.monotonic);
  act();
}
await clock.settled();
process.stdout.write(JSON.stringify({ loads: counted.length, ...each(counted.length, counted) }), () => process.exit(0));
