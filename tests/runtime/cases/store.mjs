import { equal, matches, ok, pause, rejects, same } from "../expect.mjs";
import { target } from "../harness.mjs";
import { bytesOf } from "../samples.mjs";
import { after, later, only, plain, rejecting, silent, storeOf, throwing } from "../stores.mjs";
import { hanging, opened, refused, sent, unreachable, upstream } from "../upstream.mjs";

const BLUE = "{\"colour\":\"blue\"}";
const GREEN = "{\"colour\":\"green\"}";
const exclusive = { exclusive: true };

/** Numbers that look random and are the same for the same seed. */
function randomBytes(seed, length) {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

/** A logger that remembers what it was told. */
function logger() {
  const lines = [];
  const take = (level) => (line) => lines.push(`${level}: ${line}`);
  return { lines, debug: take("debug"), info: take("info"), warn: take("warn") };
}

/** A client that has polled, then stopped, with a store: what a later one finds. */
async function lived(t, store, options = {}, answer = sent(BLUE, { interval: 60, token: "kept-token", label: "v1" })) {
  const client = t.client({ fetch: upstream(opened(), answer).fetch, store, ...exclusive, ...options });
  await t.soon(client.start());
  client.stop();
  // All writes are under way one after the other.
  for (let n = -1; n !== store.calls.length; await pause(5)) n = store.calls.length;
  return client;
}

/** The text of the form, for what a test puts into a store. */
const formed = (store, change) => {
  const [form, sum, ...rest] = store.text().split(" ");
  return change({ form, sum, json: rest.join(" ") });
};

const put = (store, text) => store.map.set([...store.map.keys()][0], text);

export default (test) => {
  for (const [name, how] of Object.entries({ "answers at once": plain, "answers by promises": later, "takes its time": after(30) })) {
    test(`a store that ${name} gives the next client the configuration at once, and the session`, async (t) => {
      const store = storeOf(how);
      await lived(t, store, {}, sent(BLUE, { interval: 1, token: "kept-token", label: "v1" }));
      await pause(150);
      const service = upstream(sent());
      const { client, heard } = t.heard({ fetch: service.fetch, store, ...exclusive });
      const configuration = await t.soon(client.start());
      equal(service.calls.length, 0, "requests before it is due");
      same([configuration.text(), configuration.contentType, configuration.versionLabel, configuration.source], [BLUE, "application/json", "v1", "store"]);
      ok(Date.now() - configuration.receivedAt < 10_000, "when it was received");
      await heard.became("stale");
      same(heard.told(), ["update", "stale"]);
      equal(heard.of("update")[0].configuration, configuration);
      await heard.became("ready");
      same(service.calls.map(({ operation, token }) => [operation, token]), [["GetLatestConfiguration", "kept-token"]]);
      equal(client.configuration, configuration);
    });
  }

  test("a session is kept only with exclusive, and the configuration is written only when it changes", async (t) => {
    const store = storeOf(later);
    const service = upstream(opened("first-secret"), sent(BLUE, { token: "second-secret" }), sent(), sent(), sent(GREEN), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, store });
    await t.soon(client.start());
    await t.soon(service.called(4));
    equal(store.writes(), 1, "writes");
    await heard.nth("update", 2);
    await t.soon(service.called(6));
    client.stop();
    await pause(20);
    equal(store.writes(), 2, "writes");
    ok(store.written().every((text) => !/secret|token|requests/.test(text)), "no session and no sums");
    matches(store.text(), /green/);

    // What is found there is not written again.
    const next = t.heard({ fetch: upstream(opened(), sent(GREEN), sent()).fetch, store });
    equal((await t.soon(next.client.start())).source, "store");
    await next.heard.became("ready");
    equal(store.writes(), 2, "writes");
    equal(next.client.usage.requests, 2);
    next.client.stop();
  });

  test("each answer is written once, a stop once, and a token that is taken up again once", async (t) => {
    const store = storeOf(later);
    const service = upstream(opened(), sent(BLUE), sent(), refused(429, "ThrottlingException"), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, store, ...exclusive });
    await t.soon(client.start());
    await t.soon(service.called(3));
    await heard.nth("error");
    await t.soon(service.called(5));
    await t.soon(store.asked("set", 4));
    client.stop();
    await t.soon(store.asked("set", 5));
    client.stop();
    await pause(20);
    equal(store.writes(), 5, "writes: of the session, three polls and the stop");

    let before;
    const again = upstream(() => ((before = store.writes()), sent("", { interval: 60 })()));
    const next = t.client({ fetch: again.fetch, store, ...exclusive });
    await t.soon(next.start());
    await t.soon(again.called(1));
    equal(before, 6, "writes: before the token is sent");
    await t.soon(store.asked("set", 7));
    await pause(20);
    equal(store.writes(), 7, "writes: after the answer");
  });

  test("what says that a token is in use is written before it is sent", async (t) => {
    const store = storeOf(only("set", after(60)));
    let before;
    const service = upstream(opened("one-secret"), () => ((before = store.text()), sent(BLUE)()));
    const client = t.client({ fetch: service.fetch, store, ...exclusive });
    await t.soon(client.start());
    matches(before, /one-secret/);
  });

  test("configurations of all bytes come back as they were", async (t) => {
    const samples = [
      ["text", "Grüße ✓ \u2028 \u0000 \ud83d\ude00", "text/plain"],
      ["a byte order mark", "\ufeff{\"a\":1}", "application/json"],
      ["two of them", "\ufeff\ufeffx", "text/plain"],
      ["blanks and line ends", " a  b \r\n\t c ", "text/plain"],
      ["no content type", "x", null],
      ["all bytes", Uint8Array.from({ length: 256 }, (_, i) => i), "application/octet-stream"],
      ["half a character", bytesOf("ü").slice(0, 1), "text/plain"],
      ...Array.from({ length: 20 }, (_, i) => [`seed ${i}`, randomBytes(i, 1 + i * 37), "application/octet-stream"]),
      ["200,000 bytes of seed 99", randomBytes(99, 200_000), "application/octet-stream"],
    ];
    for (const [name, content, type] of samples) {
      const store = storeOf();
      const before = await lived(t, store, {}, sent(content, { interval: 60, type }));
      const client = t.client({ fetch: upstream(hanging).fetch, store, ...exclusive });
      const configuration = await t.soon(client.start());
      const bytes = typeof content === "string" ? bytesOf(content) : content;
      same(configuration.bytes(), bytes, name);
      equal(configuration.contentType, type ?? undefined, name);
      const booted = t.client({ fetch: upstream(hanging).fetch, bootstrap: JSON.parse(JSON.stringify(before.snapshot())) });
      same(booted.configuration.bytes(), bytes, `${name}, as a snapshot`);
      same(client.snapshot(), before.snapshot(), name);
    }
  });

  test("what is corrupt, another's, older or newer is ignored, with a word in the log", async (t) => {
    const store = storeOf();
    await lived(t, store);
    const good = store.text();
    const texts = {
      empty: "",
      foreign: "{\"colour\":\"red\"}",
      "another's name": "[object Object]",
      "a number": 7,
      "an object": { configuration: { content: "red" } },
      "an object without a prototype": Object.create(null),
      "cut in the middle": good.slice(0, good.length / 2),
      "cut at its end": good.slice(0, -1),
      "one character of another": good.replace("blue", "blus"),
      "an older form": formed(store, ({ sum, json }) => `appconfig-edge/0 ${sum} ${json}`),
      "a newer form": formed(store, ({ sum, json }) => `appconfig-edge/2 ${sum} ${json}`),
      "two in one": good + good,
    };
    for (const [name, text] of Object.entries(texts)) {
      put(store, text);
      const told = logger();
      const service = upstream(opened(), sent(GREEN, { interval: 60 }));
      const { client, heard } = t.heard({ fetch: service.fetch, store, ...exclusive, logger: told });
      equal((await t.soon(client.start())).text(), GREEN, name);
      same(heard.told().slice(0, 2), ["starting", "update"], name);
      equal(service.count("StartConfigurationSession"), 1, name);
      equal(told.lines.filter((line) => line.startsWith("debug: appconfig-edge: what the store has")).length, 1, name);
      equal(told.lines.length, 1, name);
      client.stop();
    }
    put(store, good);
    equal((await t.soon(t.client({ fetch: upstream(hanging).fetch, store, ...exclusive }).start())).text(), BLUE, "and what is good is taken");
  });

  test("what a store gives under another name is ignored", async (t) => {
    // One that knows no names, as a file that two clients were given.
    let text = null;
    const store = { getItem: () => text, setItem: (name, it) => void (text = it), removeItem: () => void (text = null) };
    const client = t.client({ fetch: upstream(opened(), sent(BLUE, { interval: 60 })).fetch, store, ...exclusive });
    await t.soon(client.start());
    client.stop();
    const service = upstream(opened(), sent(GREEN, { interval: 60 }));
    const other = t.client({ fetch: service.fetch, store, ...exclusive, environment: "test" });
    equal((await t.soon(other.start())).text(), GREEN);
    same(service.calls.map(({ operation }) => operation), ["StartConfigurationSession", "GetLatestConfiguration"]);
  });

  test("names differ by all that tells clients apart, and have no character that stores give a meaning", async (t) => {
    const variants = [
      {},
      { application: "a" },
      { environment: "a" },
      { configurationProfile: "a" },
      { configurationProfile: "a?b/c\\d:e" },
      { configurationProfile: "a?b/c\\d:f" },
      { endpoint: "https://other.test" },
      { requiredMinimumPollIntervalInSeconds: 60 },
      { sessionKey: "https://login.test/?user=1" },
      { sessionKey: "https://login.test/?user=2" },
      { sessionKey: "1", endpoint: undefined, region: "eu-west-1", sign: () => ({}) },
      { sessionKey: "1", endpoint: undefined, region: "eu-west-1", sign: () => ({}), useFipsEndpoint: true },
      { sessionKey: "1", endpoint: undefined, region: "eu-west-1", sign: () => ({}), useDualstackEndpoint: true },
    ];
    const store = storeOf();
    for (const variant of variants) await t.soon(t.client({ fetch: upstream(opened(), sent(BLUE, { interval: 60 })).fetch, store, ...variant }).start());
    equal(store.map.size, variants.length, "names");
    for (const name of store.map.keys()) matches(name, /^[\w.!~*'()%-]+$/);
  });

  test("a credential is never kept", async (t) => {
    const store = storeOf(later);
    const secrets = { accessKeyId: "AKIDEXAMPLE00000", secretAccessKey: "wJalrXUtnFEMI-bPxRfiCYEXAMPLEKEY", sessionToken: "session-token-of-the-credentials" };
    const headers = { "x-tenant": "a-secret-header" };
    const options = { endpoint: undefined, region: "eu-west-1", credentials: secrets, headers, sessionKey: "account-1", logger: logger() };
    await lived(t, store, options);
    ok(store.writes() > 1);
    for (const text of [...store.written(), ...store.map.keys(), ...options.logger.lines]) {
      for (const secret of [...Object.values(secrets), "a-secret-header", "x-tenant"]) ok(!text.includes(secret), secret);
    }
  });

  const failing = {
    "throws": throwing,
    "rejects": rejecting,
    "never answers": silent,
    "throws when it is read": only("get", throwing),
    "throws when it is written, being full": only("set", throwing),
    "rejects a write": only("set", rejecting),
    "never answers a read": only("get", silent),
    "never answers a write": only("set", silent),
    "takes two seconds": after(2000),
  };
  // All at once, because each takes its time.
  test("a store that fails or is slow, in each way, stops nothing", (t) => Promise.all(Object.entries(failing).map(async ([name, how]) => {
    const told = logger();
    const service = upstream(opened(), sent(BLUE), sent(), sent(GREEN), sent("", { interval: 60 }));
    const { client, heard } = t.heard({ fetch: service.fetch, store: storeOf(how), ...exclusive, logger: told });
    equal((await t.soon(client.start(), name)).text(), BLUE, name);
    await heard.nth("update", 2);
    same(heard.told(), ["starting", "update", "ready", "update"], name);
    equal(service.count("StartConfigurationSession"), 1, name);
    ok(told.lines.every((line) => line.startsWith("debug: appconfig-edge: the store failed")), told.lines.join("\n"));
    ok(told.lines.length > 0, `a store that ${name}: it is told`);
  })));

  test("a store that hangs does not hold up what is given beforehand for long", async (t) => {
    const client = t.client({ fetch: upstream(hanging).fetch, store: storeOf(silent), ...exclusive, bootstrap: { content: BLUE } });
    equal((await t.soon(client.start())).source, "bootstrap");
  });

  test("a write that failed is made up for where only the configuration is kept", async (t) => {
    let full = true;
    const store = storeOf(only("set", (act) => (full ? throwing() : act())));
    const service = upstream(opened(), sent(BLUE), sent(), sent());
    const client = t.client({ fetch: service.fetch, store });
    await t.soon(client.start());
    full = false;
    await t.soon(service.called(4));
    matches(store.text(), /blue/);
    equal(store.writes(), 2, "writes");
  });

  test("a saved token that is refused costs one new session, and what is held stays", async (t) => {
    const store = storeOf();
    await lived(t, store, {}, sent(BLUE, { interval: 1, token: "kept-token" }));
    const service = upstream(refused(400, "BadRequestException"), opened("other"), sent(BLUE, { interval: 60 }));
    const { client, heard } = t.heard({ fetch: service.fetch, store, ...exclusive });
    const configuration = await t.soon(client.start());
    await heard.became("ready");
    same(service.calls.map(({ operation, token }) => token ?? operation), ["kept-token", "StartConfigurationSession", "other"]);
    same(heard.told(), ["update", "stale", "token-refused", "ready"]);
    equal(client.configuration.text(), configuration.text());
  });

  test("forget() stops, and removes what is held and kept", async (t) => {
    for (const how of [plain, later, after(50)]) {
      const store = storeOf(how);
      const service = upstream(opened(), sent(BLUE, { interval: 60 }));
      const { client, heard } = t.heard({ fetch: service.fetch, store, ...exclusive });
      await t.soon(client.start());
      await t.soon(client.forget());
      equal(store.map.size, 0, "entries");
      same([client.status, client.configuration, client.snapshot(), client.rejected], ["stopped", undefined, undefined, undefined]);
      await pause(120);
      equal(store.map.size, 0, "entries, when all writes are done");
      same(heard.told(), ["starting", "update", "ready", "stopped"]);
      // It may begin again, with nothing.
      service.answer(opened(), sent(GREEN, { interval: 60 }));
      equal((await t.soon(client.start())).text(), GREEN);
      client.stop();
    }
  });

  test("forget() holds against a write that was too slow to be waited for", async (t) => {
    const store = storeOf(only("set", after(1500)));
    const client = t.client({ fetch: upstream(opened(), sent(BLUE, { interval: 60 })).fetch, store, ...exclusive });
    await t.soon(client.start());
    await t.soon(store.asked("set", 2));
    await t.soon(client.forget());
    await pause(2000);
    equal(store.map.size, 0, "entries");
  });

  test("forget() leaves nothing of what was refused", async (t) => {
    const client = t.client({ fetch: upstream(opened(), sent("red", { type: "text/plain" })).fetch, validate: () => false });
    await t.soon(rejects(client.start(), "refused"));
    ok(client.rejected);
    await t.soon(client.forget());
    equal(client.rejected, undefined);
  });

  test("forget() before the first start() removes what others left", async (t) => {
    const store = storeOf(later);
    await lived(t, store);
    equal(store.map.size, 1, "entries");
    await t.soon(t.client({ fetch: upstream(hanging).fetch, store, ...exclusive }).forget());
    equal(store.map.size, 0, "entries");
  });

  test("forget() and stop() while the store is read: nothing comes up afterwards", async (t) => {
    for (const end of ["forget", "stop"]) {
      const store = storeOf();
      await lived(t, store);
      const slow = storeOf(only("get", after(60)), store.map);
      const service = upstream(opened(), sent(GREEN, { interval: 60 }));
      const { client, heard } = t.heard({ fetch: service.fetch, store: slow, ...exclusive });
      const started = client.start().catch(({ code }) => code);
      await t.soon(slow.asked("get"));
      await client[end]();
      equal(await t.soon(started), "stopped", end);
      await pause(150);
      same([client.configuration, heard.told()], [undefined, ["stopped"]], end);
      equal(service.calls.length, 0, "requests");
      equal((await t.soon(client.start())).text(), end === "forget" ? GREEN : BLUE, "and what is there is found by the next start()");
    }
  });

  test("a validate that refuses what was kept, or was refused before, is asked anew", async (t) => {
    // The schema became stricter: what is kept is not held.
    const store = storeOf();
    await lived(t, store);
    const service = upstream(opened(), sent(GREEN, { interval: 1 }), sent("red", { type: "text/plain" }), sent());
    const strict = (configuration) => configuration.text() === GREEN;
    const { client, heard } = t.heard({ fetch: service.fetch, store, ...exclusive, validate: strict });
    equal((await t.soon(client.start())).text(), GREEN);
    equal(service.calls[0].operation, "StartConfigurationSession");
    await heard.nth("error");
    await t.soon(service.called(4));
    client.stop();
    // It became laxer: what the session has delivered already, and was refused, comes again.
    const again = upstream(opened(), sent("red", { type: "text/plain", interval: 60 }));
    const next = t.heard({ fetch: again.fetch, store, ...exclusive, validate: () => true });
    equal((await t.soon(next.client.start())).text(), GREEN);
    equal((await next.heard.nth("update", 2)).configuration.text(), "red");
    same(again.calls.map(({ operation }) => operation), ["StartConfigurationSession", "GetLatestConfiguration"]);
  });

  test("many clients that start at once with one store share nothing by accident", async (t) => {
    const store = storeOf(after(20));
    const emulator = t.emulator();
    const names = Array.from({ length: 8 }, (_, i) => `profile-${i}`);
    names.forEach((name) => emulator.deploy({ ...target, configurationProfile: name, content: { name } }));
    const start = () => Promise.all(names.map(async (name) => {
      const client = t.client({ fetch: emulator.fetch, store, ...exclusive, configurationProfile: name });
      same((await t.soon(client.start())).json(), { name });
      return client;
    }));
    (await start()).forEach((client) => client.stop());
    await pause(100);
    (await start()).forEach((client) => client.stop());
    equal(emulator.requests.length, 16, "requests");
  });

  test("start() and refresh() at once read what is kept, and count what was counted, once", async (t) => {
    const store = storeOf(later);
    await lived(t, store);
    const client = t.client({ fetch: upstream(sent()).fetch, store: storeOf(after(20), store.map), ...exclusive });
    const all = await t.soon(Promise.all([client.start(), client.refresh(), client.start(), client.refresh()]));
    ok(all.every((it) => it === client.configuration), "one configuration");
    await pause(100); // until the last one has read it
    same(client.usage, { requests: 2, sessions: 1, configurationsReceived: 1, bytes: client.usage.bytes, errors: 0, estimatedPrice: 0.0008 + 2 * 0.0000002 });
  });

  test("durableObjectStore() is one that has one writer", async (t) => {
    const map = new Map();
    const storage = { get: async (name) => map.get(name), put: async (name, text) => void map.set(name, text), delete: async (name) => map.delete(name) };
    const store = t.package.durableObjectStore(storage);
    const first = t.client({ fetch: upstream(opened(), sent(BLUE, { interval: 1, token: "kept-token" })).fetch, store });
    await t.soon(first.start());
    first.stop();
    await pause(20);
    const service = upstream(sent());
    const next = t.client({ fetch: service.fetch, store });
    equal((await t.soon(next.start())).source, "store");
    equal((await t.soon(service.called(1))).token, "kept-token");
    await t.soon(next.forget());
    equal(map.size, 0, "entries");
  });
};
