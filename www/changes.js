// The panel of what changed between two versions that the client held: by key where both are JSON, otherwise by line.

import { compare } from "./diff.js";
import { element, set } from "./dom.js";
import { isJsonType } from "./json.js";
import { compareLines } from "./lines.js";
import { clock, size } from "./words.js";

/** What is shown: more nobody reads, and a page with megabytes of text is slow. */
const MOST_ROWS = 200;
const MOST_CHARACTERS = 2000;

const signs = { added: "+", removed: "−", changed: "~" };

/** What differs between two versions: `{ isByKey, rows, counts, more, remark }`, or `{ remark }` where nothing can be compared. */
function differences(old, young) {
  const [before, after] = [textOf(old), textOf(young)];
  if (before === undefined || after === undefined) return { remark: "At least one of them is not text: there is nothing to compare by key or by line." };
  if (before === after) return { remark: "The content is the same; the version label or the content type differs." };
  if (isJsonType(old.contentType) && isJsonType(young.contentType)) {
    try {
      const found = compare(JSON.parse(before), JSON.parse(after), MOST_ROWS);
      if (found.rows.length) return { isByKey: true, ...found };
      return { ...compareLines(before, after, MOST_ROWS), remark: "Every key has the same value as JavaScript reads it: only spacing, order or digits differ." };
    } catch (error) {
      // No JSON after all, or too deep for a walk by calls.
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    }
  }
  return compareLines(before, after, MOST_ROWS);
}

function textOf({ bytes }) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return;
  }
}

const cut = (text) => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}… (${text.length} characters)` : text);

/** Two texts with what differs in their middle marked. */
function parts(a, b) {
  let begin = 0;
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < a.length - begin && end < b.length - begin && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  // Where little is alike, marking says nothing.
  const isAlike = begin + end > Math.max(a.length, b.length) / 3;
  return [[a, "del"], [b, "ins"]].map(([text, name]) => (isAlike ? [text.slice(0, begin), element(name, "", text.slice(begin, text.length - end)), text.slice(text.length - end)] : [text]));
}

function row(kind, place, old, young) {
  const sides = old !== undefined && young !== undefined && kind === "changed" ? parts(old, young) : [[old ?? ""], [young ?? ""]];
  const head = element("th", "place", place);
  head.scope = "row";
  const change = element("td", "change", element("span", "sign", signs[kind] ?? ""), ` ${kind}`);
  const [left, right] = sides.map((side, i) => element("td", i ? "new" : "old", element("code", "", ...side)));
  for (const [cell, text] of [[left, old], [right, young]]) if (text === undefined) cell.classList.add("none");
  return element("tr", kind, head, change, left, right);
}

function rowsOf({ isByKey, rows }) {
  const shown = (value) => (value === undefined ? undefined : cut(JSON.stringify(value, null, 1).replace(/\n\s*/g, " ")));
  if (isByKey) return rows.map((it) => row(it.kind, it.path, shown(it.old), shown(it.new)));
  return rows.map((it) => {
    if (it.kind === "skipped") {
      const cell = element("td", "", `${it.count} equal ${it.count === 1 ? "line" : "lines"}`);
      cell.colSpan = 4;
      return element("tr", "skipped", cell);
    }
    const place = it.old && it.new && it.old.number !== it.new.number ? `${it.old.number} → ${it.new.number}` : String((it.new ?? it.old).number);
    return row(it.kind, place, it.old && cut(it.old.text), it.new && cut(it.new.text));
  });
}

export class ChangesPanel {
  #section;
  #selects;
  #versions;
  /** The newest version when this was last looked at. */
  #newest;
  /** The two numbers that are shown. */
  #chosen = [];
  /** Whether the newest two are to be shown, also those to come: until somebody chooses others. */
  #follows = true;

  constructor(section) {
    this.#section = section;
    this.#selects = ["#old-version", "#new-version"].map((id) => section.querySelector(id));
    for (const select of this.#selects) {
      select.addEventListener("change", () => {
        const all = this.#versions.all;
        this.#chosen = this.#selects.map((it) => Number(it.value));
        this.#follows = this.#chosen[0] === all.at(-2)?.number && this.#chosen[1] === all.at(-1)?.number;
        this.#compare();
      });
    }
  }

  show(watch) {
    const versions = watch?.versions;
    if (versions !== this.#versions) [this.#versions, this.#follows, this.#newest] = [versions, true, undefined];
    const all = versions?.all ?? [];
    if (this.#newest === all.at(-1) && (this.#newest || all.length)) return;
    this.#newest = all.at(-1);
    // One that was chosen may be gone.
    this.#chosen = this.#chosen.map((number) => (all.some((it) => it.number === number) ? number : all[0]?.number));
    if (this.#follows) this.#chosen = [all.at(-2)?.number, all.at(-1)?.number];
    this.#selects.forEach((select, i) => {
      const before = this.#chosen[i];
      select.replaceChildren(...[...all].reverse().map((it) => new Option(this.#title(it), String(it.number))));
      select.value = String(before);
      select.disabled = all.length < 2;
    });
    this.#compare();
  }

  #title({ number, receivedAt, versionLabel, bytes }) {
    return [`#${number}`, clock(receivedAt), size(bytes.length), versionLabel].filter(Boolean).join(" · ");
  }

  #compare() {
    const [old, young] = this.#chosen.map((number) => this.#versions?.all.find((it) => it.number === number));
    const counts = this.#section.querySelector("#changes-counts");
    const remark = this.#section.querySelector("#changes-remark");
    const table = this.#section.querySelector(".differences");
    if (!old || !young || old === young) {
      set(counts, old && old === young ? "This is one version twice." : this.#newest ? "One version so far: the next update is compared with it." : "Nothing was received yet.");
      table.hidden = remark.hidden = true;
      return;
    }
    const found = differences(old, young);
    const told = ["changed", "added", "removed"].filter((kind) => found.counts?.[kind]).map((kind) => `${found.counts[kind]} ${kind}`);
    set(counts, told.length ? `${told.join(", ")} ${found.isByKey ? "by key" : "by line"}` : "No differences by key or by line.");
    set(this.#section.querySelector("#place"), found.isByKey ? "Key" : "Line");
    table.hidden = !found.rows?.length;
    table.classList.toggle("lines", !found.isByKey);
    this.#section.querySelector("#differences").replaceChildren(...(found.rows ? rowsOf(found) : []));
    const words = [found.remark, found.more && `${found.more.toLocaleString("en")} more differences are not shown.`].filter(Boolean).join(" ");
    set(remark, words);
    remark.hidden = !words;
  }
}
