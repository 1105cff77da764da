// The suite in a service worker, and an emulator there that answers the page's own requests.

import * as appconfig from "/package/index.js";
import { createEmulator } from "/package/emulator.js";
import * as glue from "/package/wasm/client.js";
import copies from "/copies.js";
import { conclude, run } from "./browser.mjs";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const emulator = createEmulator({ intervalInSeconds: 1, configurations: [{ ...target, content: { colour: "blue" } }] });

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (new URL(event.request.url).pathname.startsWith("/emulated/")) event.respondWith(emulator.fetch(event.request));
});
addEventListener("message", (event) => {
  if (event.data.deploy) return emulator.deploy({ ...target, content: event.data.deploy });
  event.waitUntil(conclude(run({
    package: appconfig,
    createEmulator,
    glue,
    fresh: async (name) => copies[name].shift(),
    cannot: { import: "a service worker may not import() while it runs" },
  })));
});
