// Chromium: from nothing to the first configuration in a page, each in a context of its own, so that nothing is cached; and persons with tabs.

import { chromium } from "playwright-core";
import { ensureBrowser } from "../../scripts/setup.mjs";

export async function launch() {
  const { chromium: executablePath } = await ensureBrowser();
  // Root cannot start Chromium with its sandbox.
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  const session = await browser.newBrowserCDPSession();
  /** CPU time of each renderer, in milliseconds, by process. */
  async function renderers() {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return new Map(processInfo.filter(({ type }) => type === "renderer").map(({ id, cpuTime }) => [id, cpuTime * 1000]));
  }
  return {
    version: browser.version(),
    /** A person: nothing is shared with another one. */
    person: () => browser.newContext(),
    close: () => browser.close(),
    /** Resolves with the text that was handed over, the renderer's CPU time, and the time from the navigation on. */
    async first(url) {
      const before = await renderers();
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        await page.goto(url);
        const { text, milliseconds } = await (await page.waitForFunction(() => globalThis.first)).jsonValue();
        // The page's own one, and perhaps the spare one that Chromium holds ready, which does nothing yet.
        const cpu = Math.max(...[...(await renderers())].map(([id, time]) => time - (before.get(id) ?? 0)));
        return { text, wall: milliseconds, cpu };
      } finally {
        await context.close();
      }
    },
  };
}
