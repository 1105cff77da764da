// Runs the suite in the process that it is started in: Node, Bun or Deno, with the package as they find it by its name.

import { createEmulator } from "appconfig-edge/emulator";
import * as appconfig from "appconfig-edge";
import { inTurn, perform } from "./harness.mjs";
import { testsFor } from "./suite.mjs";

const process = globalThis.process ?? (await import("node:process")).default;
const { readFileSync } = await import("node:fs");
const { fileURLToPath } = await import("node:url");
const { inspect } = await import("node:util");
const { runtime, copies, ...rest } = JSON.parse(process.env.WORLD);
const print = (value) => console.log(`result ${JSON.stringify(value)}`);
print({ version: { bun: () => Bun.version, deno: () => Deno.version.deno, node: () => process.versions.node }[runtime]() });

// Errors that nobody catches: a test may expect one; any other fails the whole run.
const expected = new Set();
const uncaught = (error, prevent) => {
  for (const { matches, resolve } of expected) {
    if (matches(error)) {
      prevent?.();
      return resolve(error);
    }
  }
  console.error("uncaught:", error);
  process.exit(3);
};
if (runtime === "deno") {
  globalThis.addEventListener("error", (event) => uncaught(event.error, () => event.preventDefault()));
  globalThis.addEventListener("unhandledrejection", (event) => uncaught(event.reason, () => event.preventDefault()));
} else {
  process.on("uncaughtException", (error) => uncaught(error));
}

// The very module that the package loaded: to see its memory.
const glue = await import(new URL("wasm/client.js", import.meta.resolve("appconfig-edge")).href);

const world = {
  ...rest,
  runtime,
  package: appconfig,
  createEmulator,
  inspect,
  gc: globalThis.gc,
  memory: () => glue.initSync().memory.buffer.byteLength,
  uncaught: (matches) => new Promise((resolve) => {
    const entry = {
      matches,
      resolve: (error) => {
        expected.delete(entry);
        resolve(error);
      },
    };
    expected.add(entry);
  }),
  // Another folder, and so another instance of all its modules.
  fresh: (name) => import(`file://${copies.shift()}/${name}`),
  moduleBytes: () => new Uint8Array(readFileSync(fileURLToPath(import.meta.resolve("appconfig-edge/appconfig-edge.wasm")))),
};

const { chosen, skipped } = testsFor(world);
skipped.forEach(print);
await inTurn(chosen, async (test) => print(await perform(test, world)));
print({ done: true });
