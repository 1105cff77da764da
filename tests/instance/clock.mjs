// Time that passes only when a test says so: a standstill of ten seconds and an hour without waiting for them.

/** Takes over the clocks and timers of the whole runtime until `restore()`. `isBusy` says whether something goes on that no timer waits for. */
export function takeOver(isBusy) {
  const own = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const clocks = { monotonic: performance.now, wall: Date.now };
  const timers = new Set();
  let passed = 0;
  const [monotonic, wall] = [performance.now(), Date.now()];
  performance.now = () => monotonic + passed;
  Date.now = () => wall + passed;
  globalThis.setTimeout = (handler, delay = 0, ...words) => {
    const timer = { at: passed + delay, run: () => handler(...words), ref: () => timer, unref: () => timer };
    timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => timers.delete(timer);

  /** Lets everything happen that waits for no timer. */
  async function settle() {
    for (let quiet = 0; quiet < 3; quiet = isBusy() ? 0 : quiet + 1) await new Promise((resolve) => own.setTimeout(resolve));
  }

  return {
    settle,
    /** How many timers are set. */
    pending: () => timers.size,
    /** Lets so many milliseconds pass, one timer after the other. */
    async pass(milliseconds) {
      const end = passed + milliseconds;
      await settle();
      for (;;) {
        const next = [...timers].sort((a, b) => a.at - b.at)[0];
        if (!next || next.at > end) break;
        timers.delete(next);
        passed = Math.max(passed, next.at);
        next.run();
        await settle();
      }
      passed = end;
      await settle();
    },
    restore() {
      Object.assign(globalThis, own);
      performance.now = clocks.monotonic;
      Date.now = clocks.wall;
    },
  };
}
