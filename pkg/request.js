// What goes out: the request, as src/protocol/request.rs has it, with what authenticates it.

import { authorize, percent } from "./credentials.js";
import { AppConfigError, operations } from "./errors.js";
import { isBrowser } from "./host.js";

/**
 * Where a host that gave no answer is there all the same, it refuses this page's origin: gives what to say then, otherwise false. A browser lets
 * one know no more, and of a caller's own fetch nothing is known.
 */
export async function originRefused({ fetch: own, endpoint }, signal) {
  const { origin } = new URL(endpoint);
  if (own || !isBrowser || origin === location.origin) return false;
  const refused = new AppConfigError("network", "the host is there but refuses this origin: check Access-Control-Allow-Origin, and in the answer to OPTIONS -Methods and -Headers");
  return fetch(origin, { mode: "no-cors", credentials: "omit", cache: "no-store", signal }).then(() => refused, () => false);
}

let cacheWorks;
/** Whether fetch takes `cache`: workerd throws at older compatibility dates. Asked once, and never at global scope. */
function takesCache() {
  if (cacheWorks === undefined) {
    try {
      cacheWorks = !!new Request("http://localhost", { cache: "no-store" });
    } catch {
      cacheWorks = false;
    }
  }
  return cacheWorks;
}

/** Makes the arguments of fetch, from the operation's input in AWS's names. */
export async function prepare(options, operation, input, signal) {
  const body = operation ? undefined : JSON.stringify(input);
  const url = `${options.endpoint}/configuration${operation ? `?configuration_token=${percent(input.ConfigurationToken)}` : "sessions"}`;
  const method = operation ? "GET" : "POST";
  const own = operation ? {} : { "content-type": "application/json" };
  const finish = (headers, target = url, signed = {}) => {
    let all;
    try {
      all = new Headers(headers);
    } catch {
      // The host quotes what it refuses.
      throw new AppConfigError("not-sent", "a header's name or value has characters that no header may have");
    }
    for (const name in own) if (!all.has(name)) all.set(name, own[name]);
    for (const name in signed) all.set(name, signed[name]);
    const init = { method, headers: all, body, signal, redirect: "manual" };
    if (takesCache()) init.cache = "no-store";
    // workerd throws on the member.
    if (isBrowser) init.credentials = options.requestCredentials;
    return [target, init];
  };
  const { headers, sign, credentials, clockOffset } = options;
  if (sign) {
    return callback("sign", () => sign({ operation: operations[operation], input: operation ? input : JSON.parse(body), method, url, headers: { ...own }, body, signal, clockOffsetInMilliseconds: clockOffset }), (signed) => {
      if (signed instanceof Request) return finish(signed.headers, sameRequest(url, signed.url, method, signed.method));
      if (typeof signed === "string" || signed instanceof URL) return finish({}, sameRequest(url, signed, method, method));
      return finish(signed);
    });
  }
  const given = typeof headers === "function" ? await callback("headers", headers, (value) => value) : headers;
  return finish(given, url, credentials && { ...own, ...(await authorize(options, signal, method, url, own, body)) });
}

/** Calls the caller's code; what it throws or gives is told without its text where that may be secret. */
async function callback(name, call, use) {
  const value = await call();
  if ((typeof value !== "object" || value === null) && !(name === "sign" && typeof value === "string")) {
    throw new AppConfigError("not-sent", `${name} gave ${value === null ? "null" : typeof value}, expected ${name === "sign" ? "headers, a Request or a pre-signed URL" : "headers"}`);
  }
  return use(value);
}

/** A pre-signed URL may add parameters of the signature, and nothing else may differ. */
function sameRequest(ours, theirs, ourMethod, theirMethod) {
  // Hosts quote what they cannot parse.
  const [a, b] = [ours, URL.canParse(theirs) ? theirs : "about:blank"].map((it) => new URL(it));
  const plain = ({ origin, pathname, searchParams }, method) =>
    JSON.stringify([method, origin, pathname, ...[...searchParams].filter(([name]) => !/^x-amz-/i.test(name))]);
  if (plain(a, ourMethod) !== plain(b, theirMethod)) {
    throw new AppConfigError("not-sent", "sign gave another origin, path, method or parameters; it may only add X-Amz- parameters and headers");
  }
  return b.href;
}
