// The panel that shows what is deployed, and deploys.

import { element } from "./dom.js";
import { deploy, read } from "./emulator.js";
import { isJsonType, mistakeIn, placeOf } from "./json.js";
import { pathOf, same } from "./target.js";
import { size } from "./words.js";

/** More than that a text area cannot be used with. */
const MOST_EDITED = 1_000_000;

export class Editor {
  #section;
  #text;
  #tell;
  #target;
  /** What was loaded: `{ entry, contentType, text, lines }`; undefined while it is loading or when it cannot be edited. */
  #loaded;
  /** Counts what was opened, so that an answer that comes late is dropped. */
  #opened = 0;
  #checking;
  #isDeploying = false;
  /** What was typed and not deployed, by path: going from profile to profile loses nothing. */
  #drafts = new Map();

  /** `tell` is called with `{ target, versionLabel, at }` of each deployment, and gives what comes next as a sentence. */
  constructor(section, tell) {
    [this.#section, this.#tell] = [section, tell];
    this.#text = section.querySelector("textarea");
    section.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#deploy();
    });
    section.querySelector("#reload").addEventListener("click", () => this.#load("Loaded."));
    this.#text.addEventListener("input", () => {
      if (this.#section.querySelector("#answer").textContent) this.#answer("");
      clearTimeout(this.#checking);
      // While one types nearly everything is a mistake.
      this.#checking = setTimeout(() => this.#check(), 400);
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#deploy();
      }
    });
  }

  get #isChanged() {
    return this.#loaded !== undefined && this.#text.value !== this.#loaded.shown;
  }

  /** Whether something was typed, here or for another profile, and is not deployed. */
  get holdsDrafts() {
    return this.#isChanged || this.#drafts.size > 0;
  }

  /** Shows what the emulator cannot deploy, and why. */
  tellProblems(problems) {
    const section = this.#section.querySelector("#problems");
    section.hidden = problems.length === 0;
    const key = JSON.stringify(problems);
    if (section.dataset.told === key) return;
    section.dataset.told = key;
    section.querySelector("ul").replaceChildren(...problems.map(({ file, message }) => element("li", "", element("code", "", file), ` ${message}`)));
  }

  /** Shows the text of another target; `entry` is what is deployed there, if anything is. */
  open(target, entry) {
    if (this.#target && this.#isChanged) this.#drafts.set(pathOf(this.#target), this.#text.value);
    this.#target = target;
    this.#load("", entry);
  }

  /** Compares with what is deployed now: a text that nobody touched follows it, any other stays. */
  compare(configurations) {
    if (!this.#target || this.#isDeploying) return;
    const entry = configurations.find((it) => same(it, this.#target));
    if (!this.#loaded || entry?.versionLabel === this.#loaded.entry?.versionLabel) return;
    if (!this.#isChanged) return this.#load("", entry);
    this.#answer(
      entry ? "Another version was deployed since you began. Deploying replaces it; Load deployed shows it." : "It is no longer deployed. Deploying brings it back.",
      "bad",
    );
  }

  /** There is nothing to deploy to. */
  close(sentence) {
    this.#target = this.#loaded = undefined;
    this.#opened += 1;
    this.#show("", false);
    this.#answer(sentence);
  }

  async #load(sentence, entry = this.#loaded?.entry) {
    const opened = (this.#opened += 1);
    const target = this.#target;
    this.#loaded = undefined;
    this.#answer("");
    let file;
    try {
      file = await read(target);
    } catch (error) {
      if (opened !== this.#opened) return;
      this.#show("", false, entry);
      return this.#answer(`The deployed text cannot be loaded: ${error.message}`, "bad");
    }
    if (opened !== this.#opened) return;
    if (!file) {
      this.#loaded = { contentType: undefined, shown: "" };
      this.#show("", true);
      this.#answer("Nothing is deployed here. What you deploy makes the file: JSON if it begins with { or [, else plain text.");
    } else {
      const text = textOf(file.bytes);
      if (text === undefined) {
        this.#show("", false, entry);
        return this.#answer(`${size(file.bytes.length)} of ${file.bytes.length > MOST_EDITED ? "text: too long to be edited here" : file.contentType + ": not text"}. Edit the file on disk.`);
      }
      this.#show(text, true, entry);
      // A text area knows only one kind of line end; the file keeps its own.
      this.#loaded = { entry, contentType: file.contentType, shown: this.#text.value, lines: text.includes("\r\n") ? "\r\n" : "\n" };
      this.#answer(sentence);
    }
    const draft = this.#drafts.get(pathOf(target));
    this.#drafts.delete(pathOf(target));
    if (draft !== undefined && !sentence && draft !== this.#text.value) {
      this.#text.value = draft;
      this.#answer("What you typed before and did not deploy is here again.");
    }
    this.#check();
  }

  #show(text, isEditable, entry) {
    this.#text.value = text;
    this.#text.readOnly = !isEditable;
    this.#section.querySelector("#deploy").disabled = !isEditable;
    this.#section.querySelector("#reload").disabled = !this.#target;
    this.#mistake(undefined);
    this.#describe(entry);
  }

  #describe(entry) {
    const members = { version: entry?.versionLabel, type: entry?.contentType, file: entry?.file };
    for (const name in members) this.#section.querySelector(`[data-member="${name}"]`).textContent = members[name] ?? "–";
  }

  #answer(sentence, mark = "") {
    const answer = this.#section.querySelector("#answer");
    answer.textContent = sentence;
    answer.dataset.mark = mark;
  }

  #mistake(found) {
    this.#section.querySelector("#mistake").textContent = found ? `Not JSON, ${found.message}` : "";
    if (found) this.#text.setAttribute("aria-invalid", "true");
    else this.#text.removeAttribute("aria-invalid");
  }

  /** The content type to deploy with: the one that is deployed, or what a new text looks like. */
  get #contentType() {
    return this.#loaded.contentType ?? (/^\s*[{[]/.test(this.#text.value) ? "application/json" : "text/plain");
  }

  #check() {
    clearTimeout(this.#checking);
    const found = this.#loaded && isJsonType(this.#contentType) ? mistakeIn(this.#text.value) : undefined;
    this.#mistake(found);
    return found;
  }

  async #deploy() {
    if (!this.#loaded || this.#isDeploying) return;
    const mistake = this.#check();
    if (mistake) {
      if (mistake.offset !== undefined) this.#text.setSelectionRange(mistake.offset, mistake.offset + 1);
      this.#text.focus();
      return this.#answer("Not deployed: mend the JSON first.", "bad");
    }
    if (this.#text.value === "") return this.#answer("Not deployed: an empty configuration cannot be told from an unchanged one.", "bad");
    if (!this.#isChanged) return this.#answer("This is what is deployed already.");

    const [target, opened, shown, contentType] = [this.#target, this.#opened, this.#text.value, this.#contentType];
    const { lines = "\n" } = this.#loaded;
    this.#isDeploying = true;
    this.#answer("Deploying…");
    try {
      const entry = await deploy(target, contentType, shown.replaceAll("\n", lines));
      const next = this.#tell({ target, versionLabel: entry.versionLabel });
      if (opened !== this.#opened) return;
      this.#loaded = { entry, contentType: entry.contentType, shown, lines };
      this.#describe(entry);
      this.#answer(`Deployed. ${next}`, "good");
    } catch (error) {
      if (opened === this.#opened) this.#refused(error.message, shown);
    } finally {
      this.#isDeploying = false;
    }
  }

  /** Tells why the emulator refused a text, and shows the place where it says one, as it does of feature flags. */
  #refused(message, text) {
    const path = /(?:^|\s)(\$[^\s:]*(?:"(?:[^"\\]|\\.)*"[^\s:]*)*):/.exec(message)?.[1];
    const place = path && this.#text.value === text ? placeOf(text, path) : undefined;
    this.#answer(`Not deployed: ${message}${place ? ` (line ${place.line}, column ${place.column})` : ""}`, "bad");
    if (!place) return;
    this.#text.setSelectionRange(place.offset, place.offset + place.length);
    this.#text.focus();
  }

  /** The client holds what was deployed here. */
  arrived(target, milliseconds) {
    if (same(target, this.#target)) this.#answer(`Deployed, and with the client ${(milliseconds / 1000).toFixed(1)} s later.`, "good");
  }
}

/** The bytes as text, or undefined where they are none or too many. */
function textOf(bytes) {
  if (bytes.length > MOST_EDITED) return;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return;
  }
}
