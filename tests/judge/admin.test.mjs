// What a server that runs is told and asked below /_emulator/, beside deployments (origins.test.mjs) and faults (faults.test.mjs).

import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { openSession, promised, start } from "./server.mjs";

/** A call: its status, and what it answers. */
async function call(url, resource, method = "GET", value = undefined, headers = {}) {
  const json = value === undefined ? {} : { headers: { "content-type": "application/json", ...headers }, body: typeof value === "string" ? value : JSON.stringify(value) };
  const answer = await fetch(`${url}/_emulator/${resource}`, { method, ...json });
  return [answer.status, answer.status === 204 ? undefined : await answer.json()];
}

test("files that cannot be deployed are listed: which, what is wrong, and where", async (t) => {
  const written = { version: "1", flags: { beta: { name: "Beta" } }, values: { beta: { enabled: 7 } } };
  const it = await start(t, {
    "shop/prod/flags.json": '{\n  "one": 1,\n  "two": x\n}',
    "shop/prod/beta.json": JSON.stringify(written),
    "shop/prod/good.json": "{}",
    "shop/prod/good.yaml": "a: b",
    "shop/prod/ bad.txt": "x",
    "notes.md": "x",
  });
  const listed = async () => (await call(it.url, "configurations"))[1];
  const inProduction = (configurationProfile) => ({ application: "shop", environment: "prod", configurationProfile });
  const { configurations, problems } = await listed();
  assert.deepEqual(configurations.map(({ file }) => file), ["shop/prod/good.json"]);
  assert.deepEqual(problems.sort((a, b) => (a.file < b.file ? -1 : 1)), [
    { file: "notes.md", message: "is not served: expected application/environment/profile.ext" },
    { file: "shop/prod/ bad.txt", message: "is not served, its name must not begin or end with a space, nor end with a dot" },
    { file: "shop/prod/beta.json", message: "breaks a rule of feature flags: $.values.beta.enabled: expected true or false, got 7; it is not deployed", ...inProduction("beta") },
    { file: "shop/prod/flags.json", message: "is not JSON: line 3, column 10: Unexpected token 'x'; it is not deployed", ...inProduction("flags") },
    { file: "shop/prod/good.yaml", message: "is not served: shop/prod/good.json is of the same name", ...inProduction("good") },
  ]);

  // What is mended, by hand or by a PUT, is listed no longer.
  await writeFile(path.join(it.folder, "shop/prod/beta.json"), JSON.stringify({ ...written, values: {} }));
  for (const file of ["notes.md", "shop/prod/ bad.txt", "shop/prod/good.yaml"]) await rm(path.join(it.folder, file));
  await promised();
  assert.deepEqual((await listed()).problems.map(({ file }) => file), ["shop/prod/flags.json"]);
  assert.equal((await call(it.url, "configurations/shop/prod/flags", "PUT", { one: 1 }))[0], 200);
  assert.deepEqual((await listed()).problems, []);

  // A file that was good once: what was deployed before stays, and that is said.
  await writeFile(path.join(it.folder, "shop/prod/flags.json"), '{"one": 1');
  await promised();
  const after = await listed();
  assert.deepEqual(after.configurations.map(({ file }) => file), ["shop/prod/beta.json", "shop/prod/flags.json", "shop/prod/good.json"]);
  assert.deepEqual(after.problems.map(({ message }) => message), ["is not JSON: line 1, column 10: Expected ',' or '}' after property value; what was deployed before stays"]);
});

test("where JSON breaks off is told by line and column, whatever the mistake", async (t) => {
  const mistakes = {
    "[1,\n2,]": [2, 3],
    '{"a": "b\n"}': [1, 9],
    '\n\n{"ä": tru}': [3, 10],
    "{'a': 1}": [1, 2],
    '{"a": 1}}': [1, 9],
    "[": [1, 2],
    " ": [1, 2],
  };
  const texts = Object.keys(mistakes);
  const it = await start(t, Object.fromEntries(texts.map((text, at) => [`shop/prod/${at}.json`, text])));
  const [, { problems }] = await call(it.url, "configurations");
  const places = Object.fromEntries(problems.map(({ configurationProfile, message }) => [texts[configurationProfile], /line (\d+), column (\d+): \S/.exec(message)?.slice(1).map(Number)]));
  assert.deepEqual(places, mistakes);
});

