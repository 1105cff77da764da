// Signatures of the packed module against AWS's own signer for JavaScript, byte for byte, and against those that botocore made
// (../shared/oracles, read in place).
//
// SEED=7 node --test tests/package/signatures.test.mjs repeats a run.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Sha256Js } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { installed, root } from "./place.mjs";

const { home } = installed();
const load = (file) => import(pathToFileURL(path.join(home, file)));
const { ConfigurationClient, getLatestConfiguration, startConfigurationSession } = await load("index.js");
// What signs, and the very module that it uses, to see its memory.
const { authorize } = await load("credentials.js");
const { instantiate } = await load("module.js");
const glue = await load("wasm/client.js");
await instantiate();
const memory = () => Buffer.from(glue.initSync({}).memory.buffer);

const REQUESTS = 2000;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
console.log(`seed ${seed}`);
let state = seed >>> 0;
/** A whole number below `n`, the same ones for a seed (mulberry32). */
function below(n) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
}
const pick = (list) => list[below(list.length)];
const many = (least, most, make) => Array.from({ length: least + below(most - least + 1) }, make).join("");

// What requests are made of.

const from = (first, last) => () => String.fromCodePoint(first + below(last - first + 1));
const printable = from(0x21, 0x7e);
const base64 = () => pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
/** Every character that there is, control characters and white space as well; bytes that are no text cannot be in a URL or in JSON. */
const anything = () => pick([from(0, 0x20), printable, from(0x7f, 0xff), from(0x100, 0xd7ff), from(0xe000, 0xffff), from(0x10000, 0x10ffff)])();
/** What no option refuses: no control characters; and in a token no white space either. */
const visible = () => pick([printable, from(0xa1, 0xff), from(0x100, 0x7ff), from(0xe000, 0xf8ff), from(0x1f300, 0x1f6ff)])();
const spaced = () => (below(8) ? visible() : " ");

/** Of each partition, as the service model has them, and some that nobody has heard of. */
const regions = [
  "us-east-1", "eu-west-1", "ap-southeast-5", "cn-north-1", "cn-northwest-1", "us-gov-west-1", "us-gov-east-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
  "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "mars-north-7", "aws-global", "x", "9", "a--b", "z".repeat(63),
];
const endpoints = [
  undefined, undefined, undefined, "https://vpce-0a1b.appconfigdata.eu-west-1.vpce.amazonaws.com", "http://127.0.0.1:4566", "http://[::1]:8080/", "https://xn--bcher-kva.test:8443",
  "https://proxy.test/base/path/", "https://proxy.test//double//slash", "https://proxy.test/a%20b/c+d~e/%2F/%25/é", "https://proxy.test/!'()*;:@&=$,",
];
const secretOf = () => many(40, 40, base64);
const credentialsOf = () => ({
  accessKeyId: `${pick(["AKIA", "ASIA"])}${many(16, 16, () => pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))}`,
  secretAccessKey: pick([secretOf, secretOf, () => many(1, 200, printable)])(),
  ...(below(2) && { sessionToken: below(3) ? many(200, 1200, base64) : many(1, 400, printable) }),
});
/** To the second: until 2099, the first and the last of years and days among them. */
const timeOf = () => pick([
  () => below(4_102_444_800) * 1000,
  () => Date.UTC(2000 + below(100), pick([0, 11]), pick([1, 31]), pick([0, 23]), pick([0, 59]), pick([0, 59])),
  () => Date.UTC(2000 + 4 * below(25), 1, 29, below(24)),
])();
const stamp = (time) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
const percent = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);

/** What AWS's signer makes of a request: the value of `authorization`. */
async function expected({ url, body, token, credentials, region, time }) {
  const signer = new SignatureV4({ credentials, region, service: "appconfig", sha256: Sha256Js, applyChecksum: false });
  const { protocol, host, hostname, port, pathname } = new URL(url);
  const { headers } = await signer.sign(
    {
      method: body === undefined ? "GET" : "POST",
      protocol,
      hostname,
      port: port ? Number(port) : undefined,
      path: pathname,
      query: token === undefined ? {} : { configuration_token: token },
      headers: { host, ...(body !== undefined && { "content-type": "application/json" }) },
      body,
    },
    { signingDate: new Date(time) },
  );
  return headers.authorization;
}

