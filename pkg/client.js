// The face of the client: what JavaScript sees of the loop that runs in WebAssembly.

import { Configuration, isJson, parse, sameBytes } from "./configuration.js";
import { AppConfigError, attemptError } from "./errors.js";
import { FailureEvent, StatusChangeEvent, UpdateEvent } from "./events.js";
import { guard, guarded } from "./listener.js";
import { Engine, instantiate } from "./module.js";
import { checkOptions, checkWait } from "./options.js";
import { prepare } from "./request.js";
import { Waiter } from "./waiter.js";

// In the order of Status in src/session/event.rs.
const statuses = ["idle", "starting", "ready", "stale", "stopped"];
// In the order of Body in src/protocol/response.rs, as src/wasm/exchange.rs reads it.
const EMPTY = 0, SAME = 1, NEW = 2, MALFORMED = 3, MALFORMED_AGAIN = 4;

/** How long a refresh() waits unless it is told otherwise, in milliseconds. */
const REFRESH_TIMEOUT = 10000;
const END = Symbol();

const stopped = () => new AppConfigError("stopped", "the client was stopped; start() begins again");

/** One Uint8Array of many. */
function join(chunks) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

export class ConfigurationClient extends EventTarget {
  #options;
  #engine;
  #status = "idle";
  #configuration;
  #stopped = false;
  #generation = 0; // of start() and stop(): a start whose module comes late learns that it was stopped meanwhile
  #candidate; // the configuration that was examined last
  #malformed; // the bytes that were malformed last
  #failures = 0; // attempts that failed, ever
  #failure; // the last one
  #run = false; // whether the logger was told of a run of failures
  #waiters = new Set();
  #queue = [];

  constructor(options) {
    super();
    this.#options = checkOptions(options);
  }

  get status() {
    return this.#status;
  }

  get configuration() {
    return this.#configuration;
  }

  addEventListener(type, listener, options) {
    super.addEventListener(type, guard(listener), options);
  }

  removeEventListener(type, listener, options) {
    super.removeEventListener(type, guarded(listener), options);
  }

