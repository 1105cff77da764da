// node crowd.mjs PACKAGE '{ clients, interval, calm, outage, spread, seed }': so many clients of an emulator, by a clock that is turned by hand.
// They start at once, or where `spread` says so one after the other within an interval, as those are that have run for days. After `calm` milliseconds
// the service is away for `outage` milliseconds, and meanwhile something is deployed. Without `calm` it is away when they start. Prints what was seen.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { install, seedRandom } from "../clock/clock.mjs";
import { bound, figures } from "./figures.mjs";

const [folder, text] = process.argv.slice(2);
const { clients: count, interval, calm, outage, spread, seed } = JSON.parse(text);
const clock = install();
seedRandom(seed);
const load = (name) => import(pathToFileURL(path.join(folder, name)));
const { ConfigurationClient } = await load("index.js");
const { createEmulator } = await load("emulator.js");

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const emulator = createEmulator({ intervalInSeconds: interval / 1000, seed, configurations: [{ ...target, content: { colour: "blue" } }] });
let isAway = calm === 0;
let sessions = 0;
const requests = [];
const fetch = (url, init) => {
  clock.touch();
  requests.push(clock.monotonic);
  if (isAway) throw new TypeError("fetch failed", { cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) });
  if (init.method === "POST") sessions++;
  return emulator.fetch(url, init);
};

const newest = [];
const clients = Array.from({ length: count }, () => new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch, logger: null }));
for (const client of clients) {
  client.addEventListener("update", ({ configuration }) => {
    if (configuration.json().colour === "green") newest.push(clock.monotonic);
  });
}
// The module is there when the clock begins to go.
const first = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: () => Promise.reject(new TypeError("fetch failed")), logger: null });
await first.refresh().catch(() => {});
first.stop();
const starts = [];
for (const client of clients) {
  starts.push(client.start());
  if (spread) await clock.go(interval / count);
}
await clock.settled();
if (!isAway) await Promise.all(starts);
const started = { requests: requests.length, sessions };
await clock.go(calm);
const away = clock.monotonic;
isAway = true;
emulator.deploy({ ...target, content: { colour: "green" } });
await clock.go(outage);
const back = clock.monotonic;
isAway = false;
// The polls that follow recovery come together once more.
await clock.go(bound(interval) + 2 * interval);
const seen = figures({ clients: count, interval, requests, newest, away, back, end: clock.monotonic });
process.stdout.write(JSON.stringify({ started, sessions, ...seen }), () => process.exit(0));
