// A world of its own: clocks that stand still until they are moved, and processes that begin and end in it. It takes the place of this
// process's clocks and timers, so a file that uses it uses nothing else that waits.

import { setImmediate as turn } from "node:timers/promises";

const DAY = 86_400_000;

/** Numbers that look random and are the same for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export class World {
  /** The date, in milliseconds. */
  date = Date.UTC(2026, 0, 1);
  #booted = this.date; // when the present process began, by the monotonic clock
  #timers = new Map();
  #last = 0;

  constructor() {
    globalThis.Date.now = () => this.date;
    performance.now = () => this.date - this.#booted;
    globalThis.setTimeout = (handler, milliseconds = 0, ...words) => {
      const timer = { ref: () => timer, unref: () => timer, [Symbol.toPrimitive]: () => id };
      const id = ++this.#last;
      this.#timers.set(timer, { at: this.date + Math.max(milliseconds, 0), id, fire: () => handler(...words) });
      return timer;
    };
    globalThis.clearTimeout = (timer) => void this.#timers.delete(timer);
  }

  /** A process ends, be it killed, and another one begins `later`: no timer outlives it, and the monotonic clock begins anew. */
  reboot(later = 0) {
    this.#timers.clear();
    this.date += later;
    this.#booted = this.date - 50;
  }

  /** All that needs no time. */
  async settle() {
    for (let i = 0; i < 4; i++) await turn();
  }

  /** Lets so much time pass; stops early where `until` holds. */
  async pass(milliseconds, until = () => false) {
    const end = this.date + Math.min(milliseconds, 400 * DAY);
    for (;;) {
      await this.settle();
      if (until()) return true;
      const [timer, next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at || a.id - b.id)[0] ?? [];
      if (!next || next.at > end) break;
      this.#timers.delete(timer);
      this.date = Math.max(this.date, next.at);
      next.fire();
    }
    this.date = end;
    await this.settle();
    return until();
  }
}
