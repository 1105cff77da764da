// Other people's stores, and the form in which something is kept.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, test } from "node:test";
import { createStorage } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import memoryDriver from "unstorage/drivers/memory";
import { opened, sent, upstream } from "../runtime/upstream.mjs";
import { fileStore } from "./file.mjs";
import { entry, place, root, target } from "./place.mjs";

const { ConfigurationClient } = await entry("index.js");
const limit = { timeout: 30_000 };
const own = () => mkdtempSync(path.join(place, "kept-"));
const options = { ...target, endpoint: "https://upstream.test", logger: null, exclusive: true, keepAlive: true };
const binary = Uint8Array.from({ length: 600 }, (_, i) => (i * 7) & 0xff);

function started(t, more) {
  const client = new ConfigurationClient({ ...options, ...more });
  t.after(() => client.stop());
  return client.start().then(() => client);
}

/** A life with a store: it polls once, and stops. */
async function lived(t, store, answer, more) {
  const client = await started(t, { store, fetch: upstream(opened(), answer).fetch, ...more });
  client.stop();
  await pause(100);
}

/** Stores that are made anew for each life, as processes do: what they have is elsewhere. */
const stores = {
  "a folder": (folder) => fileStore(folder),
  "unstorage in memory": (folder, kept) => (kept.storage ??= createStorage({ driver: memoryDriver() })),
  "unstorage on a folder": (folder) => createStorage({ driver: fsDriver({ base: folder }) }),
};

describe("other people's stores", { concurrency: true }, () => {
  for (const [name, make] of Object.entries(stores)) {
    test(`${name}: the session goes on, whatever the content is, and forget() leaves nothing`, limit, async (t) => {
      const answers = [sent("{\"colour\":\"blue\"}"), sent("null"), sent("7"), sent("\ufeff{}", { type: "text/plain" }), sent(binary, { type: "application/octet-stream" })];
      // All at once, because each waits an interval.
      await Promise.all(answers.map(async (answer, i) => {
        const [folder, kept] = [own(), {}];
        const content = Buffer.from(await answer().arrayBuffer());
        await lived(t, make(folder, kept), answer);
        const service = upstream(sent());
        const client = await started(t, { store: make(folder, kept), fetch: service.fetch });
        assert.equal(client.configuration.source, "store", `answer ${i}`);
        assert.deepEqual(Buffer.from(client.configuration.bytes()), content);
        assert.equal((await service.called(1)).operation, "GetLatestConfiguration");
        await client.forget();
        const next = await started(t, { store: make(folder, kept), fetch: upstream(opened(), sent("{}")).fetch });
        assert.equal(next.configuration.source, "network");
      }));
    });

    test(`${name}: clients whose names differ only by what stores leave out share nothing`, limit, async (t) => {
      const [folder, kept] = [own(), {}];
      const names = ["a?b", "a?c", "a/b", "a:b", "a\\b", "a", "a$", "..", "%2e", "A"];
      const life = (configurationProfile, answers) => started(t, { store: make(folder, kept), configurationProfile, fetch: upstream(...answers).fetch });
      for (const it of names) {
        const client = await life(it, [opened(), sent(JSON.stringify({ it }), { interval: 60 })]);
        assert.equal(client.configuration.source, "network", it);
        client.stop();
        await pause(30);
      }
      for (const it of names) assert.deepEqual((await life(it, [sent()])).configuration.json(), { it });
    });
  }

  test("Workers KV, as it is: a read may be a minute old, a write may fail, and only the configuration is kept", limit, async (t) => {
    const versions = [];
    const kv = {
      getItem: async () => versions.at(-2) ?? null,
      setItem: async (name, text) => void versions.push(text),
      removeItem: async () => {},
    };
    const life = async (service) => {
      const client = await started(t, { store: kv, exclusive: false, fetch: service.fetch });
      await service.called(2);
      await pause(50);
      client.stop();
      return client;
    };
    // Whatever old configuration an isolate finds, it serves that and then what the service has, by a session of its own.
    for (const version of [1, 2, 3]) {
      const service = upstream(opened(), sent(JSON.stringify({ version }), { interval: 60 }));
      const { configuration } = await life(service);
      assert.deepEqual(configuration.json(), { version });
      assert.equal(service.count("StartConfigurationSession"), 1);
    }
    await life(upstream(opened(), sent(JSON.stringify({ version: 2 }), { interval: 60 })));
    assert.equal(versions.length, 3, "the last one found what the service has, and wrote nothing");
    assert.ok(versions.every((text) => !/token/.test(text)));
  });
});

