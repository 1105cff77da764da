// How the page looks and is used: narrow and wide, light and dark, with the keyboard and read aloud.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, ready, shows } from "./browser.mjs";
import { site } from "./site.mjs";

const limit = { timeout: 90_000 };
let browser;
let served;
before(async () => {
  browser = await launch();
  served = await site();
});
after(async () => {
  await browser?.close();
  await served?.close();
});

/** The texts whose contrast with their ground is below 4.5 to 1. */
function pale() {
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((it) => ((it /= 255) <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const colour = parse(getComputedStyle(it).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  let seen = 0;
  for (const element of document.querySelectorAll("body *")) {
    const text = element.matches("textarea") ? element.value : [...element.childNodes].map((it) => (it.nodeType === Node.TEXT_NODE ? it.data.trim() : "")).join("");
    if (!text || !element.checkVisibility()) continue;
    seen += 1;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) found.push(`${element.tagName} ${element.id || element.className}: ${contrast.toFixed(2)}`);
  }
  return { found, seen };
}

for (const colorScheme of ["light", "dark"]) {
  test(`in the ${colorScheme} theme everything can be read, at each width, without scrolling sideways`, limit, async () => {
    const page = await open(browser, { colorScheme });
    await page.goto(served.url);
    await ready(page);
    await shows(page, "#entries", "unchanged");
    // With everything on it that a bad day brings.
    await page.fill("#text", "{");
    await shows(page, "#mistake", "Not JSON");
    for (const width of [320, 375, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate(() => [...document.querySelectorAll("body, body *")].filter((it) => it.getBoundingClientRect().right > innerWidth + 0.5).map((it) => it.id || it.tagName));
      assert.deepEqual(wide, [], `${width} pixels`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      const { found, seen } = await page.evaluate(pale);
      assert.deepEqual(found, [], `${width} pixels`);
      assert.ok(seen > 40);
    }
    const [red] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    assert.equal(red < 128, colorScheme === "dark");
    assert.deepEqual(page.wrongs, []);
    await page.context().close();
  });
}

test("everything that can be used is reached by the keyboard, has a name, and shows its focus", limit, async () => {
  const page = await open(browser);
  await page.goto(served.url);
  await ready(page);
  await page.waitForFunction(() => document.querySelector("#text").value !== "" && document.querySelector("#fault-names input"));
  const reached = [];
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press("Tab");
    const it = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const shown = element.type === "radio" ? getComputedStyle(element.nextElementSibling) : { outlineStyle, outlineWidth };
      return { id: element.id || element.value || element.className, outline: shown.outlineStyle !== "none" && parseFloat(shown.outlineWidth) >= 2 };
    });
    if (it.id === "" || reached.includes(it.id)) break;
    assert.ok(it.outline, `${it.id} shows its focus`);
    reached.push(it.id);
  }
  assert.deepEqual(reached, [
    ...["choose", "remove", "profile", "watch"],
    ...["start", "stop", "refresh", "export", "unchanged", "clear", "entries"],
    ...["configuration", "text", "deploy", "reload"],
    ...["throttle", "fault-when", "fault-operation", "fault-add", "request-price", "configuration-price"],
  ]);
  // By its role and name, as a screen reader finds it.
  for (const [role, name] of [
    ["combobox", "Watch another profile"],
    ["button", "shop / prod / flags"],
    ["button", "Stop watching shop / prod / flags"],
    ["button", "Export record"],
    ["region", "Timeline entries"],
    ["radio", "lost-answer"],
    ["combobox", "When"],
    ["textbox", "Price of a request in dollars"],
    ["button", "Refresh"],
    ["region", "Configuration"],
    ["textbox", "Text to deploy"],
    ["checkbox", "Unchanged polls"],
    ["region", "Timeline"],
    ["heading", "Held by the client"],
  ]) {
    assert.equal(await page.getByRole(role, { name, exact: true }).count(), 1, `${role} ${name}`);
  }
  await page.context().close();
});

test("a screen reader is told what changes, and not of each poll", limit, async () => {
  const page = await open(browser);
  await page.goto(served.url);
  await ready(page);
  const told = () => page.textContent("#announcement");
  await shows(page, "#announcement", "The client is ready.");
  const before = Number(await page.textContent('[data-fact="requests"]'));
  await page.waitForFunction((least) => Number(document.querySelector('[data-fact="requests"]').textContent) >= least, before + 2);
  assert.equal(await told(), "The client is ready.");
  await page.click("#stop");
  await shows(page, "#announcement", "The client is stopped.");
  await page.context().close();
});

test("unchanged polls can be hidden, and the log cleared", limit, async () => {
  const page = await open(browser);
  await page.goto(served.url);
  await ready(page);
  await page.waitForSelector("#entries .unchanged");
  await page.uncheck("#unchanged");
  assert.equal(await page.isVisible("#entries .unchanged"), false);
  assert.equal(await page.isVisible("#entries .update"), true);
  await page.click("#stop");
  await page.waitForSelector('#status[data-status="stopped"]');
  await page.click("#clear");
  assert.equal(await page.$$eval("#entries li", (all) => all.length), 0);
  await page.context().close();
});
