// Listeners that cannot harm each other, nor the loop.

const wrappers = new WeakMap();

/** The wrapper of a listener that was added, or the listener itself. */
export const guarded = (listener) => wrappers.get(listener) ?? listener;

/** Wraps a listener: what it throws is rethrown in a task of its own, where it is its author's matter alone. */
export function guard(listener) {
  const isObject = typeof listener === "object" && listener !== null;
  if (!isObject && typeof listener !== "function") return listener;
  if (!wrappers.has(listener)) {
    wrappers.set(listener, function (event) {
      try {
        if (isObject) listener.handleEvent(event);
        else listener.call(this, event);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    });
  }
  return wrappers.get(listener);
}
