// boto3 against the emulator: a whole life over HTTP.

import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { boto3, skip } from "./boto3.mjs";
import { promised, start } from "./server.mjs";

const DAY = 86_400_000;
const names = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
async function judge(t, files, options) {
  const server = await start(t, files, options);
  const call = boto3(t, server.url);
  return {
    ...server,
    file: path.join(server.folder, "shop/prod/flags.json"),
    open: (more) => call("start_configuration_session", { ...names, ...more }),
    async poll(token) {
      const answer = await call("get_latest_configuration", { ConfigurationToken: token });
      return { ...answer, token: answer.NextPollConfigurationToken, text: answer.Configuration };
    },
  };
}

function refused(answer, exception, status) {
  assert.deepEqual([answer.exception, answer.Error?.Code, answer.ResponseMetadata?.HTTPStatusCode], [exception, exception, status], JSON.stringify(answer));
  return answer;
}

const refusedToken = (answer, problem) => assert.equal(refused(answer, "BadRequestException", 400).Details.InvalidParameters.configuration_token.Problem, problem);

test("boto3: start, poll, unchanged, changed, early", { skip }, async (t) => {
  const it = await judge(t);
  const opened = await it.open({ RequiredMinimumPollIntervalInSeconds: 15 });
  assert.equal(opened.ResponseMetadata.HTTPStatusCode, 201);
  const first = await it.poll(opened.InitialConfigurationToken);
  assert.deepEqual([first.text, first.ContentType, first.NextPollIntervalInSeconds], ['{"one":1}', "application/json", 15]);
  assert.match(first.VersionLabel, /^\d{4}-/);
  const early = await it.poll(first.token);
  refusedToken(early, "PollIntervalNotSatisfied");
  assert.equal(early.Error.Message, "Request too early");
  it.emulator.advance(15_000);
  const second = await it.poll(first.token);
  assert.deepEqual([second.text, second.ContentType, second.VersionLabel], ["", "application/json", undefined]);
  await writeFile(it.file, '{"two":2}');
  await promised();
  it.emulator.advance(15_000);
  assert.equal((await it.poll(second.token)).text, '{"two":2}');
});

test("boto3: expired, corrupted and spent tokens", { skip }, async (t) => {
  const it = await judge(t);
  const { InitialConfigurationToken: initial } = await it.open();
  refusedToken(await it.poll("garbage"), "Corrupted");
  const { token } = await it.poll(initial);
  refusedToken(await it.poll(initial), "Corrupted");
  it.emulator.advance(DAY - 60_000);
  const next = await it.poll(token);
  assert.equal(next.text, "");
  it.emulator.advance(DAY + 1);
  refusedToken(await it.poll(next.token), "Expired");
});

test("boto3: unknown names, and a deployment that is taken back", { skip }, async (t) => {
  const it = await judge(t, undefined, { ids: { a1b2c3d: "shop" } });
  for (const [member, type] of [["ApplicationIdentifier", "Application"], ["EnvironmentIdentifier", "Environment"], ["ConfigurationProfileIdentifier", "ConfigurationProfile"]]) {
    const answer = refused(await it.open({ [member]: "nowhere" }), "ResourceNotFoundException", 404);
    assert.deepEqual([answer.ResourceType, answer.ReferencedBy], [type, { [member]: "nowhere" }]);
  }
  const { InitialConfigurationToken: initial } = await it.open({ ApplicationIdentifier: "a1b2c3d" });
  const { token } = await it.poll(initial);
  await rm(it.file);
  await promised();
  it.emulator.advance(60_000);
  assert.equal(refused(await it.poll(token), "ResourceNotFoundException", 404).ResourceType, "Configuration");
  await writeFile(it.file, '{"back":1}');
  await promised();
  assert.equal((await it.poll(token)).text, '{"back":1}');
});

test("boto3: feature flags, and faults", { skip }, async (t) => {
  const written = { version: "1", flags: { beta: { name: "Beta" } }, values: { beta: { enabled: false, colour: "blue" } } };
  const it = await judge(t, { "shop/prod/flags.json": JSON.stringify(written) });
  const { InitialConfigurationToken: token } = await it.open();
  for (const [fault, exception, status] of [["throttle", "ThrottlingException", 429], ["internal-error", "InternalServerException", 500]]) {
    it.emulator.fault(fault);
    refused(await it.poll(token), exception, status);
  }
  it.emulator.fault("clock-skew");
  assert.equal((await it.poll(token)).Error.Code, "InvalidSignatureException");
  it.emulator.fault("compressed");
  assert.equal((await it.poll(token)).text, '{"beta":{"enabled":false}}');
  it.emulator.fault("lost-answer");
  assert.equal((await it.open()).exception, "ConnectionClosedError");
});
