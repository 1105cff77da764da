// The loop itself: it goes on, has one session however many ask, comes to rest after failures, and takes whatever a listener does to it.

import { equal, matches, ok, rejects } from "../../runtime/expect.mjs";
import { blue, green, same } from "../life.mjs";
import { page } from "../service.mjs";

const MINUTE = 60_000;

export default ({ driven, real }) => {
  driven("one failure ends nothing, nor do three hundred", ["loop-01"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    service.replay = "again";
    service.break((it) => it.send(page(500)));
    service.deploy(green);
    await life.recovers(both, green);
    equal(both.heard.codes().join(), "service-error");
    service.break((it) => it.send(page(500)), { times: 300 });
    service.deploy(blue);
    await clock.run(24 * 60 * MINUTE, () => both.heard.errors.length > 300);
    await life.recovers(both, blue);
    equal(service.sessions, 1);
  });

  driven("a thousand who wait are one session", ["loop-03", "wasm-02"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const both = life.client();
    const starts = Array.from({ length: 500 }, () => life.call(both.client.start()));
    const refreshes = Array.from({ length: 500 }, () => life.call(both.client.refresh()));
    await clock.run(0);
    const [first, ...rest] = await life.soon(Promise.all([...starts, ...refreshes]));
    ok(rest.every((it) => it === first));
    equal(service.requests, 2);
    for (let n = 0; n < 1000; n++) both.client.addEventListener("update", () => {});
    // When the next poll is due, a thousand refreshes are that one.
    await clock.run(59_000);
    clock.sleep(8000);
    service.deploy(green);
    const again = Array.from({ length: 1000 }, () => life.call(both.client.refresh()));
    await clock.run(0);
    ok((await life.soon(Promise.all(again))).every((it) => it.text() === JSON.stringify(green)));
    equal(service.requests, 3);
    equal(service.sessions, 1);
  });

  driven("failure, success, failure: each run of failures begins with a short wait", ["loop-04"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    service.replay = "again";
    for (let run = 0; run < 5; run++) {
      // After ten failures the waits are long.
      const errors = both.heard.errors.length;
      service.deploy({ run });
      service.break((it) => it.send(page(500)), { times: 10 });
      await life.until(() => both.heard.errors.length === errors + 1, "the first of a run", 3 * MINUTE);
      const at = clock.now();
      await life.until(() => both.heard.errors.length === errors + 2, "the second of a run", 3 * MINUTE);
      ok(clock.now() - at <= 1000, `${clock.now() - at} ms after the first failure of run ${run}`);
      await life.recovers(both, { run }, 30 * MINUTE);
    }
    equal(service.sessions, 1);
  });

  driven("clients that fail take nothing from those that do not", ["loop-05"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const good = await life.begin();
    const bad = Array.from({ length: 10 }, () => life.client());
    service.break((it) => it.client !== good.heard.name && it.send(page(503)), { times: Infinity, of: null });
    const starts = bad.map(({ client }) => life.call(client.start()));
    for (const start of starts) start.catch(() => {});
    await clock.run(30 * MINUTE);
    equal(good.heard.codes().join(), "");
    service.deploy(green);
    await life.recovers(good, green);
    service.mend();
    for (const both of bad) await life.recovers(both, green);
    equal(service.sessions, 11);
  });

  driven("listeners come and go while they are told, throw, and call whatever there is", ["loop-02", "wasm-01", "wasm-02"], async (life) => {
    const both = await life.begin();
    const { client } = both;
    const { service, clock } = life;
    const told = [];
    const late = () => told.push("late");
    client.addEventListener("update", () => {
      told.push("first");
      client.addEventListener("update", late);
      client.removeEventListener("update", never);
      client.refresh().catch(() => {});
      client.start().catch(() => {});
    });
    const never = () => told.push("never");
    client.addEventListener("update", never);
    client.addEventListener("update", () => told.push("last"));
    for (const value of [green, blue]) {
      service.deploy(value);
      await life.recovers(both, value);
    }
    // Whether one that comes amid an event is told of it is the host's matter.
    equal(told.join().replace("first,last,late,first", "first,last,first"), "first,last,first,last,late");
    // One that stops and begins again at once, at each event there is.
    for (const type of ["update", "error", "statuschange"]) {
      client.addEventListener(type, () => {
        if (client.status === "stopped") return;
        client.stop();
        client.start().catch(() => {});
      }, { once: true });
    }
    service.break((it) => it.send(page(500)));
    service.replay = "again";
    service.deploy(green);
    await clock.run(5 * MINUTE);
    const after = life.call(client.start());
    ok(await life.soon(after));
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  driven("refresh() alone, as in a Worker: each fault costs an attempt, and none a loop", ["loop-01", "http-14", "runtime-05"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const both = life.client();
    const refresh = async () => {
      const call = life.call(both.client.refresh());
      call.catch(() => {});
      await clock.run(0);
      return call;
    };
    service.break((it) => it.send(page(502)), { of: null });
    matches((await life.soon(rejects(refresh(), "service-error"))).message, /502/);
    await clock.run(2000);
    same({ configuration: await life.soon(refresh()) }, blue);
    const before = service.requests;
    for (let n = 0; n < 100; n++) await life.soon(refresh());
    equal(service.requests, before, "within the interval");
    service.break((it) => it.send(page(502)), { times: 3 });
    service.replay = "again";
    service.deploy(green);
    for (let n = 0; n < 200 && both.client.configuration.text() !== JSON.stringify(green); n++) {
      await clock.run(2000);
      ok(await life.soon(refresh()), "what is held");
    }
    same(both.client, green);
    equal(service.sessions, 1);
  });

  real("a poll that hangs does not keep refresh() or start() waiting for ever", ["wasm-06", "http-06", "runtime-07"], async (life) => {
    await life.serve();
    const { service } = life;
    service.break((it) => it.hold(), { times: Infinity, of: null });
    const both = life.client({ headersTimeoutInMilliseconds: 300 });
    await life.soon(rejects(life.call(both.client.refresh()), "timed-out"));
    await life.soon(rejects(life.call(both.client.start({ timeoutInMilliseconds: 500 })), "not-ready"));
    const start = life.call(both.client.start());
    start.catch(() => {});
    both.client.stop();
    await life.soon(rejects(start, "stopped"));
    equal(service.sessions, 0);
  });
};
