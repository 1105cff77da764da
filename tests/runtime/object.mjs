// A Durable Object with a client that polls in the background: where a Worker's requests come and go, it stays.

import { ConfigurationClient, durableObjectStore } from "appconfig-edge";

/* global WORLD: put here by the runner */

/** One client, made by the first request, whose path is /{scenario}/{visit}/{command}. One whose visit begins with "kept" keeps its session. */
export class Poller {
  #ctx;
  #client;
  #told = [];

  constructor(ctx) {
    this.#ctx = ctx;
  }

  #made(scenario, visit) {
    if (this.#client) return this.#client;
    const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
    const store = visit.startsWith("kept") ? durableObjectStore(this.#ctx.storage) : undefined;
    this.#client = new ConfigurationClient({ ...target, endpoint: `${WORLD.server}/${scenario}/${visit}`, logger: null, store });
    this.#client.addEventListener("update", ({ configuration }) => this.#told.push(configuration.json().colour));
    this.#client.addEventListener("error", ({ error }) => this.#told.push(error.code));
    return this.#client;
  }

  async fetch(request) {
    const [scenario, visit, command] = new URL(request.url).pathname.split("/").slice(-3);
    const client = this.#made(scenario, visit);
    if (command === "start") await client.start();
    else if (command === "begin") client.start().catch(() => {});
    else if (command === "stop") client.stop();
    else if (command === "forget") await client.forget();
    else if (command === "entries") return Response.json((await this.#ctx.storage.list()).size);
    else if (command === "usage") return Response.json({ source: client.configuration?.source, ...client.usage });
    else if (command === "abort") this.#ctx.abort("the test wants a new instance");
    return Response.json({ status: client.status, configuration: client.configuration?.json() ?? null, told: this.#told });
  }
}
