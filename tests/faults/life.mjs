// One client's life under one fault, over real sockets: a service that goes wrong (service.mjs), a client of the packed package, and what must hold
// whatever the fault is. Each test has one.

import { inspect } from "node:util";
import { equal, ok, within } from "../runtime/expect.mjs";
import { by, byHost, DrivenClock, host, HostClock } from "./clock.mjs";
import { MARK, Service } from "./service.mjs";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
export const blue = { colour: "blue", mark: MARK };
export const green = { colour: "green", mark: MARK };

const MINUTE = 60_000;
/** How long something may take in the host's time, on a busy machine. */
const PATIENCE = 45_000;

export class Life {
  #clients = [];
  #calls = [];
  #ends = [];
  /** What was told and should not have been. */
  violations = [];

  constructor({ name, seed, driven, packaged }) {
    const clock = driven ? new DrivenClock(seed) : new HostClock(seed);
    Object.assign(this, { name, packaged, clock, random: clock.random });
  }

  after(end) {
    this.#ends.push(end);
  }

  /** A service where blue is deployed. */
  async serve(options) {
    this.service = new Service(this.clock);
    await this.service.listen(options);
    this.after(() => this.service.close());
    if (this.clock instanceof HostClock) this.service.interval = 1;
    this.service.deploy(blue, { label: "v1" });
    return this.service;
  }

  /** The same for who has no client here. */
  async serving() {
    await this.serve();
    return this;
  }

  /** A client, and what it tells. */
  client(options = {}) {
    const name = `client-${this.#clients.length + 1}`;
    const { ConfigurationClient } = options.packaged ?? this.packaged;
    delete options.packaged;
    const client = new ConfigurationClient({ ...target, endpoint: `${this.service?.origin}/${name}`, logger: null, ...options });
    const heard = { name, updates: [], errors: [], held: [], statuses: [], codes: () => heard.errors.map(({ code }) => code) };
    const { service, violations } = this;
    const broken = (law, what) => violations.push(`${law}: ${what}`);
    let previous;
    let stops = false;
    client.addEventListener("update", ({ configuration }) => {
      const text = Buffer.from(configuration.bytes()).toString("latin1");
      if (service && !service.deployed.has(text)) broken(5, `a configuration of ${text.length} bytes that nobody deployed`);
      const { contentType, versionLabel } = configuration;
      const now = JSON.stringify([text, contentType, versionLabel]);
      if (now === previous) broken(6, "an update without a change");
      if (stops) broken(7, "an update after stop()");
      previous = now;
      heard.updates.push(configuration);
    });
    client.addEventListener("error", ({ error }) => {
      heard.errors.push(error);
      heard.held.push(client.configuration);
      if (stops) broken(7, `an error after stop(): ${error.code}`);
      // What failed has not confirmed what is held.
      const expected = client.configuration ? "stale" : "starting";
      if (!stops && client.status !== expected) broken("status", `${client.status} after ${error.code}, expected ${expected}`);
      const told = `${inspect(error, { depth: 8 })} ${JSON.stringify(error)}`;
      for (const secret of [MARK, "configuration_token=", ...(this.secrets ?? [])]) if (told.includes(secret)) broken(10, `${secret} in ${error.message}`);
    });
    client.addEventListener("statuschange", ({ status }) => heard.statuses.push(status));
    const { stop } = client;
    client.stop = () => {
      stops = true;
      service?.stopped(name);
      stop.call(client);
    };
    const begin = client.start;
    client.start = (...words) => {
      stops = false;
      return begin.apply(client, words);
    };
    this.#clients.push({ client, heard });
    return { client, heard };
  }

  /** A call that has to end; what it rejects with is nobody's matter until it is awaited. */
  call(promise) {
    const call = { over: false };
    promise.then(() => (call.over = true), () => (call.over = true));
    this.#calls.push(call);
    return promise;
  }

  /** A client that has started, and holds blue. */
  async begin(options) {
    if (!this.service) await this.serve();
    const both = this.client(options);
    await this.started(both.client);
    same(both.client, blue);
    equal(both.client.status, "ready");
    return both;
  }

