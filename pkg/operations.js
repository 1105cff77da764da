// The two operations by themselves, for those who run a loop of their own: in AWS's names, each one request, with time limits.
//
// An engine (src/wasm/engine.rs) says which request is due, and another one judges the answer, so that both are a client's.

import { countingHeaders, expectResponse, expectWhole, isGood, MAXIMUM_TEXT, open, read } from "./answer.js";
import { decode, join } from "./bytes.js";
import { hide, learn } from "./credentials.js";
import { AppConfigError, codes, describe, hearsay, operations, scrub } from "./errors.js";
import { Engine, inside, instantiate } from "./module.js";
import { checkCall, configurationRules, sessionRules } from "./options.js";
import { originRefused, prepare } from "./request.js";

// The numbers of src/wasm/engine.rs.
const START = 0, REQUEST = 2, FAILED = 6, RESPONSE = 12;
const NEW = 3;

/** An exception of the service, its members as AWS has them. */
export class BadRequestException extends AppConfigError {}
export class InternalServerException extends AppConfigError {}
export class ResourceNotFoundException extends AppConfigError {}
export class ThrottlingException extends AppConfigError {}
const exceptions = { __proto__: null, BadRequestException, InternalServerException, ResourceNotFoundException, ThrottlingException };
for (const [name, type] of Object.entries(exceptions)) type.prototype.name = name;

/** Opens a configuration session. */
export async function startConfigurationSession(options, input) {
  const complete = checkCall(options, input, sessionRules, 3);
  // In the order of the service's model.
  const { next } = await request(complete, Object.fromEntries(Object.keys(sessionRules).map((name) => [name, input[name]])));
  // The engine has read it already, for the request that would be the next one.
  return { InitialConfigurationToken: next.token };
}

/** Spends a token: gives the configuration, or no bytes where it is unchanged, and the token for the next poll. */
export async function getLatestConfiguration(options, input) {
  const complete = checkCall(options, input, configurationRules, 1);
  const { values, bytes } = await request(complete, input, input.ConfigurationToken);
  const [NextPollConfigurationToken, interval, ContentType, VersionLabel] = values;
  const seconds = /^\d+$/.test(interval) ? Number(interval) : 0;
  return {
    NextPollConfigurationToken,
    // As a client reads it: somebody will wait as long as this says, and neither for ever nor not at all.
    NextPollIntervalInSeconds: seconds >= 1 && seconds <= 86400 ? seconds : 60,
    ContentType,
    Configuration: bytes,
    VersionLabel,
  };
}

/** Makes one request, and another where the first was refused for what could be mended; gives the answer, and what would be next. */
async function request(options, input, token) {
  const { credentials, sign, signal } = options;
  signal?.throwIfAborted();
  const loading = instantiate();
  if (loading) await Promise.race(signal ? [loading, aborted(signal)] : [loading]);
  for (let again = !!(credentials || sign); ; again = false) {
    const { operation } = consult(options, token, []).next;
    const { response, values, text, bytes } = await ask(options, operation, { ...input });
    const [isWhole, texts] = read(text);
    const { refused, next } = consult(options, token, texts, response.status, NEW, +(response.type === "cors"), isWhole, ...values, ...texts);
    if (!refused) return { values, bytes, next };
    const { code, error } = refused;
    const before = options.clockOffset;
    learn(options, code, response.headers, text);
    // An access key that is no function's would be the same again.
    const mended = codes[code] === "credentials-expired" ? typeof credentials !== "object" : codes[code] === "clock-skew" && (sign || options.clockOffset !== before);
    if (!again || !mended) throw error;
  }
}

/** What an engine says of a request, and of the answer if there is one. It ends with this: meanwhile the instance may be another one. */
const consult = (options, token, texts, ...answer) =>
  inside(() => {
    // Its limits and its interval are not its matter here.
    const engine = new Engine(0, 0, ...Array(3).fill(2147483647), 0);
    // Below 400 it is no exception, but perhaps a configuration, of which nothing may get into an error.
    const hidden = (parts) => hide(options, [...parts.slice(5, 7), ...(parts[2] >= 400 ? texts : [])], token ?? "");
    let all = said(engine.feed(START));
    const respond = (...parts) => (all = said(engine.feed(RESPONSE, all.next.id, ...parts), hidden));
    if (token) respond(201, NEW, 0, 1, "", "", "", "", "InitialConfigurationToken", token);
    if (answer.length) respond(...answer);
    engine.free();
    return all;
  });

