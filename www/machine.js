// The client's states as a drawing: the present one is lit, and so is the way by which it was reached.

import { drawing, mark, set } from "./dom.js";
import { clock } from "./words.js";

/** Where each state stands: x, y, width. `polling` holds those in which polls go on. */
const states = { idle: [4, 56, 66], starting: [134, 56, 78], ready: [294, 30, 78], stale: [294, 112, 78], stopped: [214, 178, 86] };
const HEIGHT = 34;

/** The ways: from, to, the line, the words, and where they stand. */
const ways = [
  ["idle", "starting", "M70 73H126", "start()", 98, 66, "middle"],
  ["starting", "ready", "M212 66L286 49", "received", 246, 46, "middle"],
  ["ready", "stale", "M318 64V104", "poll fails", 310, 93, "end"],
  ["stale", "ready", "M348 112V72", "succeeds", 356, 93, "start"],
  ["polling", "stopped", "M274 158V170", "stop()", 282, 170, "start"],
  ["stopped", "polling", "M240 178V166", "start()", 232, 170, "end"],
];
const polling = ["starting", "ready", "stale"];

const isOf = (name, status) => name === status || (name === "polling" && polling.includes(status));

export class Machine {
  #svg;
  #caption;
  #nodes = new Map();
  #edges = [];

  constructor(svg, caption) {
    [this.#svg, this.#caption] = [svg, caption];
    // What a fragment names has to be found by it: the arrow's head takes the colour of its line.
    const head = drawing("marker", { id: "head", viewBox: "0 0 8 8", refX: 1, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" });
    head.append(drawing("path", { d: "M0 0.5L8 4L0 7.5Z", fill: "context-stroke" }));
    svg.append(drawing("defs", {}, head), drawing("rect", { class: "group", x: 112, y: 6, width: 324, height: 152, rx: 12 }));
    svg.append(text("polls go on", 126, 26, "start", "hint"));
    for (const [from, to, d, words, x, y, anchor] of ways) {
      const edge = drawing("g", { class: "way" }, drawing("path", { d, "marker-end": "url(#head)" }), text(words, x, y, anchor));
      this.#edges.push({ from, to, edge });
      svg.append(edge);
    }
    for (const name in states) {
      const [x, y, width] = states[name];
      const node = drawing("g", { class: "node", "data-status": name }, drawing("rect", { x, y, width, height: HEIGHT, rx: HEIGHT / 2 }), text(name, x + width / 2, y + 22, "middle"));
      this.#nodes.set(name, node);
      svg.append(node);
    }
  }

  /** Shows a status and `{ status, previousStatus, at }` of the last transition, if there was one. */
  show(status, transition) {
    for (const [name, node] of this.#nodes) node.classList.toggle("on", name === status);
    for (const { from, to, edge } of this.#edges) {
      edge.classList.toggle("on", transition !== undefined && isOf(to, transition.status) && isOf(from, transition.previousStatus));
    }
    const last = transition && `${transition.previousStatus} → ${transition.status} at ${clock(transition.at)}`;
    mark(this.#svg, "aria-label", `State machine: the client is ${status}${last ? `; last transition ${last.replace("→", "to")}` : ""}`);
    set(this.#caption, last ? `Last transition: ${last}` : "No transition yet.");
  }
}

function text(words, x, y, anchor, name = "words") {
  return drawing("text", { class: name, x, y, "text-anchor": anchor }, words);
}
