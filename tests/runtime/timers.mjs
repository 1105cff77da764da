// Counts the timers that are pending in the whole runtime.

/** Watches from now on; `pending()` gives how many timers are set that have neither fired nor been cleared, `restore()` ends it. */
export function watchTimers() {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const pending = new Set();
  globalThis.setTimeout = (handler, ...rest) => {
    const timer = setTimeout((...words) => {
      pending.delete(timer);
      handler(...words);
    }, ...rest);
    pending.add(timer);
    return timer;
  };
  globalThis.setInterval = (...words) => {
    const timer = setInterval(...words);
    pending.add(timer);
    return timer;
  };
  for (const [name, clear] of [["clearTimeout", clearTimeout], ["clearInterval", clearInterval]]) {
    globalThis[name] = (timer) => {
      pending.delete(timer);
      clear(timer);
    };
  }
  return {
    pending: () => pending.size,
    restore: () => Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval }),
  };
}

/** A signal, and how many listeners it has. */
export function watchSignal() {
  const { signal } = new AbortController();
  let listeners = 0;
  for (const [name, step] of [["addEventListener", 1], ["removeEventListener", -1]]) {
    const original = signal[name];
    signal[name] = function (...words) {
      listeners += step;
      return original.apply(this, words);
    };
  }
  return { signal, listeners: () => listeners };
}
