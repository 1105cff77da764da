// Many clients in one process, over real sockets and in real time: `fork(clients.mjs, [PACKAGE, URL, COUNT])`. They start at once. Sends `{ started }` when
// all have a configuration, and answers each message with what was seen so far.

import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, url, count] = process.argv.slice(2);
const { ConfigurationClient } = await import(pathToFileURL(path.join(folder, "index.js")));

const errors = {};
const newest = [];
const clients = Array.from({ length: Number(count) }, () => {
  const client = new ConfigurationClient({ application: "shop", environment: "prod", configurationProfile: "flags", endpoint: url, logger: null });
  client.addEventListener("error", ({ error }) => (errors[error.code] = (errors[error.code] ?? 0) + 1));
  client.addEventListener("update", ({ configuration }) => {
    if (configuration.json().colour === "green") newest.push(Date.now());
  });
  return client;
});
const seen = () => ({ errors: { ...errors }, newest, status: Object.fromEntries(["starting", "ready", "stale"].map((name) => [name, clients.filter(({ status }) => status === name).length])) });
process.on("message", () => process.send(seen()));
process.on("disconnect", () => process.exit(0));
const begin = Date.now();
await Promise.all(clients.map((client) => client.start()));
process.send({ started: Date.now() - begin, ...seen() });
