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

  /** The sums: all members of this that are no getters. */
  get usage() {
    return { ...this, estimatedPrice: this.price };
  }

  /** Goes on from the sums of an earlier client, or of another tab's that went on from these. */
  resume(usage) {
    for (const name in this) if (usage[name] > this[name]) this[name] = usage[name];
  }

  /** The name of a limit that is used up. Each counts from the first look on, and begins anew when its hour or day is over. */
  get exceeded() {
    const { limits } = this.#options;
    for (const name in limits) {
      const [what, span] = name.split("Per");
      const windows = (this.#windows ??= {});
      const now = performance.now();
      if (!(now - windows[span]?.since < SPANS[span])) windows[span] = { ...this, since: now, price: this.price };
      if (this[what] - windows[span][what] >= limits[name]) return name;
    }
  }
}
