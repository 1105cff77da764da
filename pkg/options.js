// The options of the client: checked by name and at once, with what is expected and what was given (never a secret).

import { AppConfigError } from "./errors.js";
import { isCheck } from "./validate.js";

/** Refuses the option `name`. */
export function refuse(name, expected, given) {
  // Of a text only its type is told: it may be a key that went astray.
  const shown = given === null || typeof given === "number" || typeof given === "boolean" ? String(given) : Array.isArray(given) ? "an array" : typeof given;
  throw new AppConfigError("invalid-option", `option ${name}: expected ${expected}, got ${shown}`, { option: name });
}

const isText = (most) => (value) => typeof value === "string" && value.length > 0 && value.length <= most && !/[\u0000-\u001f\u007f]/.test(value);
const isWhole = (least, most) => [
  (value) => Number.isInteger(value) && value >= least && value <= most,
  `a whole number from ${least} to ${most}`,
];
const hasFunctions = (...names) => (value) => names.every((name) => typeof value?.[name] === "function");
const isOneOf = (...texts) => [(value) => texts.includes(value), texts.map((text) => `"${text}"`).join(", ").replace(/,([^,]*)$/, " or$1")];
/** An object of numbers that are not negative. */
const isOfNumbers = (...names) => [
  (value) => typeof value === "object" && value !== null && Object.entries(value).every(([name, number]) => names.includes(name) && number >= 0),
  `an object of numbers from 0 on, by ${names.join(", ")}`,
];
const isBoolean = [(value) => typeof value === "boolean", "true or false"];
const isFunction = [(value) => typeof value === "function", "a function"];
/** Whether a value is an access key, as AWS's SDKs have it. */
export const isCredentials = ({ accessKeyId, secretAccessKey, sessionToken } = {}) =>
  [accessKeyId, secretAccessKey, sessionToken || "-"].every((text) => typeof text === "string" && /^[!-~]+$/.test(text));
const identifier = [isText(128), "an id or a name of 1 to 128 characters without control characters"];
const milliseconds = isWhole(1, 2147483647);
const interval = isWhole(15, 86400);

/** How the service is reached, and on whose behalf. */
const connection = {
  endpoint: [(value) => isText(2048)(value) || value instanceof URL, "an http: or https: URL"],
  region: [(value) => typeof value === "string" && /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(value), "a region such as eu-west-1"],
  useFipsEndpoint: isBoolean,
  useDualstackEndpoint: isBoolean,
  allowInsecureEndpoint: isBoolean,
  credentials: [
    (value) => typeof value === "function" || isCredentials(value ?? undefined),
    "{ accessKeyId, secretAccessKey, sessionToken? }, or a function that gives a promise of it",
  ],
  sign: isFunction,
  headers: [(value) => typeof value === "function" || (typeof value === "object" && value !== null), "an object of headers, or a function that gives one"],
  requestCredentials: isOneOf("omit", "same-origin", "include"),
  maximumBodyBytes: isWhole(1, 2147483647),
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
  logger: [(value) => value === null || hasFunctions("info", "warn")(value), "an object with info() and warn(), as console, or null"],
  validate: [isCheck, "a function, or a Standard Schema as zod, valibot and arktype have it"],
  validateTimeoutInMilliseconds: milliseconds,
  store: [hasFunctions("getItem", "setItem", "removeItem"), "an object with getItem(), setItem() and removeItem(), as localStorage"],
  exclusive: isBoolean,
  sessionKey: [isText(1024), "a text of 1 to 1024 characters"],
  bootstrap: [(value) => typeof (value?.content ?? value?.base64) === "string", "what snapshot() gives: { content, contentType, versionLabel, receivedAt }"],
  mode: isOneOf("automatic", "lazy", "manual"),
  whenCold: isOneOf("wait", "reject"),
  hiddenPollIntervalInSeconds: isWhole(0, 86400),
  prices: isOfNumbers("request", "configurationReceived"),
  limits: isOfNumbers("requestsPerHour", "requestsPerDay", "sessionsPerHour", "sessionsPerDay", "pricePerHour", "pricePerDay"),
  onRequest: isFunction,
  onResponse: isFunction,
};

