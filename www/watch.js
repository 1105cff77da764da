// A client, and what this page saw of it: its requests, its versions, when the next poll is due, what failed.

import { gapBefore, History } from "./history.js";
import { Recorder } from "./record.js";
import { pathOf } from "./target.js";
import { watched } from "./traffic.js";
import { Versions } from "./versions.js";

export class Watch {
  counts = { requests: 0, sessions: 0, updates: 0, failures: 0, received: 0 };
  history = new History();
  versions = new Versions();
  /** The last failed attempt, until one succeeds. */
  failure;
  /** When something of AppConfig Data was last answered as it should be. */
  answeredAt;
  intervalInSeconds;
  /** When the next poll is due at the earliest: the client adds up to a tenth, so that many do not come at once. */
  dueAt;
  /** The request that is under way. */
  request;
  /** The last change of the status: `{ status, previousStatus, at }`. */
  transition;
  #make;
  #tell;
  #client;
  #recorder;
  /** The request that began last. */
  #last;
  #hasStopped = false;
  /** The attempts that failed one after the other, and how many they were before the last request was over. */
  #failed = 0;
  #failedBefore = 0;

  /** `make` makes a client of options; `tell` is called with each thing that happens, as `History` keeps it. */
  constructor(make, target, endpoint, tell) {
    [this.target, this.endpoint, this.#make, this.#tell] = [target, endpoint, make, tell];
    this.#open();
  }

  #open() {
    const recorder = new Recorder(this.target, { fetch: watched((request) => client === this.#client && this.#passed(request)) });
    // Any emulator may be looked at, also one on another machine: no credentials are here that http: could tell.
    const client = this.#make({ ...this.target, endpoint: this.endpoint, allowInsecureEndpoint: true, logger: null, fetch: recorder.fetch });
    [this.#client, this.#recorder] = [client, recorder];
    recorder.observe(client);
    // One that was replaced still tells that it was stopped; that is nobody's concern.
    const on = (type, take) => client.addEventListener(type, (event) => client === this.#client && take(event));
    on("update", ({ configuration }) => this.#updated(configuration));
    on("error", ({ error }) => this.#attemptFailed(error));
    on("statuschange", ({ status, previousStatus }) => this.#changed(status, previousStatus));
  }

  get status() {
    return this.#client.status;
  }

  get configuration() {
    return this.#client.configuration;
  }

  /** When the next request may be sent. */
  get nextAt() {
    // A content that cannot be held is told once, and polls go on.
    const times = [this.failure?.retryAt, this.dueAt].filter(Boolean);
    return times.length ? new Date(Math.max(...times)) : undefined;
  }

  get isRunning() {
    return !["idle", "stopped"].includes(this.status);
  }

  start() {
    this.#add({ kind: "call", call: "start()", text: pathOf(this.target) });
    this.#recorder.call("start");
    const client = this.#client;
    client.start().catch((error) => client === this.#client && this.#refused("start", error));
  }

  stop() {
    this.#add({ kind: "call", call: "stop()" });
    this.#recorder.call("stop");
    this.#client.stop();
  }

  async refresh() {
    const before = this.counts.requests;
    this.#add({ kind: "call", call: "refresh()" });
    this.#recorder.call("refresh");
    try {
      await this.#client.refresh();
      if (this.counts.requests === before) this.#add({ kind: "call", call: "refresh()", text: "gave what is held without asking, because the interval is not over" });
    } catch (error) {
      this.#refused("refresh", error);
    }
  }

  /** A new client in place of the one that there is, which waits for longer than it has to: what it found missing is there now. */
  renew() {
    this.#client.stop();
    this.failure = this.dueAt = this.request = undefined;
    this.#failed = this.#failedBefore = 0;
    this.#open();
    this.start();
  }

  /** Nobody watches any more. */
  close() {
    const client = this.#client;
    this.#client = undefined;
    client.stop();
  }

  /** The record of the session so far, without secrets. */
  record() {
    return this.#recorder.toJSON();
  }

  #add(entry) {
    this.history.add(entry);
    this.#tell(entry);
  }

  #updated(configuration) {
    this.counts.updates += 1;
    const { number } = this.versions.add(configuration);
    const { versionLabel, contentType } = configuration;
    this.#add({ kind: "update", number, versionLabel, contentType });
  }

  #attemptFailed({ code, message, retryAt }) {
    this.counts.failures += 1;
    const isFirst = this.failure?.code !== code;
    this.failure = { code, message, retryAt, hint: isFirst ? "" : this.failure.hint };
    this.#failed = this.#failedBefore + 1;
    if (this.#last) {
      Object.assign(this.#last, { code, nextAt: retryAt });
      this.history.touch(this.#last);
    }
    const entry = { kind: "error", code, message, nextAt: retryAt, isFirst };
    // One that goes on failing is told once; the requests have their codes.
    if (isFirst) this.#add(entry);
    else this.#tell(entry);
  }

  #changed(status, previousStatus) {
    if (status === "ready" || status === "stopped") this.failure = undefined;
    if (status === "stopped") {
      this.dueAt = undefined;
      this.#hasStopped = true;
    }
    this.transition = { status, previousStatus, at: new Date() };
    this.#add({ kind: "status", status, previousStatus });
  }

  /** A promise that was rejected: a stop is what was asked for, and a failed attempt had its event. */
  #refused(call, error) {
    if (error.code === "stopped" || error.message === this.failure?.message) return;
    this.#add({ kind: "refused", call, code: error.code ?? error.name, message: error.message });
  }

  #passed(request) {
    if (request.milliseconds === undefined) this.#began(request);
    else this.#ended(request);
  }

  #began(request) {
    const gap = gapBefore(request.at, this.#last, this.#hasStopped);
    if (gap) this.history.add(gap);
    this.#hasStopped = false;
    this.counts.requests += 1;
    this.#failedBefore = this.#failed;
    this.request = this.#last = Object.assign(request, { kind: "request", retry: this.#failed });
    this.#add(request);
  }

  #ended(request) {
    const { operation, status, intervalInSeconds, fault, bytes, isAnswer } = request;
    request.endedAt = new Date();
    if (this.request === request) this.request = undefined;
    if (!fault && status >= 200 && status < 300) {
      this.answeredAt = request.endedAt;
      if (operation === "StartConfigurationSession") this.counts.sessions += 1;
      else {
        if (this.status === "ready") this.failure = undefined;
        // Until the client says otherwise.
        this.#failed = 0;
      }
      if (operation === "GetLatestConfiguration" && intervalInSeconds) {
        this.intervalInSeconds = intervalInSeconds;
        this.dueAt = request.nextAt = new Date(+request.endedAt + intervalInSeconds * 1000);
      }
    }
    // One that broke off on its way was sent all the same.
    if (operation === "GetLatestConfiguration" && status === 200 && bytes > 0 && isAnswer) this.counts.received += 1;
    this.history.touch(request);
    this.#tell(request);
  }
}
