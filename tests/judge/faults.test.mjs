// Faults by name: over HTTP as a client's sockets see them, over the admin surface, from the command line's options, and in createEmulator.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { createEmulator } from "../../pkg/emulator.js";
import { ConfigurationClient } from "../../pkg/index.js";
import { flags, start, until } from "./server.mjs";

const CONTENT = JSON.stringify({ text: "x".repeat(5000) });
const body = JSON.stringify({ ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" });
const where = (token) => `/configuration?configuration_token=${encodeURIComponent(token)}`;

/** What the socket gave, whole or not. */
function ask(url, target, headers = {}) {
  return new Promise((resolve) => {
    http.get(url + target, { headers }, (response) => {
      const parts = [];
      const end = () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts), whole: response.complete });
      response.on("data", (part) => parts.push(part)).on("error", () => {}).on("close", end);
    }).on("error", (error) => resolve({ code: error.code }));
  });
}

async function open(url) {
  const answer = await fetch(`${url}/configurationsessions`, { method: "POST", body });
  return where((await answer.json()).InitialConfigurationToken);
}

test("over HTTP each is what it says", async (t) => {
  const it = await start(t, { "shop/prod/flags.json": CONTENT });
  const next = async (name, options, headers) => {
    const target = await open(it.url);
    it.emulator.fault(name, { operation: "GetLatestConfiguration", ...options });
    return { ...(await ask(it.url, target, headers)), again: await ask(it.url, target) };
  };
  const cut = await next("cut-body");
  assert.deepEqual([cut.status, cut.headers["content-length"], cut.whole], [200, String(CONTENT.length), false]);
  assert.ok(cut.body.length > 0 && cut.body.length < CONTENT.length && cut.again.status === 400);

  const page = await next("html-page");
  assert.deepEqual([page.status, page.headers["content-type"], page.headers["x-amzn-requestid"], page.again.status], [200, "text/html; charset=utf-8", undefined, 200]);
  const unavailable = await next("unavailable");
  assert.deepEqual([unavailable.status, unavailable.headers["x-amzn-errortype"], unavailable.again.status], [503, undefined, 200]);
  assert.equal((await next("wrong-content-type")).headers["content-type"], "application/octet-stream");
  assert.equal((await next("interval")).headers["next-poll-interval-in-seconds"], "300");
  assert.equal((await next("interval", { seconds: 7 })).headers["next-poll-interval-in-seconds"], "7");

  const skewed = await next("clock-skew", { seconds: -600 });
  assert.deepEqual([skewed.status, skewed.headers["x-amzn-errortype"], skewed.again.status], [403, "InvalidSignatureException", 200]);
  assert.ok(Math.abs(Date.parse(skewed.headers.date) + 600_000 - Date.now()) < 5000);

  const compressed = await next("compressed", {}, { "accept-encoding": "gzip, br" });
  assert.deepEqual([compressed.headers["content-encoding"], Number(compressed.headers["content-length"]), compressed.body.length < 200], ["gzip", compressed.body.length, true]);
  assert.deepEqual((await next("compressed")).body.toString(), CONTENT);

  const hidden = await next("hidden-headers");
  assert.deepEqual([hidden.headers["access-control-allow-origin"], hidden.headers["access-control-expose-headers"]], ["*", undefined]);
  assert.equal((await next("lost-answer")).code, "ECONNRESET");
  for (const [name, status] of [["throttle", 429], ["internal-error", 500], ["expired-token", 400], ["corrupted-token", 400]]) assert.equal((await next(name)).status, status, name);
});

test("over HTTP a hanging one keeps its connection open, and spends no token", async (t) => {
  const it = await start(t, { "shop/prod/flags.json": CONTENT });
  const target = await open(it.url);
  it.emulator.fault("hang");
  let ended = false;
  const request = http.get(it.url + target).on("response", () => (ended = true)).on("close", () => (ended = true)).on("error", () => {});
  await until(() => it.events.some(({ fault }) => fault === "hang"), "word of the request");
  // Others are answered meanwhile.
  assert.equal((await ask(it.url, target)).status, 200);
  assert.equal(ended, false);
  request.destroy();
});

