// What several requests to one Worker see of one client. Node only: seen from outside, over HTTP.

import { equal, ok, pause, rejects, same, within } from "./expect.mjs";
import { inTurn } from "./harness.mjs";
import { notABrowser } from "./runner.mjs";
import { testsFor } from "./suite.mjs";

const BLUE = { colour: "blue" };
const GREEN = { colour: "green" };

/** The clients that the Worker makes at its global scope: by scenario and visit (see server.mjs), each for the test of its name below. */
export const clients = {
  "slow/after": {},
  "slow/forgotten": { headersTimeoutInMilliseconds: 800 },
  "hang/gone": { headersTimeoutInMilliseconds: 800 },
  "hang/orphans": { headersTimeoutInMilliseconds: 800 },
  "slow/crowd": {},
  "silent/limits": {},
  "slow-then-silent/stale": { headersTimeoutInMilliseconds: 800 },
  "missing/nothing": {},
  "slow/many-warm": {},
  "slow/many-cold": {},
  "slow/many-bootstrap": { bootstrap: { content: "{\"colour\":\"red\"}", contentType: "application/json" } },
  "slow/many-reject": { whenCold: "reject" },
  "slow/many-kept": { keeps: true },
  "slow/many-kept#2": { keeps: true },
  "hang/kept-gone": { keeps: true, headersTimeoutInMilliseconds: 800 },
  "slow/kept-forgotten": { keeps: true, headersTimeoutInMilliseconds: 800 },
  "slow/lazy": { mode: "lazy" },
};

/** The tests: `ask(client, query)` asks the Worker, `state(client)` looks without asking, `calls(client)` is what the server saw. */
export const workerTests = {
  async "what is held is served, and a due poll runs after the response"({ ask, state, calls }) {
    const client = "slow/after";
    same((await ask(client)).configuration, BLUE);
    same((await ask(client)).configuration, BLUE);
    equal((await calls(client)).polls, 1, "polls inside the interval");
    await pause(1200);
    // It does not wait for the poll, which brings green.
    same((await ask(client)).configuration, BLUE);
    await until(async () => same((await state(client)).configuration, GREEN));
    const { sessions, polls, closed } = await calls(client);
    same({ sessions, polls, closed }, { sessions: 1, polls: 2, closed: 0 });
  },

  async "a poll whose waitUntil was forgotten is abandoned by the clock and taken over"({ ask, state, calls }) {
    const client = "slow/forgotten";
    same((await ask(client)).configuration, BLUE);
    await pause(1200);
    same((await ask(client, { wait: "forgotten" })).configuration, BLUE);
    await until(async () => {
      same((await ask(client)).configuration, GREEN);
    });
    same((await state(client)).errors, ["timed-out"]);
    const { sessions, tokens } = await calls(client);
    equal(sessions, 1, "sessions");
    // The forgotten poll may have been ended before it left the Worker, as it is in wrangler dev: then the server saw two polls, not three.
    ok(tokens.length > 1 && tokens.slice(1).every((token) => token === tokens[1]), `the token is asked again: ${tokens}`);
  },

  async "a poll whose client is gone is taken over by who comes next"({ ask, calls, state }) {
    const client = "hang/gone";
    const controller = new AbortController();
    const gone = ask(client, {}, controller.signal).catch(() => "gone");
    await until(async () => equal((await calls(client)).polls, 1));
    controller.abort();
    equal(await gone, "gone");
    same((await ask(client)).configuration, BLUE);
    const { sessions, polls } = await calls(client);
    same({ sessions, polls }, { sessions: 1, polls: 2 });
    same((await state(client)).errors, ["timed-out"]);
  },

  async "those who waited for a poll whose client is gone get theirs"({ ask, calls }) {
    const client = "hang/orphans";
    const controller = new AbortController();
    const gone = ask(client, {}, controller.signal).catch(() => "gone");
    await until(async () => equal((await calls(client)).polls, 1));
    const others = Array.from({ length: 8 }, () => ask(client));
    await pause(100);
    controller.abort();
    equal(await gone, "gone");
    for (const { configuration } of await Promise.all(others)) same(configuration, BLUE);
    const { sessions, polls } = await calls(client);
    same({ sessions, polls }, { sessions: 1, polls: 2 });
  },

  async "with nothing held, one of twenty polls and all get the configuration"({ ask, calls }) {
    const client = "slow/crowd";
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(client)));
    for (const { configuration } of all) same(configuration, BLUE);
    const { sessions, polls } = await calls(client);
    same({ sessions, polls }, { sessions: 1, polls: 1 });
  },

  async "with nothing held and an upstream that hangs, each ends at its own limit"({ ask, calls }) {
    const client = "silent/limits";
    const waits = [300, 600, 900, 300, 600, 900];
    const all = await Promise.all(waits.map((limit) => ask(client, { waits: limit })));
    all.forEach(({ code, milliseconds }, i) => {
      equal(code, "not-ready");
      ok(milliseconds >= waits[i] - 5 && milliseconds < waits[i] + 1500, `${milliseconds} ms instead of ${waits[i]}`);
    });
    equal((await calls(client)).requests, 1, "requests");
  },

  async "what is held is served while the upstream hangs"({ ask, state }) {
    const client = "slow-then-silent/stale";
    same((await ask(client)).configuration, BLUE);
    await pause(1200);
    for (let i = 0; i < 5; i++) {
      const { configuration, milliseconds } = await ask(client);
      same(configuration, BLUE);
      ok(milliseconds < 700, `${milliseconds} ms, less than the poll's limit`);
    }
    await until(async () => equal((await state(client)).status, "stale"));
    same((await ask(client)).configuration, BLUE);
  },

  async "with nothing held, all learn at once that nothing is there"({ ask, calls }) {
    const client = "missing/nothing";
    const all = await Promise.all(Array.from({ length: 6 }, () => ask(client)));
    for (const { code, milliseconds } of all) {
      equal(code, "not-found");
      ok(milliseconds < 3000, `${milliseconds} ms`);
    }
    equal((await calls(client)).requests, 1, "requests");
  },
};

