// The two operations by themselves, for those who run a loop of their own: in AWS's names, each one request, with a time limit.

import { decode, encode, join } from "./bytes.js";
import { learn } from "./credentials.js";
import { AppConfigError, codes, describe, hearsay, operations, scrub } from "./errors.js";
import { instantiate, resolve } from "./module.js";
import { checkCall, configurationRules, sessionRules } from "./options.js";
import { prepare } from "./request.js";

/** An exception of the service, its members as AWS has them. */
class ServiceException extends AppConfigError {}
export class BadRequestException extends ServiceException {}
export class InternalServerException extends ServiceException {}
export class ResourceNotFoundException extends ServiceException {}
export class ThrottlingException extends ServiceException {}
const exceptions = { __proto__: null, BadRequestException, InternalServerException, ResourceNotFoundException, ThrottlingException };
for (const [name, type] of Object.entries(exceptions)) type.prototype.name = name;

/** The most bytes of an answer that is no configuration. */
const MAXIMUM_TEXT = 16384;

/** Opens a configuration session. */
export async function startConfigurationSession(options, input) {
  const complete = checkCall(options, input, sessionRules, 3);
  const body = JSON.stringify(Object.fromEntries(Object.keys(sessionRules).map((name) => [name, input[name]])));
  const { bytes, failure } = await request(complete, 0, "/configurationsessions", body);
  const { InitialConfigurationToken } = parse(bytes);
  if (!configurationRules.ConfigurationToken[0](InitialConfigurationToken)) throw failure("unexpected-answer");
  return { InitialConfigurationToken };
}

/** Spends a token: gives the configuration, or no bytes where it is unchanged, and the token for the next poll. */
export async function getLatestConfiguration(options, input) {
  const complete = checkCall(options, input, configurationRules, 1);
  const token = input.ConfigurationToken;
  // As Signature Version 4 has it, which encodes more than JavaScript does.
  const encoded = encodeURIComponent(token).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
  const { headers, isCors, bytes, failure } = await request(complete, 1, `/configuration?configuration_token=${encoded}`, undefined, token);
  const next = headers.get("next-poll-configuration-token");
  if (!configurationRules.ConfigurationToken[0](next)) throw failure(isCors ? "headers-hidden" : "unexpected-answer");
  const interval = headers.get("next-poll-interval-in-seconds");
  return {
    NextPollConfigurationToken: next,
    NextPollIntervalInSeconds: /^\d+$/.test(interval) ? Number(interval) : undefined,
    ContentType: headers.get("content-type") ?? undefined,
    Configuration: bytes,
    VersionLabel: headers.get("version-label") ?? undefined,
  };
}

/** What an answer says in JSON; nothing where it is none. */
function parse(bytes) {
  try {
    return Object(JSON.parse(decode(bytes)));
  } catch {
    return {};
  }
}

async function request(options, operation, path, body, secret) {
  await instantiate();
  const base = decode(resolve(encode([options.endpoint]), +!!options.useFipsEndpoint + 2 * !!options.useDualstackEndpoint));
  // Credentials that have expired and a clock that is off are mended once.
  for (let mends = !!(options.credentials || options.sign); ; mends = false) {
    const answer = await ask(options, operation, base + path, body);
    const { status, headers, bytes } = answer;
    if (operation ? status === 200 || status === 204 : status === 200 || status === 201) return answer;
    const [code, Type, members, said] = judge(status, headers, parse(bytes), secret);
    learn(options, codes.indexOf(code), headers, decode(bytes));
    if (!mends || !/expired|skew/.test(code)) throw answer.failure(code, said, members, Type);
  }
}

