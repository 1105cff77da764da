// npx appconfig-edge emulate: what a person types and reads.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { knownFaults } from "../../pkg/emulator.face.js";
import { createEmulator } from "../../pkg/emulator.js";
import { signers } from "./signers.mjs";
import { flags, makeFolder, openSession, promised, until } from "./server.mjs";

const cli = fileURLToPath(new URL("../../pkg/cli.js", import.meta.url));

/** Runs the command; `output()` and `errors()` are what it wrote so far, `ended` its exit code. */
function run(t, ...args) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (part) => (output += part));
  child.stderr.on("data", (part) => (errors += part));
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
  t.after(() => child.kill("SIGKILL"));
  return { child, ended, output: () => output, errors: () => errors, lines: () => output.trimEnd().split("\n").filter(Boolean) };
}

/** The same, as soon as it serves. */
async function serve(t, files, ...args) {
  const folder = await makeFolder(t, files);
  const it = run(t, "emulate", folder, "--port", "0", ...args);
  const [url] = await until(() => /http:\/\/[\d.[\]:]+\d/.exec(it.output()), "address");
  return { ...it, folder, url };
}

const files = { "shop/prod/flags.json": '{"one":1}' };

test("a line for each request and each deployment", async (t) => {
  const it = await serve(t, files, "--interval", "7");
  const session = await openSession(it.url);
  assert.equal((await session.poll()).headers.get("next-poll-interval-in-seconds"), "7");
  await session.poll();
  await openSession(it.url, { ...flags, application: "sh\u001b[2Jop" });
  await writeFile(path.join(it.folder, "shop/prod/flags.json"), '{"two":2}');
  await promised();
  await rm(path.join(it.folder, "shop/prod/flags.json"));
  await until(() => it.output().includes("reverted"), "line about the revert");
  const label = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
  const expected = [
    String.raw`\+\+\+  deployed shop/prod/flags  9 bytes · application/json · ${label}`,
    undefined,
    "201  StartConfigurationSession  shop/prod/flags  session 1 · opened",
    `200  GetLatestConfiguration     shop/prod/flags  session 1 · 9 bytes, ${label} · next in 7 s`,
    "400  GetLatestConfiguration     shop/prod/flags  session 1 · BadRequestException PollIntervalNotSatisfied · Request too early",
    String.raw`400  StartConfigurationSession  sh\?\[2Jop/prod/flags  BadRequestException · Expected identifiers of 1 to 128 characters without control characters`,
    String.raw`\+\+\+  deployed shop/prod/flags  9 bytes · application/json · ${label}`,
    "---  reverted shop/prod/flags",
  ];
  const lines = it.lines();
  assert.equal(lines.length, expected.length, it.output());
  assert.match(lines[1], new RegExp(`^AppConfig Data from .* at ${it.url} \\(Ctrl-C ends\\)$`));
  expected.forEach((text, at) => text && assert.match(lines[at], new RegExp(String.raw`^\d\d:\d\d:\d\d  ${text}$`)));
  assert.equal(it.errors(), "");
});

test("a line of JSON for each, without anything secret", async (t) => {
  const it = await serve(t, files, "--log", "json", "--seed", "5");
  await (await openSession(it.url)).poll();
  await until(() => it.lines().length === 4, "four lines");
  const events = it.lines().map((line) => JSON.parse(line));
  assert.deepEqual(events.map(({ type }) => type), ["deployed", "started", "request", "request"]);
  assert.deepEqual([events[1].url, events[3].status, events[3].operation], [it.url, 200, "GetLatestConfiguration"]);
  assert.ok(events.every(({ time }) => !Number.isNaN(Date.parse(time))));
  assert.ok(!it.output().includes("AYAD"));
});

test("with the same seed request ids are the same", async (t) => {
  const ids = async (seed) => {
    const it = await serve(t, files, "--log", "json", "--seed", seed);
    await (await openSession(it.url)).poll();
    await until(() => it.lines().length === 4, "four lines");
    it.child.kill();
    return it.lines().map((line) => JSON.parse(line).requestId).filter(Boolean);
  };
  const [one, same, other] = [await ids("7"), await ids("7"), await ids("8")];
  assert.equal(one.length, 2);
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
});

