// Somebody who waits in start(), refresh() or updates().

import { AppConfigError } from "./errors.js";

// In workerd a promise belongs to the request that made it. Nobody there waits for what another request brings, but
// looks for it, on timers of its own: after 5 milliseconds, then ever less often, four times a second at last.
export const looksAround = globalThis.navigator?.userAgent === "Cloudflare-Workers";
const FIRST_LOOK = 5;
const LAST_LOOK = 250;

export class Waiter {
  over = false;
  #timers = [];
  #look;
  #end;
  #reject;

  /**
   * `look` gives what is waited for, or undefined, or throws what ends the wait; its argument says whether it is called
   * on a timer. After the time limit `fallback` counts.
   */
  constructor({ signal, timeoutInMilliseconds = undefined }, limit, look, { fallback, ended }) {
    this.promise = new Promise((resolve, reject) => {
      this.#reject = reject;
      const aborted = () => this.#end(reject, signal.reason);
      this.#end = (settle, value) => {
        if (this.over) return;
        this.over = true;
        for (const timer of this.#timers) clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        ended();
        settle(value);
      };
      this.#look = (looking) => {
        try {
          const value = look(looking);
          if (value) this.#end(resolve, value);
        } catch (error) {
          this.#end(reject, error);
        }
      };
      signal?.addEventListener("abort", aborted);
      const most = timeoutInMilliseconds ?? limit;
      if (most) {
        this.#timers[0] = setTimeout(() => {
          const value = fallback();
          if (value) this.#end(resolve, value);
          else this.#end(reject, new AppConfigError("not-ready", `no configuration within ${most} ms`));
        }, most);
      }
    });
  }

  /** Looks for the first time; `mine` says whether the poll under way was made by who waits. */
  begin(mine) {
    if (!this.over) this.#look(looksAround && !mine);
    if (looksAround && !this.over) this.#lookAgain(FIRST_LOOK);
  }

  fail(error) {
    this.#end(this.#reject, error);
  }

  #lookAgain(wait) {
    this.#timers[1] = setTimeout(() => {
      this.#look(true);
      if (!this.over) this.#lookAgain(Math.min(wait * 1.5, LAST_LOOK));
    }, wait);
  }

  /** Something was concluded. */
  wake() {
    this.#look(false);
  }
}
