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

async function resolve({ credentials, clockOffset }, signal) {
  if (typeof credentials !== "function") return credentials;
  const kept = providers.get(credentials) ?? {};
  providers.set(credentials, kept);
  const { value } = kept;
  const left = value ? (value.expiration ?? Infinity) - Date.now() - clockOffset : 0;
  if (left > EARLY) return value;
  const ask = async () => {
    const given = await credentials();
    if (!isCredentials(given ?? undefined)) throw new AppConfigError("not-sent", "credentials gave something else than { accessKeyId, secretAccessKey, sessionToken?, expiration? }");
    return (kept.value = given);
  };
  const forget = () => (kept.asked = undefined);
  // Who hangs is asked anew by the next attempt.
  signal.addEventListener("abort", forget);
  try {
    // In workerd nobody can wait for what another request began.
    return await (isWorkerd ? ask() : (kept.asked ??= ask().finally(forget)));
  } catch (error) {
    if (left > 0) return value;
    throw error;
  }
}

/** Percent-encoding as signatures have it: everything but `A-Z a-z 0-9 - . _ ~`. */
export const percent = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (it) => `%${it.charCodeAt().toString(16).toUpperCase()}`);

/** The headers that sign a request, which has `own` ones as well. The canonical form is that of src/protocol/sigv4.rs. */
export async function authorize(options, signal, method, url, own, body) {
  const { accessKeyId, secretAccessKey, sessionToken } = (options.used = await resolve(options, signal));
  const { region, clockOffset } = options;
  const date = new Date(Date.now() + clockOffset).toISOString().replace(/[-:]|\.\d+/g, "");
  const { host, pathname, search } = new URL(url);
  const token = sessionToken && { "x-amz-security-token": sessionToken };
  const signed = Object.entries({ ...own, host, "x-amz-date": date, ...token });
  const names = signed.map(([name]) => name).join(";");
  // The path is encoded once more than it is sent, without empty segments; the body's hash comes at the end.
  const head = [method, percent(pathname).replace(/(%2F)+/g, "/"), search.slice(1), ...signed.map((it) => it.join(":")), "", names, ""].join("\n");
  const signature = decode(sign(encode([secretAccessKey, region, date, head, body])));
  options.secrets = [accessKeyId, secretAccessKey, sessionToken || secretAccessKey, signature];
  return {
    "x-amz-date": date,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${date.slice(0, 8)}/${region}/appconfig/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    ...token,
  };
}

/**
 * Whether a piece of a token stands in a text: as shows() in src/protocol/exception.rs, because messages are cut, and encoded in more ways than one can
 * list, six letters and digits in a row are enough to be suspicious; fewer than four characters are no secret.
 */
const shows = (text, token) =>
  (token.length > 3 && token.length < 7 && text.includes(token)) || [...token.matchAll(/(?=([a-z\d]{6}))/gi)].some(([, piece]) => text.includes(piece));

/** What a service says of a failure, the request id, the exception's name and its texts: without what it echoes of the credentials, and nothing of what echoes the token. */
export const hide = ({ secrets = [] }, said, token) => said.map((text) => (shows(text, token) ? "" : secrets.reduce((rest, secret) => rest.replaceAll(secret, "…"), text)));

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
