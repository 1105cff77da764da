// What happens to the process: calls that are aborted, clients that are stopped amid everything, processes that are killed or may not use the network, two
// copies of the package, and long lives.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { equal, matches, ok, rejects } from "../../runtime/expect.mjs";
import { watchSignal } from "../../runtime/timers.mjs";
import { keep, program } from "../../runtime/runner.mjs";
import { root } from "../../runtime/package.mjs";
import { blue, green, loaded, same } from "../life.mjs";
import { page, wire } from "../service.mjs";

const MINUTE = 60_000;

/** Where a poll can stand: each gets it there. */
const stages = {
  "before its request is sent": undefined,
  "before its headers": (it) => it.hold(),
  "amid its headers": (it) => it.raw(wire(it.honest()).head.subarray(0, 30), "hold"),
  "amid its body": (it) => {
    const { head, body } = wire(it.honest());
    return it.raw(Buffer.concat([head, body.subarray(0, 5)]), "hold");
  },
};

/** The child's program, beside the package. */
function child(life) {
  const file = path.join(life.place.folder, "child.mjs");
  writeFileSync(file, readFileSync(new URL("../child.mjs", import.meta.url)));
  return file;
}

export default ({ driven, real }) => {
  for (const [where, run] of Object.entries(stages)) {
    real(`a signal aborts a call ${where}: it ends with the signal's reason, and the poll goes on`, ["runtime-07"], async (life) => {
      await life.serve();
      const { service } = life;
      service.replay = "again";
      if (run) service.break(run);
      const both = life.client({ headersTimeoutInMilliseconds: 1000, idleTimeoutInMilliseconds: 1000 });
      const { signal, listeners } = watchSignal();
      const controller = new AbortController();
      const reason = new Error("enough");
      const calls = ["start", "refresh"].map((call) => life.call(both.client[call]({ signal: AbortSignal.any([controller.signal]) })));
      for (const call of calls) call.catch(() => {});
      if (run) await life.soon(service.asked(1));
      controller.abort(reason);
      for (const call of calls) await life.soon(rejects(call, (error) => error === reason));
      // One that is aborted already asks nothing.
      const before = service.requests;
      await life.soon(rejects(life.call(both.client.start({ signal: controller.signal })), (error) => error === reason));
      await life.soon(rejects(life.call(both.client.refresh({ signal: controller.signal })), (error) => error === reason));
      if (run) equal(service.requests, before);
      ok(await life.soon(life.call(both.client.start({ signal }))));
      same(both.client, blue);
      equal(listeners(), 0, "listeners on the signal of a call that is over");
      equal(service.sessions, 1);
    });

    real(`a client is stopped with a poll ${where}, and goes on with the same token`, ["runtime-05", "runtime-08"], async (life) => {
      const both = await life.begin();
      const { client } = both;
      const { service } = life;
      service.replay = "again";
      service.deploy(green);
      if (run) {
        service.break(run);
        await life.soon(service.asked(2));
      }
      const waiting = [life.call(client.refresh()), life.call(client.start())];
      const updates = client.updates();
      await life.soon(updates.next());
      const next = life.call(updates.next());
      client.stop();
      client.stop();
      client[Symbol.dispose]?.();
      for (const call of waiting) await life.soon(call.catch(() => {}));
      equal((await life.soon(next)).done, true);
      equal(client.status, "stopped");
      same(client, blue);
      equal((await life.soon(life.call(client.refresh()))).text(), JSON.stringify(blue), "a refresh() after stop() gives what is held");
      life.call(client.start());
      await life.recovers(both, green);
      equal(both.heard.codes().join(), "");
      equal(service.sessions, 1);
    });
  }

  real("stopped at any moment of its first two requests: what begins then is well, and at most one session was in vain", ["runtime-08", "runtime-05"], async (life) => {
    await life.serve();
    const { service } = life;
    service.replay = "again";
    for (let moment = 0; moment < 60; moment++) {
      const both = life.client();
      const start = life.call(both.client.start());
      start.catch(() => {});
      for (let turn = 0; turn < moment; turn++) await new Promise((resolve) => setImmediate(resolve));
      both.client.stop();
      const before = service.sessions;
      ok(await life.soon(life.call(both.client.start())));
      same(both.client, blue);
      equal(both.heard.codes().join(), "");
      ok(service.sessions - before <= 2, `${service.sessions - before} sessions`);
      both.client.stop();
    }
    equal(service.received, 60, "configurations that were paid for");
  });

  real("a process is killed amid a poll, and another one begins anew: a session, and no token of the first", ["runtime-04"], async (life) => {
    await life.serve();
    const { service } = life;
    child(life);
    const first = keep(process.execPath, ["child.mjs", "forever", `${service.origin}/client-1`], { cwd: life.place.folder, failed: () => {} });
    await life.soon(service.asked(1));
    service.break((it) => it.hold());
    await life.soon(service.asked(2));
    await first();
    const { output } = await program(process.execPath, ["child.mjs", "once", `${service.origin}/client-2`], { cwd: life.place.folder });
    matches(output, /^update .*blue.*\ndone$/m);
    equal(service.sessions, 2);
  });

  real("a process with a client that nobody waits for ends by itself, also while everything fails", ["runtime-08"], async (life) => {
    await life.serve();
    const { service } = life;
    child(life);
    service.break((it) => it.hold(), { times: Infinity, of: null });
    const { output, code, milliseconds } = await program(process.execPath, ["child.mjs", "stopping", `${service.origin}/client-1`], { cwd: life.place.folder });
    equal(code, 0, output);
    matches(output, /^start not-ready\ndone$/m);
    ok(milliseconds < 15_000);
    equal(service.sessions, 0);
  });

  real("Deno without a permission for the network: told as an attempt that failed", ["runtime-09"], async (life) => {
    await life.serve();
    const { service } = life;
    child(life);
    const deno = path.join(root, "node_modules/.bin/deno");
    ok(existsSync(deno), "node_modules holds no Deno: run npm ci");
    const args = ["run", "--no-prompt", "--allow-read", "child.mjs", "once", `${service.origin}/client-1`];
    const { output } = await program(deno, args, { cwd: life.place.folder, env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } });
    matches(output, /^error (network|not-sent) .*NotCapable/m);
    // The second attempt is its second call's, if that is due.
    ok(output.match(/^error/gm).length <= 2, output);
    matches(output, /^done$/m);
    equal(service.requests, 0);
  });

  driven("two copies of the package, each with its module: they share nothing", ["runtime-10"], async (life) => {
    const one = await life.begin();
    const { service, clock } = life;
    const folder = life.place.copy("second");
    const packaged = await import(path.join(folder, "index.js"));
    ok(packaged.ConfigurationClient !== life.packaged.ConfigurationClient);
    await loaded(packaged);
    const two = life.client({ packaged });
    const start = life.call(two.client.start());
    await clock.run(0);
    const configuration = await life.soon(start);
    same(two.client, blue);
    service.break((it) => it.send(page(500)), { times: 2 });
    service.deploy(green);
    service.replay = "again";
    await life.recovers(one, green, 3 * MINUTE);
    await life.recovers(two, green, 3 * MINUTE);
    ok(two.heard.errors.length + one.heard.errors.length === 2);
    // Whoever has both decides by what is said, not by whose class it is.
    ok(two.heard.errors.concat(one.heard.errors).every(({ code }) => code === "service-error"));
    equal(typeof configuration.json().colour, "string");
    equal(service.sessions, 2);
  });

  driven("three thousand polls: neither the memory of the module nor what the process holds grows", ["wasm-07"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    service.interval = 1;
    const both = await life.begin();
    const glue = await import(path.join(life.place.home, "wasm/client.js"));
    const memory = () => glue.initSync().memory.buffer.byteLength;
    const polls = async (count) => {
      const until = service.requests + count;
      await clock.run(count * 1200, () => {
        // What the service remembers is not the client's to answer for.
        if (service.exchanges.length > 100) service.exchanges.splice(0, 90);
        return service.requests >= until;
      });
    };
    await polls(600);
    const before = memory();
    await polls(1200);
    service.deploy(green);
    await life.recovers(both, green);
    await polls(1200);
    equal(memory(), before, "bytes of linear memory");
    equal(clock.timers.size, 1);
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("an answer that is no Response of fetch, an opaque one, or one of a network error: told, and nothing else happens", ["http-19", "runtime-11"], async (life) => {
    await life.serve();
    const { service } = life;
    const hidden = (type) => () => Object.defineProperties(new Response(null), { type: { value: type }, status: { value: 0 } });
    const answers = [
      () => Response.error(),
      hidden("opaque"),
      hidden("opaqueredirect"),
      () => undefined,
      () => ({ status: 200 }),
      () => { throw new TypeError("Failed to fetch"); },
      () => Promise.reject(null),
    ];
    let n = 0;
    const both = life.client({ fetch: (...words) => (n < answers.length ? answers[n++]() : fetch(...words)) });
    const start = life.call(both.client.start());
    await life.recovers(both, blue, 5 * MINUTE);
    ok(await life.soon(start));
    equal(both.heard.errors.length, answers.length, both.heard.codes().join());
    equal(service.sessions, 1);
  });
};
