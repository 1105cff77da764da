// What 1, 100 and 10,000 clients hold that have their configuration and wait for their next poll, in Node.

import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { round } from "../figures.mjs";

export const title = "Memory of idle clients in Node, in bytes a client over the loaded module";

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "hosts", "idle.mjs");
const counts = [1, 100, 10_000];

export async function run() {
  const results = {};
  for (const count of counts) {
    const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", file, String(count)]);
    const { before, after } = JSON.parse(stdout);
    const each = (name) => round((after[name] - before[name]) / count);
    // The module's memory grows in pages of 64 kB and never shrinks, so with few clients it says nothing of one.
    results[count] = { heap: each("heap"), buffers: each("external"), wasm: each("wasmMemory"), wasmInAll: after.wasmMemory };
  }
  return results;
}

export function table(results) {
  const number = (value) => value.toLocaleString("en");
  return [
    ["clients", "JS heap", "buffers", "wasm memory", "wasm memory in all"],
    ...counts.map((count) => [number(count), number(results[count].heap), number(results[count].buffers), number(results[count].wasm), number(results[count].wasmInAll)]),
  ];
}
