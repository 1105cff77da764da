import { equal, ok, pause, rejects, same } from "../expect.mjs";
import { target } from "../harness.mjs";
import { hanging, opened, sent, unreachable, upstream } from "../upstream.mjs";
import { watchSignal, watchTimers } from "../timers.mjs";

// Each test here counts what the whole runtime has.
const alone = { alone: true };
// With `gc()`, and where the module's memory can be seen.
const collecting = { alone: true, needs: ["gc"] };

function watched(t) {
  const timers = watchTimers();
  t.after(timers.restore);
  return timers;
}

/** Collects, and gives finalization its turn. */
async function collect(t) {
  for (let i = 0; i < 4; i++) {
    await t.gc();
    await pause(5);
  }
}

export default (test) => {
  test("a running client has one timer, a stopped one none", async (t) => {
    const timers = watched(t);
    const client = t.client({ fetch: t.emulator().fetch });
    await client.start();
    equal(timers.pending(), 1);
    client.stop();
    equal(timers.pending(), 0);
  }, alone);

  test("a logger may stop its client: no timer stays, and no other status comes", async (t) => {
    const timers = watched(t);
    const service = upstream(opened(), sent("{}"), unreachable);
    const { client, heard } = t.heard({ fetch: service.fetch, logger: { info() {}, warn: () => client.stop() } });
    await client.start();
    await t.soon(service.called(3));
    await heard.became("stopped");
    await pause(20);
    same(heard.told().slice(-1), ["stopped"]);
    equal(client.status, "stopped");
    equal(timers.pending(), 0);
  }, alone);

  test("a refresh() without start() leaves no timer", async (t) => {
    const timers = watched(t);
    const client = t.client({ fetch: t.emulator().fetch });
    await client.refresh();
    equal(timers.pending(), 0);
    await client.refresh({ timeoutInMilliseconds: 60_000 });
    equal(timers.pending(), 0);

    const broken = t.client({ fetch: unreachable });
    await rejects(broken.refresh(), "network");
    equal(timers.pending(), 0);
  }, alone);

  test("a stop() while a request is under way leaves no timer", async (t) => {
    const timers = watched(t);
    const service = upstream(opened(), hanging);
    const client = t.client({ fetch: service.fetch });
    const { signal, listeners } = watchSignal();
    const waiting = [client.start({ signal, timeoutInMilliseconds: 60_000 }), client.refresh({ signal }), client.updates().next()];
    await service.called(2);
    client.stop();
    await Promise.allSettled(waiting);
    equal(timers.pending(), 0);
    equal(listeners(), 0);
    ok(service.calls[1].signal.aborted);
  }, alone);

  test("a start() that rejected leaves the loop's timer alone", async (t) => {
    const timers = watched(t);
    const client = t.client({ fetch: unreachable });
    const { signal, listeners } = watchSignal();
    await rejects(client.start({ signal, timeoutInMilliseconds: 20 }), "not-ready");
    ok(timers.pending() <= 1);
    equal(listeners(), 0);
    client.stop();
    equal(timers.pending(), 0);
  }, alone);

  test("1,000 clients leave no timer, no listener, no request, and no growth of linear memory after the first hundred", async (t) => {
    const timers = watched(t);
    const emulator = t.emulator();
    let requests = 0;
    const counting = async (url, init) => {
      requests += 1;
      init.signal.addEventListener("abort", () => (requests -= 1), { once: true });
      const response = await emulator.fetch(url, init);
      requests -= 1;
      return response;
    };
    const hangingOnes = [];
    const forever = (url, init) => {
      hangingOnes.push(init.signal);
      return new Promise(() => {});
    };
    const { signal, listeners } = watchSignal();
    let after100;
    for (let i = 0; i < 1000; i++) {
      // Each tenth is stopped while its first request is under way.
      const hangs = i % 10 === 9;
      const client = new t.package.ConfigurationClient({ ...target, endpoint: "https://upstream.test", logger: null, fetch: hangs ? forever : counting });
      client.addEventListener("update", () => {});
      if (hangs) {
        const started = client.start({ signal }).catch(() => {});
        await pause(0);
        client.stop();
        await started;
      } else {
        await client.start({ signal });
        client.stop();
      }
      // The first hundred have the memory of a hundred.
      if (i >= 99 && i % 50 === 49) await collect(t);
      if (i === 99) after100 = t.memory();
    }
    await collect(t);
    equal(timers.pending(), 0, "timers");
    equal(listeners(), 0, "listeners");
    equal(requests, 0, "requests");
    equal(hangingOnes.length, 100);
    ok(hangingOnes.every(({ aborted }) => aborted), "requests");
    equal(t.memory(), after100, "bytes of linear memory");
  }, collecting);

  test("a client that was stopped and dropped is collected", async (t) => {
    // Not by a WeakRef: Firefox keeps an EventTarget that has one.
    let collected = 0;
    const registry = new FinalizationRegistry(() => (collected += 1));
    const make = async () => {
      const client = new t.package.ConfigurationClient({ ...target, endpoint: "https://upstream.test", logger: null, fetch: t.emulator().fetch });
      await client.start();
      client.stop();
      registry.register(client);
    };
    await Promise.all([make(), make(), make()]);
    for (let i = 0; i < 20 && collected < 3; i++) await collect(t);
    equal(collected, 3, "clients");
  }, collecting);

  test("time limits and polls hold under forced garbage collection", async (t) => {
    const service = upstream(opened(), () => new Promise(() => {}), sent("{}"), sent("{\"a\":1}"), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, headersTimeoutInMilliseconds: 300 });
    const collecting = setInterval(() => t.gc(), 20);
    t.after(() => clearInterval(collecting));
    await t.soon(client.start());
    equal(heard.of("error")[0].error.limit, "headers");
    await heard.nth("update", 2);
  }, collecting);

  test("time limits of real requests hold under forced garbage collection", async (t) => {
    for (const [scenario, limit] of [["hang", "headers"], ["hang-body", "idle"], ["trickle", "total"]]) {
      const limits = { headersTimeoutInMilliseconds: 600, idleTimeoutInMilliseconds: 600, totalTimeoutInMilliseconds: 1200 };
      const { client, heard } = t.heard({ endpoint: `${t.server}/${scenario}/gc-${t.runtime}-${t.where ?? ""}-${Date.now()}`, fetch: undefined, ...limits });
      const collecting = setInterval(() => t.gc(), 20);
      const started = client.start();
      started.catch(() => {});
      equal((await heard.nth("error")).error.limit, limit, scenario);
      clearInterval(collecting);
      await t.soon(started);
      client.stop();
    }
  }, collecting);
};