test("what a spent token gets", async (t) => {
  for (const [how, status, text] of [["refused", 400], ["repeated", 200, '{"one":1}'], ["empty", 200, ""]]) {
    const it = await serve(t, files, "--replay", how);
    const opened = await fetch(`${it.url}/configurationsessions`, { method: "POST", body: JSON.stringify({ ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" }) });
    const target = `${it.url}/configuration?configuration_token=${encodeURIComponent((await opened.json()).InitialConfigurationToken)}`;
    assert.equal(await (await fetch(target)).text(), '{"one":1}');
    const again = await fetch(target);
    assert.equal(again.status, status, how);
    if (again.ok) assert.equal(await again.text(), text, how);
    it.child.kill();
  }
});

const skip = process.platform === "linux" ? false : "only Linux has more than one address of its own without being told";

test("an address to listen on, and a folder with nothing in it", { skip }, async (t) => {
  const it = await serve(t, {}, "--host", "127.0.0.2");
  assert.match(it.url, /^http:\/\/127\.0\.0\.2:\d+$/);
  await until(() => it.lines().length === 2, "two lines");
  assert.equal(it.lines()[1], "Nothing is deployed yet (a folder needs a file such as shop/prod/flags.json)");
});

test("quiet tells its address and what is wrong, and nothing else", async (t) => {
  const it = await serve(t, { ...files, "shop/prod/bad.json": "{" }, "--quiet", "--latency", "1", "--replay", "repeated");
  await (await openSession(it.url)).poll();
  assert.deepEqual(it.lines().length, 1);
  await until(() => /bad\.json {2}is not JSON/.test(it.errors()), "word of the mistake");
});

test("a single file, under the names that are given, and ids beside names", async (t) => {
  const folder = await makeFolder(t, { "flags.json": '{"one":1}' });
  const names = ["--application", "shop", "--environment", "prod", "--id", "a1b2c3d=shop", "--id", "e1f2a3b=prod"];
  const it = run(t, "emulate", path.join(folder, "flags.json"), "--port", "0", ...names);
  const [url] = await until(() => /http:\/\/[\d.[\]:]+\d/.exec(it.output()), "address");
  for (const target of [flags, { ...flags, application: "a1b2c3d", environment: "e1f2a3b" }]) assert.equal((await (await openSession(url, target)).poll()).text, '{"one":1}');
});

test("faults by name, as often as it says", async (t) => {
  const it = await serve(t, files, "--fault", "interval=30", "--fault", "throttle:.5", "--seed", "1");
  const open = async () => (await fetch(`${it.url}/configurationsessions`, { method: "POST", body: "{}" })).status;
  const statuses = [];
  for (let count = 0; count < 40; count += 1) statuses.push(await open());
  const throttled = statuses.filter((status) => status === 429).length;
  assert.ok(throttled > 8 && throttled < 32, statuses.join());
  assert.match(it.output(), /429  StartConfigurationSession  ThrottlingException · Rate exceeded · fault throttle\n/);
  assert.deepEqual((await (await fetch(`${it.url}/_emulator/faults`)).json()).faults, [{ name: "interval", rate: 1, seconds: 30 }, { name: "throttle", rate: 0.5 }]);
});

test("every fault that there is, by its name", async (t) => {
  const names = createEmulator()[knownFaults].map(({ name }) => name);
  const it = await serve(t, files, ...names.flatMap((name) => ["--fault", name]));
  assert.deepEqual((await (await fetch(`${it.url}/_emulator/faults`)).json()).faults.map(({ name, rate }) => [name, rate]), names.map((name) => [name, 1]));
});

test("SIGINT and SIGTERM end it at once, with a connection open and an answer due", async (t) => {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    const it = await serve(t, files, "--latency", "60000");
    const hanging = openSession(it.url).catch(() => "cut");
    await until(async () => (await fetch(`${it.url}/_emulator/configurations`)).ok, "answer");
    const start = Date.now();
    it.child.kill(signal);
    assert.equal(await it.ended, 0, signal);
    assert.ok(Date.now() - start < 2000, "promptly");
    assert.equal(await hanging, "cut");
  }
});

test("help that one can work from, and the version", async (t) => {
  for (const args of [[], ["--help"], ["emulate", "--help"]]) {
    const it = run(t, ...args);
    assert.equal(await it.ended, 0);
    for (const word of ["emulate FOLDER", "application/environment/profile.ext", "endpoint: ", "/_emulator/"]) assert.ok(it.output().includes(word), word);
    for (const name of ["application", "environment", "profile", "id", "port", "host", "interval", "latency", "replay", "fault", "access-key-id", "secret-access-key", "session-token", "region", "seed", "log", "quiet", "version"]) assert.ok(it.output().includes(`  --${name}`) || it.output().includes(`, --${name}`), name);
    for (const { name } of createEmulator()[knownFaults]) assert.match(it.output(), new RegExp(`\\b${name}\\b`));
    assert.ok(it.lines().every((line) => line.length <= 110));
  }
  const version = run(t, "--version");
  assert.equal(await version.ended, 0);
  assert.match(version.output(), /^\d+\.\d+\.\d+\n$/);
});

test("signatures are checked where it is given a key, and the key is shown nowhere", async (t) => {
  const credentials = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "mark1/secret+", sessionToken: "mark2/token==" };
  const options = ["--access-key-id", credentials.accessKeyId, `--secret-access-key=${credentials.secretAccessKey}`, "--session-token", credentials.sessionToken];
  const sign = signers.find(({ name }) => name === "aws4fetch").open;
  for (const more of [["--region", "eu-west-1"], ["--log", "json"]]) {
    const it = await serve(t, files, ...options, ...more);
    const right = sign(t, it.url, { credentials, region: "eu-west-1" });
    const { status, token } = await right.start();
    assert.deepEqual([status, (await right.poll(token)).text], [201, '{"one":1}']);
    assert.equal((await openSession(it.url)).status, 403);
    const elsewhere = await sign(t, it.url, { credentials, region: "us-east-1" }).start();
    assert.equal(elsewhere.status, more[0] === "--region" ? 403 : 201);
    const wrong = await sign(t, it.url, { credentials: { ...credentials, secretAccessKey: "mark3" }, region: "eu-west-1" }).start();
    assert.equal(wrong.exception, "InvalidSignatureException");
    await until(() => it.lines().length === 7, "seven lines");
    if (more[0] === "--region") assert.match(it.lines()[4], /  403  StartConfigurationSession  shop\/prod\/flags  MissingAuthenticationTokenException · Missing Authentication Token$/);
    assert.ok(!/mark\d|ASIA|[0-9a-f]{64}/.test(it.output() + it.errors()), it.output());
    it.child.kill();
  }
});

test("keys in the environment are not its own: everybody is served", async (t) => {
  const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"];
  t.after(() => names.forEach((name) => delete process.env[name]));
  for (const name of names) process.env[name] = "mark1";
  const it = await serve(t, files);
  assert.equal((await openSession(it.url)).status, 201);
});

test("what is wrong is told in a sentence", async (t) => {
  const folder = await makeFolder(t, files);
  const taken = await serve(t, files);
  for (const [code, message, ...args] of [
    [2, /expected the command emulate, got "serve"/, "serve", folder],
    [2, /expected one folder or file, got none/, "emulate"],
    [2, /expected one folder or file, got .* other/, "emulate", folder, "other"],
    [2, /^appconfig-edge: --fault: expected one of throttle, .*, got earthquake$/m, "emulate", folder, "--fault", "earthquake"],
    [2, /^appconfig-edge: --fault: expected an interval from 1 to 86400 seconds, got 0$/m, "emulate", folder, "--fault", "interval=0"],
    [2, /^appconfig-edge: --id: expected names of 1 to 128 characters/m, "emulate", folder, "--id", `${"x".repeat(129)}=shop`],
    [2, /--port: expected a whole number from 0 to 65535, got "x"/, "emulate", folder, "--port", "x"],
    [2, /--port: .* got "70000"/, "emulate", folder, "--port", "70000"],
    [2, /--interval: expected a whole number from 1 to 86400, got "0"/, "emulate", folder, "--interval", "0"],
    [2, /--interval: .* got "1.5"/, "emulate", folder, "--interval", "1.5"],
    [2, /--replay: expected refused or repeated or empty, got "no"/, "emulate", folder, "--replay", "no"],
    [2, /--id: expected ID=NAME, such as a1b2c3d=shop, got "shop"/, "emulate", folder, "--id", "shop"],
    [1, /application: expected for a single file alone, and .* is a folder/, "emulate", folder, "--application", "shop"],
    [1, /the name "a:b" must not have a slash, a backslash or a colon/, "emulate", path.join(folder, "shop/prod/flags.json"), "--profile", "a:b"],
    [2, /--fault: expected NAME, NAME:RATE, .* got "throttle:2"/, "emulate", folder, "--fault", "throttle:2"],
    [2, /--secret-access-key: expected together with --access-key-id$/m, "emulate", folder, "--secret-access-key", "mark1"],
    [2, /--access-key-id: expected together with --secret-access-key$/m, "emulate", folder, "--access-key-id", "A", "--region", "eu-west-1"],
    [2, /--region: expected together with --access-key-id and --secret-access-key$/m, "emulate", folder, "--region", "eu-west-1"],
    [2, /--region: expected a region such as eu-west-1, got string$/m, "emulate", folder, "--access-key-id", "A", "--secret-access-key", "mark1", "--region", "EU"],
    [2, /--secret-access-key: expected a text of ASCII characters without spaces$/m, "emulate", folder, "--access-key-id", "A", "--secret-access-key=", "mark1"],
    [2, /expected one folder or file, got 2$/m, "emulate", folder, "--access-key-id", "A", "--secret-access-key", "mark1", "mark2"],
    [2, /Unknown option '--secret-acess-key'$/m, "emulate", folder, "--secret-acess-key=mark1"],
    [2, /Unknown option '--prot'/, "emulate", folder, "--prot", "1"],
    [1, /expected a folder or a file at .*nowhere: there is none; make one/, "emulate", path.join(folder, "nowhere")],
    [1, /port \d+ is taken: choose another, or 0 for any free one/, "emulate", folder, "--port", new URL(taken.url).port],
    [1, /cannot listen on 192\.0\.2\.1, port 0: EADDRNOTAVAIL/, "emulate", folder, "--port", "0", "--host", "192.0.2.1"],
  ]) {
    const it = run(t, ...args);
    assert.equal(await it.ended, code, args.join(" "));
    assert.match(it.errors(), message);
    assert.ok(it.errors().startsWith("appconfig-edge: ") && !/    at |mark\d/.test(it.errors()), it.errors());
  }
});
