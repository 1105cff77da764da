import { equal, matches, ok, pause, rejects, same } from "../expect.mjs";
import { target } from "../harness.mjs";
import { watchSignal } from "../timers.mjs";
import { hanging, opened, page, refused, sent, unreachable, upstream } from "../upstream.mjs";

const START = "StartConfigurationSession";

export default (test) => {
  test("resolves with the first configuration", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    equal(client.status, "idle");
    equal(client.configuration, undefined);
    const configuration = await t.soon(client.start());
    equal(configuration, client.configuration);
    same(configuration.json(), { colour: "blue" });
    equal(configuration.contentType, "application/json");
    equal(configuration.versionLabel, "v1");
    equal(configuration.source, "network");
    ok(Math.abs(configuration.receivedAt - Date.now()) < 60_000, "receivedAt");
    await heard.nth("statuschange", 2);
    same(heard.told(), ["starting", "update", "ready"]);
    same(heard.of("statuschange").map((event) => event.previousStatus), ["idle", "starting"]);
    equal(heard.events[1].configuration, configuration);
    equal(client.status, "ready");
  });

  test("several at once share a session and a configuration", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const all = await t.soon(Promise.all([client.start(), client.start(), client.start()]));
    ok(all.every((one) => one === client.configuration));
    equal(await client.start(), client.configuration);
    equal(emulator.requests.length, 2, "requests");
  });

  test("after stop() begins again, at once with what is held, and keeps the session", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const first = await t.soon(client.start());
    client.stop();
    equal(client.status, "stopped");
    emulator.deploy({ ...target, content: { colour: "green" } });
    equal(await t.soon(client.start()), first);
    await heard.nth("update", 2);
    same(client.configuration.json(), { colour: "green" });
    equal(emulator.requests.filter(({ operation }) => operation === START).length, 1, "sessions");
    await heard.nth("statuschange", 4);
    same(heard.of("statuschange").map(({ status }) => status), ["starting", "ready", "stopped", "ready"]);
  });

  test("after a stop() with nothing held waits anew", async (t) => {
    const service = upstream(opened(), hanging, sent("{}"));
    const client = t.client({ fetch: service.fetch });
    const first = rejects(client.start(), "stopped");
    await t.soon(service.called(2));
    client.stop();
    await t.soon(first);
    await t.soon(client.start());
    equal(service.count(START), 1, "sessions");
    equal(service.calls[2].token, "first-token", "the token that may be spent is asked again");
  });

  test("rejects on stop(), however early it comes", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const first = rejects(client.start(), "stopped");
    client.stop();
    await t.soon(first);
    equal(emulator.requests.length, 0, "requests");
    const second = rejects(client.start(), "stopped");
    client.stop();
    const third = client.start();
    await t.soon(second);
    same((await t.soon(third)).json(), { colour: "blue" });
  });

  test("rejects with its signal's reason, and the loop goes on", async (t) => {
    const service = upstream(opened(), hanging, sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch, headersTimeoutInMilliseconds: 300 });
    const reason = new Error("changed my mind");
    await rejects(client.start({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
    equal(service.calls.length, 0, "requests");
    equal(client.status, "idle");

    const early = new AbortController();
    const waiting = rejects(client.start({ signal: early.signal }), (error) => error === reason);
    early.abort(reason);
    await t.soon(waiting, "the rejection of a start() that was aborted at once");

    const late = new AbortController();
    const started = rejects(client.start({ signal: late.signal }), (error) => error === reason);
    await t.soon(service.called(2));
    late.abort(reason);
    await t.soon(started);
    equal(client.status, "starting");
    await heard.nth("update");
  });

  test("its signal leaves no listener behind", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const { signal, listeners } = watchSignal();
    await t.soon(client.start({ signal }));
    await t.soon(client.start({ signal }));
    equal(listeners(), 0);
  });

  test("rejects when its time is over, and the loop goes on", async (t) => {
    const service = upstream(opened(), hanging, sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch, headersTimeoutInMilliseconds: 500 });
    const error = await t.soon(rejects(client.start({ timeoutInMilliseconds: 50 }), "not-ready"));
    matches(error.message, /50 ms/);
    equal(client.status, "starting");
    const second = client.start();
    await heard.nth("update");
    equal(await t.soon(second), client.configuration);
  });

  const hopeless = [
    ["400", "bad-request", refused(400, "BadRequestException", { Message: "no" })],
    ["401", "access-denied", page(401, "")],
    ["403", "access-denied", refused(403, "AccessDeniedException")],
    ["404", "not-found", refused(404, "ResourceNotFoundException", { ResourceType: "Application" })],
  ];
  for (const [status, code, answer] of hopeless) {
    test(`rejects on ${status}, and the loop goes on`, async (t) => {
      const service = upstream(answer);
      const { client, heard } = t.heard({ fetch: service.fetch });
      const error = await t.soon(rejects(client.start(), code));
      const { error: told } = await heard.nth("error");
      equal(told, error);
      equal(service.calls.length, 1, "requests");
      equal(error.status, Number(status));
      equal(client.status, "starting");
      ok(error.retryAt > Date.now() - 60_000, "retryAt");

      // Who starts now waits anew, for the attempt that is due then.
      service.answer(opened(), sent("{}"));
      const second = client.start();
      if (code === "bad-request") {
        await t.soon(second);
      } else {
        ok(error.retryAt - Date.now() > 55_000, "after 401, 403 and 404 the wait begins at the interval");
        const stopped = rejects(second, "stopped");
        client.stop();
        await stopped;
      }
    });
  }

  test("asks once more after a first 403 where headers are made for each attempt", async (t) => {
    const service = upstream(refused(403, "AccessDeniedException"), opened(), sent("{}"));
    let made = 0;
    const { client, heard } = t.heard({ fetch: service.fetch, headers: () => ({ "x-key": `key-${++made}` }) });
    await t.soon(client.start());
    same(heard.of("error").map(({ error }) => error.code), ["access-denied"]);
    same(service.calls.map(({ headers }) => headers.get("x-key")), ["key-1", "key-2", "key-3"]);

    const denied = upstream(refused(403, "ExpiredTokenException"));
    await t.soon(rejects(t.client({ fetch: denied.fetch, headers: () => ({}) }).start(), "credentials-expired"));
    equal(denied.calls.length, 2, "requests");
  });

  test("waits through what passes by itself", async (t) => {
    const service = upstream(unreachable, refused(429, "ThrottlingException"), refused(500, "InternalServerException"), opened(), sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    same(heard.of("error").map(({ error }) => error.code), ["network", "throttled", "service-error"]);
    equal(client.status, "ready");
  });

  test("rejects on JSON that does not parse, once the same came twice", async (t) => {
    const service = upstream(opened(), sent("{\"colour\":", { token: "second" }), sent("{\"colour\":", { token: "third" }), sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    const error = await t.soon(rejects(client.start(), "invalid-body"));
    equal(client.configuration, undefined);
    same(heard.of("error").map(({ error: told }) => told.code), ["invalid-body", "invalid-body"]);
    equal(heard.of("error")[1].error, error);
    equal(service.count(START), 1, "sessions");
    // The deployment is mended: polling went on, with the token that the second answer brought.
    await heard.nth("update");
    same(service.calls.slice(1).map(({ token }) => token), ["first-token", "first-token", "third"]);
    same(client.configuration.json(), {});
  });

  test("takes a body that was cut once when it comes whole", async (t) => {
    const service = upstream(opened(), sent("{\"colour\":"), sent("{\"colour\":\"blue\"}"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    same((await t.soon(client.start())).json(), { colour: "blue" });
    same(heard.of("error").map(({ error }) => error.code), ["invalid-body"]);
  });

  test("takes anything with requireValidJson: false", async (t) => {
    const service = upstream(opened(), sent("{\"colour\":"));
    const configuration = await t.soon(t.client({ fetch: service.fetch, requireValidJson: false }).start());
    equal(configuration.text(), "{\"colour\":");
  });

  test("lets another session look where the first one is empty, because that may have been cut", async (t) => {
    const empty = upstream(opened(), sent("", { type: null }), opened("another"), sent("{}"));
    const { client, heard } = t.heard({ fetch: empty.fetch });
    same((await t.soon(client.start())).json(), {});
    same(heard.of("error").map(({ error }) => error.code), ["no-configuration"]);
  });

  test("rejects on an empty and on a too large configuration", async (t) => {
    const empty = upstream(opened(), sent("", { type: null }), opened("another"), sent("", { type: null }), sent("{}"));
    const { client, heard } = t.heard({ fetch: empty.fetch });
    await t.soon(rejects(client.start(), "no-configuration"));
    await heard.nth("update");

    const large = upstream(opened(), sent("x".repeat(101), { type: "text/plain" }), sent("x".repeat(100), { type: "text/plain" }));
    const other = t.heard({ fetch: large.fetch, maximumBodyBytes: 100 });
    await t.soon(rejects(other.client.start(), "body-too-large"));
    await other.heard.nth("update");
    equal(other.client.configuration.text().length, 100);
  });

  test("a page for the configuration is never taken", async (t) => {
    const service = upstream(opened(), page(), sent("{}", { token: "second" }));
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    same(heard.of("error").map(({ error }) => [error.code, error.status]), [["unexpected-answer", 200]]);
    same(service.calls.map(({ token }) => token), [null, "first-token", "first-token"]);
    same(client.configuration.json(), {});
  });

  test("changes nothing for a client that nobody starts", async (t) => {
    const service = upstream(opened());
    const { heard } = t.heard({ fetch: service.fetch });
    await pause(20);
    equal(service.calls.length, 0);
    equal(heard.events.length, 0);
  });
};
