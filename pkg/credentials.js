// Credentials: got from whoever has them, used to sign, and corrected by what the service says of a signature.

import { decode, encode } from "./bytes.js";
import { AppConfigError } from "./errors.js";
import { isWorkerd } from "./host.js";
import { sign } from "./module.js";
import { isCredentials } from "./options.js";

/** They are asked for again so long before they expire, in milliseconds. */
const EARLY = 300000;
/** Clocks that differ by less are not corrected: the service's own tolerance is five minutes. In milliseconds. */
const TOLERANCE = 240000;
// The numbers of src/session/error.rs.
const ACCESS_DENIED = 9, CREDENTIALS_EXPIRED = 10, CLOCK_SKEW = 11;

/** What each provider gave last, and what it was asked for: clients that share one ask it once. */
const providers = new WeakMap();

async function resolve({ credentials, clockOffset }) {
  if (typeof credentials !== "function") return credentials;
  let kept = providers.get(credentials);
  if (!kept) providers.set(credentials, (kept = {}));
  const { value } = kept;
  const left = value ? (value.expiration ? value.expiration - Date.now() - clockOffset : Infinity) : 0;
  if (left > EARLY) return value;
  const ask = async () => {
    try {
      const given = await credentials();
      if (!isCredentials(given ?? undefined)) throw new AppConfigError("not-sent", "credentials gave something else than { accessKeyId, secretAccessKey, sessionToken?, expiration? }");
      return (kept.value = given);
    } finally {
      kept.asked = undefined;
    }
  };
  try {
    // In workerd nobody can wait for what another request began.
    return await (isWorkerd ? ask() : (kept.asked ??= ask()));
  } catch (error) {
    if (left > 0) return value;
    throw error;
  }
}

/** The headers that sign a request. */
export async function authorize(options, url, body = "") {
  const { accessKeyId, secretAccessKey, sessionToken } = (options.used = await resolve(options));
  const date = new Date(Date.now() + options.clockOffset).toISOString().replace(/[-:]|\.\d+/g, "");
  const headers = { "x-amz-date": date, authorization: decode(sign(encode([options.region, accessKeyId, secretAccessKey, sessionToken || "", date, url, body]))) };
  if (sessionToken) headers["x-amz-security-token"] = sessionToken;
  return headers;
}

/** Learns from a refusal: that the credentials are to be asked for again, or what time it is. */
export function learn(options, code, headers, text) {
  const kept = providers.get(options.credentials);
  if (kept && kept.value === options.used && (code === ACCESS_DENIED || code === CREDENTIALS_EXPIRED)) kept.value = undefined;
  if (code !== CLOCK_SKEW) return;
  // The Date of an answer out of a cache is an old one. Where Date is hidden, AWS's message has the time: "… (20260102T031505Z - 5 min.)".
  const said = /\((\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(text);
  const time = (+headers.get("age") ? NaN : Date.parse(headers.get("date"))) || (said && Date.UTC(said[1], said[2] - 1, ...said.slice(3)));
  const offset = time - Date.now();
  // Before this API existed, or in another century, it is no clock.
  if (time > 1636588800000 && time < 4102444800000 && Math.abs(offset - options.clockOffset) > TOLERANCE) options.clockOffset = offset;
}
