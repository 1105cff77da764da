// The scenarios in the runtime that it is started in, with the copies of the package that PLACES names; a line of JSON for each.

import { readFileSync } from "node:fs";
import process from "node:process";
import scenarios from "./scenarios.mjs";

const { home, copies, module } = JSON.parse(process.env.PLACES);
const from = (place, file) => import(`file://${place}/${file}`);
const { createEmulator } = await from(home, "emulator.js");
const bytes = new Uint8Array(readFileSync(module));

/** Another folder, and so another instance of all its modules. */
async function load() {
  const place = copies.shift();
  const [slim, glue, module] = await Promise.all(["slim.js", "wasm/client.js", "module.js"].map((file) => from(place, file)));
  return { slim, glue, module };
}

for (const { name, run } of scenarios) {
  const error = await run({ load, bytes, createEmulator, gc: globalThis.gc }).then(() => undefined, (reason) => reason.stack ?? String(reason));
  console.log(`result ${JSON.stringify({ name, error })}`);
}