  async start(options = {}) {
    checkWait(options);
    options.signal?.throwIfAborted();
    const generation = ++this.#generation;
    this.#stopped = false;
    await this.#ready();
    if (this.#stopped && generation < this.#generation) throw stopped();
    const failures = this.#failures;
    this.#engine.start(this.#face);
    return this.#wait(options, undefined, false, () => {
      if (this.#configuration) return this.#configuration;
      if (this.#stopped) throw stopped();
      if (this.#failures > failures && this.#failure.final) throw this.#failure.error;
    });
  }

  async refresh(options = {}) {
    checkWait(options);
    options.signal?.throwIfAborted();
    if (!this.#stopped) {
      await this.#ready();
      const failures = this.#failures;
      const before = this.#engine.isPolling();
      let polling = this.#engine.refresh(this.#face);
      const mine = polling && !before;
      if (polling || !this.#configuration) {
        return this.#wait(options, REFRESH_TIMEOUT, mine, (looking) => {
          // Who looks on a timer also lets the loop see by its clock whether the poll is dead, and takes over.
          polling = looking && !this.#stopped ? this.#engine.refresh(this.#face) : this.#engine.isPolling();
          if (this.#configuration && !(polling && (mine || !looking))) return this.#configuration;
          if (this.#stopped) throw stopped();
          if (!this.#configuration && this.#failures > failures && (mine || !looking || this.#failure.final)) throw this.#failure.error;
        });
      }
    }
    if (!this.#configuration) throw stopped();
    return this.#configuration;
  }

  async *updates() {
    for (let seen; ; ) {
      const next = await this.#wait({}, undefined, false, () => (this.#configuration !== seen ? this.#configuration : this.#stopped && END));
      if (next === END) return;
      yield (seen = next);
    }
  }

  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#generation++;
    this.#queue.length = 0;
    if (this.#engine) this.#engine.stop(this.#face);
    else this.#face.status(statuses.indexOf("stopped"));
    this.#face.settled();
  }

  /** Loads the module and makes the engine: not before the first start() or refresh(). */
  async #ready() {
    await instantiate();
    const { input, ...o } = this.#options;
    this.#engine ??= new Engine(
      o.endpoint,
      input.application,
      input.environment,
      input.configurationProfile,
      o.requiredMinimumPollIntervalInSeconds ?? 0,
      o.headersTimeoutInMilliseconds,
      o.idleTimeoutInMilliseconds,
      o.totalTimeoutInMilliseconds,
      o.maximumBodyBytes,
      !!o.sign || typeof o.headers === "function",
    );
    this.#hold();
  }

  #wait(options, limit, mine, look) {
    const waiter = new Waiter(options, limit, mine, look, {
      fallback: () => this.#configuration,
      ended: () => {
        this.#waiters.delete(waiter);
        this.#hold();
      },
    });
    // In workerd only the request that polls may be told of the outcome.
    if (mine) for (const other of this.#waiters) other.mine = false;
    this.#waiters.add(waiter);
    this.#hold();
    return waiter.begin();
  }

  /** Timers hold the process while somebody waits. */
  #hold() {
    this.#engine?.hold(this.#waiters.size > 0 || !!this.#options.keepAlive);
  }

  #emit(event) {
    // In a microtask: no listener runs while the engine is being called, so each may call anything at once.
    this.#queue.push(event);
    queueMicrotask(() => {
      for (let next; (next = this.#queue.shift()); ) this.dispatchEvent(next);
    });
  }

  #log(level, message) {
    try {
      this.#options.logger?.[level](`appconfig-edge: ${message}`);
    } catch {
      // A logger must not stop the loop.
    }
  }

  /** What the engine calls: `Face` in src/wasm/host.rs. */
  #face = {
    prepare: (operation, url, body, signal) => prepare(this.#options, operation, url, body, signal),

    fetch: ([url, init]) => {
      const own = this.#options.fetch;
      if (!own) return fetch(url, init);
      return Promise.resolve(own(url, init)).then((response) => {
        if (typeof response?.status !== "number" || typeof response.headers?.get !== "function" || (response.body && typeof response.body.getReader !== "function")) {
          throw new TypeError("option fetch: expected a Response whose body is a web stream");
        }
        return response;
      });
    },

    examine: (chunks, contentType) => {
      const bytes = join(chunks);
      if (!bytes.length) return EMPTY;
      const same = this.#configuration?.equals(bytes);
      let parsed;
      if (!same && this.#options.requireValidJson && isJson(contentType)) {
        try {
          parsed = { value: parse(bytes) };
        } catch {
          const again = this.#malformed && sameBytes(this.#malformed, bytes);
          this.#malformed = bytes;
          return again ? MALFORMED_AGAIN : MALFORMED;
        }
      }
      this.#candidate = { bytes, parsed };
      return same ? SAME : NEW;
    },

    text: (chunks) => new TextDecoder().decode(join(chunks)),

    updated: (contentType, versionLabel) => {
      const { bytes, parsed } = this.#candidate;
      this.#candidate = this.#malformed = undefined;
      this.#configuration = new Configuration(bytes, contentType, versionLabel, "network", parsed);
      this.#emit(new UpdateEvent(this.#configuration));
    },

    failed: (...told) => {
      const error = attemptError(...told);
      this.#failures++;
      this.#failure = { error, final: told[4] };
      if (!this.#run) this.#log("warn", `${error.message}; next attempt ${error.retryAt.toISOString()}`);
      this.#run = true;
      this.#emit(new FailureEvent(error));
    },

    status: (number) => {
      const previous = this.#status;
      this.#status = statuses[number];
      if (this.#run && this.#status === "ready") {
        this.#run = false;
        this.#log("info", "polls succeed again");
      }
      this.#emit(new StatusChangeEvent(this.#status, previous));
    },

    settled: () => {
      for (const waiter of [...this.#waiters]) waiter.wake();
    },

    hold: (timer, holds) => timer[holds ? "ref" : "unref"]?.(),
  };
}

if (Symbol.dispose) ConfigurationClient.prototype[Symbol.dispose] = ConfigurationClient.prototype.stop;
