// Deno KV as a store: deno run deno-kv.mjs ENDPOINT FILE

import { ConfigurationClient } from "appconfig-edge";

const [endpoint, file] = Deno.args;
const kv = await Deno.openKv(file);
const store = {
  getItem: async (name) => (await kv.get([name])).value,
  setItem: (name, text) => kv.set([name], text),
  removeItem: (name) => kv.delete([name]),
};
const client = new ConfigurationClient({ application: "shop", environment: "prod", configurationProfile: "flags", endpoint, store, exclusive: true, logger: null });
const confirmed = new Promise((resolve) => client.addEventListener("statuschange", ({ status }) => status === "ready" && resolve()));
const { source } = await client.start();
const hold = setInterval(() => {}, 1000);
await confirmed;
clearInterval(hold);
client.stop();
console.log(JSON.stringify({ source, text: client.configuration.text(), usage: client.usage }));
// stop() has begun to write: where the store closes, that has to be over.
await new Promise((resolve) => setTimeout(resolve, 100));
kv.close();
