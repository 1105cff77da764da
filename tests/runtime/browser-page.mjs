// What the page does: the suite here or in a worker of its own, or something that only a page of another kind shows.

import { equal, ok, same } from "./expect.mjs";
import { conclude, run, tell } from "./browser.mjs";
import { perform } from "./harness.mjs";
import world from "/world.js";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

/** The worker tells its results, and that it is done; the page tells only that it could not be loaded. */
const loaded = (worker) => (worker.onerror = (event) => tell({ failed: `the ${world.where} cannot be loaded: ${event.message || "no reason given"}` }));
const test = async (name, run) => tell(await perform({ name, run }, world));

const places = {
  page: () => conclude((async () => {
    const appconfig = await import("appconfig-edge");
    const { createEmulator } = await import("appconfig-edge/emulator");
    await run({ package: appconfig, createEmulator, glue: await import("/package/wasm/client.js") });
  })()),

  worker: () => loaded(new Worker("/suite/browser-worker.mjs", { type: "module" })),

  "shared worker": () => loaded(new SharedWorker("/suite/browser-worker.mjs", { type: "module" })),

  async "service worker"() {
    await navigator.serviceWorker.register("/suite/browser-service.mjs", { type: "module", scope: "/" });
    const { active } = await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    await test("an emulator in it answers the page", async (t) => {
      const { ConfigurationClient } = await import("appconfig-edge");
      const client = new ConfigurationClient({ ...target, endpoint: "/emulated", logger: null });
      t.after(() => client.stop());
      same((await t.soon(client.start())).json(), { colour: "blue" });
      const green = new Promise((resolve) => client.addEventListener("update", ({ configuration }) => configuration.json().colour === "green" && resolve(configuration)));
      active.postMessage({ deploy: { colour: "green" } });
      equal(await t.soon(green), client.configuration);
    });
    active.postMessage({ run: true });
  },

  bundle: () => conclude(test("a bundle of esbuild works", async (t) => {
    const { ConfigurationClient, createEmulator } = await import("/bundle.js");
    const emulator = createEmulator({ configurations: [{ ...target, content: "hello" }] });
    const client = new ConfigurationClient({ ...target, endpoint: "/", fetch: emulator.fetch });
    t.after(() => client.stop());
    equal((await client.start()).text(), "hello");
  })),

  policy: () => conclude(test("a policy without wasm-unsafe-eval is told as module-failed", async () => {
    const { ConfigurationClient } = await import("appconfig-edge");
    const client = new ConfigurationClient({ application: "a", environment: "b", configurationProfile: "c", endpoint: "/" });
    const error = await client.start().then(() => undefined, (reason) => reason);
    equal(error?.code, "module-failed");
    ok(error.message.includes("'wasm-unsafe-eval'"), error.message);
  })),
};

try {
  await places[world.where]();
} catch (error) {
  tell({ failed: `${error?.stack ?? error}` });
}
