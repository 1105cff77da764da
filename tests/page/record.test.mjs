// The record of a session: it holds no secret, and the simulator lives it again (npm run replay).

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { createEmulator } from "../../pkg/emulator.js";
import { ConfigurationClient } from "../../pkg/index.js";
import { checkOptions } from "../../pkg/options.js";
import { root, run } from "../../scripts/run.mjs";
import { OPTIONS, PACKAGE_VERSION, Recorder } from "../../www/record.js";
import { launch, open, ready } from "./browser.mjs";
import { site } from "./site.mjs";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
// The first replay may have to build the simulator, which `npm test` has done before.
const limit = { timeout: 600_000 };

let folder;
before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), "record-"))));
const clients = [];
after(async () => {
  for (const client of clients) client.stop();
  await rm(folder, { recursive: true });
});

let files = 0;
/** Replays a record, or a text, by the command that people use. */
async function replay(record, mistake) {
  const file = path.join(folder, `${(files += 1)}.json`);
  await writeFile(file, typeof record === "string" ? record : JSON.stringify(record));
  const env = mistake ? { SIMULATOR_MISTAKE: mistake } : {};
  const { code, output } = await run(process.execPath, [path.join(root, "scripts", "replay.mjs"), file], { env, show: "no" });
  return { code, output };
}

async function isSame(record) {
  const { code, output } = await replay(record);
  assert.equal(code, 0, output);
  assert.match(output, /^same: the core sent the \d+ requests that were recorded/m);
  return output;
}

