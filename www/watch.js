// A client, and what this page saw of it: how many requests, when the next poll is due, what failed.

import { watched } from "./traffic.js";
import { pathOf } from "./target.js";

export class Watch {
  counts = { requests: 0, sessions: 0, updates: 0, failures: 0 };
  /** The last failed attempt, until one succeeds. */
  failure;
  /** When something of AppConfig Data was last answered as it should be. */
  answeredAt;
  intervalInSeconds;
  /** When the next poll is due at the earliest: the client adds up to a tenth, so that many do not come at once. */
  dueAt;
  /** The request that is under way. */
  request;
  #client;
  #tell;

  /** `tell` is called with each thing that happens, as `Log` takes it. */
  constructor(ConfigurationClient, target, tell) {
    this.target = target;
    this.#tell = tell;
    this.#client = new ConfigurationClient({ ...target, endpoint: location.origin, fetch: watched((request) => this.#passed(request)), logger: null });
    this.#client.addEventListener("update", ({ configuration }) => {
      this.counts.updates += 1;
      tell({ kind: "update", configuration });
    });
    this.#client.addEventListener("error", ({ error }) => {
      this.counts.failures += 1;
      const isFirst = !this.failure;
      this.failure = error;
      tell({ kind: "error", error, isFirst });
    });
    this.#client.addEventListener("statuschange", ({ status, previousStatus }) => {
      if (status === "ready" || status === "stopped") this.failure = undefined;
      if (status === "stopped") this.dueAt = undefined;
      tell({ kind: "status", status, previousStatus });
    });
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
    this.#tell({ kind: "call", call: "start()", text: pathOf(this.target) });
    this.#client.start().catch((error) => this.#refused("start", error));
  }

  stop() {
    this.#tell({ kind: "call", call: "stop()" });
    this.#client.stop();
  }

  async refresh() {
    const before = this.counts.requests;
    this.#tell({ kind: "call", call: "refresh()" });
    try {
      await this.#client.refresh();
      if (this.counts.requests === before) this.#tell({ kind: "call", call: "refresh()", text: "gave what is held without asking, because the interval is not over" });
    } catch (error) {
      this.#refused("refresh", error);
    }
  }

  /** A promise that was rejected: a stop is what was asked for, and a failed attempt had its event. */
  #refused(call, error) {
    if (error === this.failure || error.code === "stopped") return;
    this.#tell({ kind: "refused", call, error });
  }

  #passed(request) {
    const { operation, status, milliseconds, intervalInSeconds, fault } = request;
    if (milliseconds === undefined) {
      this.counts.requests += 1;
      this.request = request;
    } else {
      if (this.request === request) this.request = undefined;
      if (!fault && status >= 200 && status < 300) {
        this.answeredAt = new Date();
        if (operation === "StartConfigurationSession") this.counts.sessions += 1;
        else if (this.status === "ready") this.failure = undefined;
        if (operation === "GetLatestConfiguration" && intervalInSeconds) [this.intervalInSeconds, this.dueAt] = [intervalInSeconds, new Date(Date.now() + intervalInSeconds * 1000)];
      }
    }
    this.#tell({ kind: "request", request });
  }
}