// The form. Each golden file has a name, a line break, and what is kept under it: whatever is written in years to come, these are read.
// A file for another form is made by UPDATE_GOLDEN=1; one that was released stays as it is.

const goldenFile = path.join(root, "tests/store/kept-form-1.txt");
const golden = () => {
  const [name, text] = readFileSync(goldenFile, "utf8").split(/\n([^]*)/);
  return { name, text };
};
const goldenOptions = { application: "shop ?/ü", environment: "prod", configurationProfile: "flags", endpoint: "https://upstream.test/base", sessionKey: "account 1", requiredMinimumPollIntervalInSeconds: 30 };
const goldenContent = "\ufeff{\"colour\":\"blue\",\"Größe\":\"\u2028 \\u0000 ✓\"}\n";

test("what version 1 kept is still read: the configuration, the session and the sums", limit, async (t) => {
  const { name, text } = golden();
  const asked = [];
  const store = { getItem: (it) => (asked.push(it), it === name ? text : null), setItem() {}, removeItem() {} };
  const service = upstream(opened("another"), sent("{}"));
  const client = await started(t, { ...goldenOptions, store, fetch: service.fetch });
  assert.deepEqual(asked, [name], "the name is part of the form");
  const { configuration, usage } = client;
  assert.deepEqual(
    [Buffer.from(configuration.bytes()).toString(), configuration.contentType, configuration.versionLabel, configuration.receivedAt.toISOString(), configuration.source],
    [goldenContent, "application/json; charset=utf-8", "v1", "2026-01-02T12:00:00.000Z", "store"],
  );
  assert.deepEqual([usage.sessions, usage.configurationsReceived, usage.bytes], [2, 5, 12_345]);
  // Its token is older than a day, so a new session is opened, and at once: of the budget two were left, and more are back.
  assert.equal((await service.called(1)).operation, "StartConfigurationSession");
});

test("the token of version 1 is used while it is good", limit, async (t) => {
  const { name, text } = golden();
  const store = { getItem: (it) => (it === name ? text : null), setItem() {}, removeItem() {} };
  const { now } = Date;
  Date.now = () => Date.parse("2026-01-02T12:10:00Z");
  try {
    const service = upstream(sent());
    await started(t, { ...goldenOptions, store, fetch: service.fetch });
    assert.equal((await service.called(1)).token, "golden-token+/=");
  } finally {
    Date.now = now;
  }
});

test("what is written today is of version 1", limit, async (t) => {
  const map = new Map();
  const store = { getItem: (name) => map.get(name), setItem: (name, text) => void map.set(name, text), removeItem() {} };
  await lived(t, store, sent(goldenContent, { type: "application/json; charset=utf-8", label: "v1" }), goldenOptions);
  const [[name, text]] = map;
  if (process.env.UPDATE_GOLDEN) {
    // With dates that stay, a token and sums that are told apart.
    const [form, , json] = /^(\S+) (\S+) (.*)$/s.exec(text).slice(1);
    const [configuration, kept] = JSON.parse(json);
    configuration.receivedAt = Date.parse("2026-01-02T12:00:00Z");
    Object.assign(kept.session, { 0: "golden-token+/=", 1: String(configuration.receivedAt), 2: String(configuration.receivedAt + 60_000) });
    Object.assign(kept.usage, { requests: 100, sessions: 2, configurationsReceived: 5, bytes: 12_345, errors: 1 });
    const made = JSON.stringify([configuration, kept]);
    let sum = 2166136261;
    for (const character of (name + made).split("")) sum = Math.imul(sum ^ character.charCodeAt(0), 16777619);
    writeFileSync(goldenFile, `${name}\n${form} ${(sum >>> 0).toString(36)} ${made}`);
  }
  const it = golden();
  assert.equal(name, it.name);
  const shape = (value) => (Array.isArray(value) ? value.map(shape) : typeof value === "object" && value ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)])) : typeof value);
  const read = (kept) => [kept.split(" ")[0], shape(JSON.parse(kept.split(" ").slice(2).join(" ")))];
  assert.deepEqual(read(text), read(it.text), "another shape needs another number, and code that reads the old one");
  assert.deepEqual(readdirSync(path.join(root, "tests/store")).filter((file) => file.startsWith("kept-form-")), ["kept-form-1.txt"]);
});
