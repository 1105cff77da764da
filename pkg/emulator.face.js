// The emulator's face: `createEmulator` for any runtime, over the module that `emulator.js` or `emulator.workerd.js` brings.

import { checked, checkedAdvance, encoded, FLAGS, isJsonType, keys, refuse } from "./emulator.options.js";

/** How many requests are remembered. */
const REMEMBERED = 1000;

/** The key of the method that the HTTP server answers with: plain values instead of a `Request` and a `Response`. */
export const answer = Symbol("answer");
/** The key of the method that makes a target known without deploying to it. */
export const register = Symbol("register");
/** The key of the method that gives the bytes to serve for those that are written; it throws what is wrong with feature flags. */
export const served = Symbol("served");
/** The key of the method that says where a text stops being JSON. */
export const endOfJson = Symbol("endOfJson");
/** The key of the list of all faults that there are. */
export const knownFaults = Symbol("knownFaults");

/** The number that stands for no end of times. */
const ALWAYS = 4294967295;

/** The headers that a page of another origin may read where nothing else is exposed. */
const SAFE = ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

/** Two emulators that are made in one millisecond differ in their tokens all the same. */
let made = 0;

/** Calls what only the service can judge; it says what it expected. */
function judged(option, call) {
  try {
    return call();
  } catch (error) {
    refuse(option, error.message);
  }
}

class Emulator {
  #module;
  #functions;
  #now;
  #advanced = 0;
  #options;
  #requests = [];
  /** Whether signatures are checked. */
  #verifies;

