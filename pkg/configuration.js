// A configuration: its bytes as they came, and the usual ways to read them.

import { AppConfigError } from "./errors.js";

/** Whether `contentType` says JSON: `application/json`, `text/json`, anything with `+json`. */
export const isJson = (contentType) => /^\s*[^;]*[/+]json\s*(;|$)/i.test(contentType ?? "");

const decode = (bytes, options) => new TextDecoder("utf-8", options).decode(bytes);

/** Parses strictly: bytes that are not UTF-8 are not JSON. Throws what the host throws. */
export const parse = (bytes) => JSON.parse(decode(bytes, { fatal: true }));

function freeze(value) {
  // With a stack of its own: a deep document must not exhaust the host's.
  const open = [value];
  for (let next; open.length; ) {
    if ((next = open.pop()) && typeof next === "object" && !Object.isFrozen(next)) {
      Object.freeze(next);
      for (const key in next) open.push(next[key]);
    }
  }
  return value;
}

/** Finishes a configuration that was judged: a schema's output is its `value`. */
export function accept(configuration, { value }) {
  if (value !== undefined) configuration.value = value;
  return Object.freeze(configuration);
}

export class Configuration {
  #bytes;
  #value;
  #state; // of #value: undefined not parsed, 1 parsed, 2 frozen
  #receivedAt; // in milliseconds: a Date for each would be more than all the rest

  constructor(bytes, { contentType, versionLabel, receivedAt = Date.now() }, source, parsed) {
    this.#bytes = bytes;
    this.#value = parsed?.value;
    this.#state = parsed && 1;
    this.#receivedAt = +receivedAt;
    this.contentType = contentType;
    this.versionLabel = versionLabel;
    this.source = source;
  }

  get receivedAt() {
    return new Date(this.#receivedAt);
  }

  bytes() {
    return this.#bytes.slice();
  }

  text() {
    return decode(this.#bytes);
  }

  json() {
    if (!this.#state) {
      try {
        this.#value = parse(this.#bytes);
      } catch (error) {
        // The host's message quotes the configuration; only the place in it is taken over.
        const place = /position \d+|line \d+ column \d+/.exec(error.message)?.[0];
        throw new AppConfigError("not-json", `expected JSON, got ${this.contentType ?? "no content type"} that does not parse${place ? ` at ${place}` : ""}: use text() or bytes()`, {
          contentType: this.contentType,
          place,
        });
      }
    }
    if (this.#state !== 2) freeze(this.#value);
    this.#state = 2;
    return this.#value;
  }
}
