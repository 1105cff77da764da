// The blocks for Cloudflare Workers, in workerd.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Miniflare, Response as WorkerResponse } from "miniflare";
import { block } from "./blocks.mjs";
import { bundle, emulate, install, until } from "./place.mjs";

const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});
let folder;
before(async () => (folder = await install((end) => ends.push(end))));

/** Runs a block in workerd. What it asks of `https://config.example.com` is answered by `answer`. */
async function worker(text, answer, more) {
  const wasm = "./wasm/client.wasm";
  const miniflare = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: await bundle(folder, text, ["workerd", "worker"]) },
      { type: "CompiledWasm", path: wasm, contents: readFileSync(path.join(folder, "node_modules", "appconfig-edge", wasm)) },
    ],
    compatibilityDate: "2026-01-01",
    outboundService: async (request) => {
      const url = new URL(request.url);
      assert.equal(url.origin, "https://config.example.com");
      const body = request.method === "GET" ? undefined : await request.text();
      const { status, headers, body: content } = await answer(request.url, { method: request.method, body });
      return new WorkerResponse(content, { status, headers });
    },
    ...more,
  });
  ends.push(() => miniflare.dispose());
  await miniflare.ready;
  return {
    get: async (path = "") => {
      const response = await miniflare.dispatchFetch(`http://worker.test/${path}`);
      assert.equal(response.status, 200);
      return response.json();
    },
  };
}

test("a Worker waits for the first configuration alone, and polls after its responses", async () => {
  const { emulator, deploy, sessions } = await emulate(folder, { a: 1 });
  const { get } = await worker(block("worker"), emulator.fetch);
  const first = await Promise.all(Array.from({ length: 20 }, () => get()));
  assert.deepEqual(first, Array(20).fill({ a: 1 }));
  assert.equal(emulator.requests.length, 2, "one session and one poll for all of them");

  deploy({ a: 2 });
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.deepEqual(await get(), { a: 1 }, "what is held is served");
  await until(async () => (await get()).a === 2, "update");
  assert.equal(sessions(), 1);
});

test("where waitUntil is forgotten, what is held is served, and the first that does not forget it mends it", async () => {
  const { emulator, deploy, sessions } = await emulate(folder, { a: 1 });
  let latency = 0;
  const slow = async (...request) => {
    const answer = await emulator.fetch(...request);
    await new Promise((resolve) => setTimeout(resolve, latency));
    return answer;
  };
  const text = block("worker", { "ctx.waitUntil(": 'if (!request.url.endsWith("forget")) ctx.waitUntil(', "endpoint:": "headersTimeoutInMilliseconds: 1000, endpoint:" });
  const { get } = await worker(text, slow);
  assert.deepEqual(await get("forget"), { a: 1 }, "with nothing held it waits for the poll");

  deploy({ a: 2 });
  latency = 200;
  const asked = emulator.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.deepEqual(await get("forget"), { a: 1 });
  await until(() => emulator.requests.length > asked, "poll");
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(await get("forget"), { a: 1 }, "its answer came to nobody");
  await until(async () => (await get()).a === 2, "update");
  assert.equal(sessions(), 2, "the token was spent, which a new session mends");
});

test("a Durable Object polls on between requests", async () => {
  const { emulator, deploy, sessions } = await emulate(folder, { a: 1 });
  const { get } = await worker(block("durable-object"), emulator.fetch, { durableObjects: { FLAGS: "Flags" } });
  assert.deepEqual(await Promise.all([get(), get(), get()]), Array(3).fill({ a: 1 }));
  deploy({ a: 2 });
  const asked = emulator.requests.length;
  await until(() => emulator.requests.length > asked, "poll without a request");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(await get(), { a: 2 });
  assert.equal(sessions(), 1);
});
