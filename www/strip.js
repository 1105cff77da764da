// The polls of a client along the time, the newest at the right: where nothing was asked, there is a gap.

import { drawing, mark } from "./dom.js";
import { outcomeOf } from "./history.js";
import { span } from "./words.js";

const HEIGHT = 72;
const GROUND = 56;
/** The part that is still to come. */
const FUTURE = 0.12;
/** How far back it goes, in seconds: as short as it can be with this many polls in it, if there were so many. */
const windows = [30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600];
const POLLS = 24;

const heightOf = (milliseconds = 0) => 6 + 38 * Math.min(1, Math.log10(1 + milliseconds) / 4);

/** A mark of each outcome at a place: they differ in shape. */
const shapes = {
  pending: (x) => `M${x} ${GROUND}V${GROUND - 6}`,
  unchanged: (x, h) => `M${x} ${GROUND}V${GROUND - h}`,
  session: (x, h) => `M${x} ${GROUND}V${GROUND - h}m0 -4l4 4l-4 4l-4 -4z`,
  configuration: (x, h) => `M${x} ${GROUND}V${GROUND - h}m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z`,
  failed: (x, h) => `M${x} ${GROUND}V${GROUND - h}m-4 -4l8 8m0 -8l-8 8`,
};

export class Strip {
  #svg;
  #paths = {};
  #due = drawing("path", { class: "due" });
  #labels;

  constructor(svg) {
    this.#svg = svg;
    svg.append(drawing("path", { class: "ground" }));
    for (const name in shapes) svg.append((this.#paths[name] = drawing("path", { class: name })));
    this.#labels = ["start", "middle", "end"].map((anchor) => drawing("text", { y: HEIGHT - 3, "text-anchor": anchor }));
    svg.append(this.#due, ...this.#labels);
  }

  show(watch) {
    const width = Math.round(this.#svg.clientWidth);
    if (width === 0) return;
    const now = Date.now();
    const requests = watch?.history.requests ?? [];
    const polls = requests.slice(-POLLS);
    const back = polls.length ? (now - polls[0].at) / 1000 : 0;
    const seconds = windows.find((it) => it >= back) ?? windows.at(-1);
    const present = width * (1 - FUTURE);
    const place = (at) => Math.round((present - ((now - at) / 1000 / seconds) * present) * 2) / 2;

    const drawn = Object.fromEntries(Object.keys(shapes).map((name) => [name, ""]));
    const counts = {};
    for (const request of requests) {
      if (now - request.at > seconds * 1000) continue;
      const outcome = outcomeOf(request);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      drawn[outcome] += shapes[outcome](place(request.at), heightOf(request.milliseconds));
    }
    mark(this.#svg, "viewBox", `0 0 ${width} ${HEIGHT}`);
    for (const name in drawn) mark(this.#paths[name], "d", drawn[name]);
    mark(this.#svg.firstChild, "d", `M0 ${GROUND + 0.5}H${width}M${present} ${GROUND - 50}V${GROUND + 4}`);

    const next = watch?.isRunning && !watch.request ? watch.nextAt : undefined;
    const due = next && Math.min(Math.max(place(next), present), width - 1);
    mark(this.#due, "d", due ? `M${due} ${GROUND}V${GROUND - 46}` : "");
    [[0, `${span(seconds * 1000)} ago`], [present / 2, `${span(seconds * 500)} ago`], [present, "now"]].forEach(([x, words], i) => {
      mark(this.#labels[i], "x", String(x));
      if (this.#labels[i].textContent !== words) this.#labels[i].textContent = words;
    });
    const told = ["session", "configuration", "unchanged", "failed"].filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`);
    mark(this.#svg, "aria-label", requests.length ? `Requests of the last ${span(seconds * 1000)}: ${told.join(", ") || "none"}` : "No requests yet");
  }
}
