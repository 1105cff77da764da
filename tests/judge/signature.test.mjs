// The emulator with keys: AWS's own signers, and ours, pass its check over HTTP, and hear what is wrong where something is.

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { AppConfigDataClient, StartConfigurationSessionCommand } from "@aws-sdk/client-appconfigdata";
import { createEmulator } from "../../pkg/emulator.js";
import { json, line } from "../../pkg/emulator.log.js";
import { ConfigurationClient } from "../../pkg/index.js";
import { signers, signersOver } from "./signers.mjs";
import { flags, promised, start } from "./server.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const lasting = { accessKeyId: "AKIDLASTING", secretAccessKey: "mark1/lasting+secret" };
const passing = { accessKeyId: "ASIAPASSING", secretAccessKey: "mark2/passing+secret", sessionToken: "mark3/passing+token==" };
const ended = { accessKeyId: "ASIAENDED", secretAccessKey: "mark4/ended+secret", sessionToken: "mark5/ended+token==" };
const keys = [lasting, { ...passing, expiration: new Date(Date.now() + HOUR) }, { ...ended, expiration: new Date(Date.now() - 1000) }];
const region = "eu-west-1";
const serve = (t, options) => start(t, undefined, { credentials: keys, region, ...options });

const INVALID = "InvalidSignatureException";
const unknown = ["UnrecognizedClientException", /^The security token included in the request is invalid\.$/];
const mismatch = [INVALID, /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\./];
const behind = [INVALID, /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/];
const ahead = [INVALID, /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)$/];

/** Each refusal: what is wrong, and the exception with its sentence. */
const wrongs = [
  ["another key", { credentials: { ...lasting, accessKeyId: "AKIDOTHER" } }, unknown],
  ["a wrong secret", { credentials: { ...lasting, secretAccessKey: "mark6/wrong" } }, mismatch],
  ["a token that is not the key's", { credentials: { ...passing, sessionToken: "mark7/other" } }, unknown],
  ["a temporary key without its token", { credentials: { ...passing, sessionToken: undefined } }, unknown],
  ["an expired token", { credentials: ended }, ["ExpiredTokenException", /^The security token included in the request is expired$/]],
  ["another region", { region: "us-east-1" }, [INVALID, /^Credential should be scoped to a valid region, not 'us-east-1'\. ?$/]],
  ["a clock six minutes behind", { offInMilliseconds: -6 * MINUTE }, behind],
  ["a clock an hour behind", { offInMilliseconds: -HOUR }, behind],
  ["a clock six minutes ahead", { offInMilliseconds: 6 * MINUTE }, ahead],
  ["a clock an hour ahead", { offInMilliseconds: HOUR }, ahead],
];

/** What a promise gives, which has to be this refusal. */
async function refusedAs(promise, [exception, message], what) {
  const answer = await promise;
  assert.deepEqual([answer.status, answer.exception], [403, exception], `${what}: ${JSON.stringify(answer)}`);
  // Our own puts its own words before the service's.
  assert.match(answer.message.replace(/^\w+: .* \(HTTP 403\): \w+: /, ""), message, what);
}


/** A whole life: start, poll, unchanged, changed. */
async function live({ start: begin, poll }, advance, deploy) {
  const opened = await begin();
  assert.equal(opened.status, 201, JSON.stringify(opened));
  const first = await poll(opened.token);
  assert.deepEqual([first.status, first.text], [200, '{"one":1}'], JSON.stringify(first));
  advance();
  const second = await poll(first.token);
  assert.deepEqual([second.status, second.text], [200, ""], JSON.stringify(second));
  await deploy();
  advance();
  const third = await poll(second.token);
  assert.deepEqual([third.status, third.text], [200, '{"two":2}'], JSON.stringify(third));
}

