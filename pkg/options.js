// The options of the client: checked by name and at once, with what is expected and what was given (never a secret).

import { AppConfigError } from "./errors.js";
import { isCheck } from "./validate.js";

/** Refuses the option `name`. */
export function refuse(name, expected, given) {
  // Of a text only its type is told: it may be a key that went astray.
  const shown = Array.isArray(given) ? "an array" : given === null || /number|boolean/.test(typeof given) ? given : typeof given;
  throw new AppConfigError("invalid-option", `option ${name}: expected ${expected}, got ${shown}`, { option: name });
}

const isA = (type) => (value) => typeof value === type;
const isText = (most) => [(value) => isA("string")(value) && value.length > 0 && value.length <= most && !/[\0-\x1f\x7f]/.test(value), `1 to ${most} characters without control characters`];
const isWhole = (least, most) => [(value) => Number.isInteger(value) && value >= least && value <= most, `a whole number from ${least} to ${most}`];
const isOneOf = (...texts) => [(value) => texts.includes(value), texts.map((text) => `"${text}"`).join(" or ")];
const has = (...names) => [(value) => names.every((name) => isA("function")(value?.[name])), names.map((name) => `${name}()`).join(" and ")];
/** An object of numbers that are not negative. */
const counts = (...names) => [(value) => isObject(value) && Object.keys(value).every((name) => names.includes(name) && isA("number")(value[name]) && value[name] >= 0), `numbers from 0 on, by ${names.join(", ")}`];
const isObject = (value) => isA("object")(value) && value !== null;
const isBoolean = [isA("boolean"), "true or false"];
const isFunction = [isA("function"), "a function"];
/** Whether a value is an access key, as AWS's SDKs have it. */
export const isCredentials = ({ accessKeyId, secretAccessKey, sessionToken } = {}) =>
  [accessKeyId, secretAccessKey, sessionToken || "-"].every((text) => isA("string")(text) && /^[!-~]+$/.test(text));
const identifier = isText(128);
const positive = isWhole(1, 2147483647);
const milliseconds = positive;
const interval = isWhole(15, 86400);
const [hasLog, log] = has("info", "warn");

/** How the service is reached, and on whose behalf. */
const connection = {
  endpoint: [(value) => isText(2048)[0](value) || value instanceof URL, "an http: or https: URL"],
  region: [(value) => isA("string")(value) && /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(value), "a region such as eu-west-1"],
  useFipsEndpoint: isBoolean,
  useDualstackEndpoint: isBoolean,
  allowInsecureEndpoint: isBoolean,
  credentials: [(value) => isA("function")(value) || isCredentials(value ?? undefined), "{ accessKeyId, secretAccessKey, sessionToken? } or a function that gives it"],
  sign: isFunction,
  headers: [(value) => isA("function")(value) || isObject(value), "an object of headers or a function that gives it"],
  requestCredentials: isOneOf("omit", "same-origin", "include"),
  maximumBodyBytes: positive,
  headersTimeoutInMilliseconds: milliseconds,
  idleTimeoutInMilliseconds: milliseconds,
  totalTimeoutInMilliseconds: milliseconds,
  fetch: isFunction,
};
const rules = {
  application: identifier,
  environment: identifier,
  configurationProfile: identifier,
  ...connection,
  requiredMinimumPollIntervalInSeconds: interval,
  requireValidJson: isBoolean,
  keepAlive: isBoolean,
  logger: [(value) => value === null || hasLog(value), `${log}, or null`],
  validate: [isCheck, "a function or a Standard Schema"],
  validateTimeoutInMilliseconds: milliseconds,
  store: has("getItem", "setItem", "removeItem"),
  exclusive: isBoolean,
  sessionKey: isText(1024),
  bootstrap: [(value) => isA("string")(value?.content ?? value?.base64) && !isNaN(new Date(value.receivedAt ?? 0)), "what snapshot() gives"],
  mode: isOneOf("automatic", "lazy", "manual"),
  whenCold: isOneOf("wait", "reject"),
  hiddenPollIntervalInSeconds: isWhole(0, 86400),
  prices: counts("request", "configurationReceived"),
  limits: counts("requestsPerHour", "requestsPerDay", "sessionsPerHour", "sessionsPerDay", "pricePerHour", "pricePerDay"),
  onRequest: isFunction,
  onResponse: isFunction,
};

/** Checks the members of `given` against `rules`; members that are undefined count as absent, unless they are among the `required`. */
export function check(given, allowed, what = "options", required = []) {
  if (!isObject(given)) refuse(what, "an object", given);
  for (const name in given) {
    if (!Object.hasOwn(allowed, name)) throw new AppConfigError("invalid-option", `option ${name}: there is no such option; there are ${Object.keys(allowed).join(", ")}`, { option: name });
    const [test, expected] = allowed[name];
    if (given[name] !== undefined && !test(given[name])) refuse(name, expected, given[name]);
  }
  for (const name of required) if (given[name] === undefined) refuse(name, allowed[name][1]);
}

const waitRules = {
  signal: [(value) => value instanceof AbortSignal, "an AbortSignal"],
  timeoutInMilliseconds: milliseconds,
};

/** Checks what start() and refresh() are given. */
export const checkWait = (given) => check(given, waitRules);