/** Sends a request and reads its answer to the end. */
async function ask(options, operation, url, body) {
  const { signal } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const timers = {};
  let limit;
  const arm = (name) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(() => {
      limit = name;
      controller.abort();
    }, options[`${name}TimeoutInMilliseconds`]);
  };
  const follow = () => controller.abort();
  signal?.addEventListener("abort", follow);
  // Not everything that is waited for listens to the signal.
  const gone = new Promise((_, reject) => controller.signal.addEventListener("abort", () => reject(controller.signal.reason)));
  const still = (promise) => Promise.race([promise, gone]);
  const failure = (code, said = [], members, Type = AppConfigError) => {
    const all = Object.fromEntries(Object.entries({ operation: operations[operation], limit, ...members }).filter(([, value]) => value));
    return new Type(code, describe(code, operation, all, said), all);
  };
  let phase = "not-sent";
  let reader;
  try {
    arm("total");
    arm("headers");
    const [target, init] = await still(prepare(options, operation, url, body, controller.signal));
    phase = "network";
    const { fetch = globalThis.fetch } = options;
    const response = await still(fetch(target, init));
    clearTimeout(timers.headers);
    phase = "body-cut";
    const { status, headers, type } = response;
    if (type === "opaqueredirect") throw failure("redirected");
    const most = operation && status < 300 ? options.maximumBodyBytes : MAXIMUM_TEXT;
    const chunks = [];
    let size = 0;
    reader = response.body?.getReader();
    while (reader) {
      arm("idle");
      const { done, value } = await still(reader.read());
      if (done) break;
      chunks.push(value);
      if ((size += value.length) <= most) continue;
      if (most === MAXIMUM_TEXT) break;
      throw failure("body-too-large", [], { status });
    }
    if (size < headers.get("content-length") && !headers.get("content-encoding") && type !== "cors") throw new Error("fewer bytes than Content-Length says");
    return { status, headers, isCors: type === "cors", bytes: join(chunks), failure: (code, said, members, Type) => failure(code, said, { status, ...members }, Type) };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (limit) throw failure("timed-out");
    throw error instanceof AppConfigError && error.code !== "not-sent" ? error : failure(phase, [hearsay(error)]);
  } finally {
    for (const name in timers) clearTimeout(timers[name]);
    signal?.removeEventListener("abort", follow);
    gone.catch(() => {});
    controller.abort();
    reader?.cancel?.().catch(() => {});
  }
}

/** What a refusal is: a code, a class, members, and what is said of it. */
function judge(status, headers, document, secret) {
  const name = String(headers.get("x-amzn-errortype") ?? document.__type ?? document.code ?? "").split(":")[0].split("#").pop();
  // Whatever echoes the token, or could hold it, is cut.
  const clean = (value) => {
    if (typeof value === "string") return scrub(secret ? value.replaceAll(secret, "…") : value);
    return value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, member]) => [scrub(key), clean(member)])) : undefined;
  };
  const { Reason, Details, ResourceType, ReferencedBy } = clean(document);
  const message = clean(document.Message ?? document.message);
  const problems = JSON.stringify(Details ?? {});
  const code = /^BadRequest/.test(name)
    ? /PollIntervalNotSatisfied/.test(problems) ? "too-early" : /Expired|Corrupted/.test(problems) ? "token-refused" : "bad-request"
    : /ExpiredToken/.test(name) ? "credentials-expired"
    : /RequestExpired|InvalidSignature|SignatureDoesNotMatch|RequestTimeTooSkewed|RequestInTheFuture/.test(name) ? "clock-skew"
    : /Throttl|TooManyRequests|LimitExceeded|SlowDown/.test(name) || status === 429 ? "throttled"
    : status === 404 ? "not-found"
    : status === 401 || status === 403 ? "access-denied"
    : status === 400 ? "bad-request"
    : status >= 500 ? "service-error"
    : status >= 300 && status < 400 ? "redirected"
    : "unexpected-answer";
  const exception = /^\w{1,64}$/.test(name) ? name : undefined;
  const members = { requestId: headers.get("x-amzn-requestid"), exception, Reason, Details, ResourceType, ReferencedBy };
  return [code, exceptions[name], members, [exception, message]];
}
