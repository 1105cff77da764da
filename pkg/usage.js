// What a client has asked and received, what that costs at AWS's list prices, and the caller's own limits on it.

const SPANS = { Hour: 3600000, Day: 86400000 };

/** In dollars: https://aws.amazon.com/systems-manager/pricing/ */
export const PRICES = { request: 0.0000002, configurationReceived: 0.0008 };

export class Meter {
  requests = 0;
  sessions = 0;
  configurationsReceived = 0;
  bytes = 0;
  errors = 0;
  #options;
  #windows; // by span: since when, and what was counted by then

  constructor(options) {
    this.#options = options;
  }

  get price() {
    const { request, configurationReceived } = { ...PRICES, ...this.#options.prices };
    return this.requests * request + this.configurationsReceived * configurationReceived;
  }

  /** The sums. */
  get usage() {
    const { requests, sessions, configurationsReceived, bytes, errors, price } = this;
    return { requests, sessions, configurationsReceived, bytes, errors, estimatedPrice: price };
  }

  /** Goes on from the sums of an earlier client, or of another tab's that went on from these. */
  resume(usage) {
    for (const name of ["requests", "sessions", "configurationsReceived", "bytes", "errors"]) if (usage[name] > this[name]) this[name] = usage[name];
  }

  /** The name of a limit that is used up. Each counts from the first look on, and begins anew when its hour or day is over. */
  get exceeded() {
    const { limits } = this.#options;
    for (const name in limits) {
      const [what, span] = name.split("Per");
      const windows = (this.#windows ??= {});
      const now = performance.now();
      if (!(now - windows[span]?.since < SPANS[span])) windows[span] = { since: now, requests: this.requests, sessions: this.sessions, price: this.price };
      if (this[what] - windows[span][what] >= limits[name]) return name;
    }
  }
}
