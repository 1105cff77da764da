// The judge: AWS's own client takes the emulator for AWS AppConfig Data, through a whole life and with every exception typed.

import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import {
  AppConfigDataClient,
  BadRequestException,
  GetLatestConfigurationCommand,
  InternalServerException,
  ResourceNotFoundException,
  StartConfigurationSessionCommand,
  ThrottlingException,
} from "@aws-sdk/client-appconfigdata";
import { promised, start } from "./server.mjs";

const DAY = 86_400_000;
const names = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };

async function judge(t, files, options) {
  const server = await start(t, files, options);
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const client = new AppConfigDataClient({ region: "eu-west-1", endpoint: server.url, credentials, maxAttempts: 1 });
  t.after(() => client.destroy());
  return {
    ...server,
    open: async (more) => (await client.send(new StartConfigurationSessionCommand({ ...names, ...more }))).InitialConfigurationToken,
    async poll(token) {
      const answer = await client.send(new GetLatestConfigurationCommand({ ConfigurationToken: token }));
      // For an answer without bytes it gives null.
      return { ...answer, token: answer.NextPollConfigurationToken, text: answer.Configuration?.transformToString() ?? "" };
    },
  };
}

/** What a promise is rejected with, which has to be of this class and status. */
async function refused(promise, type, status) {
  const error = await promise.then(() => assert.fail("expected an exception"), (reason) => reason);
  assert.ok(error instanceof type, `expected ${type.name}, got ${error.stack}`);
  assert.equal(error.name, type.name);
  assert.equal(error.$metadata.httpStatusCode, status);
  assert.match(error.$metadata.requestId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  return error;
}

/** A refused token: the exception with all its members. */
async function refusedToken(promise, problem) {
  const error = await refused(promise, BadRequestException, 400);
  assert.equal(error.Reason, "InvalidParameters");
  assert.deepEqual(error.Details, { InvalidParameters: { configuration_token: { Problem: problem } } });
  return error;
}

test("a whole life: start, poll, unchanged, changed", async (t) => {
  const it = await judge(t);
  const initial = await it.open();
  assert.equal(initial.length, 840);

  const first = await it.poll(initial);
  assert.equal(first.text, '{"one":1}');
  assert.equal(first.ContentType, "application/json");
  assert.equal(first.NextPollIntervalInSeconds, 60);
  assert.match(first.VersionLabel, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  it.emulator.advance(60_000);
  const second = await it.poll(first.token);
  assert.deepEqual([second.text, second.ContentType, second.VersionLabel], ["", "application/json", undefined]);
  assert.equal(second.NextPollIntervalInSeconds, 60);

  await writeFile(path.join(it.folder, "shop/prod/flags.json"), '{"two":2}');
  await promised();
  it.emulator.advance(60_000);
  const third = await it.poll(second.token);
  assert.equal(third.text, '{"two":2}');
  assert.notEqual(third.VersionLabel, first.VersionLabel);
});

test("found by the environment variable that AWS's SDKs have for it", async (t) => {
  const server = await start(t);
  process.env.AWS_ENDPOINT_URL_APPCONFIGDATA = server.url;
  t.after(() => delete process.env.AWS_ENDPOINT_URL_APPCONFIGDATA);
  const client = new AppConfigDataClient({ region: "eu-west-1", credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" }, maxAttempts: 1 });
  t.after(() => client.destroy());
  assert.equal((await client.send(new StartConfigurationSessionCommand(names))).$metadata.httpStatusCode, 201);
  assert.equal(server.emulator.requests.length, 1);
});

test("too early: refused, and the token is not spent", async (t) => {
  const it = await judge(t);
  const { token } = await it.poll(await it.open({ RequiredMinimumPollIntervalInSeconds: 15 }));
  it.emulator.advance(13_000);
  const error = await refusedToken(it.poll(token), "PollIntervalNotSatisfied");
  assert.equal(error.message, "Request too early");
  it.emulator.advance(2000);
  assert.equal((await it.poll(token)).NextPollIntervalInSeconds, 15);
});

test("expired: after a day without a poll", async (t) => {
  const it = await judge(t);
  let token = await it.open();
  for (let day = 0; day < 3; day += 1) {
    ({ token } = await it.poll(token));
    it.emulator.advance(DAY - 60_000);
  }
  it.emulator.advance(60_000);
  await refusedToken(it.poll(token), "Expired");
});

test("corrupted and replayed: refused, and the right one still works", async (t) => {
  const it = await judge(t);
  const initial = await it.open();
  const { token } = await it.poll(initial);
  it.emulator.advance(60_000);
  const changed = `${token.slice(0, -3)}${token.at(-3) === "A" ? "Q" : "A"}==`;
  for (const wrong of [initial, "garbage", changed, token.replaceAll("+", "-")]) await refusedToken(it.poll(wrong), "Corrupted");
  assert.equal((await it.poll(token)).text, "");
});

test("replayed, where that is repeated or empty", async (t) => {
  for (const [replay, text] of [["repeated", '{"one":1}'], ["empty", ""]]) {
    const it = await judge(t, undefined, { replay });
    const initial = await it.open();
    await it.poll(initial);
    const again = await it.poll(initial);
    assert.equal(again.text, text);
    it.emulator.advance(60_000);
    assert.equal((await it.poll(again.token)).text, "");
  }
});

test("unknown names: told which", async (t) => {
  const it = await judge(t);
  for (const [member, type] of [["ApplicationIdentifier", "Application"], ["EnvironmentIdentifier", "Environment"], ["ConfigurationProfileIdentifier", "ConfigurationProfile"]]) {
    const error = await refused(it.open({ [member]: "nowhere" }), ResourceNotFoundException, 404);
    assert.equal(error.ResourceType, type);
    assert.deepEqual(error.ReferencedBy, { [member]: "nowhere" });
  }
});

test("invalid input: refused with a sentence that says what is expected", async (t) => {
  const it = await judge(t);
  for (const more of [{ ApplicationIdentifier: "x".repeat(129) }, { EnvironmentIdentifier: "" }, { RequiredMinimumPollIntervalInSeconds: 14 }, { RequiredMinimumPollIntervalInSeconds: 86_401 }]) {
    const error = await refused(it.open(more), BadRequestException, 400);
    assert.equal(error.Reason, "InvalidParameters");
    assert.match(error.message, /^Expected /);
  }
});

test("reverted: not found for as long as that lasts, with the same token", async (t) => {
  const it = await judge(t);
  const { token } = await it.poll(await it.open());
  const file = path.join(it.folder, "shop/prod/flags.json");
  await rm(file);
  await promised();
  it.emulator.advance(60_000);
  const error = await refused(it.poll(token), ResourceNotFoundException, 404);
  assert.equal(error.ResourceType, "Configuration");
  assert.deepEqual(error.ReferencedBy, names);
  // A new session starts, and hears the same.
  await refused(it.poll(await it.open()), ResourceNotFoundException, 404);
  await writeFile(file, '{"one":1}');
  await promised();
  assert.equal((await it.poll(token)).text, '{"one":1}');
});

test("never deployed: not found by the first poll", async (t) => {
  const it = await judge(t, { "shop/prod/flags.json": "{", "shop/prod/texts.yaml": "a: b" });
  const error = await refused(it.poll(await it.open()), ResourceNotFoundException, 404);
  assert.equal(error.ResourceType, "Deployment");
});

test("throttling and internal errors: typed, and nothing is lost by them", async (t) => {
  const it = await judge(t);
  it.emulator.fault("throttle", { operation: "StartConfigurationSession" });
  assert.equal((await refused(it.open(), ThrottlingException, 429)).message, "Rate exceeded");
  const token = await it.open();
  it.emulator.fault("internal-error");
  assert.equal((await refused(it.poll(token), InternalServerException, 500)).$fault, "server");
  it.emulator.fault("throttle");
  await refused(it.poll(token), ThrottlingException, 429);
  assert.equal((await it.poll(token)).text, '{"one":1}');
});

test("an expired or corrupted token on demand", async (t) => {
  const it = await judge(t);
  const token = await it.open();
  it.emulator.fault("expired-token");
  it.emulator.fault("corrupted-token");
  await refusedToken(it.poll(token), "Expired");
  await refusedToken(it.poll(token), "Corrupted");
  assert.equal((await it.poll(token)).text, '{"one":1}');
});

test("a lost answer breaks the connection, and its token is spent", async (t) => {
  const it = await judge(t);
  const token = await it.open();
  it.emulator.fault("lost-answer");
  const error = await it.poll(token).then(() => assert.fail("expected no answer"), (reason) => reason);
  assert.equal(error.code ?? error.message, "ECONNRESET");
  await refusedToken(it.poll(token), "Corrupted");
});

test("sizes up to 4 MB, binary as it is", async (t) => {
  const content = new Uint8Array(4 * 1024 * 1024).map((_, at) => at * 31);
  const it = await judge(t, { "shop/prod/flags": content });
  const answer = await it.poll(await it.open());
  assert.equal(answer.ContentType, "application/octet-stream");
  assert.deepEqual(Buffer.compare(answer.Configuration, content), 0);
});
