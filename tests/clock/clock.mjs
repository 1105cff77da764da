// A clock that is turned by hand, in place of this process's own: setTimeout and clearTimeout, performance.now and Date. To be installed
// before the package is imported, in a process that does nothing else.
//
// Timers, the monotonic clock and the wall clock are three things that go alike, until somebody moves one alone.

import { setImmediate as turn } from "node:timers/promises";

/** Of timers by when they fire, and of equal ones in the order in which they were set: a binary heap. */
class Queue {
  #timers = [];

  get first() {
    return this.#timers[0];
  }

  #before(a, b) {
    const [x, y] = [this.#timers[a], this.#timers[b]];
    return x.at < y.at || (x.at === y.at && x.number < y.number);
  }

  #swap(a, b) {
    [this.#timers[a], this.#timers[b]] = [this.#timers[b], this.#timers[a]];
  }

  put(timer) {
    let at = this.#timers.push(timer) - 1;
    for (let above; at > 0 && this.#before(at, (above = (at - 1) >> 1)); at = above) this.#swap(at, above);
  }

  take() {
    this.#swap(0, this.#timers.length - 1);
    const timer = this.#timers.pop();
    for (let at = 0, least; ; at = least) {
      least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) if (below < this.#timers.length && this.#before(below, least)) least = below;
      if (least === at) return timer;
      this.#swap(at, least);
    }
  }
}

/** At 2^31 milliseconds hosts fire at once. */
const LONGEST = 2147483647;

/**
 * Installs it. `monotonic` and `wall` are what the two clocks show at first; `fires(delay)` says after how many milliseconds a timer of so many
 * fires, for one that is early or late.
 */
export function install({ monotonic = 1000, wall = Date.UTC(2026, 0, 2), fires = (delay) => delay } = {}) {
  const queue = new Queue();
  const OwnDate = Date;
  // `now` is the time of timers, `asleep` what passed while they stood still.
  let [now, asleep, set, active] = [0, 0, 0, false];
  const ahead = { monotonic, wall };
  const clock = {
    /** Whether performance.now stands still, as in workerd between two requests of one's own. */
    frozen: false,
    fires,
    /** The delays of all timers that were set. */
    delays: [],
    get monotonic() {
      return clock.frozen === false ? now + ahead.monotonic : clock.frozen;
    },
    get wall() {
      return Math.floor(now + ahead.wall);
    },
    /** What time it really is, whatever this machine thinks. */
    get real() {
      return Math.floor(now + asleep + wall);
    },
    freeze: () => void (clock.frozen = clock.monotonic),
    thaw: () => void (clock.frozen = false),
    /** Somebody sets the date, so much ahead or back. */
    setDate: (milliseconds) => void (ahead.wall += milliseconds),
    /** The machine sleeps; what was due meanwhile is late. On some machines the monotonic clock, and timers with it, stand still meanwhile. */
    sleep(milliseconds, { standsStill = false } = {}) {
      if (!standsStill) return void (now += milliseconds);
      ahead.wall += milliseconds;
      asleep += milliseconds;
    },
    /** Lets so many milliseconds pass, each timer in its turn. */
    async go(milliseconds) {
      const end = now + milliseconds;
      await settled();
      while (queue.first?.at <= end) {
        // Where the machine slept they are all late at once.
        now = Math.max(now, queue.first.at);
        while (queue.first?.at <= now) fire(queue.take());
        await settled();
      }
      now = end;
    },
    settled,
    /** To be called with each thing that happens which is no timer, so that `settled` waits for what follows. */
    touch: () => void (active = true),
  };

  function fire(timer) {
    timer.fired = true;
    timer.handler?.(...timer.words);
  }

  /** Waits until all has been done that needs no time to pass. */
  async function settled() {
    do {
      active = false;
      for (let i = 0; i < 4; i++) await turn();
    } while (active);
  }

  globalThis.setTimeout = (handler, delay = 0, ...words) => {
    active = true;
    clock.delays.push(delay);
    const wanted = delay >= 1 && delay <= LONGEST ? delay : 1;
    const timer = { at: now + Math.max(clock.fires(wanted), 0), number: set++, handler, words, ref: () => timer, unref: () => timer };
    queue.put(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    if (timer) timer.handler = undefined;
  };
  Object.defineProperty(performance, "now", { value: () => clock.monotonic, configurable: true });
  globalThis.Date = class Date extends OwnDate {
    constructor(...words) {
      super(...(words.length > 0 ? words : [clock.wall]));
    }

    static now() {
      return clock.wall;
    }
  };
  return clock;
}

/** Lets this process draw its numbers by Mulberry32: the same seed, the same draws, those of the clients as well. */
export function seedRandom(seed) {
  let state = seed;
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), 1 | state);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return ((it ^ (it >>> 14)) >>> 0) / 4294967296;
  };
}
