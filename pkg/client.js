// The face of the client: what JavaScript sees of the loop that runs in WebAssembly.

import { same as sameBytes } from "./bytes.js";
import { accept, Configuration, isJson, parse } from "./configuration.js";
import { Driver, LIMITED, ONLINE, REFRESH, START, STOP, VISIBLE } from "./driver.js";
import { AppConfigError, attemptError, codes, operations, relayed } from "./errors.js";
import { FailureEvent, LimitEvent, StatusChangeEvent, UpdateEvent } from "./events.js";
import { guard, guarded } from "./listener.js";
import { instantiate } from "./module.js";
import { checkOptions, checkWait, refuse } from "./options.js";
import { isOnline, isVisible, watch } from "./page.js";
import { Keeper, pack, unpack } from "./store.js";
import { announce, Tab } from "./tabs.js";
import { Meter } from "./usage.js";
import { validate } from "./validate.js";
import { looksAround, Waiter } from "./waiter.js";

// In the order of Status in src/session/event.rs.
const statuses = ["idle", "starting", "ready", "stale", "stopped"];
// The numbers of Engine::respond in src/wasm/engine.rs; one more says that it was the same once before.
const SAME = 2, NEW = 3, MALFORMED = 4, REFUSED = 7;
// Of what is saved, likewise.
const REJECTED = 16;

/** How long a refresh() waits unless it is told otherwise, in milliseconds. */
const REFRESH_TIMEOUT = 10000;
const END = Symbol();

const stopped = () => new AppConfigError("stopped", "the client was stopped; start() begins again");

export class ConfigurationClient extends EventTarget {
  #options;
  #driver; // who asks: a Driver, or a Tab while another one's does
  #keeper; // of what outlives this client
  #tab;
  #meter;
  #unwatch; // ends the watch over the page
  #status = "idle";
  #configuration;
  #confirmedAt; // when a poll confirmed it, as a date in milliseconds
  #stopped = false;
  #started = false;
  #stops = 0; // how often it was stopped: who waits learns that it was stopped meanwhile
  #bytes; // of the configuration
  #candidate; // the configuration that was examined last
  #unfit; // the bytes that were malformed or refused last
  #rejected;
  #failures = 0; // attempts that failed, ever
  #failure; // the last one
  #run = false; // whether the logger was told of a run of failures
  #waiters; // a Set while somebody waits
  #queue;
  #limit; // the caller's own one that is used up
  #told; // the configuration that followers were told of

