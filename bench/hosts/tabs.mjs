// A person with several tabs in Chromium, with the emulator as the service. Whatever they ask for is answered here, without a server.

import path from "node:path";
import { readFileSync } from "node:fs";
import { createEmulator } from "../../pkg/emulator.js";
import { root } from "../../scripts/run.mjs";
import { names } from "../documents.mjs";
import { meter } from "../meter.mjs";

const origin = "https://shop.test";
const types = { ".html": "text/html", ".js": "text/javascript" };
const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  import { ConfigurationClient } from "/package/index.js";
  // Lives for so long, and leaves.
  globalThis.live = async (milliseconds, isKept) => {
    const over = new Promise((resolve) => setTimeout(resolve, milliseconds));
    const client = new ConfigurationClient({ ...${JSON.stringify(names)}, endpoint: "/config", logger: null, ...(isKept && { store: localStorage }) });
    const configuration = await client.start();
    await over;
    client.stop();
    return configuration.text();
  };
</script>`;

/**
 * Two visits with so many tabs that are loaded at the same time: gives the meter of each. `isKept` is whether they have a store. The interval is a
 * second, and each tab lives for so many of them.
 */
export async function visits(browser, { tabs, intervals, isKept }) {
  const emulator = createEmulator({ intervalInSeconds: 1 });
  emulator.deploy({ ...names, content: { for: "tabs" } });
  const context = await browser.person();
  const meters = [];
  await context.route(`${origin}/**`, async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/config/")) {
      const body = pathname === "/" ? page : readFileSync(path.join(root, "pkg", pathname.replace("/package/", "")));
      return route.fulfill({ contentType: types[path.extname(pathname) || ".html"], body });
    }
    const response = await meters.at(-1).fetch(request.url(), { method: request.method(), body: request.postData() ?? undefined });
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() });
  });
  try {
    const pages = [];
    for (let tab = 0; tab < tabs; tab++) pages.push(await context.newPage());
    for (let visit = 0; visit < 2; visit++) {
      meters.push(meter(emulator.fetch));
      // All are there before the first begins, so that a busy machine does not part them.
      for (const tab of pages) await tab.goto(`${origin}/`);
      for (const tab of pages) await tab.waitForFunction(() => globalThis.live);
      const texts = await Promise.all(pages.map((tab) => tab.evaluate(([milliseconds, kept]) => globalThis.live(milliseconds, kept), [intervals * 1000, isKept])));
      const wrong = texts.find((text) => text !== '{"for":"tabs"}');
      if (wrong !== undefined) throw new Error(`a tab has another configuration: ${wrong}`);
    }
  } finally {
    await context.close();
  }
  return meters;
}
