// The panel of a client: its status and what that means, the state machine, its figures, and its last failure.

import { mark, set } from "./dom.js";
import { Machine } from "./machine.js";
import { titleOf } from "./target.js";
import { ago, clock, until } from "./words.js";

const meanings = {
  idle: "Not started.",
  starting: "Asking for the first configuration; there is nothing to serve yet.",
  ready: "The configuration is served, and polls confirm it.",
  stale: "The last good configuration is served; a due poll has not confirmed it.",
  stopped: "No polls. What was held stays readable.",
};

export class ClientPanel {
  #section;
  #machine;

  /** `calls` has `start`, `stop`, `refresh` and `export`. */
  constructor(section, calls) {
    this.#section = section;
    this.#machine = new Machine(this.#find("#machine"), this.#find("#transition"));
    for (const name in calls) {
      this.#find(`#${name}`).addEventListener("click", ({ currentTarget }) => {
        if (currentTarget.getAttribute("aria-disabled") !== "true") calls[name]();
      });
    }
  }

  #find(selector) {
    return this.#section.querySelector(selector);
  }

  show(watch) {
    const status = watch?.status ?? "idle";
    set(this.#find("h2"), watch ? titleOf(watch.target) : "Client");
    mark(this.#find("#status"), "data-status", status);
    set(this.#find("#status strong"), status);
    set(this.#find("#status .meaning"), meanings[status] ?? "");
    this.#machine.show(status, watch?.transition);
    // Not disabled: the button that was pressed keeps the keyboard's place.
    const isRunning = watch?.isRunning ?? false;
    const enabled = { start: watch && !isRunning, stop: isRunning, refresh: isRunning, export: watch };
    for (const name in enabled) mark(this.#find(`#${name}`), "aria-disabled", String(!enabled[name]));
    this.#failure(watch);
    this.#facts(watch);
  }

  #failure(watch) {
    const failure = this.#find("#failure");
    const isFailing = watch?.failure && watch.status !== "ready";
    failure.hidden = !isFailing;
    if (!isFailing) return;
    const { code, message, hint } = watch.failure;
    const next = watch.nextAt;
    set(failure.querySelector(".code"), code);
    set(failure.querySelector(".message"), message);
    set(failure.querySelector(".hint"), hint ?? "");
    set(failure.querySelector(".next"), watch.request ? "trying again now" : `next attempt ${until(next) ?? "now"}, at ${clock(next)}`);
  }

  #facts(watch) {
    const next = watch?.nextAt;
    const { requests = 0, sessions = 0, updates = 0, failures = 0 } = watch?.counts ?? {};
    const facts = {
      next: watch?.request ? "under way" : !watch?.isRunning || !next ? "–" : (until(next) ?? "due"),
      interval: watch?.isRunning && watch.intervalInSeconds ? `every ${watch.intervalInSeconds} s` : "",
      answer: watch?.answeredAt ? ago(watch.answeredAt) : "–",
      requests,
      sessions,
      updates,
      failures,
    };
    for (const name in facts) set(this.#find(`[data-fact="${name}"]`), String(facts[name]));
  }
}
