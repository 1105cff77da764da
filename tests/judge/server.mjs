// What the judge's tests share: a folder of their own, the server on it, and waiting for what must happen.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startEmulator } from "../../pkg/emulator.http.js";

export const flags = { application: "shop", environment: "prod", configurationProfile: "flags" };

/** A folder with these files, removed after the test. */
export async function makeFolder(t, files = {}) {
  const parent = await mkdtemp(path.join(os.tmpdir(), "appconfig-edge-"));
  t.after(() => rm(parent, { recursive: true, force: true }));
  // A level deeper, so that what gets out of it is seen.
  const folder = path.join(parent, "config");
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

/** The server on a folder with these files; `events` is what it told. */
export async function start(t, files = { "shop/prod/flags.json": '{"one":1}' }, options = {}) {
  const folder = await makeFolder(t, files);
  const events = [];
  const server = await startEmulator({ port: 0, folder, tell: (event) => events.push(event), ...options });
  t.after(() => server.close());
  return { ...server, folder, admin: server.folder, events };
}

/** A session of one's own over plain HTTP. `poll` gives what the answer was; with a success it takes the next token. */
export async function openSession(url, target = flags, more = {}) {
  const body = JSON.stringify({
    ApplicationIdentifier: target.application,
    EnvironmentIdentifier: target.environment,
    ConfigurationProfileIdentifier: target.configurationProfile,
    ...more,
  });
  const response = await fetch(`${url}/configurationsessions`, { method: "POST", body });
  let { InitialConfigurationToken: token } = await response.json();
  return {
    status: response.status,
    async poll() {
      const answer = await fetch(`${url}/configuration?configuration_token=${encodeURIComponent(token)}`);
      token = answer.headers.get("next-poll-configuration-token") ?? token;
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    },
  };
}

/** What `look` gives as soon as that is truthy; fails after ten seconds. */
export async function until(look, what) {
  const limit = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > limit) throw new Error(`in ten seconds there was no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** As long as a write may take until every poll sees it. */
export const promised = () => new Promise((resolve) => setTimeout(resolve, 500));