/** A client against an emulator of its own, with a recorder between them. */
function session({ emulator: given, mostEntries, inner, ...options } = {}) {
  const emulator = createEmulator({ intervalInSeconds: 1, ...given });
  const tokens = new Set();
  /** Answers instead of the emulator, once. */
  const instead = [];
  const answer = async (url, init) => {
    const token = new URL(url).searchParams.get("configuration_token");
    if (token) tokens.add(token);
    const other = instead.shift();
    if (other) return other(token);
    const response = await emulator.fetch(url, init);
    const copy = response.clone();
    const next = copy.headers.get("next-poll-configuration-token");
    if (next) tokens.add(next);
    if (response.status === 201) tokens.add((await copy.json()).InitialConfigurationToken);
    return response;
  };
  const all = { ...target, endpoint: "https://emulator.test", logger: null, keepAlive: true, ...options };
  const recorder = new Recorder(target, { ...all, mostEntries, fetch: inner?.(answer) ?? answer });
  const client = new ConfigurationClient({ ...all, fetch: recorder.fetch });
  clients.push(client);
  recorder.observe(client);
  const waiting = new Set();
  for (const type of ["update", "error", "statuschange"]) client.addEventListener(type, (event) => waiting.forEach((look) => look(event)));
  const call = (name) => {
    recorder.call(name);
    return client[name]();
  };
  return {
    emulator,
    client,
    tokens,
    instead,
    recorder,
    call,
    deploy: (content, more) => emulator.deploy({ ...target, content, ...more }),
    /** The next event that fits: an error's code, a status, or "update". */
    next: (word) =>
      new Promise((resolve) => {
        const look = ({ type, error, status }) => {
          if (![type, error?.code, status].includes(word)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      }),
    /** What page, file and simulator get. */
    record: () => JSON.parse(JSON.stringify(recorder)),
  };
}

/** Resolves when the client has asked so many times more. */
async function polls(it, times) {
  const wanted = it.emulator.requests.length + times;
  while (it.emulator.requests.length < wanted) await new Promise((resolve) => setTimeout(resolve, 20));
}

const json = (status, body, headers) => () => new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

/**
 * A client that holds something, and a way to let something go wrong: the error that has this code, and all well again. Each configuration has
 * a mark; of the attempts after failures, four are at once.
 */
async function started(options) {
  const it = session(options);
  let versions = 0;
  const deploy = () => it.deploy({ secret: `CONFIGURATION-MARK-${(versions += 1)}` }, { versionLabel: `version-${versions}` });
  deploy();
  await it.call("start");
  const mended = async (code, act) => {
    const failed = it.next(code);
    const ready = it.next("ready");
    act();
    await failed;
    await ready;
  };
  // Where the token may be spent, an answer with nothing would be doubted, and a session opened to verify it; not so one with something new.
  return { ...it, mended, doubted: (code, act) => mended(code, () => (deploy(), act())) };
}

/** A life with some trouble, and secrets in what is sent. */
async function troubled() {
  let throws = false;
  const it = await started({
    endpoint: "https://emulator.test/PATH-MARK",
    headers: () => {
      if (!throws) return { authorization: "HEADER-MARK" };
      throws = false;
      throw new Error("CALLBACK-MARK");
    },
  });
  await it.call("refresh");
  // First, because a second attempt would wait longer than this by itself.
  await it.mended("throttled", () => it.instead.push(json(429, { Message: "MESSAGE-MARK" }, { "x-amzn-errortype": "TooManyRequestsException", "retry-after": "2" })));
  await it.mended("throttled", () => it.emulator.fault("throttle"));
  await it.doubted("unexpected-answer", () => it.emulator.fault("html-page"));
  await it.mended("not-sent", () => (throws = true));
  it.emulator.fault("interval", { seconds: 2 });
  await polls(it, 2);
  it.call("stop");
  assert.equal(it.client.status, "stopped");
  const ready = it.next("ready");
  await it.call("start");
  await ready;
  await polls(it, 1);
  it.call("stop");
  return it;
}

/** Whoever answers may quote the token, wherever the core reads a text. */
async function quoted() {
  const it = await started();
  const body = (token) => ({ __type: token, Message: `no ${token}`, Reason: token, ResourceType: token, Details: { InvalidParameters: { [token]: { Problem: token } } }, ReferencedBy: { a: token } });
  const headers = (token) => ({ "x-amzn-errortype": token.slice(0, 60), "retry-after": token, "x-amz-retry-after": "RETRY-MARK", "x-amzn-requestid": token });
  await it.doubted("service-error", () => it.instead.push((token) => json(500, body(token), headers(token))()));
  const page = (token) => ({ "content-type": `text/${token.slice(0, 20)}`, "version-label": token.slice(3, 40), "next-poll-interval-in-seconds": token });
  await it.doubted("unexpected-answer", () => it.instead.push((token) => new Response(token, { status: 200, headers: page(token) })));
  it.call("stop");
  return it;
}

/** Tokens that are refused, each of which costs a session. */
async function renewed() {
  const it = await started();
  // The answer is lost and its token spent: asked again it is refused.
  await it.mended("network", () => it.emulator.fault("lost-answer"));
  await it.mended("token-refused", () => it.emulator.fault("expired-token", { operation: "GetLatestConfiguration" }));
  it.call("stop");
  return it;
}

/** Answers that are not whole or cannot be held, and requests that are given up. */
async function broken() {
  const it = session({
    emulator: { replay: "repeated" },
    maximumBodyBytes: 1000,
    headersTimeoutInMilliseconds: 400,
    idleTimeoutInMilliseconds: 300,
    // Two recorders, one around the other, as the page's other wrapper is.
    inner: (fetch) => new Recorder(target, { fetch, maximumBodyBytes: 1000 }).fetch,
  });
  it.deploy({ version: 1 });
  await it.call("start");
  const happens = async (word, act) => {
    const next = it.next(word);
    act();
    await next;
  };
  await happens("timed-out", () => it.emulator.fault("hang"));
  // Headers and a piece, and then nothing.
  await happens("timed-out", () =>
    it.instead.push(() => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([123])) }), { headers: { "next-poll-configuration-token": "a-token" } })),
  );
  await happens("ready", () => {});
  await happens("body-cut", () => {
    it.deploy({ version: 2, long: "x".repeat(200) });
    it.emulator.fault("cut-body");
  });
  await happens("update", () => {});
  await happens("invalid-body", () => it.deploy("{", { contentType: "application/json" }));
  await happens("update", () => it.deploy({ version: 3 }));
  await happens("body-too-large", () => it.deploy("x".repeat(3000)));
  await happens("update", () => it.deploy({ version: 4 }));
  // A listener that stops: the change to ready, if it was one, is not told any more.
  it.client.addEventListener("update", () => it.call("stop"), { once: true });
  await happens("stopped", () => it.deploy({ version: 5 }));
  // Stopped before anything came of it, and while a request is under way.
  it.call("start").catch(() => {});
  it.call("stop");
  await it.call("start");
  it.emulator.fault("hang");
  await polls(it, 1);
  it.call("stop");
  await new Promise((resolve) => setTimeout(resolve));
  return it;
}

