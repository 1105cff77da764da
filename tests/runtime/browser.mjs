// Runs the suite in a page or in a Web Worker of it; the page finds the package by its name, in an import map.

import { inTurn, perform } from "./harness.mjs";
import { testsFor } from "./suite.mjs";

/** `where` is "page" or "worker"; `tell` gets each result. */
export async function run({ where, server, elsewhere, closed, appconfig, createEmulator, tell }) {
  // Errors that nobody catches: a test may expect one; any other is a failure of its own.
  const expected = new Set();
  const uncaught = (error, event) => {
    event.preventDefault();
    for (const entry of expected) if (entry.matches(error)) return entry.resolve(error);
    tell({ name: "no uncaught error", error: String(error?.stack ?? error) });
  };
  addEventListener("error", (event) => uncaught(event.error, event));
  addEventListener("unhandledrejection", (event) => uncaught(event.reason, event));

  const glue = await import("/package/wasm/client.js");
  let copies = 0;
  const world = {
    runtime: "chromium",
    where,
    server,
    elsewhere,
    closed,
    package: appconfig,
    createEmulator,
    gc: globalThis.gc,
    memory: () => glue.initSync().memory.buffer.byteLength,
    uncaught: (matches) => new Promise((resolve) => {
      const entry = { matches, resolve: (error) => (expected.delete(entry), resolve(error)) };
      expected.add(entry);
    }),
    // Another address, and so another instance of all its modules.
    fresh: (name) => import(`/copies/${where}-${++copies}/${name}`),
    moduleBytes: async () => new Uint8Array(await (await fetch("/package/wasm/client.wasm")).arrayBuffer()),
  };
  await inTurn(testsFor("chromium"), async (test) => tell(await perform(test, world)));
}