  async started(client, words) {
    const start = this.call(client.start(words));
    if (this.clock instanceof DrivenClock) await this.clock.run(0);
    return this.soon(start, "start()");
  }

  soon(promise, what) {
    return byHost(() => within(PATIENCE, promise, what));
  }

  /** Until it holds: in the driven time at most `milliseconds`, in the host's as long as a busy machine may take. `more` tells how things stand otherwise. */
  async until(holds, what, milliseconds = 6 * MINUTE, more = () => "") {
    const driven = this.clock instanceof DrivenClock;
    if (driven && (await this.clock.run(milliseconds, holds))) return;
    const limit = host.monotonic() + PATIENCE;
    while (driven || !holds()) {
      if (driven || host.monotonic() > limit) throw new Error(`${what} did not come within ${driven ? milliseconds : PATIENCE} ms ${more()}`.trimEnd());
      await new Promise((resolve) => host.setTimeout(resolve, 5));
    }
  }

  /** The time that a recovery may take after faults that pass by themselves; of those that somebody has to mend, five minutes. */
  get recovery() {
    return Math.max(2 * this.service.interval * 1000, 40_000);
  }

  /** What is deployed now arrives, and all is well. */
  async recovers({ client }, value, milliseconds = this.recovery) {
    const begin = this.clock.now();
    await this.until(() => client.configuration && text(client) === JSON.stringify(value), `${JSON.stringify(value)} (status ${client.status})`, milliseconds);
    if (this.clock instanceof DrivenClock) await this.clock.run(0);
    equal(client.status, "ready");
    return this.clock.now() - begin;
  }

  /** What must hold at the end of each life. */
  async end() {
    const problems = [];
    const attempt = async (run) => {
      try {
        await run();
      } catch (error) {
        problems.push(error.message);
      }
    };
    const { service, clock } = this;
    await attempt(async () => {
      for (const { client } of this.#clients) {
        const held = client.configuration;
        client.stop();
        equal(client.status, "stopped", "the status after stop()");
        equal(client.configuration, held, "what is held after stop()");
      }
      const driven = clock instanceof DrivenClock;
      await this.soon(clock.quiet(), "the end of all requests");
      equal(clock.timers.size, 0, "timers that are left");
      const before = service?.requests;
      // An hour in which nothing may happen.
      if (driven) await clock.run(60 * MINUTE);
      equal(service?.requests, before, "requests after stop()");
      const hanging = () => this.#calls.filter(({ over }) => !over).length;
      equal(hanging(), 0, "start() and refresh() that hang");
      // Connections of requests that were given up are closed, which takes the host a moment.
      const limit = host.monotonic() + 5000;
      while (service?.unanswered().length && host.monotonic() < limit) await new Promise((resolve) => host.setTimeout(resolve, 5));
      equal(service?.unanswered().length ?? 0, 0, "connections that are left open");
    });
    problems.push(...(service?.violations ?? []), ...this.violations);
    for (const end of this.#ends.reverse()) await attempt(end);
    ok(problems.length === 0, `what must hold does not: ${[...new Set(problems)].slice(0, 5).join("; ")}`);
  }

  get spent() {
    return { requests: this.service?.requests ?? 0, sessions: this.service?.sessions ?? 0 };
  }
}

const text = (client) => client.configuration.text();

/** Loads the module of a package, by an attempt that fails: in a life whose time stands still that would come too late. */
export async function loaded({ ConfigurationClient }) {
  const fetch = () => Promise.reject(new Error("nobody is asked"));
  await new ConfigurationClient({ ...target, endpoint: "http://localhost", logger: null, fetch }).refresh().catch(() => {});
}

/** What a client holds is this value. */
export function same(client, value) {
  equal(client.configuration && text(client), JSON.stringify(value), "what is held");
}

/** Lives a life: `run` in the life's own time. */
export async function live({ name, seed, driven, packaged }, run) {
  const life = new Life({ name, seed, driven, packaged });
  let problem;
  await by(life.clock, async () => {
    try {
      await run(life);
    } catch (error) {
      problem = error;
    }
    try {
      await life.end();
    } catch (error) {
      if (problem) problem.message += `; besides, ${error.message}`;
      else problem = error;
    }
  });
  if (problem) throw problem;
  return life.spent;
}
