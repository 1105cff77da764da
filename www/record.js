// The record of a client's session: what was called, asked, answered and told, and when; enough for the simulator to live it again
// (docs/simulator.md, "Replaying a record"). No token, no content, no header that was sent, no endpoint is in it.

import { Digest, Harmless, isToken, Numbers } from "./harmless.js";
import { tapped } from "./tap.js";

export const FORMAT = "appconfig-edge session record";
export const VERSION = 1;
/** The package that the page comes with. */
export const PACKAGE_VERSION = "0.1.0";

/** The options that matter, with their defaults; tests/page/record.test.mjs holds them to the package's. */
export const OPTIONS = {
  requiredMinimumPollIntervalInSeconds: undefined,
  requireValidJson: true,
  maximumBodyBytes: 4194304,
  headersTimeoutInMilliseconds: 10000,
  idleTimeoutInMilliseconds: 10000,
  totalTimeoutInMilliseconds: 120000,
};

const operations = { configurationsessions: "StartConfigurationSession", configuration: "GetLatestConfiguration" };
const POLL = operations.configuration;
/** What the client reads of an answer's text at most, as pkg/driver.js has it. */
const MOST_TEXT = 16384;
/** A date that moves so much against the clock that never goes back was set, or the machine slept. */
const DRIFT = 1000;

// As in pkg/configuration.js.
const isJson = (contentType) => /^\s*[^;]*[/+]json\s*(;|$)/i.test(contentType ?? "");

function join(chunks) {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  chunks.reduce((at, chunk) => (all.set(chunk, at), at + chunk.length), 0);
  return all;
}

