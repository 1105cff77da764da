// The suite in a Web Worker, where import maps do not hold: the package is imported by its address.

import * as appconfig from "/package/index.js";
import { createEmulator } from "/package/emulator.js";
import { run } from "./browser.mjs";

addEventListener("message", async ({ data }) => {
  await run({ ...data, where: "worker", appconfig, createEmulator, tell: (result) => postMessage(result) });
  postMessage({ done: true });
});
