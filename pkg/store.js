// What outlives a client: its configuration, and where nobody else writes there the session that it goes with.

import { encode } from "./bytes.js";
import { isBrowser, isWorkerd } from "./host.js";

/** A store that answers later is not waited for any longer, in milliseconds: the loop must go on. */
const PATIENCE = 1000;
// The version of the form. One that is not this one is not read.
const FORM = "appconfig-edge/1";

/** What a configuration is as JSON: its text, or base64 where it is none. */
export function pack({ contentType, versionLabel, receivedAt }, bytes) {
  const meta = { contentType, versionLabel, receivedAt: +receivedAt };
  try {
    return { content: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), ...meta };
  } catch {
    return { base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), ...meta };
  }
}

/** The bytes of what pack() made. */
export const unpack = ({ content, base64 }) => (base64 === undefined ? encode([content]) : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));

/** FNV-1a: it notices what was cut or mixed up, which is all that it is for. */
function checksum(text) {
  let sum = 2166136261;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 16777619);
  return (sum >>> 0).toString(36);
}

const isOfWeb = (store) => typeof Storage === "function" && store instanceof Storage;

export class Keeper {
  #store;
  #log;
  #packed; // the JSON of the configuration that was packed last
  #of; // that configuration
  #writing; // the write under way
  #since; // when it began
  #gone = false; // whether all was forgotten since
  /** What it is kept under: no other client's, unless all of this is equal. */
  name;
  /** Whether tabs may share it under a lock. */
  isShared;
  /** Whether a session may be kept there: only where it has one writer. */
  keepsSession;
  /** Since when this tab is its owner, as a date in milliseconds: later than that of all whose writing was found there. */
  since = 0;

  constructor({ store, exclusive, sessionKey, endpoint, useFipsEndpoint, useDualstackEndpoint, application, environment, configurationProfile, requiredMinimumPollIntervalInSeconds }, log) {
    this.#store = store;
    this.#log = log;
    // Without what means something in a file's name or to a driver of unstorage, which drops all that follows a question mark.
    this.name = `appconfig-edge-${encodeURIComponent(JSON.stringify([sessionKey, endpoint, useFipsEndpoint, useDualstackEndpoint, application, environment, configurationProfile, requiredMinimumPollIntervalInSeconds]))}`;
    const isAlone = exclusive ?? store.exclusive === true;
    // Elsewhere a lock is a process's own, and what is stored is not.
    this.isShared = !isAlone && isBrowser && isOfWeb(store) && !!navigator.locks;
    this.keepsSession = isAlone || this.isShared;
  }

  /** What is kept: `{ configuration, session, usage }`, of which each may be missing; undefined where there is nothing to be made use of. */
  async load() {
    const text = await this.#patiently(() => this.#store.getItem(this.name));
    if (text === undefined || text === null) return;
    try {
      const [, form, sum, json] = /^(\S+) (\S+) (.*)$/s.exec(text);
      if (form !== FORM || sum !== this.#checksum(json)) throw form;
      const [configuration, rest] = JSON.parse(json);
      this.since = Math.max(this.since, (rest.since ?? 0) + 1);
      return { configuration: configuration && { ...configuration, bytes: unpack(configuration) }, ...(this.keepsSession && rest) };
    } catch {
      this.#log("debug", "what the store has is not used: it is another's, of another version or damaged");
    }
  }

  /** What is held is what is kept already. */
  found(configuration, bytes) {
    this.#pack((this.#of = configuration), bytes);
  }

  #pack(configuration, bytes) {
    this.#packed = configuration && JSON.stringify(pack(configuration, bytes));
  }

  /** With its name: a store that does not tell names apart must not give one client what another one keeps. */
  #checksum(json) {
    return checksum(this.name + json);
  }

  /** Keeps it, in place of what was kept. Without a session it is written only where the configuration is another one. */
  save(configuration, bytes, session, usage) {
    if (configuration !== this.#of) this.#pack((this.#of = configuration), bytes);
    else if (!this.keepsSession) return;
    const json = `[${this.#packed ?? null},${JSON.stringify(this.keepsSession ? { session, usage, since: this.since } : {})}]`;
    const text = `${FORM} ${this.#checksum(json)} ${json}`;
    this.#gone = false;
    this.#write(() => {
      if (this.#gone) return;
      const result = this.#store.setItem(this.name, text);
      // One that was too slow to be waited for does not bring back what was forgotten.
      result?.then?.(() => this.#gone && this.forget(), () => {});
      return result;
    });
  }

  forget() {
    this.#of = this.#packed = undefined;
    this.#gone = true;
    return this.#write(() => this.#store.removeItem(this.name));
  }

  /** What is still being written; undefined where nothing is, and where in workerd the request seems to be gone that wrote it. */
  get writing() {
    return isWorkerd && Date.now() - this.#since > PATIENCE ? undefined : this.#writing;
  }

  /** Whether a later owner has written there. What an earlier one wrote may come to light only now: other processes' writings take their time. */
  get isForeign() {
    try {
      const text = this.isShared && this.#store.getItem(this.name);
      // The last member, so that nothing has to be parsed.
      return !!text && parseInt(text.slice(text.lastIndexOf(":") + 1)) > this.since;
    } catch {
      return false;
    }
  }

  /** One after the other, so that the last one stays; in workerd nobody but a Durable Object can wait for what another request began. */
  #write(act) {
    const run = () => this.#patiently(act);
    const before = (this.keepsSession || !isWorkerd) && this.writing;
    const writing = (before ? before.then(run) : run()).then(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#since = Date.now();
    return (this.#writing = writing);
  }

  /** Does something with the store: it may throw, or take longer than can be waited for. */
  async #patiently(act) {
    let timer;
    try {
      const result = act();
      return typeof result?.then === "function" ? await Promise.race([result, new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE, new Error("it takes too long"))))]) : result;
    } catch {
      this.#of = undefined; // so that it is tried again
      this.#log("debug", "the store failed; going on without it");
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A Durable Object's own storage as a store: it has one writer, so sessions are kept there, too. */
export const durableObjectStore = (storage) => ({
  exclusive: true,
  getItem: (name) => storage.get(name),
  setItem: (name, text) => storage.put(name, text),
  removeItem: (name) => storage.delete(name),
});