  constructor({ Emulator: Module, ...functions }, { configurations = [], faults = [], ids = {}, now = Date.now, intervalInSeconds, latencyInMilliseconds = 0, replay = "refused", seed, tokenCharacters, ...trust }) {
    made += 1;
    const credentials = keys(trust);
    this.#verifies = credentials !== undefined;
    this.#functions = functions;
    this.#now = now;
    this.#options = { intervalInSeconds, latencyInMilliseconds, replay };
    this.#module = new Module({ intervalInSeconds, latencyInMilliseconds, replay, seed: seed ?? Date.now() + made / 1024, tokenCharacters, credentials, region: trust.region });
    for (const [id, name] of Object.entries(ids)) judged("ids", () => this.#module.identify(id, name));
    for (const deployment of configurations) this.deploy(deployment);
    for (const { name, ...options } of faults) this.fault(name, options);
  }

  // A property and not a method, so that `{ fetch: emulator.fetch }` works.
  fetch = async (input, init = {}) => {
    const request = typeof input === "object" && "headers" in input ? input : undefined;
    const signal = init.signal ?? request?.signal;
    signal?.throwIfAborted();
    const { host, pathname, search } = new URL(request?.url ?? input, "http://localhost");
    const method = (init.method ?? request?.method ?? "GET").toUpperCase();
    let sent = new Uint8Array();
    if (init.body !== undefined && init.body !== null) sent = new Uint8Array(await new Response(init.body).arrayBuffer());
    else if (request) sent = new Uint8Array(await request.arrayBuffer()); // Firefox has no `body` there
    signal?.throwIfAborted();
    // Whatever stands before the operation is the endpoint's own path.
    const end = pathname.lastIndexOf("/");
    const call = { method, prefix: pathname.slice(0, end), path: pathname.slice(end), query: search.slice(1), body: sent };
    // A host would send the URL's name, whatever it was given.
    if (this.#verifies) call.headers = [...[...new Headers(init.headers ?? request?.headers)].filter(([name]) => name !== "host").flat(), "host", host];
    const { status, headers, body: bytes, delivery } = await abortable(this[answer](call), signal);
    if (delivery === "cut") return new Response(broken(bytes), { status, headers: [...headers, ["content-length", String(bytes.length)]] });
    // What fetch gives is decompressed; its headers tell that it was not.
    if (delivery === "compressed") return new Response(bytes, { status, headers: [...headers, ["content-encoding", "gzip"], ["content-length", String((await gzip(bytes)).length)]] });
    if (delivery === "hidden") return new Response(bytes, { status, headers: headers.filter(([name]) => SAFE.includes(name)) });
    if (delivery === "lost") {
      const cause = Object.assign(new Error("the emulator lost this answer, as it was asked to"), { code: "ECONNRESET" });
      throw new TypeError("fetch failed", { cause });
    }
    if (delivery === "never") await abortable(new Promise(() => {}), signal);
    return new Response(bytes, { status, headers });
  };

  /** `headers` are names and values in turn, as they arrived. */
  async [answer]({ method, prefix = "", path, query, headers, body }) {
    const result = await this.#module.fetch(this.now, method, prefix, path, query, this.#verifies ? headers : [], body);
    this.#requests.push(Object.freeze(result.record));
    if (this.#requests.length > REMEMBERED) this.#requests.shift();
    return result;
  }

  [register]({ application, environment, configurationProfile }) {
    judged("target", () => this.#module.register(application, environment, configurationProfile));
  }

  [served](bytes, contentType, type) {
    if (type === undefined ? !isJsonType(contentType) : type !== FLAGS) return bytes;
    return this.#functions.toRetrievalForm(bytes, type === FLAGS) ?? bytes;
  }

  [endOfJson](text) {
    return this.#functions.endOfJson(text);
  }

  get [knownFaults]() {
    return this.#functions.knownFaults();
  }

  deploy(deployment) {
    const { application, environment, configurationProfile, content, contentType, versionLabel, type } = checked("deploy", deployment);
    const { bytes, usual } = encoded(content);
    const sent = contentType ?? (type === FLAGS ? "application/json" : usual);
    const given = judged("content", () => this[served](bytes, sent, type));
    judged("deployment", () => this.#module.deploy(application, environment, configurationProfile, given, sent, versionLabel));
  }

  revert(target) {
    const { application, environment, configurationProfile } = checked("revert", target);
    return judged("target", () => this.#module.revert(application, environment, configurationProfile));
  }

  get configurations() {
    return this.#module.configurations();
  }

  get requests() {
    return [...this.#requests];
  }

  #change(option, value) {
    checked("createEmulator", { [option]: value });
    this.#options[option] = value;
    return value;
  }

  get intervalInSeconds() {
    return this.#options.intervalInSeconds;
  }

  set intervalInSeconds(seconds) {
    this.#module.setInterval(this.#change("intervalInSeconds", seconds));
  }

  get latencyInMilliseconds() {
    return this.#options.latencyInMilliseconds;
  }

  set latencyInMilliseconds(milliseconds = 0) {
    this.#module.setLatency(this.#change("latencyInMilliseconds", milliseconds));
  }

  get replay() {
    return this.#options.replay;
  }

  set replay(how = "refused") {
    this.#module.setReplay(this.#change("replay", how));
  }

  get now() {
    return this.#now() + this.#advanced;
  }

  advance(milliseconds) {
    this.#advanced += checkedAdvance(milliseconds);
  }

  fault(name, options = {}) {
    const { rate, times = rate === undefined ? 1 : Infinity, operation, seconds } = checked("fault", options);
    judged("fault", () => this.#module.fault(String(name), operation, times === Infinity ? ALWAYS : times, rate ?? 1, seconds));
  }

  get faults() {
    return this.#module.faults();
  }

  clearFaults(name) {
    judged("fault", () => this.#module.clearFaults(name));
  }
}

/** The bytes compressed. */
export const gzip = async (bytes) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());

/** A body that breaks in its middle, as a connection's does. */
function broken(bytes) {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (!sent && bytes.length > 1) controller.enqueue(bytes.slice(0, bytes.length / 2));
      else controller.error(new TypeError("terminated"));
      sent = true;
    },
  });
}

/** Settles as `promise` does, unless the signal aborts before. */
function abortable(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** `createEmulator` over the class that `load` gives; `load` is called with the first one. */
export const face =
  (load) =>
  (options = {}) =>
    new Emulator(load(), checked("createEmulator", options));
