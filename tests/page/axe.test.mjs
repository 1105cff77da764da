// What axe-core finds in the page, in each state and both themes: nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { launch, open, ready, shows } from "./browser.mjs";
import { site, within } from "./site.mjs";

const limit = { timeout: 90_000 };
let browser;
let axe;
before(async () => {
  browser = await launch();
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});
after(() => browser?.close());

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function check(page, state) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations, passes } = await page.evaluate((runOnly) => axe.run(document, { runOnly }), rules);
    found.push(...violations.map(({ id, nodes }) => `${colorScheme}, ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join("\n")}`));
    assert.ok(passes.some(({ id }) => id === "color-contrast"), "it looked");
  }
  assert.deepEqual(found, [], state);
}

test("running, with a difference open, several profiles, failing, stopped, mistaken and empty", limit, async (t) => {
  const served = await site();
  t.after(() => served.close());
  // The page's policy lets no foreign script in; this one is the test's.
  const page = await open(browser, { bypassCSP: true });
  await page.addInitScript(axe);
  await page.goto(served.url);
  await ready(page);
  await page.waitForSelector("#fault-names input", { state: "attached" });
  await page.waitForSelector("#entries tr.unchanged");
  await check(page, "running");

  const flags = JSON.parse(await served.read("flags.json"));
  await served.write("flags.json", JSON.stringify({ ...flags, checkout: { enabled: false }, fresh: {} }));
  await shows(page, "#changes-counts", "by key", within(1));
  await check(page, "with a difference");

  for (const name of ["texts", "banner"]) {
    await page.selectOption("#profile", { label: `shop / prod / ${name}` });
    await page.click("#watch");
    await shows(page, "#client-title", name);
  }
  await shows(page, "#status", "ready");
  await check(page, "several profiles");

  served.emulator.fault("throttle", { rate: 1 });
  await page.waitForSelector('#status[data-status="stale"]');
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await shows(page, "#failure .code", "throttled");
  await check(page, "failing");
  served.emulator.clearFaults();

  await page.click("#stop");
  await page.waitForSelector('#status[data-status="stopped"]');
  await check(page, "stopped");

  await page.fill("#text", "");
  await page.click("#deploy");
  await shows(page, "#answer", "Not deployed");
  await page.fill("#request-price", "free");
  await page.press("#request-price", "Enter");
  await shows(page, "#price-mistake", "expected a price");
  await check(page, "mistaken");

  while (await page.$("#watched tr")) await page.click("#watched .remove");
  await shows(page, "#client-title", /^Client$/);
  await check(page, "nothing watched");
  await page.context().close();
});

test("forced colours and no motion: the state is told without either", limit, async (t) => {
  const served = await site();
  t.after(() => served.close());
  const page = await open(browser, { forcedColors: "active", reducedMotion: "reduce" });
  await page.goto(`${served.url}/?profile=missing&application=a&environment=b`);
  await page.waitForSelector('#status[data-status="starting"]');
  const animations = await page.evaluate(() => document.getAnimations().length);
  assert.equal(animations, 0);
  // The present state differs from the others in its fill, by the system's colours.
  const fills = await page.$$eval("#machine .node rect", (all) => all.map((it) => getComputedStyle(it).fill));
  const lit = await page.$eval("#machine .node.on rect", (it) => getComputedStyle(it).fill);
  assert.equal(fills.filter((it) => it === lit).length, 1);
  const lamp = await page.$eval("#status .lamp", (it) => getComputedStyle(it).borderTopColor);
  const ground = await page.$eval("#status", (it) => getComputedStyle(it).backgroundColor);
  assert.notEqual(lamp, ground);
  await page.context().close();
});
