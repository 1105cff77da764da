// The Worker under test. Its clients are made at its global scope, where no I/O, timer or random number is allowed.

import { env } from "cloudflare:workers";
import * as appconfig from "appconfig-edge";
import { createEmulator } from "appconfig-edge/emulator";
import { perform } from "./harness.mjs";
import { tests } from "./suite.mjs";

export { Poller } from "./object.mjs";

/* global WORLD: put here by the runner, as `define` of the bundler */
const { server, elsewhere, closed } = WORLD;
const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

/** Workers KV as a store: many write to it, so it keeps the configuration alone. */
const kv = {
  getItem: (name) => env.KV.get(name),
  setItem: (name, text) => env.KV.put(name, text),
  removeItem: (name) => env.KV.delete(name),
};

/** One client for each of the tests in workers.mjs, named after the scenario of the server and the test; what follows a # parts those of one test. */
const clients = new Map();
const errors = new Map();
for (const [name, { keeps, ...options }] of Object.entries(WORLD.clients)) {
  const more = keeps ? { store: kv, sessionKey: "all", ...options } : options;
  const client = new appconfig.ConfigurationClient({ ...target, endpoint: `${server}/${name.split("#")[0]}`, headers: () => ({}), logger: null, ...more });
  clients.set(name, client);
  errors.set(name, []);
  client.addEventListener("error", ({ error }) => errors.get(name).push(error.code));
}

const world = {
  runtime: "workerd",
  server,
  elsewhere,
  closed,
  package: appconfig,
  createEmulator,
};

/** The normal mode: what is held is served, a poll that is due runs after the response. */
async function configured(client, ctx, { waits, wait, refreshes }) {
  const refreshed = client.refresh(waits ? { timeoutInMilliseconds: Number(waits) } : {});
  if (wait !== "forgotten") ctx.waitUntil(refreshed.catch(() => {}));
  else refreshed.catch(() => {});
  return refreshes ? refreshed : (client.configuration ?? refreshed);
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const query = Object.fromEntries(searchParams);
    if (pathname === "/test") return Response.json(await perform(tests.find(({ name }) => name === query.name), world));
    const object = pathname.match(/^\/object\/(.+)\/\w+$/);
    if (object) return env.POLLER.get(env.POLLER.idFromName(object[1])).fetch(request);
    const client = clients.get(query.client);
    if (pathname === "/state") {
      const { status, configuration, usage } = client;
      return Response.json({ status, configuration: configuration?.json() ?? null, errors: errors.get(query.client), usage, kept: (await env.KV.list()).keys.length });
    }
    const begin = Date.now();
    try {
      const configuration = await configured(client, ctx, query);
      return Response.json({ configuration: configuration.json(), source: configuration.source, milliseconds: Date.now() - begin });
    } catch (error) {
      return Response.json({ code: error.code, message: error.message, milliseconds: Date.now() - begin }, { status: 503 });
    }
  },
};
