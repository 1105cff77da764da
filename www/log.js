// The log of the page: what happened, the newest first. Each kind of entry is told in one place, here.

import { pathOf } from "./target.js";
import { clock, duration, size } from "./words.js";

/** More than that nobody scrolls, and a page that stays open for days must not grow. */
const MOST = 300;

function outcome({ status, milliseconds, bytes, exception, fault, operation }) {
  if (milliseconds === undefined) return "…";
  if (fault) return fault;
  if (exception) return exception;
  if (status >= 300) return "refused";
  if (operation === "StartConfigurationSession") return "session opened";
  return bytes === 0 ? "unchanged" : "configuration";
}

/** What each kind shows: its name, words (`[text, isCode]`), figures, and how it is marked. */
const forms = {
  request({ request }) {
    const words = outcome(request);
    return {
      name: request.operation === "StartConfigurationSession" ? "session" : "poll",
      words: [request.operation ?? "request", words],
      figures: request.milliseconds === undefined ? [] : [request.status ? String(request.status) : "–", duration(request.milliseconds), request.bytes === undefined ? "–" : size(request.bytes)],
      mark: { "…": "pending", unchanged: "unchanged" }[words] ?? (request.fault || request.status >= 300 ? "bad" : ""),
    };
  },
  update: ({ configuration: { versionLabel, contentType } }) => ({ name: "update", words: [versionLabel ?? "no version label", contentType], mark: "good" }),
  error: ({ error }) => ({ name: "error", words: [error.code, error.message, error.retryAt && `Next attempt at ${clock(error.retryAt)}.`], mark: "bad" }),
  refused: ({ call, error }) => ({ name: "error", words: [error.code ?? error.name, `${call}(): ${error.message}`], mark: "bad" }),
  status: ({ status, previousStatus }) => ({ name: "status", words: [`${previousStatus} → ${status}`] }),
  call: ({ call, text }) => ({ name: "call", words: [call, text] }),
  deployment: ({ target, versionLabel }) => ({ name: "deploy", words: [pathOf(target), versionLabel] }),
};

function element(name, className, ...children) {
  const it = document.createElement(name);
  if (className) it.className = className;
  it.append(...children);
  return it;
}

export class Log {
  #list;
  #rows = new Map();

  constructor(section) {
    this.#list = section.querySelector("#entries");
    const unchanged = section.querySelector("#unchanged");
    // A browser keeps the check box over a reload.
    const show = () => this.#list.classList.toggle("brief", !unchanged.checked);
    unchanged.addEventListener("change", show);
    show();
    section.querySelector("#clear").addEventListener("click", () => {
      this.#rows.clear();
      this.#list.replaceChildren();
    });
  }

  /** Adds an entry; a request that is already there is told anew. */
  add(entry) {
    const key = entry.request ?? entry;
    const at = entry.request?.at ?? new Date();
    const { name, words, figures = [], mark = "" } = forms[entry.kind](entry);
    const time = element("time", "", clock(at));
    time.dateTime = at.toISOString();
    const row = element(
      "li",
      [entry.kind, mark].filter(Boolean).join(" "),
      time,
      element("span", "kind", name),
      element("span", "words", ...words.filter(Boolean).flatMap((it, i) => [i ? " " : "", element("span", "", it)])),
      element("span", "figures", ...figures.flatMap((it, i) => [i ? " " : "", element("span", "", it)])),
    );
    const old = this.#rows.get(key);
    if (old) old.replaceWith(row);
    // What began before it was cleared is not told again.
    else if (entry.request?.milliseconds !== undefined) return;
    else this.#list.prepend(row);
    if (entry.request && entry.request.milliseconds === undefined) this.#rows.set(key, row);
    else this.#rows.delete(key);
    while (this.#list.children.length > MOST) this.#list.lastChild.remove();
  }
}
