// A service over real sockets that is right by itself, and goes wrong as a test says: AWS AppConfig Data as wire.md of the house has it, with single-use
// tokens, sessions and an interval. It watches who asks: what a client must never do is written down as a violation. Node only.

import http from "node:http";
import https from "node:https";
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { byHost } from "./clock.mjs";

export const START = "StartConfigurationSession";
export const POLL = "GetLatestConfiguration";
const DAY = 86_400_000;

/** In each token and each configuration, so that it is seen where it must not be. */
export const MARK = "SecretMark";

const json = (status, value, headers = {}) => ({ status, headers: { "content-type": "application/json", ...headers }, body: Buffer.from(JSON.stringify(value)) });

/** An exception in AWS's form. */
export const exception = (status, name, members = {}, headers = {}) =>
  json(status, { Message: `${name} it is`, ...members }, { "x-amzn-errortype": name, "x-amzn-requestid": "11111111-2222-3333-4444-555555555555", ...headers });
export const badToken = (problem, more) =>
  exception(400, "BadRequestException", { Reason: "InvalidParameters", Details: { InvalidParameters: { configuration_token: { Problem: problem } } }, ...more });
/** Something that is no answer of this service. */
export const page = (status, headers = {}) => ({ status, headers: { "content-type": "text/html", ...headers }, body: Buffer.from("<!doctype html><title>Please log in</title>") });

const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const encoders = { gzip: gzipSync, br: (bytes) => brotliCompressSync(bytes, fast), deflate: deflateSync, "deflate-raw": deflateRawSync };
const compressed = new WeakMap();
/** The same bytes are compressed once. */
function compress(bytes, encoding) {
  const known = compressed.get(bytes) ?? {};
  compressed.set(bytes, known);
  return (known[encoding] ??= encoders[encoding](bytes));
}

/**
 * An answer as bytes: `head`, then `body` as it is compressed and framed: by its `length`, `chunked`, until the connection is `closed`, or both of
 * these (`chunked-closed`); `boundaries` are the places in it where a chunk ends.
 */
export function wire({ status, headers, body }, { framing = "length", encoding, chunk = 16_384 } = {}) {
  const bytes = encoding ? compress(body, encoding) : body;
  const lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`));
  if (encoding) lines.push(`content-encoding: ${encoding.replace("-raw", "")}`);
  if (framing === "length") lines.push(`content-length: ${bytes.length}`);
  if (framing.startsWith("chunked")) lines.push("transfer-encoding: chunked");
  if (framing.endsWith("closed")) lines.push("connection: close");
  const head = Buffer.from(`HTTP/1.1 ${status} Whatever\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (!framing.startsWith("chunked")) return { head, body: bytes, boundaries: Array.from({ length: Math.floor(bytes.length / chunk) }, (_, at) => (at + 1) * chunk) };
  const parts = [];
  const boundaries = [];
  let size = 0;
  const add = (part) => {
    parts.push(part);
    size += part.length;
  };
  for (let at = 0; at < bytes.length; at += chunk) {
    const part = bytes.subarray(at, at + chunk);
    add(Buffer.from(`${part.length.toString(16)}\r\n`));
    boundaries.push(size);
    add(part);
    boundaries.push(size);
    add(Buffer.from("\r\n"));
    boundaries.push(size);
  }
  add(Buffer.from("0\r\n"));
  boundaries.push(size);
  add(Buffer.from("\r\n"));
  return { head, body: Buffer.concat(parts), boundaries };
}

/** One request, and what is answered to it. Unless it is answered by `reply` with what the service says, its answer is lost on the client. */
export class Exchange {
  /** What it means to the client: `good` (a poll's answer was taken in), `opened`, `refused` (its token), `failed`. */
  outcome = "failed";
  over = false;
  #answer;

  constructor(service, request, response, details) {
    Object.assign(this, { service, request, response, socket: request.socket, ...details });
    response.on("close", () => (this.over = true));
  }

