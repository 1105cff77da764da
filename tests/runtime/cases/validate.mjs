import { equal, matches, ok, rejects, same, throws } from "../expect.mjs";
import { opened, sent, upstream } from "../upstream.mjs";

const json = (value, options) => sent(JSON.stringify(value), options);
const MARK = "marked-content";

/** A Standard Schema as small as one can be: `judge` gives what validate() gives. */
const schema = (judge) => ({ "~standard": { version: 1, vendor: "tests", validate: judge } });
const issue = (path) => ({ issues: [{ message: `expected another ${MARK}`, path }] });
/** Takes what has a limit below 10, and gives another form of it. */
const limited = schema((value) => (value.limit < 10 ? { value: { ...value, doubled: value.limit * 2 } } : issue(["limit"])));

/** The error of what is refused, and what `rejected` says of it. */
async function refusal(t, validate, { body = { secret: MARK }, label, ...options } = {}) {
  const service = upstream(opened(), json(body, { label }), sent());
  const { client, heard } = t.heard({ fetch: service.fetch, validate, ...options });
  const error = await t.soon(rejects(client.start(), "refused"));
  equal(heard.of("error")[0].error, error);
  return { error, rejected: client.rejected, client, service, heard };
}

const thrower = (reason) => () => {
  throw reason;
};
const hostile = {
  get then() {
    throw new Error(MARK);
  },
};

/** What refuses, and what is told of that. */
const refusing = {
  "a function that gives false": [() => false, /: it gave false$/],
  "one that promises false": [async () => false, /: it gave false$/],
  "one that throws": [thrower(new Error(`no ${MARK}`)), /: it threw$/],
  "one that rejects": [async () => thrower(new Error(`no ${MARK}`))(), /: it threw$/],
  "one that throws null": [thrower(null), /: it threw$/],
  "one that throws undefined": [thrower(undefined), /: it threw$/],
  "one that rejects with null": [() => Promise.reject(null), /: it threw$/],
  "one that throws a text": [thrower(MARK), /: it threw$/],
  "one that throws a timeout of its own": [thrower(new DOMException(MARK, "TimeoutError")), /: it threw$/],
  "one that rejects with a timeout of its own": [async () => thrower(new DOMException(MARK, "TimeoutError"))(), /: it threw$/],
  "one that throws what is no text": [thrower(Object.create(null)), /: it threw$/],
  "one that gives what cannot be asked": [() => hostile, /: it threw$/],
  "one that gives a thenable that throws": [() => ({ then: thrower(new Error(MARK)) }), /: it threw$/],
  "a schema with issues": [schema(() => issue(["checkout", "colour"])), /: at checkout\.colour$/],
  "a schema with segments in its paths": [schema(() => issue([{ key: "checkout" }, { key: 0 }])), /: at checkout\.0$/],
  "a schema whose paths are content": [schema(() => issue(["users", `${MARK}@example.com`])), /: at users\.…$/],
  "a schema whose paths are no texts": [schema(() => issue([Symbol(MARK), null, {}])), /: at …/],
  "a schema without paths": [schema(() => issue(undefined)), /: at its root$/],
  "a schema without issues to tell": [schema(() => ({ issues: [] })), /: at its root$/],
  "a schema with many issues": [schema(() => ({ issues: ["a", "b", "c", "d"].map((key) => ({ message: MARK, path: [key] })) })), /: at a, b, c$/],
  "a schema that promises issues": [schema(async () => issue(["checkout"])), /: at checkout$/],
  "a schema that throws": [schema(thrower(new TypeError(MARK))), /: it threw$/],
  "a schema that gives nothing": [schema(() => undefined), /: it threw$/],
  "a schema that promises nothing": [schema(async () => null), /: it threw$/],
  "a schema with issues of another form": [schema(() => ({ issues: MARK })), /: it threw$/],
};

