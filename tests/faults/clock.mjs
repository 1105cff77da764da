// Whose time it is: each life (life.mjs) has a clock of its own, many of them in one process. What runs within a life finds that clock in
// `performance.now`, `Date.now` and `setTimeout`, and dice of its own in `Math.random`; everything else finds the host's, fetch's own timers included.

import { AsyncLocalStorage } from "node:async_hooks";

const { setTimeout, clearTimeout, setImmediate, fetch } = globalThis;
const monotonic = performance.now.bind(performance);
const wall = Date.now.bind(Date);
const random = Math.random.bind(Math);

/** The host's own, for what a test waits for in earnest. */
export const host = { setTimeout, clearTimeout, monotonic, wall };

const clocks = new AsyncLocalStorage();
/** Runs `run` by this clock. */
export const by = (clock, run) => clocks.run(clock, run);
/** Runs `run` by the host's clock. */
export const byHost = (run) => clocks.run(undefined, run);

globalThis.setTimeout = (handler, delay, ...words) => {
  const clock = clocks.getStore();
  return clock ? clock.set(handler, delay, words) : setTimeout(handler, delay, ...words);
};
globalThis.clearTimeout = (timer) => (timer?.clock ? timer.clock.clear(timer) : clearTimeout(timer));
performance.now = () => clocks.getStore()?.now() ?? monotonic();
Date.now = () => clocks.getStore()?.date() ?? wall();
Math.random = () => clocks.getStore()?.random() ?? random();
globalThis.fetch = (...words) => clocks.getStore()?.fetch(...words) ?? fetch(...words);

/** Numbers from 0 to 1 that follow from `seed`. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let it = Math.imul(state ^ (state >>> 15), state | 1);
    it ^= it + Math.imul(it ^ (it >>> 7), it | 61);
    return ((it ^ (it >>> 14)) >>> 0) / 2 ** 32;
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What both have: timers that are counted, and fetches that are known while they are under way. */
class Clock {
  timers = new Set();
  /** Requests under way: `{ url, held }`; one that is held waits for the clock, the others for their answer. */
  flights = new Set();
  #waiting = new Set();

  constructor(seed) {
    this.random = dice(seed);
  }

  /** Something changed that quiet() looks at. */
  changed() {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #change() {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Resolves when nothing but the clock can make something happen. */
  async quiet() {
    for (let calm = 0; calm < 3; calm++) {
      await turn();
      while ([...this.flights].some(({ held }) => !held)) {
        calm = 0;
        await this.#change();
      }
    }
  }

  /** The host's fetch on its own timers, watched from the call to the last byte that is read. */
  async fetch(url, init) {
    const flight = { url: String(url), held: false };
    this.flights.add(flight);
    const end = () => {
      this.flights.delete(flight);
      this.changed();
    };
    init?.signal?.addEventListener("abort", end);
    let response;
    try {
      response = await byHost(() => fetch(url, init));
    } catch (error) {
      end();
      throw error;
    }
    const { body } = response;
    if (!body || response.headers.get("content-length") === "0") {
      end();
      return response;
    }
    const { getReader } = body;
    body.getReader = () => {
      const reader = getReader.call(body);
      const { read, cancel } = reader;
      reader.read = async () => {
        try {
          const part = await read.call(reader);
          if (part.done) end();
          if (flight.drips) {
            flight.held = true;
            this.changed();
          }
          return part;
        } catch (error) {
          end();
          throw error;
        }
      };
      reader.cancel = (reason) => (end(), cancel.call(reader, reason));
      return reader;
    };
    return response;
  }

  /** The request under way to `path`, as the server sees it. */
  flightTo(path) {
    return [...this.flights].findLast(({ url }) => url.endsWith(path));
  }

  /** That request will not be answered before the clock says so. */
  hold(path) {
    const flight = this.flightTo(path);
    if (flight) flight.held = true;
    this.changed();
    return flight;
  }
}

/** The host's time. */
export class HostClock extends Clock {
  now() {
    return monotonic();
  }

  date() {
    return wall();
  }

  set(handler, delay, words) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      handler(...words);
    }, delay);
    timer.clock = this;
    this.timers.add(timer);
    return timer;
  }

  clear(timer) {
    this.timers.delete(timer);
    clearTimeout(timer);
  }

  /** What the server sets is of no interest to who counts the client's. */
  later(run, delay) {
    return setTimeout(run, delay);
  }
}

/** Time that goes on when it is told to, while sockets are as real as ever. */
export class DrivenClock extends Clock {
  #now = 1000;
  #services = new Set();
  /** What the date is ahead of the time that goes on. */
  wallAhead = Date.UTC(2026, 0, 1);
  /** How many milliseconds early a timer fires, as hosts that round do. */
  early = 0;
  /** How late, as in a hidden page. */
  late = 0;

  now() {
    return this.#now;
  }

  date() {
    return Math.floor(this.#now + this.wallAhead);
  }

  set(handler, delay, words = []) {
    // As hosts do: a delay that is no number of 31 bits is as good as none.
    const timer = { clock: this, made: this.#now, at: this.#now + (delay >= 1 && delay <= 2147483647 ? delay : 1), run: () => handler(...words), ref() {}, unref() {} };
    this.timers.add(timer);
    return timer;
  }

  clear(timer) {
    this.timers.delete(timer);
    this.#services.delete(timer);
  }

  later(run, delay) {
    const timer = { clock: this, at: this.#now + delay, run };
    this.#services.add(timer);
    return timer;
  }

  #next() {
    // However early, time has passed.
    const due = (timer) => (this.timers.has(timer) ? Math.max(timer.at + this.late - this.early, timer.made + 1) : timer.at);
    const all = [...this.timers, ...this.#services].map((timer) => ({ timer, at: due(timer) }));
    return all.sort((a, b) => a.at - b.at)[0];
  }

  /** Goes on by `milliseconds`, from timer to timer; ends sooner where `holds` does. Gives whether it did. */
  async run(milliseconds, holds = () => false) {
    const end = this.#now + milliseconds;
    for (;;) {
      await this.quiet();
      if (holds()) return true;
      const next = this.#next();
      if (!next || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.clear(next.timer);
      by(this, next.timer.run);
    }
    this.#now = end;
    return false;
  }

  /** The machine sleeps: no timer fires meanwhile. On some hosts the time that goes on stands still, too. */
  sleep(milliseconds, { standsStill = false } = {}) {
    if (standsStill) this.wallAhead += milliseconds;
    else this.#now += milliseconds;
  }
}
