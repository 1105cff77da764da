// What outlives a client: its configuration, and where nobody else writes there the session that it goes with.

/** A store that answers later is not waited for any longer, in milliseconds: the loop must go on. */
const PATIENCE = 1000;
// The version of the form. One that is not this one is not read.
const FORM = "appconfig-edge/1";

const encoder = new TextEncoder();

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
export const unpack = ({ content, base64 }) => (base64 === undefined ? encoder.encode(content) : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));

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
  #written; // what was written last
  #packed; // the JSON of the configuration that was packed last
  #of; // that configuration
  #writing; // the write under way
  /** What it is kept under: no other client's, unless all of this is equal. */
  name;
  /** Whether tabs may share it under a lock. */
  isShared;
  /** Whether a session may be kept there: only where it has one writer. */
  keepsSession;

  constructor({ store, exclusive, sessionKey, endpoint, application, environment, configurationProfile, requiredMinimumPollIntervalInSeconds }, log) {
    this.#store = store;
    this.#log = log;
    this.name = `appconfig-edge ${JSON.stringify([sessionKey, endpoint, application, environment, configurationProfile, requiredMinimumPollIntervalInSeconds])}`;
    const isAlone = exclusive ?? store.exclusive === true;
    this.isShared = !isAlone && isOfWeb(store) && !!globalThis.navigator?.locks;
    this.keepsSession = isAlone || this.isShared;
  }

  /** What is kept: `{ configuration, session, usage }`, of which each may be missing; undefined where there is nothing to be made use of. */
  async load() {
    const text = await this.#patiently(() => this.#store.getItem(this.name));
    this.#written = text;
    if (typeof text !== "string") return;
    const [form, sum, ...rest] = text.split(" ");
    const json = rest.join(" ");
    if (form !== FORM || sum !== checksum(json)) return this.#log("debug", "what the store has is of another version or damaged, and is not used");
    try {
      const { configuration, session, usage } = JSON.parse(json);
      return { configuration: configuration && { ...configuration, bytes: unpack(configuration) }, session: this.keepsSession ? session : undefined, usage };
    } catch {
      // It was not this that wrote it.
    }
  }

  /** Keeps it, in place of what was kept. Without a session it is written only where the configuration is another one. */
  save(configuration, bytes, session, usage) {
    if (configuration !== this.#of) this.#packed = configuration && JSON.stringify(pack(configuration, bytes));
    else if (!this.keepsSession) return;
    this.#of = configuration;
    const rest = JSON.stringify({ session: this.keepsSession ? session : undefined, usage });
    const json = this.#packed ? `{"configuration":${this.#packed},${rest.slice(1)}` : rest;
    const text = (this.#written = `${FORM} ${checksum(json)} ${json}`);
    this.#write(() => this.#store.setItem(this.name, text));
  }

  forget() {
    this.#of = this.#packed = this.#written = undefined;
    return this.#write(() => this.#store.removeItem(this.name));
  }

  /** What is still being written; undefined where nothing is. */
  get writing() {
    return this.#writing;
  }

  /** Whether somebody else has written there meanwhile. */
  get isForeign() {
    if (!this.isShared) return false;
    try {
      const text = this.#store.getItem(this.name);
      return !!text && !!this.#written && text !== this.#written;
    } catch {
      return false;
    }
  }

  /** One after the other, so that the last one stays; in workerd nobody can wait for what another request began. */
  #write(act) {
    const run = () => this.#patiently(act);
    const writing = (this.#writing && this.keepsSession ? this.#writing.then(run) : run()).then(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    return (this.#writing = writing);
  }

  /** Does something with the store: it may throw, or take longer than can be waited for. */
  async #patiently(act) {
    let timer;
    try {
      const result = act();
      return typeof result?.then === "function" ? await Promise.race([result, new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE, new Error("it takes too long"))))]) : result;
    } catch {
      this.#written = undefined; // so that what is there instead is nobody's sign
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
