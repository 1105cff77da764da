import { equal, ok, pause, same } from "../expect.mjs";
import { opened, sent, upstream } from "../upstream.mjs";

// What a reviewer found by trying what nobody should do.
export default (test) => {
  test("a fetch that throws what cannot become a text is a failure like any other", async (t) => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const thrown of [{ message: Object.create(null) }, { code: Symbol("odd") }, revoked.proxy, null]) {
      const service = upstream(() => { throw thrown; }, opened(), sent("{}"));
      const { client, heard } = t.heard({ fetch: service.fetch });
      same((await t.soon(client.start())).json(), {});
      equal(heard.told()[1], "network");
    }
  });

  test("what is answered with another success is no exception, and shows nothing", async (t) => {
    const service = upstream(opened(), sent('{"Message":"hunter2","Reason":"hunter3"}', { status: 203 }), sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    const [{ error }] = heard.of("error");
    equal(error.code, "unexpected-answer");
    ok(!`${error.message}${JSON.stringify(error)}`.includes("hunter"), error.message);
  });

  test("updates() ends at stop(), also for who comes back after the next start()", async (t) => {
    const service = upstream(opened(), sent("{}"));
    const client = t.client({ fetch: service.fetch });
    await t.soon(client.start());
    const updates = client.updates();
    equal((await t.soon(updates.next())).done, false);
    client.stop();
    await t.soon(client.start());
    equal((await t.soon(updates.next())).done, true);
  });

  test("a stop before the module is there is told once", async (t) => {
    const { client, heard } = t.heard({ fetch: upstream().fetch });
    for (let i = 0; i < 3; i++) {
      client.start().catch(() => {});
      client.stop();
    }
    await pause(50);
    same(heard.told(), ["stopped"]);
  });

  test("an endpoint keeps nothing of an empty query or fragment", async (t) => {
    for (const endpoint of ["https://upstream.test/base?", "https://upstream.test/base/#"]) {
      const service = upstream(opened(), sent("{}"));
      await t.soon(t.client({ endpoint, fetch: service.fetch }).start());
      equal(service.calls[0].url, "https://upstream.test/base/configurationsessions");
    }
  });

  test("the same bytes are checked where they become JSON", async (t) => {
    const service = upstream(opened(), sent("abc", { type: "text/plain" }), sent("abc", { type: "application/json" }), sent("abc", { type: "application/json" }));
    const { client, heard } = t.heard({ fetch: service.fetch });
    await t.soon(client.start());
    await heard.nth("error", 2);
    equal(client.configuration.contentType, "text/plain");
    equal(client.configuration.text(), "abc");
  });
};
