// The panel of what all clients of this page have cost so far.

import { set } from "./dom.js";
import { costOf, dollars, mistakeInPrice, plain } from "./prices.js";

const inputs = { request: "#request-price", configuration: "#configuration-price" };

export class CostPanel {
  #section;
  prices;

  /** `changed` is called when somebody set other prices. */
  constructor(section, prices, changed) {
    [this.#section, this.prices] = [section, prices];
    for (const name in inputs) {
      const input = section.querySelector(inputs[name]);
      input.value = plain(prices[name]);
      input.addEventListener("change", () => {
        const mistake = mistakeInPrice(input.value);
        set(section.querySelector("#price-mistake"), mistake ? `${input.ariaLabel}: ${mistake}.` : "");
        if (mistake) return input.setAttribute("aria-invalid", "true");
        input.removeAttribute("aria-invalid");
        this.prices = { ...this.prices, [name]: Number(input.value) };
        changed();
      });
    }
  }

  show(watches) {
    const sum = (name) => watches.reduce((all, { counts }) => all + counts[name], 0);
    const counts = { requests: sum("requests"), received: sum("received") };
    const { ofRequests, ofReceived, total } = costOf(counts, this.prices);
    const figures = {
      requests: counts.requests.toLocaleString("en"),
      received: counts.received.toLocaleString("en"),
      ofRequests: dollars(ofRequests),
      ofReceived: dollars(ofReceived),
      total: dollars(total),
      profiles: watches.length > 1 ? `all ${watches.length} profiles` : "this profile",
    };
    for (const name in figures) set(this.#section.querySelector(`[data-cost="${name}"]`), figures[name]);
  }
}