/** As many requests at once as an isolate may well have. */
const MANY = 200;
const many = (ask) => Promise.all(Array.from({ length: MANY }, ask));

/** As the first ones, but one after the other, because each has the whole Worker at work. */
const crowdTests = {
  async "of 200 at once, warm, one polls when it is due, and none waits for another's promise"({ ask, calls }) {
    const client = "slow/many-warm";
    same((await ask(client)).configuration, BLUE);
    for (const polls of [2, 3]) {
      await pause(1200);
      const all = await many(() => ask(client, { refreshes: true }));
      equal((await calls(client)).polls, polls, "polls");
      ok(all.every(({ configuration }) => configuration), "none fails");
      // The poll takes 300 ms, and only who makes it waits for it.
      const waited = all.filter(({ milliseconds }) => milliseconds >= 200).length;
      ok(waited <= 1, `${waited} waited`);
      ok(all.filter(({ configuration }) => configuration.colour === "green").length >= (polls === 3 ? MANY : 1), "who polls has what it brings");
    }
    equal((await calls(client)).sessions, 1, "sessions");
  },

  async "of 200 at once, cold, one polls and the others look for what it brings"({ ask, state, calls }) {
    const client = "slow/many-cold";
    const all = await many(() => ask(client, { refreshes: true }));
    for (const { configuration } of all) same(configuration, BLUE);
    const { sessions, polls } = await calls(client);
    same({ sessions, polls }, { sessions: 1, polls: 1 });
    const { usage } = await state(client);
    same([usage.requests, usage.sessions, usage.configurationsReceived], [2, 1, 1]);
  },

  async "of 200 at once, cold with a bootstrap, all are served that at once, and one polls"({ ask, state, calls }) {
    const client = "slow/many-bootstrap";
    const all = await many(() => ask(client));
    for (const { configuration, source, milliseconds } of all) {
      same([configuration, source], [{ colour: "red" }, "bootstrap"]);
      ok(milliseconds < 200, `${milliseconds} ms`);
    }
    await until(async () => same((await state(client)).configuration, BLUE));
    const { sessions, polls } = await calls(client);
    same({ sessions, polls }, { sessions: 1, polls: 1 });
  },

  async "of 200 at once, cold with whenCold reject, one polls and the others learn it at once"({ ask, calls }) {
    const client = "slow/many-reject";
    const all = await many(() => ask(client));
    const got = all.filter(({ configuration }) => configuration);
    const refused = all.filter(({ code }) => code === "not-ready");
    equal(got.length + refused.length, MANY);
    ok(got.length >= 1 && refused.length > MANY / 2, `${got.length} got it`);
    for (const { milliseconds } of refused) ok(milliseconds < 200, `${milliseconds} ms`);
    same((await ask(client)).configuration, BLUE);
    const { sessions, polls } = await calls(client);
    same({ sessions, polls }, { sessions: 1, polls: 1 });
  },

  async "of 200 at once, cold with KV, one polls, and the next isolate serves what is kept"({ ask, state, calls }) {
    const [first, second] = ["slow/many-kept", "slow/many-kept#2"];
    for (const { configuration } of await many(() => ask(first))) same(configuration, BLUE);
    same((({ sessions, polls }) => ({ sessions, polls }))(await calls(first)), { sessions: 1, polls: 1 });
    for (const { configuration, source } of await many(() => ask(second))) {
      // That of the second session is green.
      ok(source === "store" || configuration.colour === "green", source);
    }
    await until(async () => same((await state(second)).configuration, GREEN));
    same((({ sessions, polls }) => ({ sessions, polls }))(await calls(first)), { sessions: 2, polls: 2 });
    equal((await state(second)).usage.sessions, 1, "the sums are an isolate's own");
  },

  async "with KV, a client that is gone and a forgotten waitUntil leave nothing stuck"({ ask, state, calls }) {
    const gone = async () => {
      const client = "hang/kept-gone";
      const controller = new AbortController();
      const asked = ask(client, {}, controller.signal).catch(() => "gone");
      await until(async () => equal((await calls(client)).polls, 1));
      controller.abort();
      equal(await asked, "gone");
      same((await ask(client)).configuration, BLUE);
      equal((await calls(client)).sessions, 1, "sessions");
      await pause(1200);
      same((await ask(client, { refreshes: true })).configuration, BLUE);
    };
    const forgotten = async () => {
      const client = "slow/kept-forgotten";
      same((await ask(client)).configuration, BLUE);
      await pause(1200);
      same((await ask(client, { wait: "forgotten" })).configuration, BLUE);
      await until(async () => {
        same((await ask(client)).configuration, GREEN);
      }, 30_000); // where a second attempt dies as well, the third is not at once
      // And writes go on: the green one is kept, too.
      await pause(1200);
      const { milliseconds } = await ask(client, { refreshes: true });
      ok(milliseconds < 2000, `${milliseconds} ms`);
      equal((await calls(client)).sessions, 1, "sessions");
    };
    await Promise.all([gone(), forgotten()]);
    ok((await state("hang/kept-gone")).kept > 0, "something is kept");
  },

  async "lazy: what is held is served, and a read after the due time polls"({ ask, state, calls }) {
    const client = "slow/lazy";
    same((await ask(client)).configuration, BLUE);
    await pause(1200);
    await many(() => ask(client));
    await until(async () => same((await state(client)).configuration, GREEN));
    const { sessions, polls } = await calls(client);
    same({ sessions, polls }, { sessions: 1, polls: 2 });
  },
};

