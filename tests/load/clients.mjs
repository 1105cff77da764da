// Many clients in one process, over real sockets and in real time: `fork(clients.mjs, [PACKAGE, URL, COUNT, LIMIT])`, the time limit of a
// request to headers and without a byte in seconds. They start at once. Sends `{ started }` when
// all have a configuration, and answers each message with what was seen so far.

import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, url, count, limit] = process.argv.slice(2);
const { ConfigurationClient } = await import(pathToFileURL(path.join(folder, "index.js")));

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const limits = { headersTimeoutInMilliseconds: limit * 1000, idleTimeoutInMilliseconds: limit * 1000 };
const errors = {};
const newest = [];
const clients = Array.from({ length: Number(count) }, () => {
  const client = new ConfigurationClient({ ...target, ...limits, endpoint: url, logger: null });
  client.addEventListener("error", ({ error }) => (errors[error.code] = (errors[error.code] ?? 0) + 1));
  client.addEventListener("update", ({ configuration }) => {
    if (configuration.json().colour === "green") newest.push(Date.now());
  });
  return client;
});
/** Seconds of the processor. */
const worked = () => Number(((process.cpuUsage().user + process.cpuUsage().system) / 1e6).toFixed(1));
const seen = () => ({ worked: worked(), errors: { ...errors }, newest, status: Object.fromEntries(["starting", "ready", "stale"].map((name) => [name, clients.filter(({ status }) => status === name).length])) });
process.on("message", () => process.send(seen()));
process.on("disconnect", () => process.exit(0));
const begin = Date.now();
await Promise.all(clients.map((client) => client.start()));
process.send({ started: Date.now() - begin, ...seen() });