  /** What the service says. It has seen the request then, and has spent the token. */
  honest() {
    return (this.#answer ??= this.operation === START ? this.service.open(this) : this.service.poll(this));
  }

  /** Sends an answer that the client takes as it is meant. */
  reply(answer = this.honest(), options) {
    this.counts(answer);
    return this.send(answer, options);
  }

  /** The client has to take this answer as it is meant, however it is sent. */
  counts(answer = this.honest()) {
    const next = answer.headers["next-poll-configuration-token"];
    if (this.operation === START && answer.status === 201) {
      Object.assign(this, { outcome: "opened", next: JSON.parse(answer.body).InitialConfigurationToken });
    } else if (this.operation === POLL && (answer.status === 200 || answer.status === 204) && next) {
      Object.assign(this, { outcome: "good", next, interval: answer.headers["next-poll-interval-in-seconds"], empty: answer.body.length === 0 });
    } else if (this.operation === POLL && answer.status === 400 && answer.refusesToken) this.outcome = "refused";
    this.service.settle(this);
  }

  /** What is sent may look whole, and then the client may take it. */
  mayCount(answer = this.honest()) {
    this.service.settle(this, answer.headers["next-poll-configuration-token"]);
  }

  /** Sends an answer that the client must not take. */
  send(answer, { framing = "length", encoding } = {}) {
    if (framing.endsWith("closed")) {
      const { head, body } = wire(answer, { framing, encoding });
      return this.raw(Buffer.concat([head, body]));
    }
    const bytes = encoding ? compress(answer.body, encoding) : answer.body;
    const length = framing === "length" && ![204, 304].includes(answer.status) && { "content-length": bytes.length };
    this.response.writeHead(answer.status, { ...answer.headers, ...length, ...(encoding && { "content-encoding": encoding.replace("-raw", "") }) });
    for (let at = 0; framing === "chunked" && at < bytes.length; at += 16_384) this.response.write(bytes.subarray(at, at + 16_384));
    this.response.end(framing === "chunked" ? undefined : bytes);
    return true;
  }

  /** Sends these bytes, and then ends the connection, resets it, or says nothing more. */
  raw(bytes, then = "end") {
    if (then === "hold") {
      this.socket.write(bytes);
      return this.hold();
    }
    // A reset may overtake the bytes before it.
    if (then === "reset") this.socket.write(bytes, () => this.socket.resetAndDestroy());
    else this.socket.end(bytes);
    return true;
  }

  /** Says nothing. */
  hold() {
    this.service.clock.hold(this.request.url);
    return true;
  }

  reset() {
    this.socket.resetAndDestroy();
    return true;
  }

  /** Writes a part every `delay` milliseconds of the client's clock, for as long as there are some and somebody listens; `seen` says that it gets the parts one by one. */
  drip(parts, delay, { seen = true } = {}) {
    const next = () => {
      if (this.over || this.socket.destroyed) return;
      const { value, done } = parts.next();
      if (done) return;
      const flight = this.service.clock.flightTo(this.request.url);
      if (flight && seen) Object.assign(flight, { held: false, drips: true });
      this.socket.write(value);
      this.service.clock.later(next, delay);
    };
    this.service.clock.later(next, delay);
    return this.hold();
  }
}

export class Service {
  interval = 60;
  /** What a token gets that was spent already: `refused`, `again` or `empty`. */
  replay = "refused";
  /** What its date is ahead of the client's. */
  wallAhead = 0;
  requests = 0;
  sessions = 0;
  /** First polls that got a configuration: what costs money. */
  received = 0;
  exchanges = [];
  violations = [];
  #version = 0;
  #content;
  /** Everything that was ever deployed, as a text of its bytes. */
  deployed = new Set();
  #tokens = new Map();
  #made = 0;
  #faults = [];
  #ledgers = new Map();
  #sockets = new Set();
  #waiting = new Set();

  constructor(clock) {
    this.clock = clock;
  }

  date() {
    return this.clock.date() + this.wallAhead;
  }

