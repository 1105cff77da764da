import { equal, matches, ok, pause, rejects, same, throws } from "../expect.mjs";
import { target } from "../harness.mjs";
import { storeOf } from "../stores.mjs";
import { hanging, opened, refused, sent, unreachable, upstream } from "../upstream.mjs";

const BLUE = "{\"colour\":\"blue\"}";
const GREEN = "{\"colour\":\"green\"}";
const json = { contentType: "application/json" };
/** The interval of a second, and its jitter. */
const INTERVAL = 1150;

/** A client that kept something, then stopped. */
async function lived(t, store, answer) {
  const client = t.client({ fetch: upstream(opened(), answer).fetch, store, exclusive: true });
  await t.soon(client.start());
  client.stop();
  await pause(20);
}

export default (test) => {
  // Bootstrap and snapshot.

  test("a bootstrap is there at once, counts as last good, and is replaced by what is newer", async (t) => {
    const service = upstream(unreachable, opened(), sent(GREEN, { label: "v2" }));
    const { client, heard } = t.heard({ fetch: service.fetch, bootstrap: { content: BLUE, ...json, versionLabel: "v1", receivedAt: 1_700_000_000_000 } });
    const { configuration } = client;
    same([configuration.json(), configuration.source, configuration.versionLabel, +configuration.receivedAt], [{ colour: "blue" }, "bootstrap", "v1", 1_700_000_000_000]);
    equal(client.status, "idle");
    equal(await t.soon(client.start()), configuration, "with no network it is what start() gives");
    await heard.nth("error");
    equal(client.configuration, configuration);
    same((await heard.nth("update")).configuration.json(), { colour: "green" });
    await heard.became("ready");
    same(heard.told(), ["stale", "network", "update", "ready"]);
  });

  test("a bootstrap that the network confirms is no update", async (t) => {
    const service = upstream(opened(), sent(BLUE, { label: "v1" }));
    const { client, heard } = t.heard({ fetch: service.fetch, bootstrap: { content: BLUE, ...json, versionLabel: "v1" } });
    await t.soon(client.start());
    await heard.became("ready");
    same(heard.told(), ["stale", "ready"]);
  });

  test("start() with a time limit waits for the network, then gives the bootstrap", async (t) => {
    const bootstrap = { content: BLUE, ...json };
    const timed = async (client, milliseconds) => {
      const begin = performance.now();
      const { source } = await t.soon(client.start({ timeoutInMilliseconds: milliseconds }));
      return [source, performance.now() - begin];
    };
    const slow = upstream(opened(), () => pause(150).then(sent(GREEN)));
    equal((await timed(t.client({ fetch: slow.fetch, bootstrap }), 5000))[0], "network");
    const [source, taken] = await timed(t.client({ fetch: upstream(hanging).fetch, bootstrap }), 250);
    equal(source, "bootstrap");
    ok(taken >= 245, `${taken} ms`);
    const [failed, soon] = await timed(t.client({ fetch: unreachable, bootstrap }), 5000);
    equal(failed, "bootstrap");
    ok(soon < 5000, `a failure is known after ${soon} ms`);
    // Beside one that does not wait, and with a session of which the next poll is not due yet.
    const store = storeOf();
    await lived(t, store, sent(BLUE, { interval: 1 }));
    const kept = t.client({ fetch: upstream(sent()).fetch, store, exclusive: true });
    const { source: found, status } = await t.soon(Promise.race([kept.start(), pause(5000)]).then(({ source }) => ({ source, status: kept.status })));
    same([found, status], ["store", "stale"]);
    equal(await t.soon(Promise.all([kept.start(), kept.start({ timeoutInMilliseconds: 5000 })]).then(() => kept.status)), "ready");
    const both = t.client({ fetch: upstream(opened(), () => pause(150).then(sent(GREEN))).fetch, bootstrap });
    const [first, second] = await t.soon(Promise.all([both.start(), both.start({ timeoutInMilliseconds: 5000 })]));
    // In workerd only who made the poll is told of its end, and who waits looks for it.
    same([first.source, second.source], ["bootstrap", "network"]);
  });

  test("of a bootstrap and what the store has the newer one counts", async (t) => {
    const now = Date.now();
    for (const [receivedAt, source] of [[now + 60_000, "bootstrap"], [now - 60_000, "store"], [undefined, "store"]]) {
      const store = storeOf();
      await lived(t, store, sent(GREEN, { interval: 1, token: "kept-token" }));
      const service = upstream(opened("another"), sent(BLUE));
      const { client, heard } = t.heard({ fetch: service.fetch, store, exclusive: true, bootstrap: { content: BLUE, ...json, receivedAt } });
      equal((await t.soon(client.start())).source, source);
      await t.soon(service.called(1));
      // The kept session knows nothing of a bootstrap that is newer: an empty answer would leave that in place, be it current or not.
      equal(service.calls[0].operation, source === "store" ? "GetLatestConfiguration" : "StartConfigurationSession");
      same(heard.of("update").length, source === "store" ? 1 : 0);
      client.stop();
    }
  });

  test("a bootstrap of the same content goes on with the kept session", async (t) => {
    const store = storeOf();
    await lived(t, store, sent(BLUE, { interval: 1, token: "kept-token", label: "v1" }));
    for (const [more, updates, source] of [[{ versionLabel: "v1", receivedAt: Date.now() + 60_000 }, 0, "bootstrap"], [{}, 1, "store"]]) {
      const service = upstream(hanging);
      const { client, heard } = t.heard({ fetch: service.fetch, store: storeOf(undefined, new Map(store.map)), exclusive: true, bootstrap: { content: BLUE, ...json, ...more } });
      same([(await t.soon(client.start())).source, client.configuration.versionLabel], [source, "v1"]);
      equal((await t.soon(service.called(1))).token, "kept-token");
      equal(heard.of("update").length, updates);
      client.stop();
    }
  });

  test("snapshot() gives what bootstrap takes, and nothing secret", async (t) => {
    const service = upstream(opened("secret-token"), sent(BLUE, { label: "v1", token: "secret-token-2", interval: 60 }));
    const client = t.client({ fetch: service.fetch, headers: { authorization: "secret-header" }, endpoint: "https://upstream.test/secret-path" });
    equal(client.snapshot(), undefined);
    await t.soon(client.start());
    const snapshot = client.snapshot();
    same(snapshot, { content: BLUE, ...json, versionLabel: "v1", receivedAt: +client.configuration.receivedAt });
    ok(!JSON.stringify(snapshot).includes("secret"));
    const next = t.client({ fetch: upstream(hanging).fetch, bootstrap: JSON.parse(JSON.stringify(snapshot)) });
    same(next.snapshot(), snapshot);
    // As a date it may have become a text on its way.
    const date = t.client({ fetch: upstream(hanging).fetch, bootstrap: JSON.parse(JSON.stringify({ ...snapshot, receivedAt: new Date(snapshot.receivedAt) })) });
    same(date.snapshot(), snapshot);
    client.stop();
    same(client.snapshot(), snapshot, "also after stop()");
  });

  test("a bootstrap that is none is refused at once", (t) => {
    for (const bootstrap of [{}, { content: 7 }, { base64: "%" }, { content: "{", ...json }, "text", null]) {
      const error = throws(() => t.client({ bootstrap }), "invalid-option");
      equal(error.option, "bootstrap");
    }
    throws(() => t.client({ bootstrap: { content: BLUE }, validate: () => false }), "invalid-option");
  });

  // Modes.

  test("lazy: a read after the due time starts a refresh, and gives what is held", async (t) => {
    const service = upstream(opened(), sent(BLUE), sent(GREEN), sent("", { interval: 60 }));
    const { client, heard } = t.heard({ fetch: service.fetch, mode: "lazy" });
    equal(client.configuration, undefined);
    equal((await t.soon(client.start())).text(), BLUE);
    for (let i = 0; i < 10; i++) equal(client.configuration.text(), BLUE);
    await pause(INTERVAL);
    equal(service.calls.length, 2, "requests while nobody reads");
    for (let i = 0; i < 10; i++) equal(client.configuration.text(), BLUE);
    await heard.nth("update", 2);
    equal(client.configuration.text(), GREEN);
    equal(service.calls.length, 3, "requests");
    client.stop();
    await pause(INTERVAL);
    equal(client.configuration.text(), GREEN);
    equal(service.calls.length, 3, "requests after stop()");
  });

  test("lazy: a read while polls fail gives what is held, and asks no more often than the loop would", async (t) => {
    const service = upstream(opened(), sent(BLUE), unreachable);
    const { client, heard } = t.heard({ fetch: service.fetch, mode: "lazy" });
    await t.soon(client.start());
    await pause(INTERVAL);
    equal(client.configuration.text(), BLUE);
    await heard.nth("error");
    for (let i = 0; i < 1000; i++) equal(client.configuration.text(), BLUE);
    ok(service.calls.length < 7, `${service.calls.length} requests`);
    equal(client.status, "stale");
  });

  test("manual: refresh() alone polls", async (t) => {
    const service = upstream(opened(), sent(BLUE), sent(GREEN), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, mode: "manual" });
    equal((await t.soon(client.start())).text(), BLUE, "the first attempt");
    await pause(INTERVAL);
    equal((await t.soon(client.start())).text(), BLUE);
    equal(client.configuration.text(), BLUE);
    equal(service.calls.length, 2, "requests");
    equal((await t.soon(client.refresh())).text(), GREEN);
    equal(service.calls.length, 3, "requests");
    equal(heard.of("error").length, 0);
  });

  for (const mode of ["lazy", "manual"]) {
    test(`${mode}: with nothing held start() makes one attempt, and tells what came of it`, async (t) => {
      const service = upstream(refused(500, "InternalServerException"), opened(), sent(BLUE));
      const client = t.client({ fetch: service.fetch, mode });
      await t.soon(rejects(client.start(), "service-error"));
      await pause(100);
      equal(service.calls.length, 1, "requests");
    });

    test(`${mode}: with a bootstrap start() gives that`, async (t) => {
      const service = upstream(hanging);
      const client = t.client({ fetch: service.fetch, mode, bootstrap: { content: BLUE } });
      equal((await t.soon(client.start())).source, "bootstrap");
      await pause(20);
      equal(service.calls.length, mode === "lazy" ? 1 : 0, "requests");
    });
  }

  // Usage and limits.

  test("usage counts what was asked and received, and what that costs", async (t) => {
    const service = upstream(opened(), sent(BLUE), sent(), refused(500, "InternalServerException"), sent(GREEN), sent());
    const { client, heard } = t.heard({ fetch: service.fetch });
    same(client.usage, { requests: 0, sessions: 0, configurationsReceived: 0, bytes: 0, errors: 0, estimatedPrice: 0 });
    await t.soon(client.start());
    await heard.nth("update", 2);
    client.stop();
    const { bytes, estimatedPrice, ...counts } = client.usage;
    same(counts, { requests: 5, sessions: 1, configurationsReceived: 2, errors: 1 });
    ok(Math.abs(estimatedPrice - (5 * 0.0000002 + 2 * 0.0008)) < 1e-12, `${estimatedPrice}`);
    ok(bytes >= BLUE.length + GREEN.length && bytes < 300, `${bytes} bytes`);
  });

  test("prices are the caller's where he names them", async (t) => {
    for (const [prices, price] of [[{ request: 1, configurationReceived: 10 }, 12], [{ request: 1 }, 2 + 0.0008], [{ configurationReceived: 0 }, 2 * 0.0000002]]) {
      const client = t.client({ fetch: upstream(opened(), sent(BLUE, { interval: 60 })).fetch, prices });
      await t.soon(client.start());
      ok(Math.abs(client.usage.estimatedPrice - price) < 1e-12, `${client.usage.estimatedPrice}`);
    }
  });

  test("the sums survive a restart, the last answer included, however the client ended", async (t) => {
    const store = storeOf();
    const client = t.client({ fetch: upstream(opened(), sent(BLUE, { interval: 1 })).fetch, store, exclusive: true });
    await t.soon(client.start());
    const { usage } = client;
    // Nobody stopped this one.
    const next = t.client({ fetch: upstream(sent("", { interval: 60 })).fetch, store: storeOf(undefined, new Map(store.map)), exclusive: true });
    client.stop();
    await t.soon(next.start());
    same(next.usage, usage);
    same([usage.sessions, usage.configurationsReceived, usage.requests], [1, 1, 2]);
  });

  test("a limit that is used up slows the client down, is told once, and blinds nobody", async (t) => {
    const told = [];
    const service = upstream(opened(), sent(BLUE), sent(GREEN), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, limits: { requestsPerHour: 3 } });
    client.addEventListener("limit", ({ type, limit, usage }) => told.push([type, limit, usage.requests]));
    await t.soon(client.start());
    await heard.nth("update", 2);
    await pause(2 * INTERVAL);
    equal(service.calls.length, 3, "requests");
    same(told, [["limit", "requestsPerHour", 3]]);
    const left = client.health().nextPollAt - Date.now();
    ok(left > 890_000 && left <= 900_000, `the next poll is in ${left} ms`);
    equal((await t.soon(client.refresh())).text(), GREEN);
    equal(service.calls.length, 3, "requests");
  });

  test("a session of which the first poll is due gets it, whatever is used up", async (t) => {
    for (const limits of [{ requestsPerDay: 1 }, { sessionsPerHour: 1 }, { pricePerDay: 0.0000001 }, { requestsPerHour: 0 }]) {
      const client = t.client({ fetch: upstream(opened(), sent(BLUE)).fetch, limits });
      equal((await t.soon(client.start())).text(), BLUE, Object.keys(limits)[0]);
    }
  });

  // Health, hooks and the logger.

  test("health() says how things stand, and when the next poll is due", async (t) => {
    const service = upstream(opened(), sent(BLUE), refused(404, "ResourceNotFoundException"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    const nothing = { status: "idle", ageInMilliseconds: undefined, lastError: undefined, nextPollAt: undefined };
    same(client.health(), nothing);
    await t.soon(client.start());
    await heard.became("ready");
    const good = client.health();
    same([good.status, good.lastError], ["ready", undefined]);
    ok(good.ageInMilliseconds >= 0 && good.ageInMilliseconds < 10_000, `${good.ageInMilliseconds} ms old`);
    const left = good.nextPollAt - Date.now();
    ok(good.nextPollAt instanceof Date && left <= 1100, `the next poll is in ${left} ms`);
    const { error } = await heard.nth("error");
    await heard.became("stale");
    const bad = client.health();
    same([bad.status, bad.lastError], ["stale", error]);
    ok(Math.abs(bad.nextPollAt - error.retryAt) < 50, `${bad.nextPollAt.toISOString()} instead of ${error.retryAt.toISOString()}`);
    ok(bad.ageInMilliseconds >= 900, `${bad.ageInMilliseconds} ms old`);
    client.stop();
    same([client.health().status, client.health().nextPollAt], ["stopped", undefined]);

    const cold = t.heard({ fetch: unreachable });
    cold.client.start().catch(() => {});
    await cold.heard.nth("error");
    // The first retry may be at once.
    const { nextPollAt, lastError, ...rest } = cold.client.health();
    same(rest, { status: "starting", ageInMilliseconds: undefined });
    equal(lastError, cold.heard.of("error").at(-1).error);
    ok(!nextPollAt || Math.abs(nextPollAt - lastError.retryAt) < 50, "the next attempt");
    equal(t.client({ bootstrap: { content: BLUE } }).health().ageInMilliseconds, undefined, "of a bootstrap nobody knows");
    const aged = t.client({ bootstrap: { content: BLUE, receivedAt: Date.now() - 5000 } }).health().ageInMilliseconds;
    ok(aged >= 5000 && aged < 10_000, `${aged} ms old`);
  });

  test("onRequest and onResponse are told of each request, and of nothing secret", async (t) => {
    const [START, POLL] = ["StartConfigurationSession", "GetLatestConfiguration"];
    // One failure each: after a second one the wait is long.
    const run = async (answers, expected) => {
      const told = [];
      const service = upstream(...answers);
      const hook = (name) => (information) => told.push([name, information]);
      const client = t.client({
        fetch: service.fetch,
        endpoint: "https://upstream.test/secret-path",
        headers: { authorization: "secret-header" },
        onRequest: hook("request"),
        onResponse: hook("response"),
      });
      await t.soon(client.start());
      await t.soon(service.called(expected.length));
      for (let i = 0; i < 100 && told.length < 2 * expected.length; i++) await pause(10);
      same(told.map(([name]) => name), expected.flatMap(() => ["request", "response"]), "in turn");
      same(told.filter(([name]) => name === "request").map(([, it]) => it), expected.map(([operation]) => ({ operation })));
      const answered = told.filter(([name]) => name === "response").map(([, it]) => it);
      same(answered.map(({ operation, status, requestId, sizeInBytes }) => [operation, status, requestId, sizeInBytes]), expected);
      ok(answered.every(({ durationInMilliseconds: it }) => it >= 0 && it < 5000), "durations");
      same([...new Set(answered.flatMap(Object.keys))], ["operation", "status", "durationInMilliseconds", "sizeInBytes", "requestId"]);
      ok(!/secret/.test(JSON.stringify(told)));
    };
    const begun = JSON.stringify({ InitialConfigurationToken: "secret-token" }).length;
    const members = { Message: "a secret body" };
    const last = sent(BLUE, { interval: 60 });
    await Promise.all([
      run(
        [opened("secret-token"), sent(BLUE, { headers: { "x-amzn-requestid": "request-1" } }), refused(500, "InternalServerException", members), last],
        [[START, 201, undefined, begun], [POLL, 200, "request-1", BLUE.length], [POLL, 500, "11111111-2222-3333-4444-555555555555", JSON.stringify(members).length], [POLL, 200, undefined, BLUE.length]],
      ),
      run([unreachable, opened("secret-token"), last], [[START, undefined, undefined, 0], [START, 201, undefined, begun], [POLL, 200, undefined, BLUE.length]]),
    ]);
  });

  test("a request that nobody answers is told of as well when its time is over, and when the client is stopped", async (t) => {
    const told = [];
    const onResponse = ({ status }) => told.push(status);
    const limited = t.heard({ fetch: upstream(hanging).fetch, headersTimeoutInMilliseconds: 50, onResponse });
    limited.client.start().catch(() => {});
    await limited.heard.nth("error");
    await pause(20);
    same(told, [undefined]);
    limited.client.stop();

    const service = upstream(hanging);
    const stopped = t.client({ fetch: service.fetch, onResponse });
    stopped.start().catch(() => {});
    await t.soon(service.called(1));
    stopped.stop();
    await pause(20);
    equal(told.length, 2);
  });

  test("hooks and a logger that throw harm nothing", async (t) => {
    const bad = () => {
      throw new Error("the caller's mistake");
    };
    const service = upstream(opened(), sent(BLUE), unreachable, sent(GREEN), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, onRequest: bad, onResponse: bad, logger: { info: bad, warn: bad, debug: bad } });
    await t.soon(client.start());
    await heard.nth("update", 2);
    equal(client.usage.requests >= 4, true);
  });

  test("a hook may stop the client: no request goes out then", async (t) => {
    for (const hook of ["onRequest", "onResponse"]) {
      const service = upstream(opened(), sent(BLUE));
      const client = t.client({ fetch: service.fetch, [hook]: () => client.stop() });
      await t.soon(rejects(client.start(), "stopped"));
      await pause(50);
      equal(service.calls.length, hook === "onRequest" ? 0 : 1, `requests with ${hook}`);
    }
  });

  test("any console-like logger is told the first failure of a run, and its end", async (t) => {
    const lines = [];
    class Logger {
      #name = "mine";
      info(message) {
        lines.push(`${this.#name} info ${message}`);
      }
      warn(message) {
        lines.push(`${this.#name} warn ${message}`);
      }
    }
    const service = upstream(unreachable, opened(), sent(BLUE, { interval: 60 }));
    const { client, heard } = t.heard({ fetch: service.fetch, logger: new Logger() });
    await t.soon(client.start());
    await heard.became("ready");
    equal(lines.length, 2, lines.join("\n"));
    matches(lines[0], /^mine warn appconfig-edge: StartConfigurationSession: .*; next attempt \d{4}-/);
    matches(lines[1], /^mine info appconfig-edge: polls succeed again$/);
  });

  test("refresh() at an address that redirects rejects with that, and does not wait", async (t) => {
    const client = t.client({ endpoint: `${t.server}/redirect/refresh-${t.runtime}-${t.where ?? ""}-${Date.now()}`, fetch: undefined });
    await t.soon(rejects(client.refresh({ timeoutInMilliseconds: 5000 }), "redirected"));
  });

  test("the emulator sees what usage says", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    await t.soon(client.start());
    emulator.deploy({ ...target, content: { colour: "green" } });
    await heard.nth("update", 2);
    client.stop();
    const { requests } = emulator;
    const received = requests.filter(({ operation, bytes }) => operation === "GetLatestConfiguration" && bytes > 0).length;
    same([client.usage.requests, client.usage.configurationsReceived, client.usage.sessions], [requests.length, received, 1]);
  });
};
