// Somebody who waits in start(), refresh() or updates().

import { AppConfigError } from "./errors.js";
import { isWorkerd } from "./host.js";

// In workerd a promise belongs to the request that made it. Nobody there waits for what another request brings, but
// looks for it, on timers of its own: after 5 milliseconds, then ever less often, four times a second at last.
export const looksAround = isWorkerd;
const FIRST_LOOK = 5;
const LAST_LOOK = 250;

export class Waiter {
  over = false;
  #timer; // one for the limit and the next look: in workerd each timer costs as much as a small poll
  #left; // milliseconds until the limit
  #look;
  #end;
  #expire;
  #reject;

  /**
   * `look` gives what is waited for, or undefined, or throws what ends the wait; its argument says whether it is called
   * on a timer. After the time limit `fallback` counts.
   */
  constructor({ signal, timeoutInMilliseconds = undefined }, limit, look, fallback, ended) {
    this.promise = new Promise((resolve, reject) => {
      this.#reject = reject;
      const aborted = () => this.#end(reject, signal.reason);
      this.#end = (settle, value) => {
        if (this.over) return;
        this.over = true;
        clearTimeout(this.#timer);
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
      this.#left = most ?? Infinity;
      this.#expire = () => {
        const value = fallback();
        if (value) this.#end(resolve, value);
        else this.#end(reject, new AppConfigError("not-ready", `no configuration within ${most} ms`));
      };
    });
    // In workerd the module is there at once, and begin() sets the timer.
    if (!looksAround) this.#sleep(Infinity);
  }

  /** Looks for the first time; `mine` says whether the poll under way was made by who waits, and who is told of its end. */
  begin(mine) {
    if (!this.over) this.#look(looksAround && !mine);
    if (looksAround && !this.over) this.#sleep(mine ? LAST_LOOK : FIRST_LOOK);
  }

  fail(error) {
    this.#end(this.#reject, error);
  }

  /** Sleeps until the next look, or until the limit if that is sooner. */
  #sleep(wait) {
    const delay = Math.min(wait, this.#left);
    if (delay === Infinity) return;
    this.#timer = setTimeout(() => {
      this.#left -= delay;
      if (this.#left <= 0) return this.#expire();
      this.#look(true);
      if (!this.over) this.#sleep(Math.min(wait * 1.5, LAST_LOOK));
    }, delay);
  }

  /** Something was concluded. */
  wake() {
    this.#look(false);
  }
}