  constructor(options) {
    super();
    this.#options = checkOptions(options);
    this.#meter = new Meter(this.#options);
    if (this.#options.bootstrap) this.#boot(this.#options.bootstrap);
  }

  get status() {
    return this.#status;
  }

  get configuration() {
    const driver = this.#driver;
    if (this.#options.mode === "lazy" && driver?.due <= Date.now() && !driver.isPolling && !this.#stopped) this.refresh().catch(() => {});
    return this.#configuration;
  }

  get rejected() {
    return this.#rejected;
  }

  get usage() {
    return this.#meter.usage;
  }

  get clockOffsetInMilliseconds() {
    return this.#options.clockOffset;
  }

  health() {
    const since = +(this.#confirmedAt ?? this.#configuration?.receivedAt);
    const due = !this.#stopped && +(this.#driver?.next ?? this.#driver?.due);
    return {
      status: this.#status,
      ageInMilliseconds: since ? Date.now() - since : undefined,
      lastError: this.#failure?.error,
      nextPollAt: due ? new Date(due) : undefined,
    };
  }

  snapshot() {
    return this.#configuration && pack(this.#configuration, this.#bytes);
  }

  async forget() {
    const keeper = this.#keep();
    if (keeper?.isShared) announce(keeper.name, { forget: true });
    await this.#forget();
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
    const { mode } = this.#options;
    this.#started = !mode;
    let failures = this.#failures;
    return this.#wait(
      options,
      undefined,
      () => {
        // With a time limit the network is waited for so long.
        if (this.#configuration && !(options.timeoutInMilliseconds && this.#status === "stale" && this.#failures === failures)) return this.#configuration;
        if (this.#failures > failures && (this.#failure.final || mode)) throw this.#failure.error;
      },
      () => {
        failures = this.#failures;
        if (!mode) {
          this.#watch();
          this.#driver?.input(START);
        } else if (mode === "lazy" || !this.#configuration) this.#driver?.input(REFRESH);
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
        const waits = this.#driver?.isPolling && (mine || !looking);
        if (this.#configuration && !waits) return this.#configuration;
        // A refused token is not the end of it: the new session belongs to the same refresh.
        if (this.#failures > failures && !this.#configuration && !this.#driver?.isPolling && (mine || !looking || this.#failure.final)) throw this.#failure.error;
        if (looking && !mine && this.#options.whenCold === "reject") throw new AppConfigError("not-ready", "no configuration yet, and another request polls for the first one");
      },
      () => {
        failures = this.#failures;
        // A page that goes meanwhile lets go of it; when it comes back there is another one.
        const driver = this.#driver;
        if (!driver) return;
        const before = driver.isPolling;
        driver.watched = looksAround;
        this.#refresh();
        return (mine = driver.isPolling && !before);
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
    this.#started = false;
    this.#stops++;
    this.#unwatch?.();
    this.#unwatch = undefined;
    // No event but the status change: this one's, or that of a stop just before.
    this.#queue = this.#queue?.filter(({ status }) => status === "stopped");
    if (this.#tab) this.#leave();
    else this.#driver?.input(STOP);
    ConfigurationClient.#host.status(this, statuses.indexOf("stopped"));
    this.#settle();
  }

  #refresh() {
    // By the clock the poll is dead, and so, where promises belong to requests, may be whoever made it.
    if (looksAround && this.#driver.isLate) this.#waiters?.clear();
    this.#driver?.input(REFRESH);
  }

  /** Loads the module, looks what is kept, and makes the driver: not before the first start() or refresh(). */
  async #ready() {
    await instantiate();
    if (!this.#driver) await this.#begin();
    this.#hold();
  }

  /** The keeper, where there is a store. */
  #keep() {
    if (this.#options.store) this.#keeper ??= new Keeper(this.#options, (level, message) => this.#log(level, message));
    return this.#keeper;
  }

  async #begin() {
    const options = this.#options;
    const stops = this.#stops;
    if (this.#keep()?.isShared) {
      this.#watch();
      const tab = (this.#tab = this.#driver = new Tab(this.#keeper.name, ConfigurationClient.#host, this));
      await this.#take();
      if (this.#tab === tab) await tab.join();
      return;
    }
    const session = await this.#take();
    // Who was stopped meanwhile looks anew when it begins again: all may be forgotten by then.
    if (this.#stops !== stops) return;
    if (this.#keeper) this.#watch();
    this.#driver ??= new Driver(options, ConfigurationClient.#host, this, session);
  }

  /** Takes over what is kept: gives the session that goes with what is held afterwards, or of a session that does not what was spent on it. */
  async #take() {
    const stops = this.#stops;
    const kept = await this.#keeper?.load();
    if (!kept) return;
    const { configuration: it, session, usage } = kept;
    const spent = session && ["", ...session.slice(1)];
    if (usage) this.#meter.resume(usage);
    const held = this.#configuration;
    if (it) {
      const isSame = held && sameBytes(this.#bytes, it.bytes);
      // What was given beforehand may be newer; what a new session costs then, the update would have cost as well.
      if (!isSame && held?.receivedAt > it.receivedAt) return spent;
      if (!isSame || held.contentType !== it.contentType || held.versionLabel !== it.versionLabel) {
        const found = new Configuration(it.bytes, it, "store");
        const verdict = await this.#judge(found);
        if (verdict.reason !== undefined || this.#configuration !== held || this.#stops !== stops) return spent;
        this.#show(accept(found, verdict), it.bytes);
      }
      this.#keeper.found(this.#configuration, this.#bytes);
    }
    // Who comes later may be able to hold what was refused, and is told of it if not.
    return session?.[4] & REJECTED ? spent : session;
  }

  #boot(given) {
    let verdict;
    let bytes;
    let configuration;
    try {
      bytes = unpack(given);
      configuration = new Configuration(bytes, { ...given, receivedAt: new Date(given.receivedAt ?? 0) }, "bootstrap");
      if (isJson(given.contentType) && this.#options.requireValidJson) configuration.json();
      verdict = this.#judge(configuration);
    } catch {
      refuse("bootstrap", "what snapshot() gives, with JSON that parses", given);
    }
    if (verdict.reason !== undefined) refuse("bootstrap", `a configuration that validate does not refuse (${verdict.reason})`, given);
    this.#configuration = accept(configuration, verdict);
    this.#bytes = bytes;
  }

  /** What the caller's own check says. */
  #judge(configuration) {
    const { validate: check, validateTimeoutInMilliseconds: limit } = this.#options;
    return check ? validate(check, configuration, limit) : {};
  }

  #show(configuration, bytes) {
    this.#configuration = configuration;
    this.#bytes = bytes;
    this.#emit(new UpdateEvent(configuration));
  }

  #watch() {
    this.#unwatch ??= watch({
      seen: () => this.#driver?.input(VISIBLE, +isVisible()),
      network: () => this.#driver?.input(ONLINE, +isOnline()),
      gone: () => this.#keeper && this.#leave(),
      back: () => {
        if (!this.#driver && !this.#stopped) this.#ready().then(() => this.#started && !this.#stopped && this.#driver.input(START)).catch(() => {});
      },
    });
  }

  /** Lets go of the session, so that another tab or a later client can go on with it. */
  #leave() {
    const driver = this.#driver;
    this.#driver = undefined;
    if (driver !== this.#tab) driver?.leave();
    this.#tab?.leave();
    this.#tab = undefined;
  }

  async #forget() {
    this.stop();
    this.#driver?.leave?.();
    this.#driver = this.#configuration = this.#bytes = this.#confirmedAt = this.#candidate = this.#unfit = this.#rejected = undefined;
    await this.#keep()?.forget();
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
      () => this.#configuration,
      () => {
        this.#waiters?.delete(waiter);
        if (!this.#waiters?.size) this.#waiters = undefined;
        this.#hold();
      },
    );
    this.#add(waiter);
    this.#hold();
    const begin = (mine) => {
      if (looksAround) {
        // Only the request that polls may be told of the outcome, and perhaps it is gone when that comes.
        if (mine) this.#waiters?.clear();
        if (mine) this.#add(waiter);
        else this.#waiters?.delete(waiter);
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

  #add(waiter) {
    (this.#waiters ??= new Set()).add(waiter);
  }

  #settle() {
    for (const waiter of [...(this.#waiters ?? [])]) waiter.wake();
  }

  /** Timers hold the process while somebody waits. */
  #hold() {
    this.#driver?.hold(!!this.#waiters || !!this.#options.keepAlive);
  }

  #emit(event) {
    // In a microtask: whoever listens finds everything at rest, and may call anything at once.
    (this.#queue ??= []).push(event);
    queueMicrotask(() => {
      for (let next; (next = this.#queue?.shift()); ) this.dispatchEvent(next);
      this.#queue = undefined; // gives back the room
    });
  }

  #log(level, message) {
    // In a microtask, as events: it may call anything, and the engine's outputs are not all followed yet.
    queueMicrotask(() => this.#call(() => this.#options.logger?.[level]?.(`appconfig-edge: ${message}`)));
  }

  /** Calls what is the caller's: it must not stop the loop. */
  #call(act) {
    try {
      act();
    } catch {
      // It is its author's matter.
    }
  }

  /** Whether one of the caller's own limits is used up may have changed. */
  #weigh() {
    const limit = this.#meter.exceeded;
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#driver?.input(LIMITED, +!!limit);
    if (limit) this.#emit(new LimitEvent(limit, this.usage));
  }

  #fail(error, final) {
    this.#failures++;
    this.#meter.errors++;
    this.#failure = { error, final };
    if (!this.#run) this.#log("warn", `${error.message}; next attempt ${error.retryAt?.toISOString()}`);
    this.#run = true;
    this.#emit(new FailureEvent(error));
  }

  /** Tells the followers how things stand, and what is new to one that has `seen` another configuration. */
  #tell(seen = this.#told) {
    if (!this.#tab?.isOwner) return;
    const { contentType, versionLabel, receivedAt } = this.#configuration ?? {};
    const at = receivedAt && +receivedAt;
    const { error, final } = (this.#run && this.#failure) || {};
    this.#told = at;
    this.#tab.post({
      news: at && at !== seen ? { at, bytes: this.#bytes, contentType, versionLabel } : undefined,
      state: {
        isPolling: this.#driver === this.#tab || this.#driver.isPolling,
        due: this.#driver.due,
        status: this.#status,
        confirmedAt: this.#confirmedAt,
        failure: error && { ...error, message: error.message, final, count: this.#failures },
      },
    });
  }

  /** What the driver and the tab call; one for all clients, because closures of each would be a tenth of what it holds. */
  static #host = {
    held: (self) => self.#configuration,
    is: (self, kind) => +(kind === VISIBLE ? isVisible() : kind === ONLINE ? isOnline() : !!self.#limit),

    /** Says what a body is, and keeps it in case that it is the next configuration. */
    examine: (self, bytes, contentType, versionLabel) => {
      const same = self.#bytes && sameBytes(self.#bytes, bytes);
      const unfit = (number, more) => {
        const again = self.#unfit && sameBytes(self.#unfit, bytes);
        self.#unfit = bytes;
        // What does not parse may have been cut short: that it is like that is known when it comes again.
        if (again || number === REFUSED) self.#rejected = { contentType, versionLabel, receivedAt: new Date(), ...more };
        return number + !!again;
      };
      let parsed;
      if (!(same && isJson(self.#configuration.contentType)) && self.#options.requireValidJson && isJson(contentType)) {
        try {
          parsed = { value: parse(bytes) };
        } catch {
          return unfit(MALFORMED, { reason: "it does not parse as JSON" });
        }
      }
      const configuration = new Configuration(same ? self.#bytes : bytes, { contentType, versionLabel }, "network", parsed);
      const judged = (verdict) => {
        if (verdict.reason !== undefined) return unfit(REFUSED, verdict);
        self.#candidate = { configuration: accept(configuration, verdict), bytes: same ? self.#bytes : bytes };
        return same ? SAME : NEW;
      };
      const verdict = self.#judge(configuration);
      return verdict.then ? verdict.then(judged) : judged(verdict);
    },

    updated: (self) => {
      const { configuration, bytes } = self.#candidate;
      self.#candidate = undefined;
      self.#show(configuration, bytes);
      ConfigurationClient.#host.unchanged(self);
    },

    unchanged: (self) => {
      self.#unfit = self.#rejected = undefined;
      self.#confirmedAt = Date.now();
    },

    failed: (self, numbers, texts, reason) => self.#fail(attemptError(numbers, texts, codes[numbers.code] === "refused" ? { message: self.#rejected.reason } : reason), numbers.final),

    broke: (self) => {
      const retryAt = new Date(Date.now() + 3600000);
      self.#fail(new AppConfigError("module-failed", "the WebAssembly module trapped three times within an hour; a start() an hour later begins anew", { retryAt }), true);
      self.#become("failed");
      // Another tab's module may be in order.
      if (self.#tab) self.#leave();
      self.#settle();
    },

    status: (self, number) => {
      self.#become(statuses[number]);
      self.#tell();
    },

    settled: (self) => {
      self.#tell();
      // In workerd a write dies with the request that began it.
      const writing = looksAround && self.#keeper?.writing;
      if (writing) writing.then(() => self.#settle());
      else self.#settle();
    },

    save: (self, session) => {
      if (!self.#keeper?.isForeign) self.#keeper?.save(self.#configuration, self.#bytes, session, self.usage);
    },
    // Of tabs what came while the page stood still is heard first: that it owns no more. Their store is written to at once.
    saving: (self) => (self.#tab ? navigator.locks.query() : self.#keeper?.keepsSession && self.#keeper.writing),
    isForeign: (self) => {
      const foreign = self.#tab && self.#keeper.isForeign;
      if (foreign) self.#tab.yield();
      return foreign;
    },

    sent: (self, operation) => {
      // Whatever hour or day begins with this request counts it.
      self.#weigh();
      self.#meter.requests++;
      self.#call(() => self.#options.onRequest?.({ operation: operations[operation] }));
      self.#weigh();
    },

    received: (self, operation, response, size, milliseconds) => {
      const meter = self.#meter;
      const ok = response?.ok;
      meter.bytes += size;
      if (ok && operation && size) meter.configurationsReceived++;
      if (ok && !operation) meter.sessions++;
      self.#call(() => self.#options.onResponse?.({
        operation: operations[operation],
        status: response?.status,
        durationInMilliseconds: milliseconds,
        sizeInBytes: size,
        requestId: response?.headers?.get("x-amzn-requestid") ?? undefined,
      }));
      self.#weigh();
    },

    // Of tabs.

    own: async (self, isStill) => {
      const session = await self.#take();
      if (!isStill()) return;
      self.#tab.since = self.#keeper.since = Math.max(self.#tab.since, self.#keeper.since);
      self.#driver = new Driver(self.#options, ConfigurationClient.#host, self, session);
      self.#hold();
      if (self.#started) self.#driver.input(START);
      else if (self.#waiters) self.#driver.input(REFRESH);
      self.#tell();
    },
    disown: (self) => {
      if (self.#driver !== self.#tab) self.#driver?.drop();
      self.#driver = self.#tab;
    },
    wants: (self) => self.#started && isVisible() && isOnline(),
    asked: (self, seen, wants) => {
      if (wants) self.#driver.input(REFRESH);
      self.#tell(seen);
    },
    news: async (self, { at, bytes, contentType, versionLabel }) => {
      if (self.#configuration && +self.#configuration.receivedAt === at) return;
      const configuration = new Configuration(bytes, { contentType, versionLabel, receivedAt: at }, "tab");
      const verdict = await self.#judge(configuration);
      if (verdict.reason !== undefined || self.#stopped || self.#tab?.isOwner) return;
      self.#show(accept(configuration, verdict), bytes);
      self.#settle();
    },
    told: (self, { status, failure, confirmedAt }, isNews) => {
      self.#confirmedAt = confirmedAt;
      if (failure && isNews) self.#fail(relayed(failure), failure.final);
      self.#become(status);
    },
    forgotten: (self) => self.#forget(),
  };

  #become(status) {
    const previous = this.#status;
    this.#status = status;
    if (status === previous) return;
    this.#emit(new StatusChangeEvent(status, previous));
    if (this.#run && status === "ready") {
      this.#run = false;
      this.#log("info", "polls succeed again");
    }
  }
}

if (Symbol.dispose) ConfigurationClient.prototype[Symbol.dispose] = ConfigurationClient.prototype.stop;
