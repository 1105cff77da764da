// The timeline of a client: what happened, the newest first, a row each. Each kind of entry is told in one place, here.

import { element, mark } from "./dom.js";
import { outcomeOf } from "./history.js";
import { Strip } from "./strip.js";
import { pathOf } from "./target.js";
import { clock, duration, size, span } from "./words.js";

/** What each outcome is called, where nothing says more, and its sign: colour alone tells nothing. */
const outcomes = { pending: ["…", "under way"], session: ["◆", "session opened"], unchanged: ["·", "unchanged"], configuration: ["●", "configuration"], failed: ["✕", "refused"] };

/** What the kinds show besides requests: a name, and words. */
const forms = {
  update: ({ number, versionLabel, contentType }) => ["update", `#${number}`, versionLabel ?? "no version label", contentType],
  error: ({ code, message, nextAt }) => ["error", code, message, `Next attempt at ${clock(nextAt)}.`],
  refused: ({ call, code, message }) => ["error", code, `${call}(): ${message}`],
  status: ({ status, previousStatus }) => ["status", `${previousStatus} → ${status}`],
  call: ({ call, text }) => ["call", call, text],
  deployment: ({ target, versionLabel }) => ["deploy", pathOf(target), versionLabel],
  gap: ({ milliseconds, hasStopped }) => ["gap", `${span(milliseconds)} without a request`, hasStopped ? "the client was stopped" : "the page may have been hidden, or the machine asleep"],
};

/** How long a bar is: each step is ten times the time, so that 3 ms and 3 s can both be read. */
const share = (milliseconds) => Math.min(1, Math.log10(1 + milliseconds) / 4);

function requestCells(entry) {
  const { operation = "request", status, milliseconds, bytes, retry, nextAt, fault, code, exception } = entry;
  const outcome = outcomeOf(entry);
  const [sign, usual] = outcomes[outcome];
  const words = outcome === "failed" ? [code ?? exception, fault].filter(Boolean).join(" · ") || usual : usual;
  const name = element("span", "sign", sign);
  name.ariaHidden = "true";
  const cells = [
    element("td", "operation", operation),
    element("td", "figure http", status ? String(status) : "–"),
    element("td", "outcome", name, ` ${words}`),
    element("td", "latency"),
    element("td", "figure size", bytes === undefined ? "–" : size(bytes)),
    element("td", "figure retry", retry ? String(retry) : ""),
    element("td", "figure next", nextAt ? clock(nextAt) : ""),
  ];
  if (milliseconds !== undefined) {
    const bar = element("span", "bar");
    bar.style.setProperty("--part", share(milliseconds).toFixed(3));
    cells[3].append(bar, duration(milliseconds));
  }
  return { outcome, cells };
}

function eventCells(entry) {
  const [name, ...words] = forms[entry.kind](entry);
  const cell = element("td", "event", element("span", "kind", name), ...words.filter(Boolean).flatMap((it) => [" ", element("span", "", it)]));
  cell.colSpan = 7;
  return { outcome: entry.kind, cells: [cell] };
}

function rowOf(entry) {
  const { outcome, cells } = entry.kind === "request" ? requestCells(entry) : eventCells(entry);
  const time = element("time", "", clock(entry.at));
  time.dateTime = entry.at.toISOString();
  return element("tr", outcome, element("td", "time", time), ...cells);
}

export class Timeline {
  #section;
  #body;
  #strip;
  #history;
  #revision;
  /** The rows that are there, by entry: `{ row, revision }`. */
  #rows = new Map();

  constructor(section) {
    this.#section = section;
    this.#body = section.querySelector("#entries");
    this.#strip = new Strip(section.querySelector("#strip"));
    const unchanged = section.querySelector("#unchanged");
    // A browser keeps the check box over a reload.
    const brief = () => this.#body.classList.toggle("brief", !unchanged.checked);
    unchanged.addEventListener("change", brief);
    brief();
    section.querySelector("#clear").addEventListener("click", () => {
      this.#history?.clear();
      this.#entries();
    });
  }

  show(watch) {
    if (watch?.history !== this.#history) {
      this.#history = watch?.history;
      this.#revision = undefined;
      this.#rows.clear();
      this.#body.replaceChildren();
    }
    this.#entries();
    this.#strip.show(watch);
  }

  /** Makes the rows what the history is: those that are there already stay as they are. */
  #entries() {
    if (this.#revision === this.#history?.revision) return;
    this.#revision = this.#history?.revision;
    const entries = this.#history?.entries ?? [];
    const there = new Set(entries);
    for (const [entry, { row }] of this.#rows) {
      if (there.has(entry)) continue;
      row.remove();
      this.#rows.delete(entry);
    }
    // The newest is the first row.
    for (const entry of entries) {
      const old = this.#rows.get(entry);
      if (old?.revision === entry.revision) continue;
      const row = rowOf(entry);
      if (old) old.row.replaceWith(row);
      else this.#body.prepend(row);
      this.#rows.set(entry, { row, revision: entry.revision });
    }
    mark(this.#section.querySelector(".entries"), "data-empty", String(entries.length === 0));
  }
}
