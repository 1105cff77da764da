// The face of the client: what JavaScript sees of the loop that runs in WebAssembly.

import { same as sameBytes } from "./bytes.js";
import { Configuration, isJson, parse } from "./configuration.js";
import { Driver, REFRESH, START, STOP } from "./driver.js";
import { AppConfigError, attemptError } from "./errors.js";
import { FailureEvent, StatusChangeEvent, UpdateEvent } from "./events.js";
import { guard, guarded } from "./listener.js";
import { instantiate } from "./module.js";
import { checkOptions, checkWait } from "./options.js";
import { looksAround, Waiter } from "./waiter.js";

// In the order of Status in src/session/event.rs.
const statuses = ["idle", "starting", "ready", "stale", "stopped"];
// The numbers of Engine::respond in src/wasm/engine.rs.
const SAME = 2, NEW = 3, MALFORMED = 4, MALFORMED_AGAIN = 5;

/** How long a refresh() waits unless it is told otherwise, in milliseconds. */
const REFRESH_TIMEOUT = 10000;
const END = Symbol();

const stopped = () => new AppConfigError("stopped", "the client was stopped; start() begins again");

export class ConfigurationClient extends EventTarget {
  #options;
  #driver;
  #status = "idle";
  #configuration;
  #stopped = false;
  #stops = 0; // how often it was stopped: who waits learns that it was stopped meanwhile
  #bytes; // of the configuration
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

  get clockOffsetInMilliseconds() {
    return this.#options.clockOffset;
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
    this.#stopped = false;
    let failures;
    return this.#wait(
      options,
      undefined,
      () => {
        if (this.#configuration) return this.#configuration;
        if (this.#failures > failures && this.#failure.final) throw this.#failure.error;
      },
      () => {
        failures = this.#failures;
        this.#driver.input(START);
      },
    );
  }

  async refresh(options = {}) {
    checkWait(options);
    options.signal?.throwIfAborted();
    if (this.#stopped) {
      if (!this.#configuration) throw stopped();
      return this.#configuration;
    }
    let failures;
    let mine;
    return this.#wait(
      options,
      REFRESH_TIMEOUT,
      (looking) => {
        // Who looks on a timer also lets the loop see by its clock whether the poll is dead, and takes over.
        if (looking && !this.#stopped) this.#refresh();
        if (this.#configuration && !(this.#driver?.isPolling && (mine || !looking))) return this.#configuration;
        // A refused token is not the end of it: the new session belongs to the same refresh.
        if (this.#failures > failures && !this.#configuration && !this.#driver.isPolling && (mine || !looking || this.#failure.final)) throw this.#failure.error;
      },
      () => {
        failures = this.#failures;
        const before = this.#driver.isPolling;
        this.#driver.watched = looksAround;
        this.#refresh();
        return (mine = this.#driver.isPolling && !before);
      },
    );
  }

  async *updates() {
    const stops = this.#stops;
    for (let seen; ; ) {
      const next = await this.#wait({}, undefined, () => (this.#configuration !== seen ? this.#configuration : (this.#stops > stops || this.#stopped) && END));
      if (next === END) return;
      yield (seen = next);
    }
  }

  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stops++;
    // No event but the status change: this one's, or that of a stop just before.
    this.#queue = this.#queue.filter(({ status }) => status === "stopped");
    if (this.#driver) this.#driver.input(STOP);
    else this.#host.status(statuses.indexOf("stopped"));
    this.#host.settled();
  }

  #refresh() {
    // By the clock the poll is dead, and so, where promises belong to requests, may be whoever made it.
    if (looksAround && this.#driver.isLate) this.#waiters.clear();
    this.#driver.input(REFRESH);
  }

  /** Loads the module and makes the driver: not before the first start() or refresh(). */
  async #ready() {
    await instantiate();
    this.#driver ??= new Driver(this.#options, this.#host);
    this.#hold();
  }

  /**
   * Waits until `look` gives something, or a stop() comes. `act` is done first, as soon as the module is there; it says
   * whether it made the poll that is under way.
   */
  #wait(options, limit, look, act) {
    const stops = this.#stops;
    const waiter = new Waiter(
      options,
      limit,
      (looking) => {
        const value = look(looking);
        if (!value && this.#stops > stops) throw stopped();
        return value;
      },
      {
        fallback: () => this.#configuration,
        ended: () => {
          this.#waiters.delete(waiter);
          this.#hold();
        },
      },
    );
    this.#waiters.add(waiter);
    this.#hold();
    const begin = (mine) => {
      if (looksAround) {
        // Only the request that polls may be told of the outcome, and perhaps it is gone when that comes.
        if (mine) this.#waiters.clear();
        this.#waiters[mine ? "add" : "delete"](waiter);
      }
      waiter.begin(mine);
    };
    if (act) {
      this.#ready()
        .then(() => this.#stops === stops && act())
        .then(begin, (error) => waiter.fail(error));
    } else {
      begin(false);
    }
    return waiter.promise;
  }

  /** Timers hold the process while somebody waits. */
  #hold() {
    this.#driver?.hold(this.#waiters.size > 0 || !!this.#options.keepAlive);
  }

  #emit(event) {
    // In a microtask: whoever listens finds everything at rest, and may call anything at once.
    this.#queue.push(event);
    queueMicrotask(() => {
      for (let next; (next = this.#queue.shift()); ) this.dispatchEvent(next);
      this.#queue.length = 0; // gives back the room
    });
  }

  #log(level, message) {
    try {
      this.#options.logger?.[level](`appconfig-edge: ${message}`);
    } catch {
      // A logger must not stop the loop.
    }
  }

  /** What the driver calls. */
  #host = {
    /** Says what a body is, and keeps it in case that it is the next configuration. */
    examine: (bytes, contentType) => {
      const same = this.#bytes && sameBytes(this.#bytes, bytes);
      let parsed;
      if (!(same && isJson(this.#configuration.contentType)) && this.#options.requireValidJson && isJson(contentType)) {
        try {
          parsed = { value: parse(bytes) };
        } catch {
          const again = this.#malformed && sameBytes(this.#malformed, bytes);
          this.#malformed = bytes;
          return again ? MALFORMED_AGAIN : MALFORMED;
        }
      }
      this.#candidate = { bytes: same ? this.#bytes : bytes, parsed };
      return same ? SAME : NEW;
    },

    updated: (contentType, versionLabel) => {
      const { bytes, parsed } = this.#candidate;
      this.#bytes = bytes;
      this.#candidate = this.#malformed = undefined;
      this.#configuration = new Configuration(bytes, contentType, versionLabel, "network", parsed);
      this.#emit(new UpdateEvent(this.#configuration));
    },

    failed: (numbers, texts, reason) => {
      const error = attemptError(numbers, texts, reason);
      this.#failures++;
      this.#failure = { error, final: numbers.final };
      this.#emit(new FailureEvent(error));
      if (!this.#run) this.#log("warn", `${error.message}; next attempt ${error.retryAt.toISOString()}`);
      this.#run = true;
    },

    status: (number) => {
      const previous = this.#status;
      this.#status = statuses[number];
      if (this.#status === previous) return;
      this.#emit(new StatusChangeEvent(this.#status, previous));
      if (this.#run && this.#status === "ready") {
        this.#run = false;
        this.#log("info", "polls succeed again");
      }
    },

    settled: () => {
      for (const waiter of [...this.#waiters]) waiter.wake();
    },
  };
}

if (Symbol.dispose) ConfigurationClient.prototype[Symbol.dispose] = ConfigurationClient.prototype.stop;
