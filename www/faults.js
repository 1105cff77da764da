// The panel of the emulator's faults: plans one, shows those that are still to come, and forgets them.

import { element } from "./dom.js";
import { clearFaults, listFaults, planFault } from "./emulator.js";

/** What the client sees of each fault, by what they have in common. Which there are the emulator says. */
const groups = {
  "The service refuses": {
    throttle: "ThrottlingException, 429. The token stays usable.",
    "internal-error": "InternalServerException, 500. The token stays usable.",
    "expired-token": "BadRequestException: the token counts as expired, and the client needs a new session.",
    "corrupted-token": "BadRequestException: the token counts as corrupted, and the client needs a new session.",
    "clock-skew": "InvalidSignatureException, 403, and a Date that is so many seconds ahead. The token stays usable.",
  },
  "Something on the way": {
    unavailable: "503 and a page. The token stays usable.",
    "html-page": "200 and a page, as in networks where one has to sign in. The token stays usable.",
    compressed: "A gzip body: Content-Length is not its length.",
    "hidden-headers": "No Access-Control-Expose-Headers: a page of another origin cannot read the token. This page, of the same origin, can.",
  },
  "No whole answer": {
    hang: "Nothing comes, and the connection stays open until the client gives up, after 10 seconds.",
    "lost-answer": "The connection breaks before the answer, and the token is spent.",
    "cut-body": "The connection breaks in the middle of the body, and the token is spent.",
  },
  "An odd answer": {
    "wrong-content-type": "application/octet-stream instead of the right type.",
    interval: "Another poll interval in one answer, of so many seconds.",
  },
};

export class FaultsPanel {
  #section;
  #isLooking = false;
  #pending = [];
  /** What the emulator knows, by name. */
  #known = new Map();
  /** The operation that somebody chose, while a fault that has only one hides it. */
  #operation = "";

  constructor(section) {
    this.#section = section;
    const form = this.#find("form");
    this.#find("#fault-operation").addEventListener("change", ({ currentTarget }) => (this.#operation = currentTarget.value));
    form.addEventListener("change", () => this.#fit());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fault = this.#chosen;
      this.#do(() => planFault(fault), `Planned: ${fault.name}.`);
    });
    this.#find("#fault-clear").addEventListener("click", () => this.#clear());
  }

  #find(selector) {
    return this.#section.querySelector(selector);
  }

  get #name() {
    return this.#find('input[name="fault"]:checked')?.value;
  }

  /** The fault as the form says it. */
  get #chosen() {
    const value = (id) => this.#find(id).value;
    const when = { once: { times: 1 }, times: { times: Number(value("#fault-times")) }, rate: { rate: Number(value("#fault-rate")) } }[value("#fault-when")];
    const fault = { name: this.#name, ...when };
    if (this.#operation && !this.#find("#fault-operation").disabled) fault.operation = this.#operation;
    if (!this.#find("#fault-seconds").disabled && value("#fault-seconds")) fault.seconds = Number(value("#fault-seconds"));
    return fault;
  }

  #chips(known) {
    if (known.map(({ name }) => name).join() === [...this.#known.keys()].join()) return;
    this.#known = new Map(known.map((it) => [it.name, it]));
    const isGrouped = (name) => Object.values(groups).some((names) => name in names);
    const others = known.map(({ name }) => name).filter((name) => !isGrouped(name));
    const all = Object.entries(groups).map(([group, names]) => [group, Object.keys(names).filter((name) => this.#known.has(name))]);
    this.#find("#fault-names").replaceChildren(...[...all, ["Others", others]].filter(([, names]) => names.length).flatMap(([group, names]) => {
      const chips = element("div", "group", ...names.map((name) => {
        const input = element("input");
        Object.assign(input, { type: "radio", name: "fault", value: name, checked: name === "throttle" });
        return element("label", "chip", input, element("span", "", name));
      }));
      Object.assign(chips, { role: "group", ariaLabel: group });
      const title = element("span", "title", group);
      title.ariaHidden = "true";
      return [title, chips];
    }));
    this.#fit();
  }

  /** Shows the fields that say something about what is chosen. */
  #fit() {
    const when = this.#find("#fault-when").value;
    const { seconds, operation } = this.#known.get(this.#name) ?? {};
    const show = (id, isWanted) => {
      this.#find(id).closest(".field").hidden = !isWanted;
      // What is hidden is not checked.
      this.#find(id).disabled = !isWanted;
    };
    show("#fault-times", when === "times");
    show("#fault-rate", when === "rate");
    show("#fault-seconds", seconds !== undefined);
    this.#find("#fault-seconds").placeholder = seconds ?? "";
    // Some are of one operation alone.
    const select = this.#find("#fault-operation");
    select.disabled = operation !== undefined;
    select.value = operation ?? this.#operation;
    this.#find("#fault-meaning").textContent = Object.assign({}, ...Object.values(groups))[this.#name] ?? "";
  }

  async #do(act, sentence) {
    const answer = this.#find("#fault-answer");
    try {
      this.#show(await act());
      [answer.textContent, answer.dataset.mark] = [sentence, ""];
    } catch (error) {
      [answer.textContent, answer.dataset.mark] = [error.message, "bad"];
    }
  }

  #clear(name) {
    // The button goes away, and the keyboard's place with it.
    this.#find("h3").focus();
    return this.#do(() => clearFaults(name).then(listFaults), name ? `${name} is not to come any more.` : "Nothing is to go wrong any more.");
  }

  /** Looks at what is still to come; `isHint`: a request is over, which matters only where something is. */
  async look(isHint = false) {
    if (this.#isLooking || (isHint && this.#pending.length === 0)) return;
    this.#isLooking = true;
    try {
      this.#show(await listFaults());
    } catch {
      // The client's polls tell that the emulator is gone.
    } finally {
      this.#isLooking = false;
    }
  }

  #show({ faults, known }) {
    if (Array.isArray(known)) this.#chips(known);
    this.#find("#fault-clear").disabled = faults.length === 0;
    if (JSON.stringify(faults) === JSON.stringify(this.#pending) && this.#find("#pending").children.length) return;
    this.#pending = faults;
    this.#find("#pending").replaceChildren(...faults.map((it) => this.#item(it)), ...(faults.length ? [] : [element("li", "none", "Nothing is to go wrong.")]));
  }

  #item({ name, times, rate, operation, seconds }) {
    const often = times === undefined ? (rate < 1 ? `${Number((rate * 100).toPrecision(3))} % of requests` : "every request") : times === 1 ? "once" : `${times} times`;
    const remove = element("button", "remove", "✕");
    Object.assign(remove, { type: "button", ariaLabel: `Clear ${name}`, title: `Clear ${name}` });
    remove.addEventListener("click", () => this.#clear(name));
    const words = [often, operation, seconds !== undefined && this.#known.get(name)?.seconds !== undefined && `${seconds} s`].filter(Boolean).join(" · ");
    return element("li", "", element("code", "", name), element("span", "", words), remove);
  }
}
