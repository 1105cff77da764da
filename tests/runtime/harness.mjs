// Runs tests in a runtime, whichever it is.
//
// A world is what a runner brings: `runtime` (its name), in browsers `isBrowser`, `package` and `createEmulator` (the package as this runtime loads it),
// `server`, `elsewhere` and `closed` (URLs of server.mjs, of the same on another origin, and of a port where nothing listens), and, where the
// runtime can, `uncaught(matches)` (resolves with the next such error that nobody catches), `fresh(name)` (a file of the package as an instance
// that nobody has used yet), `moduleBytes()`, `gc()`, `memory()` (bytes of linear memory) and `inspect()`.
//
// What a test may need and a world may lack has a name: `origins` (keeps pages of other origins out), `fresh`, `import` (a module loaded while a
// test runs) and `gc`. The world says in `cannot` which of them it lacks, and why.

import { within } from "./expect.mjs";

/** How long one test may take, and how long it waits for one thing, in milliseconds. Generous: the machine may be busy. */
const TEST_LIMIT = 30_000;
const DEADLINE = 10_000;

export const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

/** Everything that a client tells, in order. */
function listen(client) {
  const events = [];
  const waiting = new Set();
  for (const type of ["update", "error", "statuschange"]) {
    client.addEventListener(type, (event) => {
      events.push(event);
      for (const look of waiting) look();
    });
  }
  const of = (type) => events.filter((event) => event.type === type);
  const until = (holds, what) =>
    within(
      DEADLINE,
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
      what,
    );
  return {
    events,
    of,
    /** In short: `starting`, `update`, `timed-out`. */
    told: () => events.map((event) => event.status ?? event.error?.code ?? event.type),
    /** Resolves with the n-th event of a type, counted from 1. */
    nth: (type, n = 1) => until(() => of(type).length >= n, `${type} number ${n}`).then(() => of(type)[n - 1]),
    /** Resolves when this was the last status told. */
    became: (status) => until(() => of("statuschange").at(-1)?.status === status, `the status ${status}`),
  };
}

export class Context {
  #ends = [];

  constructor(world) {
    Object.assign(this, world);
  }

  /** Calls `end` when the test is over. */
  after(end) {
    this.#ends.push(end);
  }

  /** A client that is stopped when the test is over. */
  client(options) {
    const client = new this.package.ConfigurationClient({ ...target, endpoint: "https://upstream.test/base", logger: null, ...options });
    this.after(() => client.stop());
    return client;
  }

  /** A client, and everything that it tells. */
  heard(options) {
    const client = this.client(options);
    return { client, heard: listen(client) };
  }

  /** An emulator with an interval of a second, where something is deployed. */
  emulator(options = {}) {
    const emulator = this.createEmulator({ intervalInSeconds: 1, ...options });
    if (!options.configurations) emulator.deploy({ ...target, content: { colour: "blue" }, versionLabel: "v1" });
    return emulator;
  }

  soon(promise, what) {
    return within(DEADLINE, promise, what);
  }

  async end() {
    for (const end of this.#ends.reverse()) await end();
  }
}

/** An error as text. In Firefox and WebKit the stack does not begin with the message. */
function described(error) {
  const told = `${error.name ?? "Error"}${error.code ? ` ${error.code}` : ""}: ${error.message ?? error}`;
  return error.stack?.includes(error.message) ? error.stack : `${told}\n${error.stack ?? ""}`;
}

/** Runs one test; gives `{ name, error, milliseconds }`, with `error` a text where it failed. */
export async function perform({ name, run }, world) {
  const context = new Context(world);
  const begin = Date.now();
  let error;
  try {
    // It begins when the limit's own timer is set, so that who counts timers does not see that one.
    await within(TEST_LIMIT, Promise.resolve().then(() => run(context)), "the end of the test");
  } catch (reason) {
    error = reason;
  }
  try {
    await context.end();
  } catch (reason) {
    error ??= reason;
  }
  return { name, error: error && described(error), milliseconds: Date.now() - begin };
}

/**
 * Runs `run` on each test, several at a time: those of a lane one after the other, and those that want to be alone at the end, when nothing
 * else runs.
 */
export async function inTurn(tests, run, width = 6) {
  const queues = { alone: [], any: [] };
  for (const test of tests) (queues[test.alone ? "alone" : (test.lane ?? "any")] ??= []).push(test);
  const { alone, any, ...lanes } = queues;
  const work = async (queue) => {
    for (let test; (test = queue.shift()); ) await run(test);
  };
  await Promise.all([...Object.values(lanes), ...Array(width).fill(any)].map(work));
  await work(alone);
}