/** What the engine says: the request that would be `next`, and what was `refused`, with the texts that `hidden` gives. */
function said(outputs, hidden) {
  const all = {};
  for (const [kind, ...parts] of outputs) {
    if (+kind === REQUEST) {
      const [id, operation, token] = parts;
      all.next = { id, operation: +operation, token };
    } else if (+kind === FAILED) all.refused = refusal(parts.slice(0, 5).map(Number), hidden(parts));
  }
  return all;
}

/** An answer that is no success, from what the engine tells of it. */
function refusal([code, operation, status, , at], [requestId, exception, ...texts]) {
  const members = { status, requestId, exception, retryAt: new Date(Date.now() + at - performance.now()) };
  let message;
  // Each text after its path: see Exception in src/protocol/exception.rs.
  for (let i = 0; i + 1 < texts.length; i += 2) {
    const [path, text] = texts.slice(i);
    const [, reference, parameter] = /^(?:ReferencedBy\.(.+)|Details\.InvalidParameters\.(.+)\.Problem)$/.exec(path) ?? [];
    if (!text) continue;
    if (reference) members.ReferencedBy = { ...members.ReferencedBy, [reference]: text };
    else if (parameter) members.Details = { InvalidParameters: { ...members.Details?.InvalidParameters, [parameter]: { Problem: text } } };
    else if (/^message$/i.test(path)) message = scrub(text);
    else if (/^(Reason|ResourceType)$/.test(path)) members[path] = text;
  }
  return { code, error: failure(codes[code], operation, members, [exception, message], exceptions[exception]) };
}

/** The error of a failed request; members without a value are absent. */
function failure(code, operation, members, said, Type = AppConfigError) {
  const all = Object.fromEntries(Object.entries({ operation: operations[operation], ...members }).filter(([, value]) => value));
  return new Type(code, describe(code, operation, all, said), all);
}

/** Rejects when the signal aborts: not everything that is waited for listens to it. */
const aborted = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** Sends a request and reads its answer, to the end or as far as it is wanted. */
async function ask(options, operation, input) {
  const { signal } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const gone = aborted(controller.signal);
  const wait = (promise) => Promise.race([promise, gone]);
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  const timers = {};
  let limit;
  const arm = (name) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(() => {
      limit = name;
      abort();
    }, options[`${name}TimeoutInMilliseconds`]);
  };
  let code = "not-sent"; // of whatever is thrown, and more is said only of what others threw
  let reader;
  let whole;
  try {
    arm("total");
    arm("headers");
    const [target, init] = await wait(prepare(options, operation, input, controller.signal));
    code = "network";
    const { fetch = globalThis.fetch } = options;
    const response = await wait(fetch(target, init));
    expectResponse(response);
    clearTimeout(timers.headers);
    code = response.type === "opaqueredirect" ? "redirected" : "body-cut";
    if (code === "redirected") throw undefined;
    const isConfiguration = operation && isGood(response.status);
    const most = isConfiguration ? options.maximumBodyBytes : MAXIMUM_TEXT;
    const chunks = [];
    let size = 0;
    reader = open(response);
    whole = !reader;
    while (!whole && size <= most) {
      arm("idle");
      const { done, value } = await wait(reader.read());
      if ((whole = done)) break;
      size += value.length;
      chunks.push(value);
    }
    if (reader && whole) expectWhole(response, size);
    if (isConfiguration && !whole) {
      code = "body-too-large";
      throw undefined;
    }
    const bytes = join(chunks);
    return { response, bytes, values: countingHeaders(response), text: isConfiguration ? "" : decode(bytes) };
  } catch (error) {
    whole = false;
    if (signal?.aborted) throw signal.reason;
    if (limit) throw failure("timed-out", operation, { limit }, []);
    const said = (code === "network" && (await originRefused(options, controller.signal))) || error;
    throw failure(code, operation, {}, [hearsay(said)]);
  } finally {
    for (const name in timers) clearTimeout(timers[name]);
    signal?.removeEventListener("abort", abort);
    gone.catch(() => {});
    if (!whole) {
      abort();
      // A caller's own fetch may not have passed the signal on.
      reader?.cancel?.().catch(() => {});
    }
  }
}
