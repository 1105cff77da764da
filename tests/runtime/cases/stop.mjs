import { equal, ok, pause, same } from "../expect.mjs";
import { hanging, opened, refused, sent, upstream } from "../upstream.mjs";

export default (test) => {
  test("ends everything: no request, and no event but the status change", async (t) => {
    const service = upstream(opened(), sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    await heard.nth("statuschange", 2);
    client.stop();
    await heard.nth("statuschange", 3);
    await pause(1300);
    equal(service.calls.length, 2, "requests");
    same(heard.told(), ["starting", "update", "ready", "stopped"]);
    same(client.configuration.json(), {}, "what is held stays readable");
  });

  test("aborts the poll under way and forgets its answer, however it comes", async (t) => {
    let answer;
    const late = new Promise((resolve) => (answer = resolve));
    // A fetch that does not care for signals.
    const service = upstream(opened(), () => late.then(sent("{}")));
    const { client, heard } = t.heard({ fetch: service.fetch });
    const started = client.start().catch((error) => error);
    await t.soon(service.called(2));
    client.stop();
    equal((await t.soon(started)).code, "stopped");
    ok(service.calls[1].signal.aborted, "the request is aborted");
    answer();
    await pause(50);
    equal(client.configuration, undefined);
    same(heard.told(), ["starting", "stopped"]);
  });

  test("of a client that waits for its next attempt leaves nothing", async (t) => {
    const service = upstream(refused(500, "InternalServerException"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    client.start().catch(() => {});
    await heard.nth("error");
    client.stop();
    await pause(1300);
    equal(service.calls.length, 1, "requests");
    same(heard.told(), ["starting", "service-error", "stopped"]);
  });

  test("is told once, also before any start()", async (t) => {
    const { client, heard } = t.heard({ fetch: hanging });
    client.stop();
    client.stop();
    equal(client.status, "stopped");
    await heard.nth("statuschange");
    client.stop();
    await pause(20);
    same(heard.of("statuschange").map(({ status, previousStatus }) => [status, previousStatus]), [["stopped", "idle"]]);
  });

  test("is what Symbol.dispose calls", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    await t.soon(client.start());
    if (Symbol.dispose) client[Symbol.dispose]();
    else client.stop();
    equal(client.status, "stopped");
  });

  test("may come and go: ten starts and stops cost one session", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    for (let i = 0; i < 10; i++) {
      await t.soon(client.start());
      client.stop();
    }
    equal(emulator.requests.length, 2, "requests");
    await heard.nth("statuschange", 21);
    same(heard.of("statuschange").slice(-2).map(({ status }) => status), ["ready", "stopped"]);
  });
};