export default (test) => {
  test("a schema's output is the value, and json() stays what was sent", async (t) => {
    for (const validate of [limited, schema(async (value) => limited["~standard"].validate(value))]) {
      const service = upstream(opened(), json({ limit: 3 }), json({ limit: 4 }), sent());
      const { client, heard } = t.heard({ fetch: service.fetch, validate });
      const first = await t.soon(client.start());
      same(first.value, { limit: 3, doubled: 6 });
      same(first.json(), { limit: 3 });
      equal(first.text(), "{\"limit\":3}");
      ok(Object.isFrozen(first), "it never changes");
      const { configuration } = await heard.nth("update", 2);
      same([configuration.value, configuration.json()], [{ limit: 4, doubled: 8 }, { limit: 4 }]);
      same(first.value, { limit: 3, doubled: 6 }, "the one before");
      equal(client.rejected, undefined);
    }
  });

  test("a schema may write into what it is given, and keep it", async (t) => {
    const validate = schema((value) => {
      value.checkout.limit += 1;
      delete value.colour;
      return { value };
    });
    const sentOnce = { checkout: { limit: 3 }, colour: "blue" };
    const { client } = t.heard({ fetch: upstream(opened(), json(sentOnce), sent()).fetch, validate });
    const { value } = await t.soon(client.start());
    same(value, { checkout: { limit: 4 } });
    same(client.configuration.json(), sentOnce);
    ok(Object.isFrozen(client.configuration.json().checkout) && !Object.isFrozen(value.checkout), "only what everybody shares is frozen");
  });

  test("a schema is a function as well, where it is one", async (t) => {
    // As arktype has it.
    const validate = Object.assign(() => false, limited);
    const { client } = t.heard({ fetch: upstream(opened(), json({ limit: 1 }), sent()).fetch, validate });
    same((await t.soon(client.start())).value, { limit: 1, doubled: 2 });
  });

  test("a function is asked with the configuration, and anything but false is taken", async (t) => {
    for (const answer of [undefined, true, null, 0, "", Promise.resolve(), Promise.resolve(true), { issues: [1] }]) {
      const asked = [];
      const service = upstream(opened(), json({ colour: "blue" }, { label: "v1" }), sent());
      const client = t.client({
        fetch: service.fetch,
        validate: (configuration) => {
          asked.push([configuration.json().colour, configuration.versionLabel, configuration.contentType, configuration.source]);
          return answer;
        },
      });
      const configuration = await t.soon(client.start());
      same(asked, [["blue", "v1", "application/json", "network"]]);
      ok(!("value" in configuration), "a function has no output");
    }
  });

  test("what is no JSON is asked about, too", async (t) => {
    const service = upstream(opened(), sent("a: 1", { type: "application/yaml" }), sent());
    const client = t.client({ fetch: service.fetch, validate: (configuration) => configuration.text() === "a: 1" });
    equal((await t.soon(client.start())).text(), "a: 1");
    // A schema needs JSON; that there is none is no secret.
    const { error } = await refusalOfText(t);
    matches(error.message, /expected JSON, got application\/yaml that does not parse/);
  });

  test("whatever refuses is an error that tells nothing of the configuration", async (t) => {
    await Promise.all(
      Object.entries(refusing).map(async ([name, [validate, message]]) => {
        const { error, rejected, client } = await refusal(t, validate, { label: "v7" });
        ok(error instanceof t.package.AppConfigError, name);
        equal(error.operation, "GetLatestConfiguration", name);
        ok(error.retryAt instanceof Date, name);
        matches(error.message, message, name);
        same([rejected.versionLabel, rejected.contentType], ["v7", "application/json"], name);
        ok(error.message.endsWith(`: ${rejected.reason}`), name);
        ok(Date.now() - rejected.receivedAt < 60_000, name);
        ok(!(error.message + error.stack + rejected.reason).includes(MARK), `${name}: ${error.message}`);
        same([client.configuration, client.status], [undefined, "starting"], name);
      }),
    );
  });

  test("what refused is told in full to whoever asks", async (t) => {
    const error = new Error(MARK);
    equal((await refusal(t, thrower(error))).rejected.error, error);
    equal((await refusal(t, async () => thrower(error)())).rejected.error, error);
    const said = issue(["limit"]);
    equal((await refusal(t, schema(() => said))).rejected.issues, said.issues);
  });

  test("the logger is told nothing of the configuration either", async (t) => {
    const lines = [];
    const log = (line) => lines.push(line);
    await refusal(t, thrower(new Error(MARK)), { logger: { info: log, warn: log, debug: log } });
    equal(lines.length, 1);
    matches(lines[0], /refused by validate.*: it threw; next attempt 2/);
    ok(!lines.join().includes(MARK), lines.join());
  });

  test("a check that hangs is over after its time limit", async (t) => {
    for (const validate of [() => new Promise(() => {}), schema(() => new Promise(() => {}))]) {
      const { error, rejected } = await refusal(t, validate, { validateTimeoutInMilliseconds: 50 });
      matches(error.message, /: no word from it within 50 ms$/);
      equal(rejected.reason, "no word from it within 50 ms");
    }
  });

  test("the time of a check is not the answer's, and its word counts when it comes", async (t) => {
    let say;
    const service = upstream(opened(), json({ limit: 1 }), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, validate: () => new Promise((resolve) => (say = resolve)) });
    const started = client.start();
    await t.soon(service.called(2));
    await t.soon(until(() => say));
    equal(client.configuration, undefined);
    say(true);
    same((await t.soon(started)).json(), { limit: 1 });
    same(heard.of("error"), []);
  });

  test("a check that speaks after stop() changes nothing", async (t) => {
    let say;
    const service = upstream(opened(), json({ limit: 1 }), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, validate: () => new Promise((resolve) => (say = resolve)) });
    const started = rejects(client.start(), "stopped");
    await t.soon(until(() => say));
    client.stop();
    say(true);
    await t.soon(started);
    await heard.became("stopped");
    same(heard.told(), ["starting", "stopped"]);
    same([client.configuration, client.rejected, service.calls.length], [undefined, undefined, 2]);
  });

  test("what is held stays, polling goes on with the new token, and a good one is taken again", async (t) => {
    const service = upstream(
      opened(),
      json({ limit: 1 }, { label: "v1", token: "t1" }),
      json({ limit: 20 }, { label: "v2", token: "t2" }),
      sent("", { token: "t3" }),
      json({ limit: 3 }, { label: "v3", token: "t4" }),
      sent("", { token: "t5" }),
    );
    const { client, heard } = t.heard({ fetch: service.fetch, validate: limited });
    const first = await t.soon(client.start());
    const { error } = await heard.nth("error");
    equal(error.code, "refused");
    matches(error.message, /HTTP 200\): at limit$|: at limit$/);
    equal(client.configuration, first);
    equal(client.rejected.versionLabel, "v2");
    same(client.rejected.issues.map(({ path }) => path), [["limit"]]);
    await heard.became("stale");
    // Unchanged: the refused one is still the newest.
    await t.soon(service.called(4));
    const { rejected } = client;
    equal(rejected.versionLabel, "v2");
    const { configuration } = await heard.nth("update", 2);
    equal(client.configuration, configuration);
    same([configuration.versionLabel, configuration.value], ["v3", { limit: 3, doubled: 6 }]);
    equal(client.rejected, undefined);
    await heard.became("ready");
    await t.soon(service.called(6));
    same(service.calls.slice(2, 6).map(({ token }) => token), ["t1", "t2", "t3", "t4"]);
    equal(service.count("StartConfigurationSession"), 1);
    equal(heard.of("error").length, 1);
  });

  test("the same refused content is told once, and after a good one again", async (t) => {
    const bad = json({ limit: 20 }, { label: "bad" });
    const worse = json({ limit: 30 }, { label: "worse" });
    const service = upstream(opened(), json({ limit: 1 }), bad, bad, worse, bad, json({ limit: 2 }), bad, sent());
    const { client, heard } = t.heard({ fetch: service.fetch, validate: limited });
    await t.soon(client.start());
    const rejected = [];
    client.addEventListener("error", () => rejected.push(client.rejected.versionLabel));
    await t.soon(service.called(9));
    await heard.nth("error", 4);
    same(rejected, ["bad", "worse", "bad", "bad"]);
    same(heard.told().filter((it) => it !== "stale" && it !== "ready"), ["starting", "update", "refused", "refused", "refused", "update", "refused"]);
  });

  test("a rollback to what is held ends a refusal", async (t) => {
    const service = upstream(opened(), json({ limit: 1 }), json({ limit: 20 }), json({ limit: 1 }), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, validate: limited });
    const first = await t.soon(client.start());
    await heard.nth("error");
    ok(client.rejected);
    await heard.became("ready");
    await t.soon(service.called(4));
    await t.soon(until(() => !client.rejected));
    same([client.configuration, heard.of("update").length], [first, 1]);
  });

  test("refresh() gives what is held where the newest is refused, and rejects where nothing is", async (t) => {
    const service = upstream(opened(), json({ limit: 1 }, { interval: 1 }), json({ limit: 20 }), sent());
    const client = t.client({ fetch: service.fetch, validate: limited });
    const first = await t.soon(client.refresh());
    equal(first.value.doubled, 2);
    await t.soon(until(async () => (await client.refresh(), client.rejected)));
    equal(client.configuration, first);
    await refusal(t, () => false).then(({ client }) => client.stop());
    const empty = t.client({ fetch: upstream(opened(), json({}), sent()).fetch, validate: () => false });
    await t.soon(rejects(empty.refresh(), "refused"));
  });

  test("with nothing held start() rejects, and resolves with the first one that is taken", async (t) => {
    const service = upstream(opened(), json({ limit: 20 }), json({ limit: 2 }), sent());
    const client = t.client({ fetch: service.fetch, validate: limited });
    await t.soon(rejects(client.start(), "refused"));
    equal((await t.soon(client.start())).value.doubled, 4);
  });

  test("a JSON body that does not parse is not asked about", async (t) => {
    let asked = 0;
    const service = upstream(opened(), sent("{"), sent("{"), sent());
    const client = t.client({ fetch: service.fetch, validate: () => asked++ });
    await t.soon(rejects(client.start(), "invalid-body"));
    equal(asked, 0);
    matches(client.rejected.reason, /does not parse as JSON/);
  });

  test("a check may call anything of its client", async (t) => {
    const service = upstream(opened(), json({ limit: 1 }), sent());
    const client = t.client({
      fetch: service.fetch,
      validate: () => {
        client.refresh().catch(() => {});
        client.health();
        client.snapshot();
      },
    });
    same((await t.soon(client.start())).json(), { limit: 1 });
    const stopping = t.client({ fetch: upstream(opened(), json({ limit: 1 }), sent()).fetch, validate: () => stopping.stop() });
    await t.soon(rejects(stopping.start(), "stopped"));
    equal(stopping.configuration, undefined);
  });

  test("a bootstrap is checked at once, where the check is", async (t) => {
    const bootstrap = { content: "{\"limit\":4}", contentType: "application/json" };
    const { client } = t.heard({ bootstrap, validate: limited });
    same([client.configuration.value, client.configuration.source], [{ limit: 4, doubled: 8 }, "bootstrap"]);
    const error = throws(() => t.client({ bootstrap: { ...bootstrap, content: `{"limit":40,"secret":"${MARK}"}` }, validate: limited }), "invalid-option");
    equal(error.option, "bootstrap");
    matches(error.message, /at limit/);
    ok(!error.message.includes(MARK), error.message);
    const later = t.client({ bootstrap, validate: schema(async () => issue([])) });
    same([later.configuration.json(), later.configuration.value], [{ limit: 4 }, undefined]);
  });
};

/** Resolves when something holds that no event tells. */
async function until(holds) {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A schema that is asked about YAML. */
async function refusalOfText(t) {
  const client = t.client({ fetch: upstream(opened(), sent(`a: ${MARK}`, { type: "application/yaml" }), sent()).fetch, validate: schema((value) => ({ value })) });
  const error = await t.soon(rejects(client.start(), "refused"));
  ok(!error.message.includes(MARK), error.message);
  return { error };
}
