import { equal, ok, pause, rejects, same } from "../expect.mjs";
import { target } from "../harness.mjs";
import { opened, refused, sent, upstream } from "../upstream.mjs";

export default (test) => {
  test("one that throws reaches neither the loop nor the others", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const seen = [];
    const mistake = new Error("the listener's mistake");
    client.addEventListener("update", () => {
      throw mistake;
    });
    client.addEventListener("update", ({ configuration }) => seen.push(configuration));
    // In workerd nobody sees it but the log.
    const uncaught = t.uncaught?.((error) => error === mistake);
    same((await t.soon(client.start())).json(), { colour: "blue" });
    await t.soon(uncaught, "the listener's error, uncaught");
    equal(seen.length, 1);
    const again = t.uncaught?.((error) => error === mistake);
    emulator.deploy({ ...target, content: { colour: "green" } });
    await heard.nth("update", 2);
    await t.soon(again);
    same(seen[1].json(), { colour: "green" });
    equal(client.status, "ready");
  }, { alone: true });

  test("may call stop() at once", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    client.addEventListener("update", () => client.stop());
    const configuration = await t.soon(client.start());
    equal(client.configuration, configuration);
    await heard.nth("statuschange", 2);
    await pause(20);
    same(heard.told(), ["starting", "update", "stopped"], "nothing is told after it but the status");
    equal(client.status, "stopped");
  });

  test("may call refresh() and start() at once", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const given = [];
    client.addEventListener("update", () => given.push(client.refresh(), client.start()));
    client.addEventListener("statuschange", () => given.push(client.refresh().catch(() => client.start())));
    await t.soon(client.start());
    ok((await t.soon(Promise.all(given))).every((one) => one === client.configuration));
    equal(emulator.requests.length, 2, "requests");
  });

  test("may dispose at once, and start again", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    let again;
    client.addEventListener(
      "update",
      () => {
        client[Symbol.dispose ?? "stop"]?.();
        client.stop();
        again = client.start();
      },
      { once: true },
    );
    await t.soon(client.start());
    equal(await t.soon(again), client.configuration);
    emulator.deploy({ ...target, content: { colour: "green" } });
    await heard.nth("update", 2);
  });

  test("of an error may call anything at once", async (t) => {
    const service = upstream(refused(500, "InternalServerException"), opened(), sent("{}"));
    const { client } = t.heard({ fetch: service.fetch });
    const outcomes = [];
    client.addEventListener("error", () => {
      client.stop();
      outcomes.push(rejects(client.refresh(), "stopped"), client.start());
    });
    await t.soon(rejects(client.start(), "stopped"));
    await t.soon(Promise.all(outcomes));
    same(client.configuration.json(), {});
  });

  test("are called as on any EventTarget", async (t) => {
    const emulator = t.emulator();
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const seen = [];
    const twice = () => seen.push("twice");
    client.addEventListener("update", twice);
    client.addEventListener("update", twice);
    client.addEventListener("update", { handleEvent: (event) => seen.push(`object ${event.type}`) });
    const removed = () => seen.push("removed");
    client.addEventListener("update", removed);
    client.removeEventListener("update", removed);
    client.addEventListener("update", () => seen.push("once"), { once: true });
    const controller = new AbortController();
    client.addEventListener("update", () => seen.push("aborted"), { signal: controller.signal });
    controller.abort();
    client.addEventListener("update", null);
    client.addEventListener("update", function (event) {
      seen.push(this === client && event.target === client);
    });
    await t.soon(client.start());
    await heard.nth("update");
    await pause(0);
    same(seen, ["twice", "object update", "once", true]);
    emulator.deploy({ ...target, content: { colour: "green" } });
    await heard.nth("update", 2);
    await pause(0);
    same(seen.slice(4), ["twice", "object update", true]);
  });

  test("find the client in the new state", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const seen = [];
    client.addEventListener("statuschange", ({ status }) => seen.push(status === client.status));
    client.addEventListener("update", ({ configuration }) => seen.push(configuration === client.configuration));
    await t.soon(client.start());
    await pause(20);
    ok(seen.length >= 2 && seen.at(-1) && seen.at(-2), "the last update and status are what the client has");
  });

  test("updates() yields the present value first, then the latest, and ends at stop()", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch });
    const seen = [];
    const early = (async () => {
      for await (const configuration of client.updates()) seen.push(configuration.json().colour);
    })();
    await t.soon(client.start());
    const late = client.updates();
    equal((await t.soon(late.next())).value, client.configuration);
    const next = late.next();
    emulator.deploy({ ...target, content: { colour: "green" } });
    same((await t.soon(next)).value.json(), { colour: "green" });
    const last = late.next();
    client.stop();
    same(await t.soon(last), { value: undefined, done: true });
    await t.soon(early);
    same(seen, ["blue", "green"]);
    // A stopped client's iterator has the present value to give, and nothing after it.
    const after = [];
    for await (const configuration of client.updates()) after.push(configuration.json().colour);
    same(after, ["green"]);
  });

  test("updates() gives the latest to who was slow, and ends with break", async (t) => {
    const service = upstream(opened(), sent("1"), sent("2"), sent("3"), sent());
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    const seen = [];
    for await (const configuration of client.updates()) {
      seen.push(configuration.json());
      if (seen.length === 2) break;
      await heard.nth("update", 3);
    }
    same(seen, [1, 3]);
    equal(client.status, "ready");
  });
};
