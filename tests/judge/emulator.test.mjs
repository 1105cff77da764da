// createEmulator: the service as an object with a fetch.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createEmulator } from "../../pkg/emulator.js";
import { ConfigurationClient } from "../../pkg/index.js";
import { flags } from "./server.mjs";

const body = JSON.stringify({ ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" });
const configurationUrl = (token) => `https://emulator.test/configuration?configuration_token=${encodeURIComponent(token)}`;

async function open(emulator) {
  const answer = await emulator.fetch("https://emulator.test/configurationsessions", { method: "POST", body });
  return (await answer.json()).InitialConfigurationToken;
}
const emulate = (options) => createEmulator({ configurations: [{ ...flags, content: { one: 1 } }], ...options });

test("our client polls it without a port", async (t) => {
  const emulator = emulate({ intervalInSeconds: 1 });
  const client = new ConfigurationClient({ ...flags, endpoint: "https://emulator.test/some/path", fetch: emulator.fetch, keepAlive: true, logger: null });
  t.after(() => client.stop());
  assert.deepEqual((await client.start()).json(), { one: 1 });
  const updated = new Promise((resolve) => client.addEventListener("update", ({ configuration }) => resolve(configuration)));
  emulator.deploy({ ...flags, content: { two: 2 }, versionLabel: "v2" });
  const { versionLabel, contentType } = await updated;
  assert.deepEqual([client.configuration.json(), versionLabel, contentType], [{ two: 2 }, "v2", "application/json"]);
  assert.ok(emulator.requests.every(({ problem }) => problem === undefined), "never too early");
});

test("fetch takes what a fetch takes", async () => {
  const emulator = emulate();
  const { fetch } = emulator;
  const starts = [
    fetch("http://a/configurationsessions", { method: "post", body }),
    fetch(new URL("https://b/deep/path/configurationsessions"), { method: "POST", body: new TextEncoder().encode(body) }),
    fetch("/config/configurationsessions", { method: "POST", body: new Blob([body]) }),
    fetch(new Request("http://c/configurationsessions", { method: "POST", body })),
    fetch(new Request("http://c/configurationsessions"), { method: "POST", body }),
  ];
  for (const answer of await Promise.all(starts)) {
    assert.ok(answer instanceof Response);
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [201, "application/json"]);
    const { InitialConfigurationToken: token } = await answer.json();
    const poll = await fetch(new Request(configurationUrl(token)));
    assert.deepEqual([poll.status, await poll.text()], [200, '{"one":1}']);
  }
  assert.deepEqual(emulator.requests.map(({ session }) => session).sort(), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
});

test("content is text, bytes or a value", async () => {
  for (const [content, contentType, expected] of [
    ["text", "text/plain", "text"],
    [new Uint8Array([65, 66]), "application/octet-stream", "AB"],
    [new Uint8Array([65, 66, 67]).subarray(1), "application/octet-stream", "BC"],
    [new Uint8Array([65]).buffer, "application/octet-stream", "A"],
    [{ a: [1, null] }, "application/json", '{"a":[1,null]}'],
    [null, "application/json", "null"],
  ]) {
    const emulator = createEmulator({ configurations: [{ ...flags, content }] });
    const answer = await emulator.fetch(configurationUrl(await open(emulator)));
    assert.deepEqual([answer.headers.get("content-type"), await answer.text()], [contentType, expected]);
    assert.deepEqual(emulator.configurations, [{ ...flags, contentType, versionLabel: undefined, bytes: expected.length }]);
  }
});

test("ids are accepted beside names", async () => {
  const emulator = emulate({ ids: { a1b2c3d: "shop" } });
  const named = JSON.parse(body);
  const answer = await emulator.fetch("/configurationsessions", { method: "POST", body: JSON.stringify({ ...named, ApplicationIdentifier: "a1b2c3d" }) });
  assert.equal(answer.status, 201);
});

test("its clock moves forward when it is told to", async () => {
  let now = Date.parse("2026-11-21T00:00:00Z");
  const emulator = emulate({ now: () => now });
  let answer = await emulator.fetch(configurationUrl(await open(emulator)));
  assert.equal(answer.headers.get("date"), "Sat, 21 Nov 2026 00:00:00 GMT");
  const token = answer.headers.get("next-poll-configuration-token");
  answer = await emulator.fetch(configurationUrl(token));
  assert.equal(answer.status, 400);
  now += 30_000;
  emulator.advance(30_000);
  answer = await emulator.fetch(configurationUrl(token));
  assert.deepEqual([answer.status, answer.headers.get("date")], [200, "Sat, 21 Nov 2026 00:01:00 GMT"]);
  assert.deepEqual(emulator.requests.map(({ at, problem, unchanged }) => [at - Date.parse("2026-11-21T00:00:00Z"), problem, unchanged]), [
    [0, undefined, false],
    [0, undefined, false],
    [0, "PollIntervalNotSatisfied", false],
    [60_000, undefined, true],
  ]);
});

test("the interval can change, and AWS's own comes back", async () => {
  const emulator = emulate({ intervalInSeconds: 7 });
  const interval = async () => (await emulator.fetch(configurationUrl(await open(emulator)))).headers.get("next-poll-interval-in-seconds");
  assert.equal(await interval(), "7");
  emulator.intervalInSeconds = 300;
  assert.deepEqual([await interval(), emulator.intervalInSeconds], ["300", 300]);
  emulator.intervalInSeconds = undefined;
  assert.equal(await interval(), "60");
  assert.throws(() => (emulator.intervalInSeconds = 0), { code: "invalid-option" });
});

test("the same seed gives the same tokens, and no seed gives others", async () => {
  const token = (options) => open(emulate({ now: () => 0, ...options }));
  assert.equal(await token({ seed: 1 }), await token({ seed: 1 }));
  assert.notEqual(await token({ seed: 1 }), await token({ seed: 2 }));
  assert.notEqual(await token(), await token());
  assert.equal((await token({ tokenCharacters: 8192 })).length, 8192);
});

test("reverting, and deploying anew", async () => {
  const emulator = emulate();
  assert.deepEqual([emulator.revert(flags), emulator.revert(flags), emulator.revert({ ...flags, application: "other" })], [true, false, false]);
  assert.deepEqual(emulator.configurations, []);
  const answer = await emulator.fetch(configurationUrl(await open(emulator)));
  assert.deepEqual([answer.status, (await answer.json()).ResourceType], [404, "Configuration"]);
});

test("an answer takes its time, and a signal ends the waiting", async () => {
  const emulator = emulate({ latencyInMilliseconds: 50 });
  const start = performance.now();
  const token = await open(emulator);
  assert.ok(performance.now() - start >= 45);
  const controller = new AbortController();
  const poll = emulator.fetch(configurationUrl(token), { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(poll, { message: "enough" });
  await assert.rejects(emulator.fetch(configurationUrl(token), { signal: AbortSignal.abort() }), { name: "AbortError" });
  // The request was on its way, so its token is spent.
  assert.equal((await emulator.fetch(configurationUrl(token))).status, 400);
});

test("a lost answer rejects as a broken connection does, a hanging one waits for its signal", async () => {
  const emulator = emulate();
  const token = await open(emulator);
  emulator.fault("hang");
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  await assert.rejects(emulator.fetch(configurationUrl(token), { signal: controller.signal }), { name: "AbortError" });
  emulator.fault("lost-answer");
  await assert.rejects(emulator.fetch(configurationUrl(token)), (error) => error instanceof TypeError && error.message === "fetch failed" && error.cause.code === "ECONNRESET");
  assert.equal((await emulator.fetch(configurationUrl(token))).status, 400);
  assert.deepEqual(emulator.requests.map(({ status, fault }) => [status, fault]), [[201, undefined], [0, "hang"], [200, "lost-answer"], [400, undefined]]);
  emulator.fault("throttle", { times: 5 });
  emulator.clearFaults();
  assert.equal((await emulator.fetch(configurationUrl(token))).status, 400);
});

test("requests are the last thousand, without anything secret", async () => {
  const emulator = createEmulator({ configurations: [{ ...flags, content: "confidential" }], now: () => 0, replay: "repeated" });
  const token = await open(emulator);
  for (let count = 0; count < 1200; count += 1) await emulator.fetch(configurationUrl(token));
  assert.equal(emulator.requests.length, 1000);
  const text = JSON.stringify(emulator.requests);
  assert.ok(!text.includes("confidential") && !text.includes(token.slice(20, 60)));
  assert.throws(() => emulator.requests[0].status = 1, TypeError);
});

test("20,000 polls need no more memory than 2,000", async () => {
  let now = 0;
  const emulator = emulate({ now: () => (now += 60_000) });
  let token = await open(emulator);
  const poll = async (times) => {
    for (let count = 0; count < times; count += 1) {
      const answer = await emulator.fetch(configurationUrl(token));
      token = answer.headers.get("next-poll-configuration-token");
    }
    const { initSync } = await import("../../pkg/wasm/emulator.js");
    return initSync().memory.buffer.byteLength;
  };
  const before = await poll(2000);
  assert.equal(await poll(20_000), before);
});

test("what is wrong in the options is told", () => {
  const emulator = createEmulator();
  for (const [call, message] of [
    [() => createEmulator(5), /expected an object, got 5/],
    [() => createEmulator({ interval: 5 }), /^option interval: there is no such option; there are configurations, ids, faults, intervalInSeconds,/],
    [() => createEmulator({ intervalInSeconds: 0 }), /^option intervalInSeconds: expected a whole number from 1 to 86400, got 0$/],
    [() => createEmulator({ intervalInSeconds: "5" }), /^option intervalInSeconds: .* got string$/],
    [() => createEmulator({ replay: "yes" }), /^option replay: expected "refused" or "repeated" or "empty"/],
    [() => createEmulator({ ids: { a: 1 } }), /^option ids: expected an object with a name for each id/],
    [() => createEmulator({ ids: { "": "shop" } }), /^option ids: expected names of 1 to 128 characters/],
    [() => createEmulator({ configurations: { shop: {} } }), /^option configurations: expected an array of deployments/],
    [() => createEmulator({ configurations: [{ application: "shop" }] }), /^option environment: expected a name of 1 to 128 characters, got undefined$/],
    [() => emulator.deploy({ ...flags }), /^option content: /],
    [() => emulator.deploy({ ...flags, content: "", label: "v1" }), /^option label: there is no such option/],
    [() => emulator.deploy({ ...flags, content: "", versionLabel: "1" }), /expected a version label of 1 to 64/],
    [() => emulator.deploy({ ...flags, content: "", contentType: "a\nb" }), /expected a content type/],
    [() => emulator.deploy({ ...flags, application: "é".repeat(129), content: "" }), /expected names of 1 to 128 characters/],
    [() => emulator.deploy({ ...flags, content: new Uint8Array(4 * 1024 * 1024 + 1) }), /expected at most 4,194,304 bytes/],
    [() => emulator.revert({}), /^option application: /],
    [() => emulator.fault("earthquake"), /expected one of throttle, internal-error, .*, got earthquake$/],
    [() => emulator.fault("throttle", { times: 0 }), /^option times: /],
    [() => emulator.fault("throttle", { operation: "Poll" }), /^option operation: /],
    [() => emulator.advance(-1), /^option milliseconds: expected a number from 0/],
    [() => emulator.advance(), /got undefined$/],
  ]) {
    assert.throws(call, (error) => error.code === "invalid-option" && message.test(error.message), String(call));
  }
});