/** Shared by all clients, because a copy each would be a tenth of what they hold. */
const defaults = {
  requireValidJson: true,
  logger: globalThis.console,
  hiddenPollIntervalInSeconds: 300,
  validateTimeoutInMilliseconds: 5000,
  requestCredentials: "omit",
  maximumBodyBytes: 4194304,
  headersTimeoutInMilliseconds: 10000,
  idleTimeoutInMilliseconds: 10000,
  totalTimeoutInMilliseconds: 120000,
  clockOffset: 0,
};

/** Checks the client's options and fills in the defaults. */
export function checkOptions(given) {
  check(given, rules, undefined, Object.keys(rules).slice(0, 3));
  const { store, sessionKey, headers, sign, credentials, requestCredentials = "omit", mode } = given;
  if (store && sessionKey === undefined && (headers || sign || credentials || requestCredentials !== "omit")) {
    refuse("sessionKey", "one for each account and user, because of the store");
  }
  const options = complete(given);
  if (mode === "automatic") options.mode = undefined;
  return options;
}

/** The endpoint of the last client: those of one endpoint share its text. */
let shared;

/** Checks what belongs to the connection, and fills in the defaults. */
function complete(given) {
  const { endpoint, region, credentials, sign, headers, requestCredentials, allowInsecureEndpoint, useFipsEndpoint, useDualstackEndpoint } = given;
  const own = endpoint !== undefined;
  const of = "it goes with a region, not with an endpoint";
  const proxied = "not both it (proxied) and sign (pre-signed)";
  const conflicts = {
    sign: [credentials && sign, "not both credentials (signed here) and it (pre-signed)"],
    endpoint: [!own && !sign && !credentials, "the address of a proxy, or region with credentials or sign"],
    region: credentials ? [!region, "the one for which the credentials sign"] : own ? [region, "not both it and endpoint"] : [!region, "it, or endpoint, together with sign"],
    useFipsEndpoint: [useFipsEndpoint && own, of],
    useDualstackEndpoint: [useDualstackEndpoint && own, of],
    headers: [sign && headers, proxied],
    requestCredentials: [requestCredentials && (sign || credentials), credentials ? "no cookies: they go to a proxy alone" : proxied],
    allowInsecureEndpoint: [credentials && allowInsecureEndpoint, "https:, because of the credentials"],
  };
  for (const name in conflicts) if (conflicts[name][0]) refuse(name, conflicts[name][1], given[name]);
  const address = own ? absolute(endpoint, allowInsecureEndpoint) : hostOf(region, useFipsEndpoint, useDualstackEndpoint);
  const options = Object.create(defaults);
  for (const name in given) if (given[name] !== undefined) options[name] = given[name];
  options.endpoint = shared = shared === address ? shared : address;
  return options;
}

/** Checks the options of one operation and its input, which `inputRules` describe; the first `required` of them have to be there. */
export function checkCall(given, input, inputRules, required) {
  check(given, { ...connection, signal: waitRules.signal });
  check(input, inputRules, "input", Object.keys(inputRules).slice(0, required));
  return complete(given);
}

export const sessionRules = {
  ApplicationIdentifier: identifier,
  EnvironmentIdentifier: identifier,
  ConfigurationProfileIdentifier: identifier,
  RequiredMinimumPollIntervalInSeconds: interval,
};
export const configurationRules = {
  ConfigurationToken: [(value) => typeof value === "string" && /^[^\0-\x20\x7f\p{Cs}]{1,8192}$/u.test(value), "a token of 1 to 8192 characters without white space"],
};

/**
 * The partitions: the beginning of their regions' names, and the suffix of their hosts, plain and, after "api.", dual-stack. The first match counts,
 * and the last one matches all. tests/package/endpoint.test.mjs holds this to the service's own rules and to src/protocol/endpoint.rs.
 */
const partitions =
  "cn- amazonaws.com.cn amazonwebservices.com.cn,us-gov- amazonaws.com aws,us-iso- c2s.ic.gov aws.ic.gov,us-isob- sc2s.sgov.gov aws.scloud," +
  "eu-isoe- cloud.adc-e.uk cloud-aws.adc-e.uk,us-isof- csp.hci.ic.gov aws.hci.ic.gov,eusc- amazonaws.eu amazonwebservices.eu, amazonaws.com aws";

/** AWS's own endpoint for a region. */
export function hostOf(region, fips, dualStack) {
  const [prefix, plain, dual] = partitions.split(",").map((it) => it.split(" ")).find(([it]) => region.startsWith(it));
  // GovCloud's plain host is the FIPS one already.
  return `https://appconfigdata${fips && (dualStack || prefix !== "us-gov-") ? "-fips" : ""}.${region}.${dualStack ? `api.${dual}` : plain}`;
}

function absolute(endpoint, allowsInsecure) {
  let url;
  try {
    url = new URL(endpoint, globalThis.location?.href);
  } catch {
    refuse("endpoint", "an absolute URL (relative in pages only)", endpoint);
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    refuse("endpoint", "an http: or https: URL without user name, query and fragment", endpoint);
  }
  if (url.protocol === "http:" && !allowsInsecure && !/^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    refuse("endpoint", "an https: URL (http: is for this machine; elsewhere it takes allowInsecureEndpoint)", endpoint);
  }
  // Without what is left of an empty query or fragment.
  return (url.origin + url.pathname).replace(/\/+$/, "");
}
