// Runs the engine on the host's fetch and timers. The engine (src/wasm/engine.rs) never calls out: it is fed what
// happened and asked what to do, so a listener, a callback or a late answer can come at any time and find it at rest.

import { countingHeaders, expectResponse, expectWhole, isGood, MAXIMUM_TEXT, open } from "./answer.js";
import { decode, encode, join } from "./bytes.js";
import { hide, learn } from "./credentials.js";
import { createEngine } from "./module.js";
import { originRefused, prepare } from "./request.js";

// In the order of the numbers in src/wasm/engine.rs.
export const START = 0, STOP = 1, REFRESH = 2;
const TIMEOUT = 3, PROGRESS = 4, NOT_SENT = 5, NETWORK = 6, BODY_CUT = 7, REDIRECTED = 8;
const WAIT = 0, REST = 1, REQUEST = 2, CANCEL = 3, UPDATED = 4, UNCHANGED = 5, FAILED = 6;

const NO_BODY = 0, EMPTY = 1, TOO_LARGE = 6;

/** At 2^31 milliseconds hosts fire at once. */
const LONGEST_TIMER = 2147483647;

export class Driver {
  #engine;
  #options;
  #host;
  #exchange; // the request under way: { id, controller, reader }
  #timer;
  #due; // when it fires
  #holds = false;
  #refused; // what to say of a host that refuses this page's origin, once that was asked
  /**
   * Whether who refreshes looks after the poll under way, with inputs that apply its limits by the clock: then it needs no
   * timer, which in workerd costs a tenth of a poll. Until the next hold(), that is, until somebody comes or goes.
   */
  watched = false;

  /**
   * `host` has `examine(bytes, contentType)`, `updated(contentType, versionLabel)`, `failed(numbers, texts, reason)`,
   * `status(number)` and `settled()`.
   */
  constructor(options, host) {
    this.#options = options;
    this.#host = host;
    this.#engine = createEngine(
      options,
      [options.application, options.environment, options.configurationProfile],
      options.requiredMinimumPollIntervalInSeconds ?? 0,
      options.headersTimeoutInMilliseconds,
      options.idleTimeoutInMilliseconds,
      options.totalTimeoutInMilliseconds,
      !!(options.sign || options.credentials) || typeof options.headers === "function",
    );
  }

  get isPolling() {
    return this.#engine.isPolling();
  }

  /** Whether the time is over that the timer was set for, though it has not fired: in workerd it dies with its request. */
  get isLate() {
    return this.#due <= performance.now();
  }

  /** Whether the timer holds the process from now on (Node, Deno, Bun). */
  hold(holds) {
    this.#holds = holds;
    this.watched = false;
    this.#set();
  }

  /** Feeds the engine and does what it says. */
  input(kind, id = 0, reason = undefined) {
    this.#engine.input(performance.now(), Date.now(), kind, id);
    this.#drain(reason);
  }

  #drain(reason, values, headers, answer) {
    const engine = this.#engine;
    for (let output; (output = engine.poll()) > REST; ) {
      if (output === REQUEST) this.#send(engine.number(0), engine.number(1), ...decode(engine.text()).split("\0"));
      else if (output === CANCEL) this.#abort();
      else if (output === UPDATED) this.#host.updated(values[2], values[3]);
      else if (output === FAILED) {
        const [code, operation, status, flags, at] = [0, 1, 2, 3, 4].map((i) => engine.number(i));
        if (headers) learn(this.#options, code, headers, answer);
        this.#host.failed({ code, operation, status, limit: flags & 3, final: flags > 3, retryIn: at - performance.now() }, hide(this.#options, decode(engine.text())).split("\0"), reason);
      } else if (output !== UNCHANGED) this.#host.status(engine.number(0));
    }
    this.#wait(engine.poll() === WAIT ? engine.number(0) : undefined);
    if (!this.isPolling) this.#host.settled();
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
      this.#timer = setTimeout(
        () => {
          this.#due = this.#timer = undefined;
          this.input(TIMEOUT);
        },
        // Never early by a fraction.
        Math.min(Math.max(Math.ceil(this.#due - performance.now()), 0), LONGEST_TIMER),
      );
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

  async #send(id, operation, url, body) {
    let phase = NOT_SENT;
    try {
      const controller = new AbortController();
      this.#exchange = { id, controller };
      const { signal } = controller;
      const [target, init] = await prepare(this.#options, operation, url, body, signal);
      if (this.#exchange?.id !== id) return;
      phase = NETWORK;
      const { fetch = globalThis.fetch } = this.#options;
      const response = await fetch(target, init);
      if (this.#exchange?.id !== id) return;
      this.#refused = undefined;
      expectResponse(response);
      phase = BODY_CUT;
      if (response.type === "opaqueredirect") return this.input(REDIRECTED, id);
      await this.#read(id, operation, response);
    } catch (error) {
      if (this.#exchange?.id !== id) return;
      // Asked once in a run of failures.
      if (phase === NETWORK) error = (this.#refused ??= await originRefused(this.#options, url, this.#exchange.controller.signal)) || error;
      if (this.#exchange?.id !== id) return;
      this.#exchange = undefined;
      this.input(phase, id, error);
    }
  }

  async #read(id, operation, response) {
    const { status, headers } = response;
    const isConfiguration = operation && isGood(status);
    const most = isConfiguration ? this.#options.maximumBodyBytes : MAXIMUM_TEXT;
    const chunks = [];
    let size = 0;
    const reader = (this.#exchange.reader = open(response));
    while (reader && size <= most) {
      this.input(PROGRESS, id);
      const { done, value } = await reader.read();
      if (this.#exchange?.id !== id) return;
      if (done) break;
      size += value.length;
      chunks.push(value);
    }
    if (reader && size <= most) expectWhole(response, size);
    const values = countingHeaders(response);
    let body = NO_BODY;
    let text = "";
    if (!isConfiguration) text = decode(join(chunks));
    else if (size > most) body = TOO_LARGE;
    // Without a next token it may be anybody's page, and is not even looked at.
    else body = values[0] && size ? this.#host.examine(join(chunks), values[2]) : EMPTY;
    if (size > most) this.#abort();
    this.#exchange = undefined;
    this.#engine.respond(performance.now(), Date.now(), id, status, encode([...values, text]), body, response.type === "cors");
    this.#drain(undefined, values, headers, text);
  }
}
