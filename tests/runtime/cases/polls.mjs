import { equal, ok, pause, same } from "../expect.mjs";
import { target } from "../harness.mjs";
import { opened, refused, sent, upstream } from "../upstream.mjs";

const START = "StartConfigurationSession";

export default (test) => {
  test("a deployment is an update, and so is its rollback", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const first = await t.soon(client.start());
    emulator.deploy({ ...target, content: { colour: "green" }, versionLabel: "v2" });
    const { configuration } = await heard.nth("update", 2);
    equal(client.configuration, configuration);
    same(configuration.json(), { colour: "green" });
    equal(configuration.versionLabel, "v2");
    same(first.json(), { colour: "blue" }, "the configuration before");
    emulator.deploy({ ...target, content: { colour: "blue" }, versionLabel: "v1" });
    same((await heard.nth("update", 3)).configuration.json(), { colour: "blue" });
    equal(emulator.requests.filter(({ operation }) => operation === START).length, 1, "sessions");
    ok(emulator.requests.every(({ exception }) => !exception), "no poll was refused");
  });

  test("unchanged answers change nothing, in each of their forms", async (t) => {
    const forms = [
      sent("", { type: "application/json" }),
      sent("", { type: null }),
      sent("", { type: "application/octet-stream" }),
      sent(null, { type: null, status: 204 }),
      sent("{\"colour\":\"blue\"}", { label: "v1" }),
    ];
    // Two clients at once, because each answer costs a second.
    const run = async (answers) => {
      const service = upstream(opened(), sent("{\"colour\":\"blue\"}", { label: "v1" }), ...answers);
      const { client, heard } = t.heard({ fetch: service.fetch });
      const configuration = await t.soon(client.start());
      await t.soon(service.called(answers.length + 3));
      equal(client.configuration, configuration);
      equal(client.configuration.versionLabel, "v1");
      equal(client.configuration.contentType, "application/json");
      same(heard.told(), ["starting", "update", "ready"]);
    };
    await Promise.all([run(forms.slice(0, 2)), run(forms.slice(2, 4)), run(forms.slice(4))]);
  });

  test("another version label or content type is an update", async (t) => {
    const service = upstream(opened(), sent("one", { type: "text/plain" }), sent("one", { type: "text/plain", label: "v2" }), sent("one", { type: "text/csv", label: "v2" }), sent());
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    await heard.nth("update", 3);
    same(heard.of("update").map(({ configuration: it }) => [it.text(), it.contentType, it.versionLabel]), [
      ["one", "text/plain", undefined],
      ["one", "text/plain", "v2"],
      ["one", "text/csv", "v2"],
    ]);
  });

  test("each poll spends the token of the answer before, whatever is in it", async (t) => {
    const tokens = ["AQ+/==&%20 #?ä"].concat(Array.from({ length: 2 }, (_, i) => `${"Zm9v+/".repeat(140)}${i}==`));
    // A header cannot carry all that a body can; AWS's own tokens are base64.
    const service = upstream(opened(encodeURIComponent(tokens[0])), sent("{}", { token: tokens[1] }), sent("", { token: tokens[2] }), sent());
    const client = t.client({ fetch: service.fetch });
    await t.soon(client.start());
    await t.soon(service.called(4));
    same(service.calls.slice(1, 4).map(({ token }) => token), [encodeURIComponent(tokens[0]), tokens[1], tokens[2]]);
    ok(service.calls.slice(1).every(({ url }) => !/[+ ]|[^=]=[^&]*=/.test(url.split("?")[1])), "the token is percent-encoded");
  });

  test("no poll comes before the interval is over, nor much later", async (t) => {
    const service = upstream(opened(), sent("{}"), sent());
    const client = t.client({ fetch: service.fetch });
    await t.soon(client.start());
    await t.soon(service.called(5));
    const waits = [3, 4].map((i) => service.calls[i].at - service.calls[i - 1].at);
    ok(waits.every((wait) => wait >= 995), `waits of ${waits}`); // a host's timer may be rounded
    ok(waits.every((wait) => wait < 2500), `waits of ${waits}`);
  });

  test("the interval of each answer counts", async (t) => {
    const service = upstream(opened(), sent("{}", { interval: 1 }), sent("", { interval: 3600 }));
    const client = t.client({ fetch: service.fetch });
    await t.soon(client.start());
    await t.soon(service.called(3));
    await pause(1300);
    equal(service.calls.length, 3);
  });

  test("the required minimum is asked for, and obeyed where the service answers less", async (t) => {
    const service = upstream(opened(), sent("{}", { interval: 1 }));
    const client = t.client({ fetch: service.fetch, requiredMinimumPollIntervalInSeconds: 15 });
    await t.soon(client.start());
    equal(JSON.parse(service.calls[0].body).RequiredMinimumPollIntervalInSeconds, 15);
    await pause(1300);
    equal(service.calls.length, 2);
  });

  test("requests are what AWS AppConfig Data expects, and nothing more", async (t) => {
    const service = upstream(opened(), sent("{}"));
    const client = t.client({ fetch: service.fetch, application: "shop & co", endpoint: "https://proxy.test/config/" });
    await t.soon(client.start());
    const [session, poll] = service.calls;
    equal(session.url, "https://proxy.test/config/configurationsessions");
    equal(session.method, "POST");
    same([...session.headers], [["content-type", "application/json"]]);
    same(JSON.parse(session.body), { ApplicationIdentifier: "shop & co", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" });
    equal(poll.url, "https://proxy.test/config/configuration?configuration_token=first-token");
    equal(poll.method, "GET");
    same([...poll.headers], []);
    equal(poll.body, undefined);
    for (const { init } of service.calls) {
      equal(init.redirect, "manual");
      ok(init.signal instanceof AbortSignal, "signal");
      ok(["no-store", undefined].includes(init.cache), "cache");
      equal(init.credentials, t.isBrowser ? "omit" : undefined, "credentials");
    }
  });

  test("a refused token costs one new session, and the configuration stays meanwhile", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const configuration = await t.soon(client.start());
    emulator.fault("expired-token");
    const { error } = await heard.nth("error");
    equal(error.code, "token-refused");
    same(Object.values(error.invalidParameters), ["Expired"]);
    await heard.nth("statuschange", 4);
    same(heard.told(), ["starting", "update", "ready", "token-refused", "stale", "ready"]);
    equal(client.configuration, configuration);
    equal(emulator.requests.filter(({ operation }) => operation === START).length, 2, "sessions");
  });

  test("a poll that is too early keeps its token", async (t) => {
    const early = refused(400, "BadRequestException", {
      Message: "Request too early",
      Reason: "InvalidParameters",
      Details: { InvalidParameters: { ConfigurationToken: { Problem: "PollIntervalNotSatisfied" } } },
    });
    const service = upstream(opened(), sent("{}", { token: "second" }), early, sent("{\"a\":1}"), sent());
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    equal((await heard.nth("error")).error.code, "too-early");
    await heard.nth("update", 2);
    same(service.calls.map(({ token }) => token).slice(2, 4), ["second", "second"]);
    ok(service.calls[3].at - service.calls[2].at >= 995, "the interval is waited for");
  });

  test("a lost answer is asked for again with the same token", async (t) => {
    // What a replayed token gets is not documented: each of the three has to end well.
    const run = async (replay) => {
      const emulator = t.emulator({ replay });
      const { client, heard } = t.heard({ fetch: emulator.fetch });
      await t.soon(client.start());
      emulator.deploy({ ...target, content: { colour: "green" } });
      emulator.fault("lost-answer");
      equal((await heard.nth("error")).error.code, "network", replay);
      await heard.nth("update", 2);
      same(client.configuration.json(), { colour: "green" }, replay);
      const sessions = emulator.requests.filter(({ operation }) => operation === START).length;
      equal(sessions, replay === "repeated" ? 1 : 2, `sessions with ${replay}`);
    };
    await Promise.all(["refused", "repeated", "empty"].map(run));
  });

  test("a body shorter than its Content-Length is none", async (t) => {
    const service = upstream(opened(), sent("half", { type: "text/plain", headers: { "content-length": "8" } }), sent("all of it", { type: "text/plain" }));
    const { client, heard } = t.heard({ fetch: service.fetch });
    equal((await t.soon(client.start())).text(), "all of it");
    same(heard.of("error").map(({ error }) => error.code), ["body-cut"]);
  });

  test("failures keep what is held, and their end is noticed", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const configuration = await t.soon(client.start());
    emulator.fault("internal-error");
    await heard.nth("error");
    await heard.nth("statuschange", 3);
    equal(client.status, "stale");
    equal(client.configuration, configuration);
    await heard.nth("statuschange", 4);
    equal(client.status, "ready");
    equal(heard.of("update").length, 1);
  });
};
