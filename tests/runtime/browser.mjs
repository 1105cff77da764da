// Runs the suite in a page or in one of the workers that it can have.

import { pause } from "./expect.mjs";
import { inTurn, perform } from "./harness.mjs";
import { testsFor } from "./suite.mjs";
import given from "/world.js";

/** Tells the server a result. */
export const tell = (result) => fetch(`${given.server}/told`, { method: "POST", body: JSON.stringify(result) });

// Errors that nobody catches: a test may expect one; any other is a failure of its own.
const expected = new Set();
const uncaught = (error, event) => {
  event.preventDefault();
  for (const entry of expected) if (entry.matches(error)) return entry.resolve(error);
  tell({ name: "no uncaught error", error: `${error?.stack ?? error ?? event.message}` });
};
addEventListener("error", (event) => uncaught(event.error, event));
addEventListener("unhandledrejection", (event) => uncaught(event.reason, event));

/** Where a collector cannot be called it is made to run: memory is used up until something is collected. */
let pressing;
const press = () => (pressing ??= (async () => {
  let collected = false;
  const registry = new FinalizationRegistry(() => (collected = true));
  (() => registry.register({}, "sentinel"))();
  for (let i = 0; i < 500 && !collected; i++) {
    // What counts differs: in Firefox small objects, in WebKit what is outside the heap.
    press.waste = [Array.from({ length: 10_000 }, (_, n) => ({ n })), new WebAssembly.Memory({ initial: 16 })];
    await pause(0);
  }
  if (!collected) throw new Error("nothing is ever collected here");
})().finally(() => (pressing = undefined)));

let copies = 0;

/** What a place has by itself is in `own`: the package, and what of a world only it can bring, or cannot. */
export async function run({ glue, cannot, ...own }) {
  const world = {
    ...given,
    isBrowser: true,
    gc: globalThis.gc ?? press,
    memory: () => glue.initSync().memory.buffer.byteLength,
    uncaught: (matches) => new Promise((resolve) => {
      const entry = { matches, resolve: (error) => (expected.delete(entry), resolve(error)) };
      expected.add(entry);
    }),
    // Another address, and so another instance of all its modules.
    fresh: (name) => import(`/copies/${++copies}/${name}`),
    moduleBytes: async () => new Uint8Array(await (await fetch("/package/wasm/client.wasm")).arrayBuffer()),
    ...own,
    cannot: { ...given.cannot, ...cannot },
  };
  const { chosen, skipped } = testsFor(world);
  const told = skipped.map(tell);
  await inTurn(chosen, async (test) => told.push(tell(await perform(test, world))));
  await Promise.all(told);
}

/** Tells how it ended. */
export const conclude = (promise) => promise.then(() => tell({ done: true }), (error) => tell({ failed: `${error?.stack ?? error}` }));