/** Something on the way to `url` that changes what passes: `change` is given path and body. What a client signs is its name, and arrives. */
async function tampering(t, url, change) {
  const server = http.createServer(async (request, response) => {
    let sent = "";
    for await (const part of request.setEncoding("utf8")) sent += part;
    const { path: target, body } = change({ path: request.url, body: sent });
    const onward = http.request(url, { method: request.method, path: target, headers: request.headers, setHost: false });
    onward.end(body);
    const [answer] = await once(onward, "response");
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

for (const { name, open, skip = false, correctsClock } of signers) {
  test(`${name}: a whole life, with a lasting and with a temporary key`, { skip }, async (t) => {
    for (const credentials of [lasting, passing]) {
      const it = await serve(t);
      const deploy = async () => {
        await writeFile(path.join(it.folder, "shop/prod/flags.json"), '{"two":2}');
        await promised();
      };
      await live(open(t, it.url, { credentials, region }), () => it.emulator.advance(MINUTE), deploy);
      assert.deepEqual(it.emulator.requests.map(({ status }) => status), [201, 200, 200, 200]);
    }
  });

  test(`${name}: what is wrong is told as AWS tells it`, { skip }, async (t) => {
    const it = await serve(t);
    for (const [what, options, expected] of wrongs) {
      if (correctsClock && options.offInMilliseconds) continue;
      const signer = open(t, it.url, { credentials: lasting, region, ...options });
      await refusedAs(signer.start(), expected, what);
    }
    const { token } = await open(t, it.url, { credentials: lasting, region }).start();
    await refusedAs(open(t, it.url, { credentials: { ...lasting, secretAccessKey: "mark6/wrong" }, region }).poll(token), mismatch, "a poll");
    assert.equal((await open(t, it.url, { credentials: passing, region }).poll(token)).text, '{"one":1}', "no token was spent");
  });

  test(`${name}: what is changed on its way is refused`, { skip }, async (t) => {
    const it = await serve(t);
    const options = { credentials: passing, region };
    const through = async (change) => open(t, await tampering(t, it.url, change), options);
    const { token } = await (await through((same) => same)).start();
    const changes = [
      ["the body", ({ path: target, body }) => ({ path: target, body: body.replace("shop", "shoq") })],
      ["the query", ({ path: target, body }) => ({ path: target.replace(/([?&]configuration_token=.{50})./, (_, before) => `${before}-`), body })],
      ["one more parameter", ({ path: target, body }) => ({ path: `${target}${target.includes("?") ? "&" : "?"}debug=1`, body })],
    ];
    for (const [what, change] of changes) {
      const signer = await through(change);
      if (what !== "the query") await refusedAs(signer.start(), mismatch, what);
      if (what !== "the body") await refusedAs(signer.poll(token), mismatch, what);
    }
    assert.equal((await open(t, it.url, options).poll(token)).text, '{"one":1}', "no token was spent");
  });
}

test("who goes by the Date of a refusal is served: the AWS SDK and this package's client", async (t) => {
  for (const off of [HOUR, -HOUR]) {
    const it = await serve(t, { now: () => Date.now() + off });
    const sdk = new AppConfigDataClient({ region, endpoint: it.url, credentials: lasting, maxAttempts: 2 });
    t.after(() => sdk.destroy());
    const names = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
    assert.equal((await sdk.send(new StartConfigurationSessionCommand(names))).$metadata.httpStatusCode, 201);
    const client = new ConfigurationClient({ ...flags, endpoint: it.url, region, credentials: lasting, logger: null });
    t.after(() => client.stop());
    assert.deepEqual((await client.start()).json(), { one: 1 });
    assert.ok(Math.abs(client.clockOffsetInMilliseconds - off) < 5000, String(client.clockOffsetInMilliseconds));
    assert.deepEqual(it.emulator.requests.map(({ status }) => status), [403, 201, 403, 201, 200]);
    for (const { at } of it.emulator.requests) assert.ok(Math.abs(at - off - Date.now()) < 10_000);
  }
});

test("the clock of every answer is the emulator's: advanced, and ahead by a fault", async (t) => {
  const it = await serve(t);
  const date = async () => Date.parse((await fetch(`${it.url}/configuration`)).headers.get("date")) - Date.now();
  const near = (value, expected) => assert.ok(Math.abs(value - expected) < 3000, `${value} ms instead of ${expected}`);
  near(await date(), 0);
  it.emulator.advance(HOUR);
  near(await date(), HOUR);
  it.emulator.fault("clock-skew", { seconds: -600 });
  near(await date(), HOUR - 10 * MINUTE);
  near(await date(), HOUR);
});

test("a clock that is ahead for good is one that a client can live with", async (t) => {
  const it = await serve(t, { faults: [{ name: "clock-skew", rate: 1 }] });
  const client = new ConfigurationClient({ ...flags, endpoint: it.url, region, credentials: lasting, logger: null });
  t.after(() => client.stop());
  assert.deepEqual((await client.start()).json(), { one: 1 });
  assert.deepEqual(it.emulator.requests.map(({ status }) => status), [403, 201, 200]);
});

test("no signature, half of one, one without the host", async (t) => {
  const it = await serve(t);
  const ask = async (headers, query = "") => {
    const answer = await fetch(`${it.url}/configuration?configuration_token=x${query}`, { headers });
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [403, "application/json"]);
    return `${answer.headers.get("x-amzn-errortype")}: ${(await answer.json()).message}`;
  };
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const credential = `AKIDLASTING/${day}/${region}/appconfig/aws4_request`;
  const date = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const whole = (headers) => `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${headers}, Signature=${"0".repeat(64)}`;
  assert.equal(await ask({}), "MissingAuthenticationTokenException: Missing Authentication Token");
  assert.equal(await ask({ authorization: whole("host;x-amz-date") }), "IncompleteSignatureException: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  assert.match(await ask({ authorization: "Bearer mark8" }), /^IncompleteSignatureException: Authorization header requires 'Credential' parameter\./);
  assert.match(await ask({}, `&X-Amz-Credential=${credential}`), /^IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Algorithm'\./);
  assert.equal(await ask({ authorization: whole("x-amz-date"), "x-amz-date": date }), "InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  assert.match(await ask({ authorization: whole("host;x-amz-date"), "x-amz-date": date }), /^InvalidSignatureException: The request signature we calculated/);
});

test("createEmulator's fetch checks signatures too, by the name in the URL and with the path before the operation", async (t) => {
  // This package takes plain http: for this machine alone.
  for (const url of ["https://emulator.test", "http://localhost:8080/some/path", "https://appconfigdata.eu-west-1.amazonaws.com"]) {
    for (const credentials of [lasting, passing]) {
      for (const at of [0, 1, 2]) {
        const emulator = createEmulator({ credentials: keys, region, configurations: [{ ...flags, content: { one: 1 } }] });
        const { name, open } = signersOver(emulator.fetch)[at];
        await refusedAs(open(t, url, { credentials: { ...credentials, secretAccessKey: "mark6/wrong" }, region }).start(), mismatch, name);
        await live(open(t, url, { credentials, region }), () => emulator.advance(MINUTE), () => emulator.deploy({ ...flags, content: { two: 2 } }));
      }
    }
  }
  const emulator = createEmulator({ credentials: lasting, configurations: [{ ...flags, content: "x" }] });
  assert.equal((await emulator.fetch("/configurationsessions", { method: "POST", body: "{}" })).status, 403);
});

test("a temporary key ends by the emulator's clock", async (t) => {
  let now = Date.now();
  const emulator = createEmulator({ now: () => now, credentials: { ...passing, expiration: new Date(now + 1000) }, configurations: [{ ...flags, content: "x" }] });
  const [{ open }] = signersOver(emulator.fetch);
  assert.equal((await open(t, "https://emulator.test", { credentials: passing, region: "anywhere-1" }).start()).status, 201);
  now += 1000;
  await refusedAs(open(t, "https://emulator.test", { credentials: passing, region }).start(), ["ExpiredTokenException", /^The security token/], "ended");
});

test("keys, tokens and signatures are in no log, no record, no error and no inspection", async (t) => {
  const it = await serve(t);
  const told = [];
  for (const [, options] of wrongs) told.push(await signers[2].open(t, it.url, { credentials: passing, region, ...options }).start());
  told.push(await signers[3].open(t, it.url, { credentials: passing, region }).start());
  told.push(await (await fetch(`${it.url}/_emulator/requests`)).text(), await (await fetch(`${it.url}/_emulator/options`)).text());
  for (const { token, ...rest } of told.filter((answer) => typeof answer === "object")) assert.ok(!JSON.stringify(rest).includes("mark"), JSON.stringify(rest));
  const created = createEmulator({ credentials: keys });
  const errors = [{ credentials: { ...lasting, secretAccessKey: "mark9 with space" } }, { credentials: [lasting, "mark9"] }, { credentials: lasting, region: "mark9_" }, { credentials: { ...lasting, expiration: "mark9" } }].map((options) => {
    try {
      createEmulator(options);
    } catch (error) {
      return error;
    }
  });
  assert.deepEqual(errors.map((error) => error?.code), Array(4).fill("invalid-option"));
  const shown = [it.emulator, created, it, errors, it.emulator.requests, it.events].map((value) => inspect(value, { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }));
  shown.push(...it.events.flatMap((event) => [line(event), json(event)]), JSON.stringify([it.emulator, created]), ...told.filter((text) => typeof text === "string"));
  for (const text of shown) assert.ok(!/mark\d|AKID|ASIA|[0-9a-f]{64}/.test(text), text);
});

test("what is wrong in the options is told", () => {
  for (const [options, message] of [
    [{ credentials: [] }, /^option credentials: expected \{ accessKeyId, secretAccessKey, .*, got an array$/],
    [{ credentials: null }, /^option credentials: .* got null$/],
    [{ credentials: { accessKeyId: "AKIDEXAMPLE" } }, /^option credentials: .* got object$/],
    [{ credentials: () => lasting }, /^option credentials: .* got function$/],
    [{ credentials: { ...lasting, expiration: new Date(NaN) } }, /^option credentials: /],
    [{ credentials: { ...lasting, expiration: "2026-01-01T00:00:00Z" } }, /^option credentials: /],
    [{ credentials: lasting, region: "EU" }, /^option region: expected a region such as eu-west-1, got string$/],
    [{ region: "eu-west-1" }, /^option region: expected together with credentials, because without them no signature is checked$/],
  ]) {
    assert.throws(() => createEmulator(options), (error) => error.code === "invalid-option" && message.test(error.message), inspect(options));
  }
});
