// Errors: a literal `code` to decide by, a sentence to read. Nothing in them is secret.

// In the order of the codes' numbers in src/session/error.rs; tests/package/agreements.test.mjs holds the two together.
const sentences = {
  "network": "no answer: check the endpoint and, in a browser, CORS",
  "body-cut": "the answer broke off before its end",
  "timed-out": "no answer within the time limit",
  "not-sent": "not sent: the request could not be prepared",
  "bad-request": "refused as invalid: check the identifiers",
  "token-refused": "the token was refused: a new session is needed",
  "too-early": "polled too early; the token is kept",
  "not-found": "not found: check the identifiers, and that something is deployed",
  "throttled": "the service asks to slow down",
  "access-denied": "access denied: check the credentials and their permissions",
  "credentials-expired": "the credentials have expired",
  "clock-skew": "the signature was refused: check the credentials and the signer's clock",
  "service-error": "the service had an internal failure",
  "redirected": "the endpoint redirects: use the final address",
  "unexpected-answer": "no answer of AWS AppConfig Data: check what stands in between",
  "headers-hidden": "the endpoint must send Access-Control-Expose-Headers: Next-Poll-Configuration-Token, Next-Poll-Interval-In-Seconds, Version-Label",
  "invalid-body": "the configuration does not parse; what was held is kept",
  "body-too-large": "the configuration is larger than maximumBodyBytes; what was held is kept",
  "no-configuration": "the configuration is empty; what was held is kept",
  "refused": "the configuration was refused by validate; what was held is kept",
};
export const codes = Object.keys(sentences);
/** In the order of Operation in src/protocol/request.rs. */
export const operations = ["StartConfigurationSession", "GetLatestConfiguration"];
const limits = [, "headers", "idle", "total"];

/** What every error of this package is. */
export class AppConfigError extends Error {
  constructor(code, message, members) {
    super(message);
    Object.assign(this, members).code = code;
  }
}
AppConfigError.prototype.name = "AppConfigError";

/** An error that another tab tells of. */
export const relayed = ({ message, final, count, ...members }) => new AppConfigError(members.code, message, members);

/**
 * A message of the host or of the caller's code without what may be secret in it: URLs, anything long that is not of letters alone, as names are,
 * or is longer than names are, and what looks as an access key's id.
 */
export function scrub(text) {
  return String(text).replace(/\w+:\/\/[^\s"'<>)]+/g, "<url>").replace(/(?=\S*[\d+/=%])[\w+/=%.~-]{24,}|\w{40,}|[A-Z\d]{16,}/g, "…").slice(0, 200);
}

/** What a host or a callback said, as far as it can be told. Never the error itself: Deno's carries the URL, and with it the token. */
export function hearsay(reason) {
  try {
    if (reason instanceof AppConfigError) return reason.message;
    const { code, name, message } = reason?.cause ?? reason ?? {};
    return [code ?? reason?.code ?? name, message].filter(Boolean).map(scrub).join(": ");
  } catch {
    // Anything can be thrown, also what cannot become a text.
    return "";
  }
}

/** The error of a failed attempt, from what src/wasm/engine.rs tells of it and what the host threw. */
export function attemptError({ code, operation, status, limit, retryIn }, [requestId, exception, ...texts], reason) {
  const name = codes[code];
  const members = { operation: operations[operation], retryAt: new Date(Date.now() + retryIn), status, limit: limits[limit], requestId, exception };
  let message;
  // The texts of the exception's body, each after its path: see Exception in src/protocol/exception.rs.
  for (let i = 0; i + 1 < texts.length; i += 2) {
    const [path, text] = texts.slice(i);
    const parameter = /^(ReferencedBy|Details\.InvalidParameters)\.(.+?)(\.Problem)?$/.exec(path);
    if (!text) continue;
    if (parameter) {
      const group = parameter[3] ? "invalidParameters" : "referencedBy";
      members[group] = { ...members[group], [parameter[2]]: text };
    } else if (path === "Message" || path === "message") message = scrub(text);
    else if (path === "Reason") members.reason = text;
    else if (path === "ResourceType") members.resourceType = text;
  }
  for (const key in members) if (!members[key]) delete members[key];
  return new AppConfigError(name, describe(name, operation, members, [exception, message, hearsay(reason)]), members);
}

/** The sentence of a failed request. */
export function describe(name, operation, { limit, status }, said) {
  const more = said.filter(Boolean).join(": ");
  return `${operations[operation]}: ${sentences[name]}${limit ? ` (${limit})` : ""}${status ? ` (HTTP ${status})` : ""}${more && `: ${more}`}`;
}
