// The client's requests, seen as they pass through its `fetch` option: operation, status, duration, bytes. Addresses, bodies and tokens are
// not looked at, so they can be nowhere in what the page shows.

const operations = { configurationsessions: "StartConfigurationSession", configuration: "GetLatestConfiguration" };

function number(text) {
  const value = Number(text);
  return text && Number.isFinite(value) ? value : undefined;
}

/**
 * A `fetch` that tells of each request twice, when it begins and when it is over: `{ operation, at }`, then also `milliseconds` and what came of
 * it: `status`, `bytes`, `intervalInSeconds`, `exception`, or `fault` where there was no whole answer.
 */
export function watched(tell) {
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
      bytes: 0,
    });
    if (!response.body) {
      over({});
      return response;
    }
    const reader = response.body.getReader();
    const counted = new ReadableStream({
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            over({});
            return controller.close();
          }
          request.bytes += value.length;
          controller.enqueue(value);
        } catch (error) {
          over({ fault: given("cut") });
          controller.error(error);
        }
      },
      cancel(reason) {
        over({});
        return reader.cancel(reason);
      },
    });
    // On the answer itself: a new Response would forget its type, by which the client knows that headers may be hidden.
    return Object.defineProperty(response, "body", { value: counted });
  };
}
