// What several requests to one Worker see of one client. Node only: seen from outside, over HTTP.

import { equal, ok, pause, same, within } from "./expect.mjs";

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
    equal(tokens[1], tokens[2], "the token is asked again");
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

/** Tries until it holds: for what another process does on its own. */
async function until(check) {
  const end = Date.now() + 10_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(50);
    }
  }
}

/** Runs them all at once, each with a client of its own. */
export async function runWorkerTests({ worker, server, tell }) {
  const get = async (url, signal) => (await fetch(url, { signal })).json();
  const context = {
    ask: (client, query = {}, signal = undefined) => get(`${worker}/?${new URLSearchParams({ client, ...query })}`, signal),
    state: (client) => get(`${worker}/state?${new URLSearchParams({ client })}`),
    calls: (client) => get(`${server}/calls/${client}`),
  };
  await Promise.all(Object.entries(workerTests).map(async ([name, run]) => {
    const begin = Date.now();
    const error = await within(30_000, run(context)).then(() => undefined, (reason) => reason.stack);
    tell({ name: `worker: ${name}`, error, milliseconds: Date.now() - begin });
  }));
}
