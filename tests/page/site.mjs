// The page with the emulator, as `npm start` serves them, on a copy of the sample configuration that a test may change.

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { root } from "../../scripts/run.mjs";
import { serve } from "../../www/serve.mjs";

export async function site({ intervalInSeconds = 1 } = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "page-"));
  await cp(path.join(root, "www", "sample-config"), folder, { recursive: true });
  const server = await serve({ port: 0, folder, intervalInSeconds, tell() {} });
  const file = (name) => path.join(folder, "shop", "prod", name);
  return {
    url: server.url,
    emulator: server.emulator,
    read: (name) => readFile(file(name), "utf8"),
    write: (name, text) => writeFile(file(name), text),
    remove: (name) => rm(file(name)),
    async close() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** How long an update may be on its way from a file to the page: the emulator's half second, an interval and a tenth, and a busy machine. */
export const within = (intervalInSeconds) => 500 + 1100 * intervalInSeconds + 2000;
