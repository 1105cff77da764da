// The mock upstream's process.

import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), "upstream.mjs");

/** `pages` is the folder of the pages that it serves. */
export async function startService(pages = "") {
  const child = fork(file, [pages]);
  const [port] = await once(child, "message");
  const url = `http://127.0.0.1:${port}`;
  return { url, counts: async () => (await fetch(`${url}/counts`)).json(), close: () => child.disconnect() };
}