/** What the package makes of it: `authorize` of pkg/credentials.js, as pkg/request.js calls it, and `sign` of src/wasm/engine.rs. */
async function ours({ url, body, credentials, region, time }) {
  const [method, own] = body === undefined ? ["GET", {}] : ["POST", { "content-type": "application/json" }];
  const headers = await at(time, () => authorize({ credentials, region, clockOffset: 0 }, AbortSignal.timeout(60_000), method, url, own, body));
  return headers.authorization;
}

/** Runs with the host's clock at a time. */
async function at(time, run) {
  const { now } = Date;
  Date.now = () => time;
  try {
    return await run();
  } finally {
    Date.now = now;
  }
}

/** A service that is told nothing and answers well; `calls` is what it was sent. */
function service(token) {
  const calls = [];
  const fetch = async (url, { method, headers, body }) => {
    calls.push({ url, method, headers, body });
    if (method === "POST") return Response.json({ InitialConfigurationToken: token }, { status: 201 });
    return new Response("{}", { headers: { "next-poll-configuration-token": "next", "next-poll-interval-in-seconds": "60", "content-type": "application/json" } });
  };
  return { fetch, calls };
}

/** Compares what was sent with what AWS's signer makes of it. */
async function check(call, { token, credentials, region, time }, what) {
  const { headers, url, body, method } = call;
  assert.equal(headers.get("authorization"), await expected({ url, body, token: method === "GET" ? token : undefined, credentials, region, time }), what);
  assert.equal(headers.get("x-amz-date"), stamp(time), what);
  assert.equal(headers.get("x-amz-security-token"), credentials.sessionToken ?? null, what);
  const names = ["authorization", method === "POST" && "content-type", "x-amz-date", credentials.sessionToken && "x-amz-security-token"];
  assert.deepEqual([...headers.keys()], names.filter(Boolean), what);
}

test(`${REQUESTS} requests of any characters are signed as AWS's signer does (seed ${seed})`, async () => {
  const seen = new Set();
  for (let i = 0; i < REQUESTS; i++) {
    const region = pick(regions);
    const base = new URL(pick(endpoints) ?? `https://appconfigdata.${region}.amazonaws.com`);
    const address = (base.origin + base.pathname).replace(/\/+$/, "");
    const token = below(2) ? many(1, below(4) ? 60 : 1500, anything) : undefined;
    const request = {
      region,
      token,
      time: timeOf(),
      credentials: credentialsOf(),
      url: token === undefined ? `${address}/configurationsessions` : `${address}/configuration?configuration_token=${percent(token)}`,
      body: token === undefined ? JSON.stringify({ ApplicationIdentifier: many(1, 128, anything), EnvironmentIdentifier: many(1, 128, anything), ConfigurationProfileIdentifier: many(1, 128, anything) }) : undefined,
    };
    const authorization = await ours(request);
    assert.equal(authorization, await expected(request), `request ${i} of seed ${seed}: ${JSON.stringify(request)}`);
    seen.add(authorization);
  }
  assert.equal(seen.size, REQUESTS, "each is another one");
});

test(`${REQUESTS} requests are sent by the operations and by clients as AWS's signer signs them (seed ${seed})`, async () => {
  let sent = 0;
  for (let i = 0; sent < REQUESTS; i++) {
    const what = `call ${i} of seed ${seed}`;
    const endpoint = pick(endpoints);
    const [region, credentials, time, token] = [pick(regions), credentialsOf(), timeOf(), many(1, below(4) ? 60 : 1500, visible)];
    const given = pick([credentials, async () => credentials, () => ({ ...credentials, expiration: new Date(time + 3_600_000) })]);
    const flags = endpoint ? {} : { useFipsEndpoint: !below(3), useDualstackEndpoint: !below(3) };
    const [application, environment, configurationProfile] = [1, 2, 3].map(() => Array.from({ length: 1 + below(64) }, spaced).join(""));
    const { fetch, calls } = service(token);
    const options = { endpoint, region, credentials: given, ...flags, fetch };
    await at(time, async () => {
      if (below(4)) {
        const input = { ApplicationIdentifier: application, EnvironmentIdentifier: environment, ConfigurationProfileIdentifier: configurationProfile, RequiredMinimumPollIntervalInSeconds: below(2) ? 15 + below(1000) : undefined };
        const session = await startConfigurationSession(options, input);
        assert.equal(session.InitialConfigurationToken, token, what);
        assert.deepEqual(JSON.parse(calls[0].body), JSON.parse(JSON.stringify(input)), what);
        await getLatestConfiguration(options, { ConfigurationToken: token });
      } else {
        const client = new ConfigurationClient({ ...options, application, environment, configurationProfile, logger: null });
        await client.start();
        client.stop();
      }
    });
    assert.deepEqual(calls.map(({ method }) => method), ["POST", "GET"], what);
    assert.equal(new URL(calls[1].url).searchParams.get("configuration_token"), token, what);
    for (const call of calls) await check(call, { token, credentials, region, time }, what);
    sent += calls.length;
  }
});

