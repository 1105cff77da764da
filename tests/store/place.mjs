// The packed package with the programs of this folder beside it, and a service over HTTP that says what it was asked.

import { cpSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { installed, root } from "../runtime/package.mjs";

export { root } from "../runtime/package.mjs";
export const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

const { folder, home } = installed();

/** A folder in which `appconfig-edge` is what a user installs. */
export const place = folder;
cpSync(path.join(root, "tests/store"), path.join(folder, "store"), { recursive: true });

/** A file of the package. */
export const entry = (name) => import(pathToFileURL(path.join(home, name)).href);

const { createEmulator } = await entry("emulator.js");

/** The service, with version 0 deployed. `asked` counts what it was asked; `deploy` deploys another version. */
export async function service(t, options = {}) {
  const emulator = createEmulator({ intervalInSeconds: 1, ...options });
  const deploy = (version) => emulator.deploy({ ...target, content: { version } });
  deploy(0);
  const asked = { sessions: 0, polls: 0, problems: [] };
  const answer = async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = parts.length > 0 ? Buffer.concat(parts) : undefined;
    const answered = await emulator.fetch(`http://emulator${request.url}`, { method: request.method, body });
    const { operation, status, problem } = emulator.requests.at(-1);
    asked[operation === "StartConfigurationSession" ? "sessions" : "polls"] += 1;
    if (status >= 400) asked.problems.push(problem ?? status);
    response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(Buffer.from(await answered.arrayBuffer()));
  };
  const server = http.createServer((request, response) => answer(request, response).catch(() => response.destroy()));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, deploy };
}
