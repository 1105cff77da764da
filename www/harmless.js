// What of an answer may stand in a record: numbers, names that AWS has, and otherwise a number in place of the text, equal for equal texts.
// What the core reads of it (src/protocol/response.rs and exception.rs) means the same afterwards.

/** Numbers in place of things, in the order in which they first came. The newest `most` are known again. */
export class Numbers {
  #known = new Map();
  #last = 0;

  constructor(most = 64) {
    this.most = most;
  }

  of(key) {
    const number = this.#known.get(key) ?? ++this.#last;
    this.#known.delete(key);
    this.#known.set(key, number);
    if (this.#known.size > this.most) this.#known.delete(this.#known.keys().next().value);
    return number;
  }

  has(key) {
    return this.#known.has(key);
  }

  keys() {
    return [...this.#known.keys()];
  }
}

/** Names equal bytes alike, and others otherwise. Not for secrets: what it gives never leaves this page. */
export class Digest {
  #length = 0;
  #a = 0x811c9dc5;
  #b = 0x9747b28c;

  add(bytes) {
    let [a, b] = [this.#a, this.#b];
    for (const byte of bytes) {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul((b << 13) | (b >>> 19), 5) + byte * 0x9e3779b1;
    }
    [this.#a, this.#b, this.#length] = [a, b | 0, this.#length + bytes.length];
    return this;
  }

  get text() {
    return `${this.#length}:${this.#a}:${this.#b}`;
  }
}

/** As the core takes a token: 1 to 8,192 characters without white space and control characters. */
export const isToken = (text) => typeof text === "string" && /^[^\u0000-\u0020\u007f]+$/.test(text) && [...text].length <= 8192;

const date = String.raw`\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d GMT|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z`;
const patterns = {
  interval: /^\d{1,12}$/,
  wait: new RegExp(`^(${date}|\\d{1,12})(, ?(${date}|\\d{1,12}))*$`),
  type: /^[\w.+-]{1,60}\/[\w.+-]{1,60}( *; *charset="?[\w.:-]{1,30}"?)?$/i,
  label: /^[^\u0000-\u001f\u007f]{1,64}$/,
  name: /^[A-Z][A-Za-z\d]{2,60}$/,
};

/** How many characters of a token in a row are suspicious. */
const PIECE = 8;

function shows(text, token) {
  const length = Math.min(PIECE, token.length);
  for (let i = 0; i + length <= text.length; i++) if (token.includes(text.slice(i, i + length))) return true;
  return false;
}

export class Harmless {
  #hidden = new Numbers(256);

  /** `tokens` gives the tokens of late: what shows a piece of one is not told. */
  constructor(tokens) {
    this.tokens = tokens;
  }

  /** A text of a kind, or a name that says nothing; undefined where there is none. */
  text(kind, text) {
    if (text === null || text === undefined) return undefined;
    const isPlain = patterns[kind].test(text) && !this.tokens().some((token) => shows(text, token));
    return isPlain ? text : `hidden-${this.#hidden.of(text)}`;
  }

  /** The name of an exception, bare as the core reads it: without a namespace before `#` and a URI after `:`. */
  name(text) {
    const bare = String(text ?? "").split(/[:,]/)[0].split("#").at(-1).replaceAll(" ", "");
    return this.text("name", bare || undefined);
  }

  /** What the core reads in an exception's body. */
  exception(text) {
    let value;
    let document = true;
    try {
      value = JSON.parse(text);
    } catch {
      document = false;
    }
    const is = (it) => typeof it === "object" && it !== null;
    if (!document) {
      // Broken off, perhaps: the core reads what is whole in it.
      const found = (name) => new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]*)"`).exec(text)?.[1];
      const Details = { InvalidParameters: { any: { Problem: found("Problem") } } };
      value = /^\s*{/.test(text) ? { __type: found("__type"), code: found("code"), Code: found("Code"), Message: found("Message"), Details } : {};
    }
    value = is(value) ? value : {};
    const one = (it, names) => (typeof it === "string" ? (names.includes(it) ? it : "Other") : undefined);
    const parameters = Object.values(is(value.Details?.InvalidParameters) ? value.Details.InvalidParameters : {}).map((it) => it?.Problem);
    const problems = ["PollIntervalNotSatisfied", "Expired", "Corrupted"];
    return {
      document,
      exception: this.name([value.__type, value.code, value.Code].find((it) => typeof it === "string" && it !== "")),
      reason: one(value.Reason, ["InvalidParameters"]),
      problem: problems.find((it) => parameters.includes(it)) ?? one(parameters.find((it) => typeof it === "string"), problems),
      resourceType: one(value.ResourceType, ["Application", "ConfigurationProfile", "Deployment", "Environment", "Configuration"]),
      tooEarly: [value.Message, value.message].includes("Request too early") || undefined,
    };
  }
}
