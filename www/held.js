// The panel of the configuration that the client holds. Whatever is in it is shown as text and is nothing else.

import { set } from "./dom.js";
import { isJsonType, laidOut } from "./json.js";
import { ago, size } from "./words.js";

/** What is laid out, and what is shown at all: a page with megabytes of text is slow to scroll. */
const MOST_LAID_OUT = 1_000_000;
const MOST_SHOWN = 250_000;
const MOST_DUMPED = 1024;

/** A configuration as text for a person, and a remark where it is not shown as it is. */
function readable(configuration, width) {
  const bytes = configuration.bytes();
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const rows = [];
    for (let at = 0; at < Math.min(bytes.length, MOST_DUMPED); at += 8) {
      rows.push(`${at.toString(16).padStart(6, "0")}  ${[...bytes.slice(at, at + 8)].map((it) => it.toString(16).padStart(2, "0")).join(" ")}`);
    }
    return { text: rows.join("\n"), remark: bytes.length > MOST_DUMPED ? `Not text: the first ${size(MOST_DUMPED)} of ${size(bytes.length)}.` : "Not text: its bytes." };
  }
  if (text.length <= MOST_LAID_OUT && isJson(configuration)) text = laidOut(text, width);
  if (text.length <= MOST_SHOWN) return { text };
  return { text: text.slice(0, MOST_SHOWN), remark: `The first ${size(MOST_SHOWN)} of ${size(bytes.length)}.` };
}

function isJson(configuration) {
  if (!isJsonType(configuration.contentType)) return false;
  try {
    configuration.json();
    return true;
  } catch {
    return false;
  }
}

/** How many characters fit into a line: those of a typewriter's fonts are six tenths as wide as high. */
function charactersIn(element) {
  const { fontSize, paddingLeft, paddingRight } = getComputedStyle(element);
  return Math.floor((element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)) / (parseFloat(fontSize) * 0.605));
}

export class HeldPanel {
  #section;
  #shown;
  #of;

  constructor(section) {
    this.#section = section;
  }

  #member(name) {
    return this.#section.querySelector(`[data-member="${name}"]`);
  }

  /** Lays the text out for the room that there is. */
  fit() {
    const pre = this.#section.querySelector("pre");
    const { text, remark } = this.#shown ? readable(this.#shown, charactersIn(pre)) : { text: "" };
    set(pre, text);
    const below = this.#section.querySelector("#held-remark");
    set(below, remark ?? "");
    below.hidden = !remark;
  }

  /** `of` is whose it is: another client's configuration is no change. */
  show(configuration, of) {
    if (configuration === this.#shown) return;
    const before = of === this.#of ? this.#shown : undefined;
    [this.#shown, this.#of] = [configuration, of];
    this.fit();
    this.#member("version").textContent = configuration ? (configuration.versionLabel ?? "none") : "–";
    this.#member("type").textContent = configuration ? (configuration.contentType ?? "none") : "–";
    this.#member("size").textContent = configuration ? size(configuration.bytes().length) : "–";
    this.tick();
    // The first one is no change.
    this.#section.classList.remove("changed");
    if (before && configuration) {
      // So that an animation that still runs begins anew.
      void this.#section.offsetWidth;
      this.#section.classList.add("changed");
    }
  }

  /** The age goes on by itself. */
  tick() {
    const age = this.#shown ? ago(this.#shown.receivedAt) : "–";
    set(this.#member("age"), age);
  }
}