test("by an admin call, for pages of this server's own origin and tools on this machine", async (t) => {
  const it = await start(t);
  const url = `${it.url}/_emulator/faults`;
  const post = (value, headers) => fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: typeof value === "string" ? value : JSON.stringify(value) });
  const added = await post({ name: "throttle", times: 2, operation: "GetLatestConfiguration" });
  const throttle = { name: "throttle", times: 2, operation: "GetLatestConfiguration", rate: 1 };
  const { faults, known } = await added.json();
  assert.deepEqual([added.status, faults], [200, [throttle]]);
  // For a page that has a switch for each: what there is, and what each takes.
  assert.deepEqual(known.map(({ name }) => name).sort(), ["clock-skew", "compressed", "corrupted-token", "cut-body", "expired-token", "hang", "hidden-headers", "html-page", "internal-error", "interval", "lost-answer", "throttle", "unavailable", "wrong-content-type"]);
  assert.deepEqual(known.filter(({ seconds }) => seconds !== undefined), [{ name: "interval", operation: "GetLatestConfiguration", seconds: 300 }, { name: "clock-skew", seconds: 3600 }]);
  await post({ name: "clock-skew", rate: 0.5 });
  assert.deepEqual((await (await fetch(url)).json()).faults, [throttle, { name: "clock-skew", rate: 0.5, seconds: 3600 }]);
  for (const { name } of known) {
    assert.equal((await (await post({ name })).json()).faults.at(-1).name, name);
    assert.equal((await fetch(`${url}/${name}`, { method: "DELETE" })).status, 204);
  }
  assert.deepEqual(await (await fetch(url)).json(), { faults: [], known });
  await post({ name: "throttle", times: 2, operation: "GetLatestConfiguration" });
  await post({ name: "clock-skew", rate: 0.5 });
  await post({ name: "throttle", rate: 1 });
  const left = async () => (await (await fetch(url)).json()).faults.map(({ name, times }) => [name, times]);
  assert.deepEqual(await left(), [["throttle", 2], ["clock-skew", undefined], ["throttle", undefined]]);
  assert.equal((await fetch(`${url}/throttle`, { method: "DELETE" })).status, 204);
  assert.deepEqual(await left(), [["clock-skew", undefined]]);
  assert.equal((await fetch(`${url}/earthquake`, { method: "DELETE" })).status, 400);
  assert.equal((await fetch(url, { method: "DELETE" })).status, 204);
  assert.deepEqual(await left(), []);

  for (const [status, message, value, headers] of [
    [400, /expected one of throttle, internal-error, .*, got earthquake$/, { name: "earthquake" }],
    [400, /^option times: /, { name: "throttle", times: 0 }],
    [400, /^option rate: expected a number above 0 and up to 1, got 2$/, { name: "throttle", rate: 2 }],
    [400, /there is no such option; there are times, operation, rate, seconds/, { name: "throttle", often: true }],
    [400, /expected seconds for interval and clock-skew alone, got 5/, { name: "throttle", seconds: 5 }],
    [400, /expected expired-token with GetLatestConfiguration alone/, { name: "expired-token", operation: "StartConfigurationSession" }],
    [400, /expected an interval from 1 to 86400 seconds, got 0/, { name: "interval", seconds: 0 }],
    [400, /^expected a fault in JSON, such as/, "{"],
    [400, /^expected a fault in JSON, such as/, "null"],
    [400, /^expected a fault in JSON, such as/, JSON.stringify({ name: "x".repeat(10_000) })],
    [415, /expected Content-Type to be application\/json/, { name: "throttle" }, { "content-type": "text/plain" }],
    [403, /expected Origin/, { name: "throttle" }, { origin: "https://evil.example" }],
    [403, /expected a request of this origin/, { name: "throttle" }, { "sec-fetch-site": "cross-site" }],
  ]) {
    const answer = await post(value, headers);
    assert.equal(answer.status, status, message);
    assert.match((await answer.json()).message, message);
  }
  assert.deepEqual(it.emulator.faults, []);
});

test("a standing fault lasts until it is cleared", async (t) => {
  const it = await start(t);
  const post = (value) => fetch(`${it.url}/_emulator/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });
  await post({ name: "unavailable", rate: 1 });
  for (let count = 0; count < 5; count += 1) assert.equal((await fetch(`${it.url}/configurationsessions`, { method: "POST", body })).status, 503);
  await fetch(`${it.url}/_emulator/faults/unavailable`, { method: "DELETE" });
  assert.equal((await ask(it.url, await open(it.url))).status, 200);
});

test("a rate lasts until it is taken back, and goes by the seed", async () => {
  const statuses = async (seed) => {
    const emulator = createEmulator({ configurations: [{ ...flags, content: "x" }], seed, now: () => 0, faults: [{ name: "throttle", rate: 0.3, operation: "StartConfigurationSession" }] });
    const all = [];
    for (let count = 0; count < 200; count += 1) all.push((await emulator.fetch("/configurationsessions", { method: "POST", body })).status);
    assert.deepEqual(emulator.faults.map(({ name, rate, times }) => [name, rate, times]), [["throttle", 0.3, undefined]]);
    emulator.clearFaults();
    assert.equal((await emulator.fetch("/configurationsessions", { method: "POST", body })).status, 201);
    return all;
  };
  const one = await statuses(1);
  const throttled = one.filter((status) => status === 429).length;
  assert.ok(throttled > 35 && throttled < 85, String(throttled));
  assert.deepEqual(await statuses(1), one);
  assert.notDeepEqual(await statuses(2), one);
});

test("createEmulator's fetch shows what a fetch would", async () => {
  const emulator = createEmulator({ configurations: [{ ...flags, content: CONTENT, contentType: "application/json" }] });
  const poll = async (name) => {
    const { InitialConfigurationToken: token } = await (await emulator.fetch("/configurationsessions", { method: "POST", body })).json();
    emulator.fault(name);
    return emulator.fetch(where(token));
  };
  const cut = await poll("cut-body");
  assert.deepEqual([cut.status, cut.headers.get("content-length")], [200, String(CONTENT.length)]);
  await assert.rejects(cut.text(), TypeError);
  const compressed = await poll("compressed");
  assert.deepEqual([compressed.headers.get("content-encoding"), Number(compressed.headers.get("content-length")) < 200, await compressed.text()], ["gzip", true, CONTENT]);
  const hidden = await poll("hidden-headers");
  assert.deepEqual([[...hidden.headers.keys()], await hidden.text()], [["content-type"], CONTENT]);
});

test("our client lives through each of them", async (t) => {
  for (const name of ["throttle", "internal-error", "unavailable", "html-page", "cut-body", "lost-answer", "wrong-content-type", "compressed", "expired-token", "corrupted-token"]) {
    const emulator = createEmulator({ configurations: [{ ...flags, content: { one: 1 } }], intervalInSeconds: 1 });
    const client = new ConfigurationClient({ ...flags, endpoint: "https://emulator.test", fetch: emulator.fetch, keepAlive: true, logger: null });
    t.after(() => client.stop());
    emulator.fault(name, { operation: "GetLatestConfiguration" });
    assert.deepEqual((await client.start()).json(), { one: 1 }, name);
    assert.deepEqual(emulator.faults, [], name);
  }
});
