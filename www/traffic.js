// The client's requests, seen as they pass through its `fetch` option: operation, status, duration, bytes. Addresses, bodies and tokens are
// not looked at, so they can be nowhere in what the page shows.

import { tapped } from "./tap.js";

const operations = { configurationsessions: "StartConfigurationSession", configuration: "GetLatestConfiguration" };

function number(text) {
  const value = Number(text);
  return text && Number.isFinite(value) ? value : undefined;
}

/** Whether an answer is the service's, as far as its headers can be read: across origins they may be hidden. */
const isAnswer = ({ headers, type }) => headers.has("next-poll-configuration-token") || (type === "cors" && !/html/i.test(headers.get("content-type")));

/**
 * A `fetch` that tells of each request twice, when it begins and when it is over: `{ operation, at }`, then also `milliseconds` and what came of
 * it: `status`, `bytes`, `intervalInSeconds`, `exception`, `isAnswer`, or `fault` where there was no whole answer.
 */
export function watched(tell, fetch = (...it) => globalThis.fetch(...it)) {
  return async (url, init) => {
    const begin = performance.now();
    const request = { operation: operations[new URL(url).pathname.split("/").at(-1)], at: new Date() };
    tell(request);
    const over = (more) => {
      if (request.milliseconds !== undefined) return;
      Object.assign(request, more, { milliseconds: performance.now() - begin });
      tell(request);
    };
    const given = (words) => (init.signal?.aborted ? "given up" : words);
    init.signal?.addEventListener("abort", () => over({ fault: "given up" }));

    let response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      over({ fault: given("no answer") });
      throw error;
    }
    Object.assign(request, {
      status: response.status,
      intervalInSeconds: number(response.headers.get("next-poll-interval-in-seconds")),
      exception: response.headers.get("x-amzn-errortype")?.split(":")[0] || undefined,
      isAnswer: isAnswer(response),
      bytes: 0,
    });
    // Of an answer without bytes the client reads no stream.
    if (!response.body || response.headers.get("content-length") === "0") {
      over({});
      return response;
    }
    return tapped(response, {
      chunk: ({ length }) => (request.bytes += length),
      end: () => over({}),
      broken: () => over({ fault: given("cut") }),
      cancelled: () => over({}),
    });
  };
}