test("no key stays in the module's memory, nor what is made of it", async () => {
  const credentials = { accessKeyId: "AKIAQWERTYUIOPASDFGH", secretAccessKey: "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", sessionToken: `FwoGZXIvYXdzE${"mN0pQ5rT".repeat(80)}` };
  const { secretAccessKey, sessionToken } = credentials;
  const time = Date.UTC(2026, 0, 2);
  // What an HMAC makes of a key is as good as the key, and so are the keys of a day, a region and a service.
  const derived = [Buffer.from(`AWS4${secretAccessKey}`)];
  for (const part of [stamp(time).slice(0, 8), "eu-west-1", "appconfig", "aws4_request"]) derived.push(createHmac("sha256", derived.at(-1)).update(part).digest());
  const stays = () => {
    // Anew each time: memory that has grown is another buffer.
    const bytes = memory();
    return {
      secret: bytes.includes(secretAccessKey) || bytes.includes(secretAccessKey.slice(0, 16)) || bytes.includes(secretAccessKey.slice(-16)),
      derived: derived.some((it) => [0, 0x36, 0x5c].some((pad) => bytes.includes(it.map((byte) => byte ^ pad).subarray(0, 16)))),
      token: bytes.includes(sessionToken.slice(100, 132)),
    };
  };
  const clean = { secret: false, derived: false, token: false };
  assert.deepEqual(stays(), clean, "before");
  for (let i = 0; i < 50; i++) {
    const { fetch } = service("token");
    const options = { region: "eu-west-1", credentials, fetch };
    await at(time, () => getLatestConfiguration(options, { ConfigurationToken: "t".repeat(1 + i * 20) }));
    assert.deepEqual(stays(), clean, `after ${i + 1}`);
  }
  // The look itself works: what is not secret is there.
  assert.ok(memory().includes("AWS4-HMAC-SHA256"));
});

const oracle = path.join(root, "../shared/oracles/signed-requests.json");

test("the requests that botocore signed are ours, by the operations and signed alike", { skip: !existsSync(oracle) && `SKIPPED: ${oracle} is absent` }, async () => {
  const { frozen_time: frozen, cases } = JSON.parse(readFileSync(oracle, "utf8"));
  const time = Date.parse(frozen);
  assert.ok(cases.length >= 12);
  let byOperation = 0;
  for (const { name, region, credentials: key, operation, input, options: { cfg, endpoint_url: endpoint }, expect } of cases) {
    const credentials = { accessKeyId: key.access_key_id, secretAccessKey: key.secret_access_key, sessionToken: key.session_token ?? undefined };
    const { url, body, headers } = expect;
    // The signature is of botocore's body, which has spaces that ours has not.
    assert.equal(await ours({ url, body: body || undefined, credentials, region, time }), headers.Authorization, name);
    // A token with white space, which botocore does not mind, is none by the service model.
    if (/\s/.test(input.ConfigurationToken ?? "")) continue;
    const { fetch, calls } = service("token");
    const options = { region, credentials, endpoint, useFipsEndpoint: cfg?.use_fips_endpoint, useDualstackEndpoint: cfg?.use_dualstack_endpoint, fetch };
    await at(time, () => (operation === "StartConfigurationSession" ? startConfigurationSession : getLatestConfiguration)(options, input));
    const [call] = calls;
    assert.equal(call.url, url, name);
    assert.equal(call.method, expect.method, name);
    assert.equal(call.headers.get("x-amz-date"), headers["X-Amz-Date"], name);
    assert.equal(call.headers.get("x-amz-security-token"), headers["X-Amz-Security-Token"] ?? null, name);
    if (body) assert.deepEqual(JSON.parse(call.body), JSON.parse(body), name);
    else assert.equal(call.headers.get("authorization"), headers.Authorization, name);
    byOperation += 1;
  }
  assert.ok(byOperation >= 11, `${byOperation}`);
});
