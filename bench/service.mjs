// The mock upstream's process.

import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), "upstream.mjs");

export async function startService() {
  const child = fork(file);
  const [port] = await once(child, "message");
  const url = `http://127.0.0.1:${port}`;
  return { url, counts: async () => (await fetch(`${url}/counts`)).json(), close: () => child.disconnect() };
}