/** Without a loop: each request comes of a call. */
async function refreshed() {
  const it = session();
  it.deploy("text", { contentType: "text/plain" });
  await it.call("refresh");
  await it.call("refresh");
  it.emulator.fault("throttle");
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  await wait(1150);
  await it.call("refresh");
  await wait(1050);
  await it.call("refresh");
  await wait(1150);
  it.deploy("another text", { contentType: "text/plain" });
  await it.call("refresh");
  assert.equal(it.client.configuration.text(), "another text");
  return it;
}

/** A spent token that is answered with nothing: a new session has to look whether that hid an update. */
async function hidden() {
  const it = session({ emulator: { replay: "empty" } });
  it.deploy({ version: 1 });
  await it.call("start");
  const [stale, update] = [it.next("stale"), it.next("update")];
  it.deploy({ version: 2 });
  it.emulator.fault("lost-answer", { operation: "GetLatestConfiguration" });
  await stale;
  await update;
  it.call("stop");
  return it;
}

/** A record that becomes too long, in a life where all is well. */
async function long() {
  const it = session({ mostEntries: 30 });
  it.deploy({ version: 1 }, { versionLabel: "first" });
  await it.call("start");
  for (let i = 0; i < 4; i += 1) {
    for (let j = 0; j < 6; j += 1) await it.call("refresh");
    await polls(it, 1);
  }
  it.deploy({ version: 2 });
  await it.next("update");
  await polls(it, 1);
  return it;
}

/** One that becomes too long while polls fail, so that for a time it can begin nowhere; as it was then, and as it is after. */
async function failing() {
  const it = session({ mostEntries: 16 });
  it.deploy({ version: 1 });
  await it.call("start");
  it.emulator.fault("internal-error", { times: 2 });
  const error = it.next("service-error");
  const ready = it.next("ready");
  await error;
  for (let j = 0; j < 16; j += 1) it.call("refresh");
  const early = it.record();
  await ready;
  await polls(it, 2);
  it.call("stop");
  return { ...it, early };
}

