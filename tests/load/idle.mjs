// node --expose-gc idle.mjs PACKAGE COUNT: starts so many clients and prints what one of them holds in bytes, in JavaScript's heap and the module's memory, and
// what its configuration takes of that. They ask a function, not a server: what a host keeps for its connections is not the client's.

import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const [folder, text] = process.argv.slice(2);
const count = Number(text);
const load = (name) => import(pathToFileURL(path.join(folder, name)));
const { ConfigurationClient } = await load("index.js");
const { initSync } = await load("wasm/client.js");

const options = { application: "shop", environment: "prod", configurationProfile: "flags", endpoint: "https://service.test", logger: null };
const document = new TextEncoder().encode(JSON.stringify({ checkout: { enabled: true, colour: "blue" }, beta: { enabled: false } }));
// As long as AWS's.
const token = "A".repeat(839);
let turns = 0;

async function answer(url, { method }) {
  const next = `${token}${turns++ % 10}`;
  if (method === "POST") return Response.json({ InitialConfigurationToken: next }, { status: 201 });
  return new Response(document, { headers: { "next-poll-configuration-token": next, "next-poll-interval-in-seconds": "3600", "content-type": "application/json" } });
}

async function started() {
  const client = new ConfigurationClient({ ...options, fetch: answer });
  await client.start();
  return client;
}

/** How many bytes one of what `make` makes holds. */
async function each(make) {
  const held = async () => {
    // More than once: what is finalised is free only afterwards.
    for (let i = 0; i < 5; i++) {
      await turn();
      globalThis.gc();
    }
    return process.memoryUsage().heapUsed + initSync({}).memory.buffer.byteLength;
  };
  const before = await held();
  const all = [];
  for (let i = 0; i < count; i++) all.push(await make());
  const after = await held();
  return Math.round((after - before) / all.length);
}

// The first load the module and compile the functions, and what the host keeps of each of them is let go again.
for (let i = 0; i < 200; i++) (await started()).stop();
const configuration = await each(async () => {
  const bytes = document.slice();
  return { bytes, value: JSON.parse(new TextDecoder().decode(bytes)) };
});
const client = await each(started);
process.stdout.write(JSON.stringify({ client, configuration }), () => process.exit(0));
