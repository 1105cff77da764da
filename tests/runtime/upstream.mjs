// A service that answers as it is told, as a `fetch`: for what the emulator does not do, because the real service would not either.

/** The answers. Each is a function of the call, and makes its Response anew. */

/** 201 to StartConfigurationSession. */
export const opened = (token = "first-token") => () => Response.json({ InitialConfigurationToken: token }, { status: 201 });

let tokens = 0;

/** 200 to GetLatestConfiguration; without a body: unchanged. */
export function sent(body = "", { type = "application/json", label, interval = 1, token = `token-${++tokens}`, status = 200, headers = {} } = {}) {
  return () => {
    const all = new Headers(headers);
    if (token !== null) all.set("next-poll-configuration-token", token);
    if (interval !== null) all.set("next-poll-interval-in-seconds", String(interval));
    if (type !== null) all.set("content-type", type);
    if (label) all.set("version-label", label);
    // A stream, because a text would get a content type of its own.
    return new Response(status === 204 ? null : typeof body === "string" ? new TextEncoder().encode(body) : body, { status, headers: all });
  };
}

/** An exception in AWS's form. */
export const refused = (status, exception, members = {}, headers = {}) => () =>
  Response.json(members, { status, headers: { "x-amzn-errortype": exception, "x-amzn-requestid": "11111111-2222-3333-4444-555555555555", ...headers } });

/** Something that is not AppConfig Data. */
export const page = (status = 200, body = "<!doctype html><title>Please log in</title>") => () =>
  new Response(body, { status, headers: { "content-type": "text/html" } });

/** The host cannot be reached. */
export const unreachable = () => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" }) });
};

/** No answer until the request is aborted. */
export const hanging = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** An answer whose body is these parts and then ends, breaks off (`"cut"`) or stands still (`"hang"`). */
export function streamed(parts, end, options) {
  return ({ signal }) => {
    const body = new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
        if (end === "cut") controller.error(new TypeError("terminated"));
        else if (end === "hang") signal.addEventListener("abort", () => controller.error(signal.reason));
        else controller.close();
      },
    });
    return sent(body, options)();
  };
}

/** Takes `answers` in turn, and the last one again and again. */
export function upstream(...answers) {
  const calls = [];
  const waiting = new Set();
  const fetch = async (url, init) => {
    const operation = init.method === "POST" ? "StartConfigurationSession" : "GetLatestConfiguration";
    const token = new URL(url).searchParams.get("configuration_token");
    const call = { url: String(url), ...init, init, operation, token, at: performance.now() };
    calls.push(call);
    for (const look of waiting) look();
    return (answers.length > 1 ? answers.shift() : answers[0])(call);
  };
  return {
    fetch,
    calls,
    /** What is answered from now on. */
    answer: (...next) => answers.splice(0, answers.length, ...next),
    /** How often an operation was called. */
    count: (operation) => calls.filter((call) => call.operation === operation).length,
    /** Resolves with the n-th call, counted from 1. */
    called: (n) =>
      new Promise((resolve) => {
        const look = () => {
          if (calls.length < n) return;
          waiting.delete(look);
          resolve(calls[n - 1]);
        };
        waiting.add(look);
        look();
      }),
  };
}