test("a session is replayed as it was, whatever went wrong in it", limit, async (t) => {
  const all = await Promise.all([troubled(), quoted(), renewed(), broken(), refreshed(), hidden(), long(), failing()]);
  const [first, second, third, unwhole, , replayed, bounded, outage] = all;

  await t.test("the record has everything and no secret", () => {
    for (const { tokens, record } of all) {
      const text = JSON.stringify(record());
      for (const word of ["MARK", "emulator.test", "authorization", "secret"]) assert.ok(!text.includes(word), `${word} is in the record`);
      assert.ok(tokens.size >= 3, `${tokens.size} tokens to look for`);
      for (const token of tokens) for (let i = 0; i + 10 <= token.length; i += 1) assert.ok(!text.includes(token.slice(i, i + 10)), "a piece of a token is in the record");
    }
    const has = (it, member) => new Set(it.record().entries.map((entry) => entry[member]).filter(Boolean));
    assert.deepEqual(has(first, "code"), new Set(["throttled", "unexpected-answer", "not-sent"]));
    assert.deepEqual(has(second, "code"), new Set(["service-error", "unexpected-answer"]));
    assert.deepEqual(has(third, "code"), new Set(["network", "token-refused"]));
    assert.deepEqual(has(unwhole, "code"), new Set(["timed-out", "body-cut", "invalid-body", "body-too-large"]));
    assert.deepEqual(has(unwhole, "kind"), new Set(["abandoned", "body-cut"]));
    assert.deepEqual(has(first, "versionLabel"), new Set(["version-1", "version-2"]));
  });

  await t.test("what was recorded is lived again", async () => {
    const [output] = await Promise.all(all.map(({ record }) => isSame(record())));
    assert.match(output, /^ +\d+\.\d{3} > start\(\)$/m);
    assert.match(output, /request \d+: GetLatestConfiguration with token \d+$/m);
    assert.match(output, /error throttled \(GetLatestConfiguration, HTTP 429\)$/m);
  });

  await t.test("a record that was shortened says so, and begins in the middle", async () => {
    const record = bounded.record();
    assert.ok(record.entries.length <= 30 && record.leftOut.before > 0, JSON.stringify(record.leftOut));
    assert.equal(record.begin.isRunning, true);
    assert.match(await isSame(record), new RegExp(`left out when it was recorded: ${record.leftOut.before} entries before the first one, 0 after`));
    assert.ok(outage.early.leftOut.after > 0, JSON.stringify(outage.early.leftOut));
    assert.ok(outage.early.entries.length <= 16);
    await isSame(outage.early);
    const later = outage.record();
    assert.ok(later.leftOut.before > outage.early.leftOut.before && later.leftOut.after === 0, JSON.stringify(later.leftOut));
  });

  await t.test("a record that was changed is told as different, and where", async () => {
    const isDifferent = async (change, pattern) => {
      const record = first.record();
      change(record.entries);
      const { code, output } = await replay(record);
      assert.equal(code, 1, output);
      assert.match(output, pattern);
    };
    const at = (entries, test) => entries.findIndex(test);
    const update = ({ event, versionLabel }) => event === "update" && versionLabel === "version-2";
    await isDifferent((entries) => entries.splice(at(entries, update), 1), /different at [\d.]+ s[^]*the core: +update to content \d+, application\/json, version version-2/);
    await isDifferent((entries) => (entries.find(update).versionLabel = "another"), /the record: update[^\n]*version another\n[^\n]*version version-2/);
    await isDifferent((entries) => (entries.find(({ status }) => status === 429).status = 403), /the record: error throttled[^]*the core: +error/);
    await isDifferent((entries) => (entries.find(({ token }) => token === 2).token = 1), /the record: GetLatestConfiguration with token 1\n +the core: +GetLatestConfiguration with token 2/);
    // A client that asks before it may.
    await isDifferent((entries) => {
      const poll = entries.find(({ token }) => token === 2);
      const before = entries[entries.indexOf(poll) - 1];
      for (const entry of entries.slice(entries.indexOf(poll))) for (const name of ["at", "headersAt", "lastByteAt"]) if (name in entry) entry[name] -= poll.at - before.at;
    }, /the core: +may not send yet: invariant 4/);
    // One that stopped asking, and nobody had told it to.
    const silent = first.record();
    silent.entries.splice(at(silent.entries, ({ token }) => token === 2));
    silent.milliseconds = 3_600_000;
    const { code, output } = await replay(silent);
    assert.equal(code, 1, output);
    assert.match(output, /the record: the record ends, and nothing was sent since\n +the core: +asks again 35\d\d s before/);
  });

  await t.test("a core that makes a mistake is caught", async () => {
    await Promise.all(
      [
        [first, "DropsTokenOnAnyError", "broken at[^]*invariant 2"],
        [first, "IgnoresRetryAfter", "broken at[^]*invariant 4"],
        [first, "PollsAfterStop", "broken at[^]*invariant 7"],
        [unwhole, "NoTimeLimit", "broken at[^]*invariant 1"],
        [unwhole, "UpdatesWithoutChange", "broken at[^]*invariant 6"],
        [replayed, "NeverVerifies", "broken at[^]*invariant 8"],
        // It has no occasion here.
        [replayed, "IgnoresRetryAfter"],
      ].map(async ([it, mistake, pattern]) => {
        const { code, output } = await replay(it.record(), mistake);
        assert.equal(code, pattern ? 1 : 0, `${mistake}: ${output}`);
        assert.match(output, new RegExp(`^${pattern ?? "same"}`, "m"));
      }),
    );
  });
});

