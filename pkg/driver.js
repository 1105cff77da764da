// Runs the engine on the host's fetch and timers. The engine (src/wasm/engine.rs) never calls out: it is fed what
// happened and asked what to do, so a listener, a callback or a late answer can come at any time and find it at rest.

import { countingHeaders, expectResponse, expectWhole, isGood, MAXIMUM_TEXT, open, read } from "./answer.js";
import { decode, join } from "./bytes.js";
import { hide, learn } from "./credentials.js";
import { Engine, instance, standstill, trapped } from "./module.js";
import { originRefused, prepare } from "./request.js";

// In the order of the numbers in src/wasm/engine.rs.
export const START = 0, STOP = 1, REFRESH = 2, VISIBLE = 9, ONLINE = 10, LIMITED = 11;
const TIMEOUT = 3, PROGRESS = 4, NOT_SENT = 5, NETWORK = 6, BODY_CUT = 7, REDIRECTED = 8, RESPONSE = 12, RESUME = 13;
const WAIT = 0, REQUEST = 2, CANCEL = 3, UPDATED = 4, UNCHANGED = 5, FAILED = 6, STATUS = 7, SAVE = 8;

const NO_BODY = 0, EMPTY = 1, TOO_LARGE = 6;
// Bits of what is saved.
const REPLAYED = 1, IN_USE = 2;

/** At 2^31 milliseconds hosts fire at once. */
const LONGEST_TIMER = 2147483647;

/** One function for the timers of all. */
const fire = (driver) => driver.fire();

export class Driver {
  #engine;
  #instance; // whose engine it is
  #options;
  #host;
  #self; // the first argument of all that the host has
  #exchange; // the request under way: { controller, size, reader, received }
  #timer;
  #due; // when it fires
  #holds = false;
  #refused; // what to say of a host that refuses this page's origin, once that was asked
  #running = STOP;
  #wanted = false; // somebody refreshes
  #asked = false; // whether the service may have seen the token that was saved last
  #left = 0; // 1 while it leaves, then 2
  /** What the engine wants to be kept, as resumption() in src/wasm/engine.rs reads it: token, obtained, due, interval, is and so on, with a NUL between them. */
  saved;
  /**
   * Whether who refreshes looks after the poll under way, with inputs that apply its limits by the clock: then it needs no
   * timer, which in workerd costs a tenth of a poll. Until the next hold(), that is, until somebody comes or goes.
   */
  watched = false;

  /** `host` has functions, each of them called with `self` first: see client.js. `saved` has the parts of what another driver was to keep. */
  constructor(options, host, self, saved) {
    this.#options = options;
    this.#host = host;
    this.#self = self;
    this.saved = saved?.join("\0");
  }

  get isPolling() {
    return !!this.#exchange;
  }

  /** Whether the time is over that the timer was set for, though it has not fired: in workerd it dies with its request. */
  get isLate() {
    return this.#due <= performance.now();
  }

  /** When the next poll is due, as a date in milliseconds. */
  get due() {
    return +this.saved?.split("\0")[2];
  }

  /** When it asks next, likewise: later where that fails, is limited or is not looked at. Undefined where it does not by itself, or does already. */
  get next() {
    return this.#due && !this.isPolling ? Date.now() + this.#due - performance.now() : undefined;
  }

  /** Whether the timer holds the process from now on (Node, Deno, Bun). */
  hold(holds) {
    this.#holds = holds;
    this.watched = false;
    this.#set();
  }

  /** Feeds the engine and does what it says. */
  input(kind, id = 0, reason = undefined) {
    if (kind < REFRESH) this.#running = kind;
    if (kind === REFRESH || kind === STOP) this.#wanted = kind === REFRESH;
    this.#turn([kind, id], reason);
  }

  fire() {
    this.#due = this.#timer = undefined;
    this.input(TIMEOUT);
  }