/** The same for Durable Objects: `object(visit, command)` asks the one of this name, in which a client polls the scenario. */
export const objectTests = {
  async "a loop goes on between requests, and its updates arrive"({ object, calls }) {
    const visit = "good/loop";
    same(await object(visit, "start"), { status: "ready", configuration: BLUE, told: ["blue"] });
    // Nobody asks the object anything meanwhile.
    await until(async () => ok((await calls(visit)).polls >= 4, "polls"));
    same(await object(visit, "state"), { status: "ready", configuration: GREEN, told: ["blue", "green"] });
    equal((await calls(visit)).sessions, 1, "sessions");
  },

  async "a loop outlives the time after which an object that does nothing is put away"({ object, calls }) {
    const visit = "rare/idle";
    await object(visit, "start");
    await until(async () => equal((await calls(visit)).polls, 2, "polls"), 25_000);
    equal((await calls(visit)).sessions, 1, "sessions");
    await until(async () => same((await object(visit, "state")).told, ["blue", "green"]));
  },

  async "a stop() ends the loop, and start() begins again with the token that is held"({ object, calls }) {
    const visit = "good/stop";
    await object(visit, "start");
    await until(async () => ok((await calls(visit)).polls >= 2, "polls"));
    equal((await object(visit, "stop")).status, "stopped");
    await pause(200); // for a request that was on its way
    const before = (await calls(visit)).requests;
    await pause(2500);
    equal((await calls(visit)).requests, before, "requests after stop()");
    same((await object(visit, "start")).configuration, GREEN);
    await until(async () => ok((await calls(visit)).requests > before, "requests after start()"));
  },

  async "a start() that nobody waits for goes on as well"({ object, calls }) {
    const visit = "slow/begun";
    equal((await object(visit, "begin")).configuration, null);
    await until(async () => ok((await calls(visit)).polls >= 2, "polls"));
    await until(async () => same((await object(visit, "state")).configuration, GREEN));
    equal((await calls(visit)).sessions, 1, "sessions");
  },

  async "an object that was put away while it polls is silent, and its next instance begins anew"({ object, calls }) {
    const visit = "good/anew";
    await object(visit, "start");
    await rejects(object(visit, "abort"), /HTTP 500/);
    await pause(200);
    const before = await calls(visit);
    await pause(2500);
    equal((await calls(visit)).requests, before.requests, "requests of an object that is gone");
    same(await object(visit, "state"), { status: "idle", configuration: null, told: [] });
    equal((await object(visit, "start")).status, "ready");
    equal((await calls(visit)).sessions, before.sessions + 1, "sessions");
    const { polls } = await calls(visit);
    await until(async () => ok((await calls(visit)).polls >= polls + 2, "polls"));
  },

  async "an object that was put away amid a request leaves the others alone"({ object, calls }) {
    const [visit, other] = ["silent/amid", "good/other"];
    await Promise.all([object(visit, "begin"), object(other, "start")]);
    await until(async () => equal((await calls(visit)).requests, 1, "requests"));
    await rejects(object(visit, "abort"), /HTTP 500/);
    const { polls } = await calls(other);
    await until(async () => ok((await calls(other)).polls >= polls + 2, "polls"));
    equal((await object(other, "state")).status, "ready");
    await object(visit, "begin");
    await until(async () => equal((await calls(visit)).requests, 2, "requests"));
    equal((await object(visit, "state")).status, "starting");
  },
};

