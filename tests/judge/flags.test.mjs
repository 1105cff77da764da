// Feature flags in the form that one writes, served in the retrieval form: from a folder, over the admin surface, and in createEmulator.

import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { createEmulator } from "../../pkg/emulator.js";
import { flags, openSession, promised, start, until } from "./server.mjs";

const FILE = "shop/prod/flags.json";
const written = (colour, more = {}) => ({
  version: "1",
  flags: {
    checkout: {
      name: "Checkout",
      description: "Where the money comes in",
      _createdAt: "2026-11-21T00:00:00Z",
      attributes: { colour: { constraints: { type: "string", enum: ["red", "blue"] } }, code: { constraints: { type: "string", pattern: "^[A-Z]{2}-(?=\\d)\\w+$" } } },
    },
    beta: { name: "Beta" },
  },
  values: {
    checkout: { enabled: true, _updatedAt: "2026-11-21T00:00:00Z", colour, code: "AB-1x", ...more },
    beta: { enabled: false, note: "nobody gets this" },
    ui: { _variants: [{ name: "QA", enabled: true, rule: '(ends_with $email "qa.example.com")' }, { name: "Default", enabled: true, attributeValues: { dark: true } }] },
  },
});
const served = (colour) => JSON.stringify({ checkout: { enabled: true, colour, code: "AB-1x" }, beta: { enabled: false }, ui: { _variant: "Default", enabled: true, dark: true } });
const text = (value) => JSON.stringify(value, null, 2);
const MISTAKE = '$.values.checkout.colour: expected one of "red", "blue", got "green"';

async function poll(emulator, target = flags) {
  const body = JSON.stringify({ ApplicationIdentifier: target.application, EnvironmentIdentifier: target.environment, ConfigurationProfileIdentifier: target.configurationProfile });
  const { InitialConfigurationToken: token } = await (await emulator.fetch("/configurationsessions", { method: "POST", body })).json();
  const answer = await emulator.fetch(`/configuration?configuration_token=${encodeURIComponent(token)}`);
  return { type: answer.headers.get("content-type"), text: await answer.text() };
}

test("a folder: the retrieval form is served, a mistake is told with its place, and the last good deployment stays", async (t) => {
  const it = await start(t, { [FILE]: text(written("red")), "shop/prod/new.json": text(written("green")) });
  const session = await openSession(it.url);
  const first = await session.poll();
  assert.deepEqual([first.text, first.headers.get("content-type")], [served("red"), "application/json"]);
  const problems = () => it.events.filter(({ type }) => type === "problem").map(({ file, message }) => `${file} ${message}`);
  assert.deepEqual(problems(), [`shop/prod/new.json breaks a rule of feature flags: ${MISTAKE}; it is not deployed`]);

  await writeFile(path.join(it.folder, FILE), text(written("green")));
  await until(() => problems().length === 2, "word of the mistake");
  assert.equal(problems()[1], `${FILE} breaks a rule of feature flags: ${MISTAKE}; what was deployed before stays`);
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).text, "");

  await writeFile(path.join(it.folder, FILE), text(written("blue")));
  await promised();
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).text, served("blue"));
  await rm(path.join(it.folder, FILE));
  await promised();
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).status, 404);
});

test("the admin surface: a mistake is answered with 400 and its place, and nothing is written", async (t) => {
  const it = await start(t, { [FILE]: text(written("red")) });
  const url = `${it.url}/_emulator/configurations/shop/prod/flags`;
  const put = (value) => fetch(url, { method: "PUT", headers: { "content-type": "application/json" }, body: text(value) });
  const refused = await put(written("green", { code: "ab" }));
  assert.equal(refused.status, 400);
  const { message } = await refused.json();
  assert.equal(message, `flags.json breaks a rule of feature flags: ${MISTAKE}; $.values.checkout.code: expected a text that matches ^[A-Z]{2}-(?=\\d)\\w+$, got "ab"`);
  assert.equal(await readFile(path.join(it.folder, FILE), "utf8"), text(written("red")));
  const session = await openSession(it.url);
  assert.equal((await session.poll()).text, served("red"));

  assert.equal((await put(written("blue"))).status, 200);
  // What one edits is what was written.
  assert.deepEqual(await (await fetch(url)).json(), written("blue"));
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).text, served("blue"));
});

test("createEmulator: by its form, or as the profile's type says", async () => {
  const emulator = createEmulator({ configurations: [{ ...flags, content: written("red") }] });
  assert.deepEqual(await poll(emulator), { type: "application/json", text: served("red") });
  assert.throws(() => emulator.deploy({ ...flags, content: written("green") }), { code: "invalid-option", message: `option content: ${MISTAKE}` });
  assert.throws(() => createEmulator({ configurations: [{ ...flags, content: written("green") }] }), { code: "invalid-option" });
  assert.deepEqual(await poll(emulator), { type: "application/json", text: served("red") });

  for (const [deployment, type, expected] of [
    [{ content: written("green"), type: "AWS.Freeform" }, "application/json", JSON.stringify(written("green"))],
    [{ content: text(written("green")) }, "text/plain", text(written("green"))],
    [{ content: text(written("blue")), contentType: "application/json; charset=utf-8" }, "application/json; charset=utf-8", served("blue")],
    [{ content: text(written("red")), type: "AWS.AppConfig.FeatureFlags" }, "application/json", served("red")],
    [{ content: { beta: { enabled: true } } }, "application/json", '{"beta":{"enabled":true}}'],
    [{ content: { version: "1", name: "no flags" } }, "application/json", '{"version":"1","name":"no flags"}'],
    [{ content: { flags: { enabled: true }, values: { enabled: false } } }, "application/json", '{"flags":{"enabled":true},"values":{"enabled":false}}'],
  ]) {
    emulator.deploy({ ...flags, ...deployment });
    assert.deepEqual(await poll(emulator), { type, text: expected });
  }
  for (const [deployment, message] of [
    [{ content: { beta: { enabled: true } }, type: "AWS.AppConfig.FeatureFlags" }, /^option content: \$\.beta: is not known: expected version, flags, values/],
    [{ content: "{", type: "AWS.AppConfig.FeatureFlags" }, /^option content: \$: expected a JSON document, and this is none$/],
    [{ content: { version: "1", flags: { f: { attributes: { a: { constraints: { type: "string", pattern: "(" } } } } } } }, /pattern: expected a regular expression, and this is none$/],
    [{ content: {}, type: "flags" }, /^option type: expected "AWS.AppConfig.FeatureFlags" or "AWS.Freeform"/],
  ]) {
    assert.throws(() => emulator.deploy({ ...flags, ...deployment }), (error) => error.code === "invalid-option" && message.test(error.message), String(message));
  }
});