  /** Ends for good and without a word; who comes after it goes on with what it says last. */
  leave() {
    this.#left = 1;
    if (this.#engine) this.input(STOP);
    this.drop();
  }

  /** The same where somebody else has gone on already. */
  drop() {
    this.#left = 2;
    this.#abort();
    clearTimeout(this.#timer);
  }

  #turn(input, ...rest) {
    if (this.#left > 1) return;
    const wait = standstill();
    if (wait) return this.#pause(wait);
    try {
      if (this.#instance === instance) return this.#follow(this.#engine.feed(...input), ...rest);
      this.#begin();
      // All that still counts was told to it; an answer is to what an engine before it asked.
      this.#follow(this.#engine.feed(input[0] === STOP ? STOP : TIMEOUT));
    } catch {
      // All that the engine does is its own, so it is out of order: so are those of all other clients, who find out as this one does.
      trapped(this.#instance);
      this.#pause(standstill());
    }
  }

  #begin() {
    const options = this.#options;
    // Unlike a store this knows whether the token was in use: if so it is replayed, and if not it is nobody's.
    if (this.#engine && this.saved) {
      const parts = this.saved.split("\0");
      parts[4] = (parts[4] & ~IN_USE) | (this.#asked && REPLAYED);
      this.saved = parts.join("\0");
    }
    this.#abort();
    this.#instance = instance;
    this.#engine = new Engine(
      options.requiredMinimumPollIntervalInSeconds ?? 0,
      options.hiddenPollIntervalInSeconds,
      options.headersTimeoutInMilliseconds,
      options.idleTimeoutInMilliseconds,
      options.totalTimeoutInMilliseconds,
      +(!!(options.sign || options.credentials) || typeof options.headers === "function"),
    ).keep();
    const again = (...input) => this.#engine.feed(...input);
    const held = this.#host.held(this.#self);
    again(RESUME, +!!held, held?.contentType, held?.versionLabel, this.saved);
    for (const kind of [VISIBLE, ONLINE, LIMITED]) again(kind, this.#host.is(this.#self, kind));
    if (this.#running === START) this.#follow(again(START));
    if (this.#wanted) this.#follow(again(REFRESH));
  }

  /** There is no instance for so long. */
  #pause(wait) {
    this.#abort();
    if (this.#left) return;
    const isWanted = this.#running === START || this.#wanted;
    const isOver = wait === Infinity;
    this.#wait(isWanted && !isOver ? performance.now() + wait : undefined);
    if (isOver) {
      this.#running = STOP;
      this.#wanted = false;
    }
    if (isWanted && isOver) this.#host.broke(this.#self);
    // Whoever is content with what is held need not wait.
    else if (wait) this.#host.settled(this.#self);
  }

  /** Does what the engine says. */
  #follow(outputs, reason, { headers, text, texts, token = "" } = {}) {
    const [host, self] = [this.#host, this.#self];
    let due;
    for (const [number, ...parts] of outputs) {
      const kind = +number;
      const [a, b, c, d, e] = parts;
      if (kind === SAVE) {
        this.#asked = false;
        host.save(self, parts);
        // As one text of its own: the parts would hold the whole output.
        this.saved = parts.join("\0");
      }
      else if (this.#left) continue;
      else if (kind === WAIT) due = +a;
      else if (kind === REQUEST) this.#send(a, +b, c);
      else if (kind === CANCEL) this.#abort();
      else if (kind === UPDATED) host.updated(self);
      else if (kind === UNCHANGED) host.unchanged(self);
      else if (kind === FAILED) {
        if (headers) learn(this.#options, +a, headers, text);
        // Below 400 it is no exception, but perhaps a configuration, of which nothing may get into an error.
        const said = hide(this.#options, [...parts.slice(5, 7), ...(c >= 400 ? texts : [])], token);
        host.failed(self, { code: a, operation: b, status: +c, limit: d & 3, final: d > 3, retryIn: e - performance.now() }, said, reason);
      } else if (kind === STATUS) host.status(self, a);
    }
    if (this.#left) return;
    this.#wait(due);
    if (!this.isPolling) {
      this.#wanted = false;
      host.settled(self);
    }
  }

  #wait(at) {
    // A limit that fires early only makes the engine look again, so bytes that arrive need no new timer.
    if (this.#due !== undefined && (this.#due === at || (this.isPolling && this.#due < at))) return this.#set();
    clearTimeout(this.#timer);
    this.#due = at;
    this.#timer = undefined;
    this.#set();
  }

  #set() {
    if (!this.#timer && this.#due !== undefined && !(this.watched && this.isPolling)) {
      // Never early by a fraction; and a long one may be late by one, because Node keeps half a kilobyte for each length of time that it waits.
      const wait = this.#due - performance.now();
      const step = wait > 10000 ? 250 : 1;
      this.#timer = setTimeout(fire, Math.min(Math.max(Math.ceil(wait / step) * step, 0), LONGEST_TIMER), this);
    }
    const how = this.#holds ? "ref" : "unref";
    const timer = this.#timer;
    if (timer?.[how]) timer[how]();
    // In Deno before 2.8 a timer is a number, except for what lies in node_modules.
    else if (timer) globalThis.Deno?.[`${how}Timer`](timer);
  }

  #abort() {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    try {
      exchange?.controller.abort();
      // A caller's own fetch may not have passed the signal on.
      exchange?.reader?.cancel?.().catch(() => {});
    } catch {
      // In workerd it may belong to a request that is over.
    }
  }

  async #send(id, operation, token) {
    const [options, host, self] = [this.#options, this.#host, this.#self];
    const controller = new AbortController();
    const { signal } = controller;
    const exchange = { controller, size: 0 };
    const isOver = () => this.#exchange !== exchange;
    this.#exchange = exchange;
    let phase = NOT_SENT;
    let begun;
    let response;
    // Before the engine says what to save: it is a part of that.
    const received = (exchange.received = () => {
      if (begun !== undefined) host.received(self, operation, response, exchange.size, performance.now() - begun);
      begun = undefined;
    });
    try {
      // What says that the token is in use has to be kept before. And whatever the caller's code does, the engine is to be at rest.
      await host.saving(self);
      if (isOver()) return;
      const input = operation ? { ConfigurationToken: token } : {
        ApplicationIdentifier: options.application,
        EnvironmentIdentifier: options.environment,
        ConfigurationProfileIdentifier: options.configurationProfile,
        RequiredMinimumPollIntervalInSeconds: options.requiredMinimumPollIntervalInSeconds,
      };
      const [target, init] = await prepare(options, operation, input, signal);
      if (isOver() || host.isForeign(self)) return;
      phase = NETWORK;
      this.#asked = !!operation;
      begun = performance.now();
      host.sent(self, operation);
      if (isOver()) return;
      const { fetch = globalThis.fetch } = options;
      response = await fetch(target, init);
      if (isOver()) return;
      this.#refused = undefined;
      expectResponse(response);
      phase = response.type === "opaqueredirect" ? REDIRECTED : BODY_CUT;
      if (phase === REDIRECTED) throw undefined;
      await this.#read(exchange, id, operation, response, token);
    } catch (error) {
      if (isOver()) return;
      // Asked once in a run of failures.
      if (phase === NETWORK) error = (this.#refused ??= await originRefused(options, signal)) || error;
      received();
      if (isOver()) return;
      this.#exchange = undefined;
      this.input(phase, id, error);
    } finally {
      received();
    }
  }

  async #read(exchange, id, operation, response, token) {
    const { status, headers } = response;
    const isOver = () => this.#exchange !== exchange;
    const isConfiguration = operation && isGood(status);
    const most = isConfiguration ? this.#options.maximumBodyBytes : MAXIMUM_TEXT;
    const chunks = [];
    const reader = (exchange.reader = open(response));
    while (reader && exchange.size <= most) {
      this.input(PROGRESS, id);
      if (isOver()) return;
      const { done, value } = await reader.read();
      if (isOver()) return;
      if (done) break;
      exchange.size += value.length;
      chunks.push(value);
    }
    // Somebody else went on with this session while the page stood still.
    if (this.#host.isForeign(this.#self)) return;
    const { size } = exchange;
    if (reader && size <= most) expectWhole(response, size);
    const values = countingHeaders(response);
    let body = NO_BODY;
    let text = "";
    if (!isConfiguration) text = decode(join(chunks));
    else if (size > most) body = TOO_LARGE;
    // Without a next token it may be anybody's page, and is not even looked at.
    else if (values[0] && size) {
      body = this.#host.examine(this.#self, join(chunks), values[2], values[3]);
      // The caller's own check takes its time, which is not the answer's.
      if (body.then) {
        this.input(PROGRESS, id);
        body = await body;
        if (isOver()) return;
      }
    } else body = EMPTY;
    exchange.received();
    if (isOver()) return;
    if (size > most) this.#abort();
    this.#exchange = undefined;
    const [isWhole, texts] = read(text);
    this.#turn([RESPONSE, id, status, body, +(response.type === "cors"), isWhole, ...values, ...texts], undefined, { headers, text, texts, token });
  }
}
