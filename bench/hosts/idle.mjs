// node --expose-gc hosts/idle.mjs COUNT: starts so many clients and prints what they hold. They ask a function, not a server: what a host
// keeps for its connections is not the client's.

import { setImmediate as turn } from "node:timers/promises";
import { ConfigurationClient } from "../../pkg/index.js";
import { initSync } from "../../pkg/wasm/client.js";
import { names, small } from "../documents.mjs";

const count = Number(process.argv[2]);
const token = "A".repeat(839);
let turns = 0;

async function answer(url, { method }) {
  const next = `${token}${turns++ % 10}`;
  if (method === "POST") return Response.json({ InitialConfigurationToken: next }, { status: 201 });
  return new Response(small, { headers: { "next-poll-configuration-token": next, "next-poll-interval-in-seconds": "60", "content-type": "application/json" } });
}

const started = async () => {
  const client = new ConfigurationClient({ ...names, endpoint: "https://service.test", fetch: answer, logger: null });
  await client.start();
  return client;
};

async function held() {
  // More than once: what is finalised is free only afterwards.
  for (let i = 0; i < 5; i++) {
    await turn();
    globalThis.gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  // The module is there already: this gives its exports.
  const wasmMemory = initSync({}).memory.buffer.byteLength;
  // Node counts the module's memory among what is external.
  return { heap: heapUsed, external: external - wasmMemory, wasmMemory };
}

// The first load the module and compile the functions, and what the host keeps of each of them is let go again.
for (let i = 0; i < 200; i++) (await started()).stop();
const before = await held();
const clients = [];
for (let i = 0; i < count; i++) clients.push(await started());
const after = await held();
process.stdout.write(JSON.stringify({ before, after }));
process.exit(clients.length === count ? 0 : 1);