test("what the page exports is replayed", limit, async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const served = await site();
  t.after(() => served.close());
  const page = await open(browser);
  await page.goto(served.url);
  await ready(page);
  served.emulator.fault("throttle");
  // Stale for a moment only: the service's own account of it does not miss that.
  const mended = () => served.emulator.requests.slice(served.emulator.requests.findIndex(({ fault }) => fault) + 1).some(({ status }) => status === 200);
  while (served.emulator.faults.length > 0 || !mended()) await new Promise((resolve) => setTimeout(resolve, 20));
  await ready(page);
  await page.click("#stop");
  await page.waitForSelector('#status[data-status="stopped"]');
  await page.click("#start");
  await ready(page);
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
  const output = await isSame(await readFile(await file.path(), "utf8"));
  assert.match(output, /error throttled/);
  assert.match(output, /> stop\(\)[^]*> start\(\)/);
});

test("what cannot be replayed is told, with what was expected", limit, async () => {
  const good = { ...JSON.parse(JSON.stringify(new Recorder(target))), entries: [{ at: 0, call: "start" }] };
  for (const [record, sentence] of [
    ["{", /expected the JSON of a record, got what does not parse at line 1, column 1/],
    ["[]", /the document: expected an object, got an array/],
    [{ name: "something else" }, /expected a record of the page \(format "appconfig-edge session record"\), got a document with the format none/],
    [{ ...good, version: 2 }, /expected version 1 of the format, got 2: replay it with a newer checkout/],
    [{ ...good, options: { ...good.options, maximumBodyBytes: "4" } }, /options\.maximumBodyBytes: expected a whole number, got "4"/],
    [{ ...good, startedAt: "yesterday" }, /startedAt: expected a date such as [^ ]+, got "yesterday"/],
    [{ ...good, entries: [{ at: 0, call: "jump" }] }, /entries\[0\]\.call: expected one of start, stop, refresh, got "jump"/],
    [{ ...good, entries: [{ at: 0, answer: 1, status: 200, headersAt: 0, lastByteAt: 0, body: {} }] }, /entries\[0\]\.body\.bytes: expected to be there, is missing/],
    [{ ...good, entries: [{ at: 0, failure: 4, kind: "network" }] }, /entries\[0\]: expected an answer to the request under way, got one to 4, which is not/],
    [{ ...good, entries: [{ at: 5, call: "start" }, { at: 4, call: "stop" }] }, /entries\[1\]\.at: expected 5 or later/],
    [{ ...good, leftOut: { before: 3, after: 0 } }, /begin: expected how things stood/],
  ]) {
    const { code, output } = await replay(record);
    assert.equal(code, 2, output);
    assert.match(output, /^this cannot be replayed: /m);
    assert.match(output, sentence);
  }
  const { code, output } = await run(process.execPath, [path.join(root, "scripts", "replay.mjs")], { show: "no" });
  assert.equal(code, 1);
  assert.equal(output, "expected the file of one record: npm run replay -- record.json\n");
});

test("the recorder knows the package's version and defaults, and hands the very answer on", async () => {
  assert.equal(PACKAGE_VERSION, JSON.parse(await readFile(path.join(root, "pkg", "package.json"), "utf8")).version);
  const defaults = checkOptions({ ...target, endpoint: "https://emulator.test" });
  for (const name in OPTIONS) assert.equal(OPTIONS[name], defaults[name], name);
  const answer = new Response("body");
  const { fetch } = new Recorder(target, { fetch: async () => answer });
  assert.equal(await fetch("https://emulator.test/configurationsessions", {}), answer);
  const { value } = await answer.body.getReader().read();
  assert.equal(new TextDecoder().decode(value), "body");
  assert.throws(() => new Recorder(target).call("jump"), /expected start, stop or refresh, got jump/);
});