Object.assign(objectTests, {
  async "an object whose storage is the store goes on with its session, however it ends"({ object, calls }) {
    const visit = "rare/kept";
    equal((await object(visit, "start")).status, "ready");
    await rejects(object(visit, "abort"), /HTTP 500/);
    const again = async (colour) => {
      const { status, configuration } = await object(visit, "start");
      same([status, configuration, (await object(visit, "usage")).source], ["stale", { colour }, "store"], "it has at once what was kept");
    };
    await again("blue");
    // The poll is when it would have been.
    await until(async () => same((await object(visit, "state")).told, ["blue", "green"]), 25_000);
    equal((await object(visit, "state")).status, "ready");
    for (const end of ["stop", "abort"]) {
      if (end === "stop") await object(visit, "stop");
      await rejects(object(visit, "abort"), /HTTP 500/);
      await again("green");
    }
    const { sessions, tokens } = await calls(visit);
    equal(sessions, 1, "sessions");
    equal(tokens.length, 2, "polls");
    equal(new Set(tokens).size, 2, "no token twice");
    const usage = await object(visit, "usage");
    same([usage.requests, usage.sessions, usage.configurationsReceived], [3, 1, 2], "the sums of all instances");
    equal(await object(visit, "entries"), 1, "entries");
    await object(visit, "forget");
    equal(await object(visit, "entries"), 0, "entries after forget()");
  },
});

/** Tries until it holds: for what another process does on its own. */
async function until(check, limit = 10_000) {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(50);
    }
  }
}

/** What no Worker has. */
const cannot = { ...notABrowser, fresh: "a Worker's modules are loaded once, when it starts", gc: "workerd collects garbage when it likes" };

/** Runs the suite inside worker.mjs, wherever that is served, one request for each test. */
export async function runInside({ worker, tell }) {
  const { chosen, skipped } = testsFor({ cannot });
  skipped.forEach((it) => tell(it));
  await inTurn(chosen, async ({ name }) => {
    try {
      const response = await fetch(`${worker}/test?name=${encodeURIComponent(name)}`);
      const text = await response.text();
      tell(response.ok ? JSON.parse(text) : { name, error: `HTTP ${response.status}: ${text}` });
    } catch (error) {
      tell({ name, error: error.stack });
    }
  });
}

/** Runs what is seen from outside, each with a client of its own, and most of it at once. Not beside the suite: it counts the timers of the whole Worker. */
export async function runOutside({ worker, server, tell }) {
  const get = async (url, signal) => {
    const response = await fetch(url, { signal });
    const text = await response.text();
    // A Worker says 503 and what is wrong; anything else is not its own.
    if (!response.ok && response.status !== 503) throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  };
  const context = {
    ask: (client, query = {}, signal = undefined) => get(`${worker}/?${new URLSearchParams({ client, ...query })}`, signal),
    state: (client) => get(`${worker}/state?${new URLSearchParams({ client })}`),
    calls: (client) => get(`${server}/calls/${client}`),
    object: (visit, command) => get(`${worker}/object/${visit}/${command}`),
  };
  const perform = async (name, run) => {
    const begin = Date.now();
    const error = await within(40_000, run(context)).then(() => undefined, (reason) => reason.stack);
    tell({ name, error, milliseconds: Date.now() - begin });
  };
  const all = (kind, tests) => Object.entries(tests).map(([name, run]) => perform(`${kind}: ${name}`, run));
  await Promise.all([...all("worker", workerTests), ...all("object", objectTests)]);
  for (const [name, run] of Object.entries(crowdTests)) await perform(`worker: ${name}`, run);
}
