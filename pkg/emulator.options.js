// What the emulator is given, checked by name as the client's options are.

import { AppConfigError } from "./errors.js";
import { check, isCredentials } from "./options.js";

/** The type of a configuration profile for feature flags, in AWS's words. */
export const FLAGS = "AWS.AppConfig.FeatureFlags";

/** Whether a content type is JSON's. */
export const isJsonType = (contentType) => contentType.split(";")[0].trim().toLowerCase() === "application/json";

const isText = (most) => (value) => typeof value === "string" && value.length > 0 && value.length <= most;
const isWhole = (least, most) => [(value) => Number.isInteger(value) && value >= least && value <= most, `a whole number from ${least} to ${most}`];
const isOneOf = (...names) => [(value) => names.includes(value), names.map((name) => `"${name}"`).join(" or ")];
// The service counts its characters; here it is enough that it is a text.
const identifier = [isText(512), "a name of 1 to 128 characters"];

/** Whether a value is an access key that may end. */
const isKey = (value) => typeof value === "object" && isCredentials(value ?? undefined) && (value.expiration === undefined || value.expiration.getTime?.() >= 0);

const target = { application: identifier, environment: identifier, configurationProfile: identifier };
const rules = {
  createEmulator: {
    configurations: [Array.isArray, "an array of deployments"],
    ids: [(value) => typeof value === "object" && value !== null && Object.values(value).every((it) => typeof it === "string"), "an object with a name for each id"],
    faults: [Array.isArray, 'an array of faults, such as { name: "throttle", rate: 0.1 }'],
    intervalInSeconds: isWhole(1, 86400),
    latencyInMilliseconds: isWhole(0, 600000),
    replay: isOneOf("refused", "repeated", "empty"),
    seed: [Number.isFinite, "a finite number"],
    tokenCharacters: isWhole(76, 8192),
    now: [(value) => typeof value === "function", "a function that gives milliseconds since 1970"],
    credentials: [
      (value) => (Array.isArray(value) ? value.length > 0 && value.every(isKey) : isKey(value)),
      "{ accessKeyId, secretAccessKey, sessionToken?, expiration? } with texts and a Date, or an array of them",
    ],
    region: [(value) => typeof value === "string" && /^[a-z0-9-]{1,63}$/.test(value), "a region such as eu-west-1"],
  },
  deploy: {
    ...target,
    content: [(value) => !["function", "symbol", "bigint"].includes(typeof value), "a text, bytes, or a value for JSON"],
    contentType: [isText(255), "a content type such as application/json"],
    versionLabel: [isText(64), "a label of 1 to 64 characters, not all of them digits"],
    type: isOneOf(FLAGS, "AWS.Freeform"),
  },
  revert: target,
  fault: {
    times: [(value) => value === Infinity || isWhole(1, 4294967294)[0](value), "a whole number from 1, or Infinity"],
    operation: isOneOf("StartConfigurationSession", "GetLatestConfiguration"),
    rate: [(value) => value > 0 && value <= 1, "a number above 0 and up to 1"],
    seconds: isWhole(-31536000, 31536000),
  },
};
const required = { deploy: [...Object.keys(target), "content"], revert: Object.keys(target) };

/** Refuses something for a reason that `check` does not know. */
export function refuse(option, sentence) {
  throw new AppConfigError("invalid-option", `option ${option}: ${sentence}`, { option });
}

/** Gives `given` back if its members are those that the function `where` takes. */
export function checked(where, given) {
  check(given, rules[where], "options");
  for (const name of required[where] ?? []) if (given[name] === undefined) refuse(name, `expected ${rules[where][name][1]}, got undefined`);
  return given;
}

/** The keys among the options as the service takes them; undefined where signatures are not checked. */
export function keys({ credentials, region }) {
  if (region !== undefined && credentials === undefined) refuse("region", "expected together with credentials, because without them no signature is checked");
  // Nothing else that these objects have is passed on.
  const key = ({ accessKeyId, secretAccessKey, sessionToken, expiration }) => ({ accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined, expiration: expiration?.getTime() });
  return credentials && [credentials].flat().map(key);
}

/** A time for the emulator's clock to go forward by. */
export function checkedAdvance(milliseconds) {
  if (!(Number.isFinite(milliseconds) && milliseconds >= 0)) refuse("milliseconds", `expected a number from 0, because the clock only goes forward, got ${milliseconds}`);
  return milliseconds;
}

/** What a deployment's `content` is in bytes, and its content type where nothing else is said. */
export function encoded(content) {
  if (typeof content === "string") return { bytes: new TextEncoder().encode(content), usual: "text/plain" };
  if (content instanceof ArrayBuffer) return { bytes: new Uint8Array(content), usual: "application/octet-stream" };
  if (ArrayBuffer.isView(content)) {
    return { bytes: new Uint8Array(content.buffer, content.byteOffset, content.byteLength), usual: "application/octet-stream" };
  }
  return { bytes: new TextEncoder().encode(JSON.stringify(content)), usual: "application/json" };
}
