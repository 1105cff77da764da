// The panel of the client: which profile it watches, its status and what that means, its figures, and its last failure.

import { pathOf, same, targetOf } from "./target.js";
import { ago, clock, until } from "./words.js";

const meanings = {
  idle: "Not started.",
  starting: "Asking for the first configuration; there is nothing to serve yet.",
  ready: "The configuration is served, and polls confirm it.",
  stale: "The last good configuration is served; a due poll has not confirmed it.",
  stopped: "No polls. What was held stays readable.",
  failed: "The client cannot go on by itself.",
};

export class ClientPanel {
  #section;
  #select;
  #targets = [];

  /** `calls` has `start`, `stop`, `refresh` and `choose(target)`. */
  constructor(section, calls) {
    this.#section = section;
    this.#select = this.#find("#profile");
    this.#select.addEventListener("change", () => calls.choose(this.#targets[this.#select.value]));
    for (const name of ["start", "stop", "refresh"]) {
      this.#find(`#${name}`).addEventListener("click", ({ currentTarget }) => {
        if (currentTarget.getAttribute("aria-disabled") !== "true") calls[name]();
      });
    }
  }

  #find(selector) {
    return this.#section.querySelector(selector);
  }

  /** The profiles to choose from, and the one that is watched, which may be none of them. */
  offer(configurations, chosen) {
    const targets = configurations.map(targetOf);
    const isDeployed = !chosen || targets.some((it) => same(it, chosen));
    if (!isDeployed) targets.push(chosen);
    const texts = targets.map((it) => pathOf(it).replaceAll("/", " / ") + (isDeployed || it !== chosen ? "" : " (not deployed)"));
    const index = String(targets.findIndex((it) => same(it, chosen)));
    // An open list of choices is closed by being made anew.
    if (texts.join("\n") !== [...this.#select.options].map((it) => it.text).join("\n")) {
      this.#select.replaceChildren(...texts.map((text, i) => new Option(text, String(i))));
    }
    this.#targets = targets;
    this.#select.value = index;
    this.#select.disabled = targets.length === 0;
  }

  show(watch) {
    const status = this.#find("#status");
    const word = watch?.status ?? "idle";
    if (status.dataset.status !== word) status.dataset.status = word;
    set(status.querySelector("strong"), word);
    set(status.querySelector(".meaning"), meanings[word] ?? "");
    // Not disabled: the button that was pressed keeps the keyboard's place.
    const enabled = { start: watch && !watch.isRunning, stop: watch?.isRunning, refresh: watch?.isRunning };
    for (const name in enabled) this.#find(`#${name}`).setAttribute("aria-disabled", String(!enabled[name]));

    const failure = this.#find("#failure");
    const isFailing = watch?.failure && watch.status !== "ready";
    failure.hidden = !isFailing;
    if (isFailing) {
      const { code, message } = watch.failure;
      const next = watch.nextAt;
      set(failure.querySelector(".code"), code);
      set(failure.querySelector(".message"), message);
      set(failure.querySelector(".next"), watch.request ? "trying again now" : `next attempt ${until(next) ?? "now"}, at ${clock(next)}`);
    }
    this.#facts(watch);
  }

  #facts(watch) {
    const next = watch?.nextAt;
    const facts = {
      next: watch?.request ? "under way" : !watch?.isRunning || !next ? "–" : (until(next) ?? "due"),
      interval: watch?.isRunning && watch.intervalInSeconds ? `every ${watch.intervalInSeconds} s` : "",
      answer: watch?.answeredAt ? ago(watch.answeredAt) : "–",
      ...watch?.counts,
    };
    for (const name in facts) set(this.#find(`[data-fact="${name}"]`), String(facts[name]));
  }
}

/** Sets a text where it differs: what does not change is not touched. */
function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
