// Chromium with tabs that are what they are for a user: only one of a window is seen, and one that was left stays in the back/forward cache.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { findBrowser } from "../../scripts/setup.mjs";
import { DEADLINE, startService } from "./service.mjs";

/** A browser and the service, both gone when the test `t` is over. `pages` are the tabs that were opened. */
export async function begin(t) {
  const { chromium: executablePath } = findBrowser();
  if (!executablePath) throw new Error("Chromium is missing: name it in CHROMIUM");
  const service = await startService();
  // Root cannot start Chromium with its sandbox.
  const args = ["--enable-features=BackForwardCache", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
  const browser = await chromium.launch({ executablePath, args, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  const context = await browser.newContext();
  context.setDefaultTimeout(DEADLINE);
  t.after(async () => {
    await browser.close();
    await service.close();
  });
  const world = { service, context, pages: [] };
  /** Stops all of the browser, as a machine does that sleeps, and lets it go on. */
  world.sleep = async () => {
    const { processInfo } = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
    const signal = (name) => processInfo.forEach(({ id }) => process.kill(id, name));
    signal("SIGSTOP");
    return () => signal("SIGCONT");
  };
  world.adopt = async (page, tab) => {
    page.tab = tab;
    world.pages.push(page);
    await unfeign(page);
    await page.waitForFunction(() => window.loaded, undefined, { polling: 50 });
    return page;
  };
  /** Opens a tab; `before` is the page that stays before it, where it is to begin hidden. */
  world.open = async (tab, query = {}, before = undefined) => {
    const page = await context.newPage();
    await unfeign(page);
    if (before) {
      await show(before);
      await holds(page, () => document.visibilityState === "hidden");
    }
    await page.goto(`${service.url}/page?${new URLSearchParams({ tab, ...query })}`);
    return world.adopt(page, tab);
  };
  /** The page of that tab. */
  world.page = (tab) => world.pages.find((page) => page.tab === tab);
  return world;
}

/** Playwright makes every page believe that it is seen and has the focus, and has no option for that: so this is asked of what is behind it. */
export async function unfeign(page) {
  const inside = page._connection.toImpl(page);
  await inside.delegate._mainFrameSession._client.send("Emulation.setFocusEmulationEnabled", { enabled: false });
}

/** A session of the devtools protocol with a page, kept for it. */
export const devtools = async (page) => (page.devtools ??= await page.context().newCDPSession(page));

export const freeze = async (page) => (await devtools(page)).send("Page.setWebLifecycleState", { state: "frozen" });
export const thaw = async (page) => (await devtools(page)).send("Page.setWebLifecycleState", { state: "active" });

/** Kills a page's process. */
export async function kill(page) {
  const crashed = page.waitForEvent("crash");
  (await devtools(page)).send("Page.crash").catch(() => {});
  await crashed;
}

/** Brings a page before the others of its window. */
export async function show(page) {
  await page.bringToFront();
  await page.waitForFunction(() => document.visibilityState === "visible", undefined, { polling: 20 });
}

/** Waits until this holds in the page, also where nobody sees it. */
export const holds = (page, fits, argument) => page.waitForFunction(fits, argument, { polling: 50 });

/** Waits until a page has taken in a poll's answer, and has nothing to do for a while: the server may know of the answer long before. */
export const rest = (page) => holds(page, () => client.health().nextPollAt > Date.now() + 400);

/** Waits until each of the pages shows this version. */
export const see = (pages, version) => Promise.all(pages.map((page) => holds(page, (wanted) => client.configuration?.json().version === wanted, version)));

/** What a page's client has been through. */
export const story = (page) => page.evaluate(() => ({ versions: client.versions, errors: client.errors, log, status: client.status, usage: client.usage, source: client.configuration?.source }));

/** How often one of the pages stole the lock. */
export const thefts = async (pages) => (await Promise.all(pages.map((page) => page.evaluate(() => thefts)))).reduce((sum, count) => sum + count, 0);

/** Nothing went wrong in any of the pages. */
export async function expectPeace(pages) {
  for (const page of pages) {
    const { log, errors, versions } = await story(page);
    assert.deepEqual(errors, [], `errors of ${page.tab}`);
    assert.deepEqual(log.filter((entry) => /^(wrong|start)/.test(entry)), [], `what went wrong in ${page.tab}`);
    assert.deepEqual(versions, [...versions].sort((a, b) => a - b), `${page.tab} goes back to an older one`);
  }
}
