import { equal, ok, pause, rejects, same } from "../expect.mjs";
import { target } from "../harness.mjs";
import { hanging, opened, refused, sent, unreachable, upstream } from "../upstream.mjs";

export default (test) => {
  test("polls once without a start()", async (t) => {
    const service = upstream(opened(), sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    equal(await t.soon(client.refresh()), client.configuration);
    same(client.configuration.json(), {});
    await heard.nth("statuschange", 2);
    same(heard.told(), ["starting", "update", "ready"]);
    await pause(1300);
    equal(service.calls.length, 2, "requests");
  });

  test("opens the session that a refused token needs, in the same refresh", async (t) => {
    const service = upstream(opened(), refused(400, "BadRequestException"), opened("second-token"), sent("{}"));
    const client = t.client({ fetch: service.fetch });
    same((await t.soon(client.refresh())).json(), {});
    equal(service.calls.length, 4, "requests");
  });

  test("inside the interval gives what is held, and polls after it", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const first = await t.soon(client.refresh());
    emulator.deploy({ ...target, content: { colour: "green" } });
    for (let i = 0; i < 20; i++) equal(await client.refresh(), first);
    equal(emulator.requests.length, 2, "requests");
    await pause(1150); // the interval and its jitter
    same((await t.soon(client.refresh())).json(), { colour: "green" });
    equal(emulator.requests.length, 3, "requests");
  });

  test("many at once are one poll", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const all = await t.soon(Promise.all(Array.from({ length: 20 }, () => client.refresh())));
    ok(all.every((one) => one === client.configuration));
    equal(emulator.requests.length, 2, "requests");
    equal((await t.soon(Promise.all([client.start(), client.refresh()])))[1], client.configuration);
    equal(emulator.requests.length, 2, "requests");
  });

  test("waits for the poll that is under way", async (t) => {
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    const service = upstream(opened(), sent("{\"a\":1}"), () => held.then(sent("{\"a\":2}")), sent());
    const client = t.client({ fetch: service.fetch });
    await t.soon(client.start());
    await t.soon(service.called(3));
    const refreshed = client.refresh();
    answer();
    const configuration = await t.soon(refreshed);
    // Where promises belong to requests (workerd), who did not make the poll is served with what is held.
    ok([1, 2].includes(configuration.json().a));
    if (t.runtime !== "workerd") same(configuration.json(), { a: 2 });
  });

  test("gives what is held when the poll fails", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const first = await t.soon(client.refresh());
    await pause(1150);
    emulator.fault("internal-error");
    equal(await t.soon(client.refresh()), first);
    equal((await heard.nth("error")).error.code, "service-error");
    await heard.nth("statuschange", 3);
    equal(client.status, "stale");
  });

  const failures = [
    ["network", unreachable],
    ["not-found", refused(404, "ResourceNotFoundException")],
    ["service-error", refused(500, "InternalServerException")],
    ["throttled", refused(429, "ThrottlingException")],
    ["timed-out", hanging],
  ];
  for (const [code, answer] of failures) {
    test(`rejects with ${code} where nothing is held`, async (t) => {
      const service = upstream(answer, opened(), sent("{}"));
      const { client, heard } = t.heard({ fetch: service.fetch, ...(code === "timed-out" && { headersTimeoutInMilliseconds: 100 }) });
      const error = await t.soon(rejects(client.refresh(), code));
      equal((await heard.nth("error")).error, error);
      equal(service.calls.length, 1, "one attempt");
    });
  }

  test("rejects with the same error again while the next attempt is not due", async (t) => {
    const service = upstream(refused(404, "ResourceNotFoundException"), opened(), sent("{}"));
    const client = t.client({ fetch: service.fetch });
    await t.soon(rejects(client.refresh(), "not-found"));
    // The wait after a 404 begins at a minute: whoever asks meanwhile learns after his own limit that nothing is there.
    await t.soon(rejects(client.refresh({ timeoutInMilliseconds: 100 }), "not-ready"));
    equal(service.calls.length, 1, "requests");
  });

  test("rejects when its time is over and nothing is held", async (t) => {
    const service = upstream(opened(), hanging);
    const client = t.client({ fetch: service.fetch });
    await t.soon(rejects(client.refresh({ timeoutInMilliseconds: 50 }), "not-ready"));
  });

  test("gives what is held when its time is over", async (t) => {
    const service = upstream(opened(), sent("{}"), hanging);
    const client = t.client({ fetch: service.fetch });
    const first = await t.soon(client.refresh());
    await pause(1150);
    equal(await t.soon(client.refresh({ timeoutInMilliseconds: 50 })), first);
    equal(service.calls.length, 3, "requests");
  });

  test("rejects with its signal's reason", async (t) => {
    const service = upstream(opened(), hanging);
    const client = t.client({ fetch: service.fetch });
    const reason = new Error("changed my mind");
    await rejects(client.refresh({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
    const controller = new AbortController();
    const waiting = rejects(client.refresh({ signal: controller.signal }), (error) => error === reason);
    controller.abort(reason);
    await t.soon(waiting);
    const other = new AbortController();
    const again = rejects(client.refresh({ signal: other.signal }), (error) => error === reason);
    await t.soon(service.called(2));
    other.abort(reason);
    await t.soon(again);
  });

  test("of a stopped client gives what is held, and rejects where nothing is", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    client.stop();
    await t.soon(rejects(client.refresh(), "stopped"));
    equal(emulator.requests.length, 0, "requests");
    const configuration = await t.soon(client.start());
    client.stop();
    equal(await t.soon(client.refresh()), configuration);
    equal(emulator.requests.length, 2, "requests");
  });

  test("rejects when the client is stopped meanwhile", async (t) => {
    const service = upstream(opened(), hanging);
    const client = t.client({ fetch: service.fetch });
    const waiting = rejects(client.refresh(), "stopped");
    await t.soon(service.called(2));
    client.stop();
    await t.soon(waiting);
    ok(service.calls[1].signal.aborted, "the request is aborted");
  });
};