  async listen({ host = "127.0.0.1", port = 0, tls } = {}) {
    const handler = (request, response) => this.#take(request, response);
    const options = { maxHeaderSize: 131_072, keepAliveTimeout: 0 };
    this.server = byHost(() => (tls ? https.createServer({ ...options, ...tls }, handler) : http.createServer(options, handler)));
    this.server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {});
    });
    this.server.on("clientError", (_, socket) => socket.destroy());
    this.server.on("tlsClientError", () => {});
    await new Promise((resolve, reject) => this.server.on("error", reject).listen(port, host, resolve));
    this.origin = `http${tls ? "s" : ""}://${host.includes(":") ? `[${host}]` : host}:${this.server.address().port}`;
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  // What is deployed.

  /** Bytes, a text, or a value that is written as JSON. */
  deploy(content, { type = "application/json", label } = {}) {
    const body = Buffer.isBuffer(content) ? content : Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
    this.#content = { body, type, label };
    this.#version += 1;
    this.deployed.add(body.toString("latin1"));
  }

  /** Nothing is deployed: polls get 404. */
  revert() {
    this.#content = undefined;
  }

  /** What is deployed has no bytes any more; gives them. */
  withdraw() {
    const { body } = this.#content;
    this.deploy("");
    return body;
  }

  // The two operations.

  /** How long tokens are beside their number, and what they end with. */
  tokenLength = 20;
  tokenEnd = () => "==";
  #token(session) {
    const token = `${MARK}/${++this.#made}+${"x".repeat(this.tokenLength)}${this.tokenEnd()}`;
    this.#tokens.set(token, { session, at: this.clock.now(), wall: this.date() });
    return token;
  }

  /** A token is called otherwise. */
  rename(token, name) {
    this.#tokens.set(name, this.#tokens.get(token));
  }

  /** The session of this answer is due so many seconds from now. */
  due({ headers }, seconds) {
    const { session } = this.#tokens.get(headers["next-poll-configuration-token"]);
    session.due = this.clock.now() + seconds * 1000;
  }

  open() {
    this.sessions += 1;
    return json(201, { InitialConfigurationToken: this.#token({ seen: 0, due: 0 }) });
  }

  poll({ token }) {
    const held = this.#tokens.get(token);
    const refuse = (problem) => ({ ...badToken(problem), refusesToken: problem !== "PollIntervalNotSatisfied" });
    if (!held) return refuse("Corrupted");
    const { session } = held;
    if (this.date() - held.wall >= DAY) return refuse("Expired");
    if (held.answer) {
      if (this.replay === "refused") return refuse("Corrupted");
      if (this.replay === "again") return held.answer;
      return this.#configuration(session, true);
    }
    if (this.clock.now() < session.due) return refuse("PollIntervalNotSatisfied");
    if (!this.#content) return exception(404, "ResourceNotFoundException", { ResourceType: "Configuration" });
    return (held.answer = this.#configuration(session, false));
  }

  /** The answer that has what is deployed, for who wants to know how long it is. */
  whole() {
    return { status: 200, headers: {}, body: this.#content.body };
  }

  /** Somebody else spends this token. */
  spend(token) {
    this.#tokens.get(token).answer = badToken("Corrupted");
  }

  #configuration(session, empty) {
    const headers = { "next-poll-configuration-token": this.#token(session), "next-poll-interval-in-seconds": String(this.interval), "content-type": this.#content.type };
    session.due = this.clock.now() + this.interval * 1000;
    if (empty || session.seen === this.#version) return { status: 200, headers, body: Buffer.alloc(0) };
    if (session.seen === 0) this.received += 1;
    session.seen = this.#version;
    if (this.#content.label) headers["version-label"] = this.#content.label;
    return { status: 200, headers, body: this.#content.body };
  }

  // What goes wrong.

  /** Gives the next requests of an operation, or with `of: null` of both, to `run(exchange)`, which answers, or says false. */
  break(run, { times = 1, of = POLL } = {}) {
    this.#faults.push({ run, times, of });
  }

  mend() {
    this.#faults = [];
  }

  /** Resolves when `count` requests of an operation have come, to who waits in the host's time. */
  async asked(count, operation = POLL) {
    const enough = () => this.exchanges.filter((it) => it.operation === operation).length >= count;
    while (!enough()) await new Promise((resolve) => this.#waiting.add(resolve));
    return this.exchanges.filter((it) => it.operation === operation)[count - 1];
  }

  async #take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const url = new URL(request.url, "http://service");
    const [, client, operation] = url.pathname.split("/");
    const details = { client, body: Buffer.concat(parts).toString(), at: this.clock.now(), token: url.searchParams.get("configuration_token") };
    if (operation === "configurationsessions" && request.method === "POST") details.operation = START;
    if (operation === "configuration" && request.method === "GET") details.operation = POLL;
    if (!details.operation) {
      this.violations.push(`a request that is none: ${request.method} ${url.pathname}`);
      return response.writeHead(404).end();
    }
    const exchange = new Exchange(this, request, response, details);
    this.requests += 1;
    this.#watch(exchange);
    this.exchanges.push(exchange);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    const fault = this.#faults.find(({ times, of }) => times > 0 && (of === null || of === details.operation));
    if (fault) {
      fault.times -= 1;
      if (fault.run(exchange)) return;
    }
    exchange.reply();
  }

  // What is watched: the numbers are those of "What always holds".

  #ledger(client) {
    if (!this.#ledgers.has(client)) this.#ledgers.set(client, { tokens: new Set(), reason: true, failures: [], opened: [], doubt: 0 });
    return this.#ledgers.get(client);
  }

  #watch(exchange) {
    const ledger = this.#ledger(exchange.client);
    const { last } = ledger;
    const broken = (law, what) => this.violations.push(`${law}: ${what} (request ${this.requests}, ${exchange.operation}, at ${Math.round(exchange.at)} ms)`);
    if (last && !last.over) ledger.overlaps = [...(ledger.overlaps ?? []), last];
    if (exchange.operation === POLL) {
      if (!ledger.tokens.has(exchange.token)) broken(2, "a poll with another token than the one that is good");
      const earliest = ledger.good && ledger.good.at + ledger.good.interval * 1000;
      if (exchange.at < earliest - 1) broken(4, `a poll ${Math.round(earliest - exchange.at)} ms before the interval is over`);
    } else {
      const old = ledger.token && this.date() - ledger.token.wall >= DAY - 1_800_000;
      const ages = ledger.good?.interval >= 82_000;
      if (!ledger.reason && !old && !ages) broken(2, "a new session without a reason");
    }
    // Attempts after a failure, the first poll of a session apart.
    if (last?.outcome === "failed" || last?.outcome === "refused") {
      ledger.failures.push(exchange.at);
      const recent = ledger.failures.filter((at) => at > exchange.at - 60_000);
      if (recent.length > 12) broken(4, `${recent.length} attempts within a minute`);
    }
    ledger.last = exchange;
    ledger.doubt -= 1;
  }

  /** The client takes an answer in. */
  settle(exchange, perhaps) {
    const ledger = this.#ledger(exchange.client);
    if (perhaps) ledger.tokens.add(perhaps);
    const { outcome, next, interval, token, at, empty } = exchange;
    if (outcome === "opened") {
      ledger.opened.push(at);
      // Three at once, one back every ten minutes.
      let left = 3;
      let since = ledger.opened[0];
      for (const time of ledger.opened) {
        for (; left < 3 && time - since >= 600_000; left++) since += 600_000;
        if (left === 3) since = time;
        left -= 1;
      }
      if (left < 0) this.violations.push(`3: ${ledger.opened.length} sessions at ${ledger.opened.map(Math.round)} ms`);
      Object.assign(ledger, { tokens: new Set([next]), reason: false, good: undefined });
    } else if (outcome === "good") {
      // An empty answer to a token that was asked before may have hidden something, and the first one of a session should have brought all.
      const polls = this.exchanges.filter((it) => it.token === token).length;
      if (empty && (polls > 1 || !ledger.good)) ledger.reason = true;
      Object.assign(ledger, { tokens: new Set([next]), good: { at, interval: +interval >= 1 && +interval <= 86_400 && /^\d+$/.test(interval) ? +interval : 60 } });
    } else if (outcome === "refused") {
      Object.assign(ledger, { tokens: new Set(), reason: true });
    }
    ledger.token = this.#tokens.get(next) ?? ledger.token;
    if (ledger.doubt > 0) this.#doubt(ledger, exchange);
  }

  /** A client was stopped: what was under way then, and what still arrives of it, may have reached it or not. */
  stopped(client) {
    const ledger = this.#ledger(client);
    ledger.doubt = 2;
    this.#doubt(ledger, ledger.last);
  }

  #doubt(ledger, exchange) {
    if (exchange?.token) {
      ledger.tokens.add(exchange.token);
      ledger.good = undefined;
    } else ledger.reason = true;
  }

  /** Requests that were under way at the same time, and still are. */
  overlaps() {
    return [...this.#ledgers.values()].flatMap(({ overlaps = [] }) => overlaps).filter(({ over }) => !over);
  }

  /** Requests that are neither answered nor given up. */
  unanswered() {
    return this.exchanges.filter(({ over }) => !over);
  }
}
