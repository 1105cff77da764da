// Stores for tests, which write down what is asked of them.

/** A store on a Map. `how` is what becomes of a result: see below. `calls` are `[operation, name, text]`, `map` is what it has. */
export function storeOf(how = plain, map = new Map(), more = {}) {
  const calls = [];
  const waiting = new Set();
  const ask = (operation, act) => (name, text) => {
    calls.push([operation, name, text]);
    for (const look of waiting) look();
    return how(() => act(name, text), operation);
  };
  return {
    map,
    calls,
    getItem: ask("get", (name) => map.get(name) ?? null),
    setItem: ask("set", (name, text) => void map.set(name, text)),
    removeItem: ask("remove", (name) => void map.delete(name)),
    /** How often it was written. */
    writes: () => calls.filter(([operation]) => operation === "set").length,
    /** What was written, each time. */
    written: () => calls.filter(([operation]) => operation === "set").map(([, , text]) => text),
    /** Resolves when an operation was asked n times. */
    asked: (wanted, n = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (calls.filter(([operation]) => operation === wanted).length < n) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    /** The only text that is kept. */
    text: () => [...map.values()][0],
    ...more,
  };
}

/** At once, as localStorage does. */
export const plain = (act) => act();
/** A promise, as most do. */
export const later = async (act) => {
  await undefined;
  return act();
};
/** A promise, after so many milliseconds. */
export const after = (milliseconds) => (act) => new Promise((resolve) => setTimeout(() => resolve(act()), milliseconds));
/** Throws, as localStorage does where it is full or forbidden. */
export const throwing = () => {
  throw new DOMException("the quota has been exceeded", "QuotaExceededError");
};
export const rejecting = async () => throwing();
/** Never says anything. */
export const silent = () => new Promise(() => {});
/** One of these for one operation, and for the others that it is done. */
export const only = (operation, how) => (act, asked) => (asked === operation ? how(act) : act());