function parses(bytes) {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

export class Recorder {
  #target;
  #options;
  #renews;
  #inner;
  #most;
  #begun = performance.now();
  #startedAt = Date.now();
  #drift = 0;
  #entries = [];
  #leftOut = { before: 0, after: 0 };
  /** How things stood where the first entry is not the first thing that happened. */
  #begin = null;
  /** Where the record may begin: `{ index, state }`. */
  #marks = [];
  /** When an entry was left out at the end, until the record can begin anew. */
  #pausedAt;
  #client;
  #requests = 0;
  #exchange; // the request under way
  #isRunning = false;
  /** A stop() whose change of the status was not told yet. */
  #stops = false;
  /** The last answer, where it was a success: with it most of what was before is settled. */
  #success;
  #held;
  #givenUp = false; // the last request
  #tokens = new Numbers(32);
  #contents = new Numbers(256);
  #parses = new Map();
  #harmless = new Harmless(() => this.#tokens.keys());

  /**
   * `target` has application, environment and configurationProfile; `options` are the client's own, of which only those in OPTIONS are kept.
   * `fetch` among them is called inside; `mostEntries` bounds the record.
   */
  constructor({ application, environment, configurationProfile }, { fetch = (...it) => globalThis.fetch(...it), mostEntries = 5000, ...options } = {}) {
    this.#target = { application, environment, configurationProfile };
    this.#inner = fetch;
    this.#most = mostEntries;
    this.#options = Object.fromEntries(Object.entries(OPTIONS).map(([name, value]) => [name, options[name] ?? value]));
    this.#renews = !!options.sign || typeof options.headers === "function";
  }

  /** For the client's option of that name: records each request and its answer, and passes both on untouched. */
  fetch = async (url, init) => {
    const exchange = this.#ask(url);
    const signal = init?.signal;
    const abandoned = () => this.#fail(exchange, "abandoned");
    signal?.addEventListener("abort", abandoned, { once: true });
    let response;
    try {
      response = await this.#inner(url, init);
    } catch (error) {
      this.#fail(exchange, signal?.aborted ? "abandoned" : "network");
      throw error;
    }
    if (exchange.isOver) return response;
    // Nothing that a fetch gives; the client says so.
    if (!response?.headers?.get) {
      this.#fail(exchange, "network");
      return response;
    }
    exchange.headersAt = exchange.lastByteAt = this.#now();
    exchange.response = response;
    if (response.type === "opaqueredirect") {
      this.#fail(exchange, "redirected");
      return response;
    }
    // As in pkg/driver.js: of an answer without bytes no stream is read.
    if (response.headers.get("content-length") === "0" || !response.body?.getReader) {
      this.#answered(exchange);
      return response;
    }
    const { status } = response;
    exchange.isContent = exchange.operation === POLL && (status === 200 || status === 204);
    const most = exchange.isContent ? this.#options.maximumBodyBytes : MOST_TEXT;
    return tapped(response, {
      chunk: (bytes) => {
        if (exchange.isOver) return;
        exchange.lastByteAt = this.#now();
        exchange.size += bytes.length;
        exchange.chunks.push(bytes);
        // From here on the client does not read it.
        if (exchange.size > most) this.#answered(exchange);
      },
      end: () => {
        // Only where the length is that of these bytes.
        const { headers, type } = response;
        const isCut = exchange.size < headers.get("content-length") && !headers.get("content-encoding") && type !== "cors";
        if (isCut) this.#fail(exchange, "body-cut");
        else this.#answered(exchange);
      },
      broken: () => this.#fail(exchange, signal?.aborted ? "abandoned" : "body-cut"),
    });
  };

  /** Says that the client's method `name` is about to be called: "start", "stop" or "refresh". */
  call(name) {
    if (!["start", "stop", "refresh"].includes(name)) throw new TypeError(`expected start, stop or refresh, got ${name}`);
    // Who only refreshes begins each request with a call.
    if (name === "refresh" && !this.#isRunning) this.#mark();
    if (name !== "refresh") this.#isRunning = name === "start";
    this.#stops ||= name === "stop";
    this.#add({ call: name });
  }

  /** Records what the client tells. */
  observe(client) {
    this.#client = client;
    client.addEventListener("update", ({ configuration }) => {
      const { contentType, versionLabel } = configuration;
      this.#held = {
        content: this.#contents.of(new Digest().add(configuration.bytes()).text),
        contentType: this.#harmless.text("type", contentType),
        versionLabel: this.#harmless.text("label", versionLabel),
      };
      this.#add({ event: "update", ...this.#held });
    });
    client.addEventListener("error", ({ error }) => {
      const { code, operation, status, limit } = error;
      // What failed before it came to a fetch.
      if (code === "not-sent") this.#fail(this.#ask(undefined, operation), "not-sent");
      else if (code === "timed-out" && !this.#givenUp) this.#fail(this.#ask(undefined, operation), "abandoned");
      this.#add({ event: "error", code, operation, status, limit });
    });
    client.addEventListener("statuschange", ({ status, previousStatus }) => {
      // Stopped by somebody who did not say so.
      if (status === "stopped" && !this.#stops) this.call("stop");
      if (status === "stopped") this.#stops = false;
      this.#add({ event: "statuschange", status, previousStatus });
    });
  }

  /** The record so far, as a value for JSON.stringify. */
  toJSON() {
    return {
      format: FORMAT,
      version: VERSION,
      packageVersion: PACKAGE_VERSION,
      ...this.#target,
      options: { ...this.#options, renewsCredentials: this.#renews },
      startedAt: new Date(this.#startedAt).toISOString(),
      milliseconds: this.#pausedAt ?? this.#now(),
      leftOut: { ...this.#leftOut },
      begin: this.#begin,
      entries: [...this.#entries],
    };
  }

  #now() {
    return Math.floor(performance.now() - this.#begun);
  }

  #ask(url, operation = operations[new URL(url).pathname.split("/").at(-1)]) {
    const token = url === undefined ? undefined : new URL(url).searchParams.get("configuration_token");
    if (this.#isRunning) this.#mark();
    this.#givenUp = false;
    this.#success = undefined;
    const exchange = { number: ++this.#requests, operation, chunks: [], size: 0, isOver: false };
    this.#exchange = exchange;
    this.#add({ request: exchange.number, operation, token: token ? this.#tokens.of(token) : undefined });
    return exchange;
  }

  #fail(exchange, kind) {
    if (exchange.isOver) return;
    this.#end(exchange);
    this.#givenUp = kind === "abandoned";
    const { number, headersAt, lastByteAt } = exchange;
    this.#add({ failure: number, kind, headersAt, lastByteAt });
  }

  #answered(exchange) {
    if (exchange.isOver) return;
    this.#end(exchange);
    const { number, operation, headersAt, lastByteAt, response, size: bytes, chunks } = exchange;
    const { status, headers, type } = response;
    const answer = { answer: number, status, headersAt, lastByteAt, headersMayBeHidden: type === "cors" || undefined };
    const header = (name, kind) => this.#harmless.text(kind, headers.get(name));
    const ok = status === 200 || status === 204;
    if (operation === POLL && ok) {
      const token = headers.get("next-poll-configuration-token");
      answer.nextToken = this.#token(token);
      answer.intervalInSeconds = header("next-poll-interval-in-seconds", "interval");
      answer.contentType = header("content-type", "type");
      answer.versionLabel = header("version-label", "label");
      answer.body = { bytes, ...(token && bytes > 0 && bytes <= this.#options.maximumBodyBytes ? this.#content(chunks, headers.get("content-type")) : {}) };
      if (isToken(token)) this.#success = { at: this.#now(), token: answer.nextToken, intervalInSeconds: answer.intervalInSeconds };
    } else {
      const text = new TextDecoder().decode(join(chunks));
      answer.body = { bytes };
      if (status === 200 || status === 201) answer.nextToken = this.#token(initialToken(text));
      if (!ok && status !== 201) {
        answer.exception = this.#harmless.name(headers.get("x-amzn-errortype"));
        answer.retryAfter = header("retry-after", "wait");
        answer.amzRetryAfter = header("x-amz-retry-after", "wait");
      }
      // Below 400 the core does not read it.
      if (status >= 400) Object.assign(answer.body, this.#harmless.exception(text));
    }
    this.#add(answer);
  }

  /** A token's number, or a word for what is none. */
  #token(text) {
    if (text === null || text === undefined) return undefined;
    return isToken(text) ? this.#tokens.of(text) : "unusable";
  }

  #content(chunks, contentType) {
    const digest = new Digest();
    for (const chunk of chunks) digest.add(chunk);
    const content = this.#contents.of(digest.text);
    if (!isJson(contentType)) return { content };
    // Asked once for each content: a large one takes its time.
    if (!this.#parses.has(content)) {
      this.#parses.set(content, parses(join(chunks)));
      if (this.#parses.size > this.#contents.most) this.#parses.delete(this.#parses.keys().next().value);
    }
    return { content, json: this.#parses.get(content) };
  }

  #end(exchange) {
    exchange.isOver = true;
    if (this.#exchange === exchange) this.#exchange = undefined;
  }

  /** Whatever is added now may be the record's first entry, where the client has just confirmed what it holds. */
  #mark() {
    if (!this.#success || !this.#held || this.#exchange || this.#client?.status !== "ready") return;
    const { at: answeredAt, ...session } = this.#success;
    const state = { at: this.#now(), clock: new Date().toISOString(), isRunning: this.#isRunning, answeredAt, ...session, ...this.#held };
    if (this.#pausedAt !== undefined) {
      this.#leftOut = { before: this.#leftOut.before + this.#entries.length + this.#leftOut.after, after: 0 };
      [this.#begin, this.#entries, this.#marks, this.#pausedAt] = [state, [], [], undefined];
    } else if (this.#entries.length > 0) {
      this.#marks.push({ index: this.#entries.length, state });
    }
  }

  #add(what) {
    const at = this.#now();
    const drift = Date.now() - this.#startedAt - at;
    if (Math.abs(drift - this.#drift) > DRIFT) {
      this.#drift = drift;
      this.#keep({ at, clock: new Date().toISOString() });
    }
    // Members that are undefined are none.
    this.#keep(JSON.parse(JSON.stringify({ at, ...what })));
  }

  #keep(entry) {
    if (this.#pausedAt === undefined && this.#entries.length >= this.#most) this.#shorten(entry.at);
    if (this.#pausedAt === undefined) this.#entries.push(entry);
    else this.#leftOut.after += 1;
  }

  /** Leaves out the oldest half, or more, up to a place where the record may begin. */
  #shorten(at) {
    const mark = this.#marks.find(({ index }) => index >= this.#most / 2) ?? this.#marks.at(-1);
    if (!mark) {
      // A failure that lasts, with nothing to begin at since: its beginning says more than its end.
      this.#pausedAt = at;
      return;
    }
    this.#entries.splice(0, mark.index);
    this.#leftOut.before += mark.index;
    this.#begin = mark.state;
    this.#marks = this.#marks.filter(({ index }) => index > mark.index).map(({ index, state }) => ({ index: index - mark.index, state }));
  }
}

/** The token in the answer to StartConfigurationSession; null where its text is there and holds none. */
function initialToken(text) {
  try {
    return JSON.parse(text).InitialConfigurationToken ?? null;
  } catch {
    return null;
  }
}