/** Checks the members of `given` against `rules`; members that are undefined count as absent. */
export function check(given, allowed, what = "options") {
  if (typeof given !== "object" || given === null) refuse(what, "an object", given);
  for (const name in given) {
    if (!Object.hasOwn(allowed, name)) {
      throw new AppConfigError("invalid-option", `option ${name}: there is no such option; there are ${Object.keys(allowed).join(", ")}`, { option: name });
    }
    const [test, expected] = allowed[name];
    if (given[name] !== undefined && !test(given[name])) refuse(name, expected, given[name]);
  }
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
  check(given, rules);
  for (const name of ["application", "environment", "configurationProfile"]) if (given[name] === undefined) refuse(name, identifier[1]);
  const { store, sessionKey, headers, sign, credentials, requestCredentials = "omit", mode } = given;
  if (store && sessionKey === undefined && (headers || sign || credentials || requestCredentials !== "omit")) {
    refuse("sessionKey", "a text of your choice that differs between accounts and users, because what is kept in a store must not get to another one", sessionKey);
  }
  const options = complete(given);
  if (mode === "automatic") options.mode = undefined;
  return options;
}

/** Checks what belongs to the connection, and fills in the defaults. */
function complete(given) {
  const { endpoint, region, credentials, sign, headers, requestCredentials, allowInsecureEndpoint, useFipsEndpoint, useDualstackEndpoint } = given;
  const own = endpoint !== undefined;
  const of = "it goes with a region; an endpoint of one's own is used as it is";
  const notBoth = "either this (proxied) or sign (pre-signed), not both";
  const conflicts = {
    sign: [credentials && sign, "either credentials (signed here) or sign (pre-signed), not both"],
    endpoint: [!own && !sign && !credentials, "the address of a proxy, or region with credentials or sign"],
    region: credentials
      ? [!region, "a region, for which the credentials sign"]
      : own ? [region, "either endpoint or region, not both"] : [!region, "a region, or endpoint, together with sign"],
    useFipsEndpoint: [useFipsEndpoint && own, of],
    useDualstackEndpoint: [useDualstackEndpoint && own, of],
    headers: [sign && headers, notBoth],
    requestCredentials: [requestCredentials && (sign || credentials), credentials ? "cookies go to a proxy alone" : notBoth],
    allowInsecureEndpoint: [credentials && allowInsecureEndpoint, "https:, because credentials are used"],
  };
  for (const name in conflicts) if (conflicts[name][0]) refuse(name, conflicts[name][1], given[name]);
  return Object.assign(Object.create(defaults), Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), {
    endpoint: own ? absolute(endpoint, allowInsecureEndpoint) : region,
  });
}

/** Checks the options of one operation and its input, which `inputRules` describe; the first `required` of them have to be there. */
export function checkCall(given, input, inputRules, required) {
  check(given, { ...connection, signal: waitRules.signal });
  check(input, inputRules, "input");
  for (const name of Object.keys(inputRules).slice(0, required)) if (input[name] === undefined) refuse(name, inputRules[name][1]);
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

function absolute(endpoint, allowsInsecure) {
  let url;
  try {
    url = new URL(endpoint, globalThis.location?.href);
  } catch {
    refuse("endpoint", "an absolute URL (a relative one works in pages only)", endpoint);
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    refuse("endpoint", "an http: or https: URL without user name, query and fragment", endpoint);
  }
  if (url.protocol === "http:" && !allowsInsecure && !/^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    refuse("endpoint", "an https: URL (http: is for this machine; elsewhere allowInsecureEndpoint lets everybody on the way read and change what is sent)", endpoint);
  }
  // Without what is left of an empty query or fragment.
  return (url.origin + url.pathname).replace(/\/+$/, "");
}
