// A browser, and pages of it that remember what went wrong in them.

import { chromium } from "playwright-core";
import { findBrowser } from "../../scripts/setup.mjs";

/** How long anything may take that has no limit of its own: this runs beside other tests. */
export const DEADLINE = 15_000;

export async function launch() {
  const { chromium: executablePath } = findBrowser();
  if (!executablePath) throw new Error("Chromium is missing: name it in CHROMIUM");
  // Root cannot start Chromium with its sandbox.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** A page in a context of its own; `page.wrongs` has what the console and the policy complained of, `page.tokens` each token that came in. */
export async function open(browser, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE);
  page.wrongs = [];
  page.tokens = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.wrongs.push(message.text()));
  page.on("pageerror", (error) => page.wrongs.push(error.message));
  page.on("response", async (response) => {
    const token = response.headers()["next-poll-configuration-token"];
    if (token) page.tokens.push(token);
    if (response.request().method() === "POST" && response.ok()) page.tokens.push((await response.json().catch(() => ({}))).InitialConfigurationToken);
  });
  await page.exposeFunction("wrong", (text) => page.wrongs.push(text));
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => wrong(`policy: ${event.violatedDirective} ${event.blockedURI}`)));
  return page;
}

/** Waits until the element has this text, or matches it. */
export async function shows(page, selector, wanted, timeout = DEADLINE) {
  const fits = (text) => (wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted));
  const end = performance.now() + timeout;
  for (let text; ; ) {
    text = await page.textContent(selector);
    if (fits(text)) return text;
    if (performance.now() > end) throw new Error(`${selector} shows ${JSON.stringify(text)}, expected ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const ready = (page) => page.waitForSelector('#status[data-status="ready"]');
