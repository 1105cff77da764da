// The panel of the profiles that are watched: a row each, one of which is shown in full, and watching another.

import { MOST_WATCHED } from "./address.js";
import { drawing, element, mark, set } from "./dom.js";
import { outcomeOf } from "./history.js";
import { costOf, dollars } from "./prices.js";
import { mistakeInName, names, same, targetOf, titleOf } from "./target.js";
import { until } from "./words.js";

const ANOTHER = "another";
const ids = { application: "#application", environment: "#environment", configurationProfile: "#configuration-profile" };

/** The last requests in small, and how many. */
const SPARKS = 24;
const sparks = { pending: "v-3", session: "v-10", unchanged: "v-7", configuration: "v-14", failed: "v-14" };

class Row {
  #lamp = element("span", "lamp");
  #status = element("span");
  #lines = {};
  #cells = Object.fromEntries(["next", "requests", "cost"].map((name) => [name, element("td", `figure ${name}`)]));
  #revision;

  constructor(watch, calls) {
    this.choose = element("button", "choose", titleOf(watch.target));
    this.choose.type = "button";
    this.choose.addEventListener("click", () => calls.choose(watch));
    const remove = element("button", "remove", "✕");
    Object.assign(remove, { type: "button", ariaLabel: `Stop watching ${titleOf(watch.target)}`, title: "Stop watching" });
    remove.addEventListener("click", () => calls.remove(watch));
    const svg = drawing("svg", { viewBox: `0 0 ${SPARKS * 4} 16`, "aria-hidden": "true" });
    for (const name in sparks) svg.append((this.#lines[name] = drawing("path", { class: name })));
    this.#lamp.ariaHidden = "true";
    const head = element("th", "target", this.choose);
    head.scope = "row";
    const { next, requests, cost } = this.#cells;
    this.element = element("tr", "", head, element("td", "status", this.#lamp, this.#status), element("td", "sparks", svg), next, requests, cost, element("td", "removal", remove));
  }

  show(watch, isShown, prices) {
    mark(this.element, "data-status", watch.status);
    mark(this.choose, "aria-current", String(isShown));
    set(this.#status, watch.status);
    set(this.#cells.next, watch.request ? "under way" : !watch.isRunning || !watch.nextAt ? "–" : (until(watch.nextAt) ?? "due"));
    set(this.#cells.requests, watch.counts.requests.toLocaleString("en"));
    set(this.#cells.cost, dollars(costOf(watch.counts, prices).total));
    if (this.#revision === watch.history.revision) return;
    this.#revision = watch.history.revision;
    const drawn = Object.fromEntries(Object.keys(sparks).map((name) => [name, ""]));
    watch.history.requests.slice(-SPARKS).forEach((request, i) => {
      const outcome = outcomeOf(request);
      drawn[outcome] += `M${i * 4 + 2} 15.5${sparks[outcome]}`;
    });
    for (const name in drawn) mark(this.#lines[name], "d", drawn[name]);
  }
}

export class ProfilesPanel {
  #section;
  #calls;
  #rows = new Map();
  /** What the select offers. */
  #targets = [];

  /** `calls` has `add(target)`, which gives what is wrong or nothing, `choose(watch)` and `remove(watch)`. */
  constructor(section, calls) {
    [this.#section, this.#calls] = [section, calls];
    this.#find("#profile").addEventListener("change", () => this.#fit());
    this.#find("#add").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
  }

  #find(selector) {
    return this.#section.querySelector(selector);
  }

  /** The profiles to choose from: those that are deployed and not watched yet, and any other. */
  offer(configurations, watches) {
    const select = this.#find("#profile");
    const before = select.value;
    this.#targets = configurations.map(targetOf).filter((it) => !watches.some(({ target }) => same(target, it)));
    const titles = [...this.#targets.map(titleOf), "Another…"];
    // An open list of choices is closed by being made anew.
    if (titles.join("\n") !== [...select.options].map((it) => it.text).join("\n")) {
      select.replaceChildren(...titles.map((title, i) => new Option(title, i < this.#targets.length ? title : ANOTHER)));
      if ([...select.options].some((it) => it.value === before)) select.value = before;
    }
    // Where only "another" can be chosen there is no choice.
    this.#find("#offered").hidden = this.#targets.length === 0;
    this.#fit();
  }

  #fit() {
    const select = this.#find("#profile");
    this.#find("#names").hidden = select.value !== ANOTHER && select.value !== "";
  }

  #add() {
    const select = this.#find("#profile");
    const answer = this.#find("#add-answer");
    let target = this.#targets[select.selectedIndex];
    if (!target) {
      target = Object.fromEntries(names.map((name) => [name, this.#find(ids[name]).value.trim()]));
      const wrong = names.find((name) => mistakeInName(target[name]));
      if (wrong) {
        set(answer, `${this.#find(ids[wrong]).labels[0].textContent}: ${mistakeInName(target[wrong])}.`);
        return this.#find(ids[wrong]).focus();
      }
    }
    set(answer, this.#rows.size >= MOST_WATCHED ? `${MOST_WATCHED} profiles are watched already: stop watching one first.` : (this.#calls.add(target) ?? ""));
  }

  show(watches, shown, prices) {
    const there = new Set(watches);
    for (const [watch, row] of this.#rows) {
      if (there.has(watch)) continue;
      // The keyboard's place goes to the next row, or to the form.
      const hadFocus = row.element.contains(document.activeElement);
      const next = (row.element.nextElementSibling ?? row.element.previousElementSibling)?.querySelector("button");
      row.element.remove();
      this.#rows.delete(watch);
      if (hadFocus) (next ?? this.#find("#watch")).focus();
    }
    for (const watch of watches) {
      if (!this.#rows.has(watch)) {
        const row = new Row(watch, this.#calls);
        this.#rows.set(watch, row);
        this.#find("#watched").append(row.element);
      }
      this.#rows.get(watch).show(watch, watch === shown, prices);
    }
    this.#find(".summary").hidden = watches.length === 0;
  }
}