test("the interval, the latency and what a spent token gets can be changed", async (t) => {
  const it = await start(t, undefined, { replay: "empty" });
  assert.deepEqual(await call(it.url, "options"), [200, { intervalInSeconds: null, latencyInMilliseconds: 0, replay: "empty" }]);
  for (const [replay, outcome] of [["refused", [400, ""]], ["repeated", [200, '{"one":1}']], ["empty", [200, ""]]]) {
    assert.equal((await call(it.url, "options", "PATCH", { replay }))[1].replay, replay);
    const opened = await fetch(`${it.url}/configurationsessions`, { method: "POST", body: JSON.stringify({ ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" }) });
    const target = `${it.url}/configuration?configuration_token=${encodeURIComponent((await opened.json()).InitialConfigurationToken)}`;
    assert.equal(await (await fetch(target)).text(), '{"one":1}');
    const again = await fetch(target);
    assert.deepEqual([again.status, again.ok ? await again.text() : ""], outcome, replay);
  }
  const [, changed] = await call(it.url, "options", "PATCH", { intervalInSeconds: 7, latencyInMilliseconds: 60 });
  assert.deepEqual(changed, { intervalInSeconds: 7, latencyInMilliseconds: 60, replay: "empty" });
  const session = await openSession(it.url);
  const begin = performance.now();
  assert.equal((await session.poll()).headers.get("next-poll-interval-in-seconds"), "7");
  assert.ok(performance.now() - begin >= 55);
  assert.deepEqual(await call(it.url, "options", "PATCH", { intervalInSeconds: null, latencyInMilliseconds: null, replay: null }), [200, { intervalInSeconds: null, latencyInMilliseconds: 0, replay: "refused" }]);

  for (const [value, message] of [
    [{ replay: "sometimes" }, /^option replay: expected "refused" or "repeated" or "empty"/],
    // All of them, or none.
    [{ latencyInMilliseconds: 5, intervalInSeconds: 0 }, /^option intervalInSeconds: expected a whole number from 1 to 86400, got 0$/],
    [{ seed: 1 }, /^option seed: there is no such option to change; there are intervalInSeconds, latencyInMilliseconds, replay$/],
    ["{", /^expected options in JSON, such as/],
    ["7", /^expected options in JSON, such as/],
  ]) {
    const [status, answer] = await call(it.url, "options", "PATCH", value);
    assert.equal(status, 400);
    assert.match(answer.message, message);
  }
  assert.equal((await call(it.url, "options"))[1].latencyInMilliseconds, 0);
});

test("the clock can be moved, and a token's day ends", async (t) => {
  const it = await start(t);
  const session = await openSession(it.url);
  assert.equal((await session.poll()).status, 200);
  assert.equal((await session.poll()).status, 400, "too early");
  const [, { now }] = await call(it.url, "clock");
  assert.ok(Math.abs(Date.parse(now) - Date.now()) < 5000);
  const [status, moved] = await call(it.url, "clock", "POST", { advanceInMilliseconds: 60_000 });
  assert.ok(status === 200 && Math.abs(Date.parse(moved.now) - Date.parse(now) - 60_000) < 5000);
  const next = await session.poll();
  assert.deepEqual([next.status, next.text], [200, ""]);
  await call(it.url, "clock", "POST", { advanceInMilliseconds: 86_400_001 });
  const expired = await session.poll();
  assert.deepEqual([expired.status, JSON.parse(expired.text).Details.InvalidParameters.configuration_token.Problem], [400, "Expired"]);
  for (const value of [{ advanceInMilliseconds: -1 }, {}, { advanceInMilliseconds: "60" }, "["]) assert.equal((await call(it.url, "clock", "POST", value))[0], 400, JSON.stringify(value));
});

test("changing is for this server's own origin, and what there is not is told", async (t) => {
  const { url } = await start(t);
  for (const [resource, method, value] of [["options", "PATCH", { replay: "empty" }], ["clock", "POST", { advanceInMilliseconds: 1 }], ["faults", "POST", { name: "hang" }]]) {
    assert.equal((await call(url, resource, method, value, { origin: "https://evil.example" }))[0], 403, resource);
    // A form of another page sends no other types without a preflight.
    assert.equal((await call(url, resource, method, value, { "content-type": "text/plain" }))[0], 415, resource);
  }
  const [status, { message }] = await call(url, "options", "DELETE");
  assert.equal(status, 404);
  assert.equal(message, "expected GET /_emulator/configurations, GET, PUT or DELETE /_emulator/configurations/{application}/{environment}/{profile}, GET /_emulator/requests, GET, POST or DELETE /_emulator/faults, DELETE /_emulator/faults/{name}, GET or PATCH /_emulator/options, GET or POST /_emulator/clock");
});
