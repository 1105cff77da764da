// The suite in Chromium: PACKAGE_TARBALL=… node tests/runtime/run-chromium.mjs

import { chromium } from "playwright-core";
import { runInBrowser } from "./site.mjs";

async function launch() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu", "--js-flags=--expose-gc"],
  });
  return {
    version: browser.version(),
    close: () => browser.close(),
    async open(url, place) {
      const page = await browser.newPage();
      if (process.env.VERBOSE) page.on("console", (message) => console.log(`[${place}] ${message.text()}`));
      await page.goto(url);
      return () => page.close();
    },
  };
}

await runInBrowser("chromium", { launch });
