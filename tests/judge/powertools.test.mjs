// AWS Lambda Powertools against the emulator: a whole life over HTTP. It polls whenever it is asked with `forceFetch`, too early or not.

import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { AppConfigProvider } from "@aws-lambda-powertools/parameters/appconfig";
import { AppConfigDataClient } from "@aws-sdk/client-appconfigdata";
import { promised, start } from "./server.mjs";

const HOUR = 3_600_000;

async function judge(t, files) {
  const server = await start(t, files);
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const awsSdkV3Client = new AppConfigDataClient({ region: "eu-west-1", endpoint: server.url, credentials, maxAttempts: 1 });
  t.after(() => awsSdkV3Client.destroy());
  const provider = (more) => new AppConfigProvider({ application: "shop", environment: "prod", awsSdkV3Client, ...more });
  const poll = (it, name = "flags", more = {}) => it.get(name, { transform: "json", forceFetch: true, ...more });
  return { ...server, provider, poll, file: path.join(server.folder, "shop/prod/flags.json") };
}

const refused = (promise, message) => assert.rejects(promise, (error) => error.name === "GetParameterError" && message.test(error.message));

test("Powertools: start, poll, unchanged, changed, early", async (t) => {
  const it = await judge(t);
  const provider = it.provider();
  assert.deepEqual(await it.poll(provider), { one: 1 });
  await refused(it.poll(provider), /Request too early/);
  it.emulator.advance(60_000);
  assert.deepEqual(await it.poll(provider), { one: 1 }, "its own copy");
  assert.equal(it.emulator.requests.at(-1).unchanged, true);
  await writeFile(it.file, '{"two":2}');
  await promised();
  it.emulator.advance(60_000);
  assert.deepEqual(await it.poll(provider), { two: 2 });
  assert.deepEqual(it.emulator.requests.map(({ status }) => status), [201, 200, 400, 200, 200]);
});

test("Powertools: expired and corrupted tokens are refused, and a new provider starts anew", async (t) => {
  const it = await judge(t);
  const provider = it.provider();
  await it.poll(provider);
  it.emulator.fault("corrupted-token");
  it.emulator.advance(60_000);
  await refused(it.poll(provider), /token is not valid/);
  assert.deepEqual(await it.poll(provider), { one: 1 });
  it.emulator.advance(24 * HOUR + 1);
  // It keeps what was refused until its own clock says so: that is why clients break.
  for (let count = 0; count < 2; count += 1) await refused(it.poll(provider), /token has expired/);
  assert.deepEqual(await it.poll(it.provider()), { one: 1 });
});

test("Powertools: unknown names, and a deployment that is taken back", async (t) => {
  const it = await judge(t);
  await refused(it.poll(it.provider({ application: "nowhere" })), /application could not be found/);
  await refused(it.poll(it.provider({ environment: "nowhere" })), /environment could not be found/);
  await refused(it.poll(it.provider(), "nowhere"), /configuration profile could not be found/);
  const provider = it.provider();
  await it.poll(provider);
  await rm(it.file);
  await promised();
  it.emulator.advance(60_000);
  await refused(it.poll(provider), /configuration could not be found/);
  await writeFile(it.file, '{"back":1}');
  await promised();
  assert.deepEqual(await it.poll(provider), { back: 1 });
});

test("Powertools: feature flags, and the interval that a session asked for", async (t) => {
  const written = { version: "1", flags: { beta: { name: "Beta" } }, values: { beta: { enabled: true, _createdAt: "2026-11-21T00:00:00Z", colour: "blue" } } };
  const it = await judge(t, { "shop/prod/flags.json": JSON.stringify(written) });
  const more = { sdkOptions: { RequiredMinimumPollIntervalInSeconds: 15 } };
  const provider = it.provider();
  assert.deepEqual(await it.poll(provider, "flags", more), { beta: { enabled: true, colour: "blue" } });
  it.emulator.advance(15_000);
  assert.deepEqual(await it.poll(provider, "flags", more), { beta: { enabled: true, colour: "blue" } });
  it.emulator.fault("throttle");
  await refused(it.poll(provider, "flags", more), /Rate exceeded/);
});
