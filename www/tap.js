// Listens to an answer's body as it passes to whoever reads it.

/**
 * Lets `on.chunk(bytes)`, `on.end()`, `on.broken()` and `on.cancelled()` know of the body of `response`, which is given back itself: a new
 * Response would forget its type, by which the client knows that headers may be hidden.
 */
export function tapped(response, on) {
  const reader = response.body.getReader();
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          on.end();
          return controller.close();
        }
        on.chunk(value);
        controller.enqueue(value);
      } catch (error) {
        on.broken();
        controller.error(error);
      }
    },
    cancel(reason) {
      on.cancelled?.();
      return reader.cancel(reason);
    },
  });
  // Whoever taps it once more may.
  return Object.defineProperty(response, "body", { value: body, configurable: true });
}
