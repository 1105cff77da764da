// What an engineer looks at to understand a client: its timeline, its state, what changed, what it cost, and its record.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, open, ready, shows } from "./browser.mjs";
import { site, within } from "./site.mjs";

const limit = { timeout: 90_000 };
let browser;
let served;
let page;
before(async () => (browser = await launch()));
after(() => browser?.close());
beforeEach(async () => {
  served = await site();
  page = await open(browser);
});
afterEach(async () => {
  await page.context().close();
  await served.close();
});

const shown = (selector) => page.textContent(selector);
const cells = (selector) => page.$$eval(`${selector} > *`, (all) => all.map((it) => it.textContent.trim()));
const row = (i) => `#watched tr:nth-child(${i})`;

test("each request is a row: operation, status, outcome, latency, size, retry, next due; a fault is marked by word and sign", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await page.waitForSelector("#entries tr.unchanged");
  const [time, operation, status, outcome, latency, size, retry, next] = await cells("#entries tr.unchanged");
  assert.match(time, /^\d\d:\d\d:\d\d$/);
  assert.deepEqual([operation, status, outcome, size, retry], ["GetLatestConfiguration", "200", "· unchanged", "0 B", ""]);
  assert.match(latency, /^\d+ ms$/);
  assert.match(next, /^\d\d:\d\d:\d\d$/);
  assert.equal(await page.$eval("#entries tr.unchanged .bar", (it) => parseFloat(it.style.getPropertyValue("--part")) > 0), true);

  served.emulator.fault("throttle", { times: 2 });
  await page.waitForSelector("#entries tr.failed ~ tr.failed");
  assert.deepEqual((await cells("#entries tr.failed")).slice(1, 4), ["GetLatestConfiguration", "429", "✕ throttled"]);
  // The second attempt was a retry, and so is the one that succeeds.
  assert.equal((await cells("#entries tr.failed"))[6], "1");
  await shows(page, "#entries tr.error", "ThrottlingException");
  await page.waitForFunction(() => [...document.querySelectorAll("#entries tr:not(.failed) .retry")].some((it) => it.textContent === "2"));
  assert.equal(await page.$$eval("#entries tr.error", (all) => all.length), 1, "a failure that goes on is told once");
  await page.waitForFunction(() => /failed/.test(document.querySelector("#strip").getAttribute("aria-label")));
  assert.match(await page.getAttribute("#strip .failed", "d"), /^M/);

  // A pause is a gap.
  await page.click("#stop");
  await page.waitForSelector('#status[data-status="stopped"]');
  await new Promise((resolve) => setTimeout(resolve, 1600));
  await page.click("#start");
  await shows(page, "#entries tr.gap", /\d+ s without a request.*the client was stopped/s);
  assert.deepEqual(page.wrongs.filter((it) => !it.includes("429")), []);
});

test("the state machine shows the state and the last transition, by its name too", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  const lit = () => page.$$eval("#machine .on", (all) => all.map((it) => it.querySelector("text").textContent));
  await page.waitForFunction(() => document.querySelectorAll("#machine .on").length === 2);
  assert.deepEqual(await lit(), ["received", "ready"]);
  assert.match(await page.getAttribute("#machine", "aria-label"), /^State machine: the client is ready; last transition starting to ready at \d\d:\d\d:\d\d$/);
  await page.route(/\/configuration\?/, (route) => route.abort());
  await page.waitForSelector('#status[data-status="stale"]');
  assert.deepEqual(await lit(), ["poll fails", "stale"]);
  await page.unroute(/\/configuration\?/);
  await page.click("#stop");
  await shows(page, "#transition", /^Last transition: (stale|ready) → stopped at /);
  assert.deepEqual(await lit(), ["stop()", "stopped"]);
  await page.click("#start");
  await shows(page, "#transition", /stopped → (ready|stale)|stale → ready/);
});

test("any two versions that are kept are compared by key; texts by line", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await shows(page, "#changes-counts", "One version so far");
  assert.equal(await page.isVisible("#changes .differences"), false);
  const first = JSON.parse(await served.read("flags.json"));
  const second = { ...first, checkout: { ...first.checkout, colour: "green" }, fresh: { on: true } };
  await served.write("flags.json", JSON.stringify(second));
  await shows(page, "#changes-counts", "1 changed, 1 added by key", within(1));
  assert.deepEqual(await cells("#differences tr.changed"), ["$.checkout.colour", "~ changed", '"blue"', '"green"']);
  assert.deepEqual(await cells("#differences tr.added"), ["$.fresh", "+ added", "", '{ "on": true }']);
  const { "gift-cards": gone, ...third } = second;
  await served.write("flags.json", JSON.stringify(third));
  await shows(page, "#changes-counts", /^1 removed by key$/, within(1));
  // The first with the third, and that stays when a fourth comes.
  await page.selectOption("#old-version", "1");
  await shows(page, "#changes-counts", "1 changed, 1 added, 1 removed by key");
  assert.deepEqual(await cells("#differences tr.removed"), ["$.gift-cards", "− removed", '{ "enabled": false }', ""]);
  await served.write("flags.json", JSON.stringify(third, null, 1));
  await page.waitForSelector('#new-version option[value="4"]', { state: "attached" });
  assert.equal(await page.inputValue("#new-version"), "3");
  await page.selectOption("#new-version", "4");
  await page.selectOption("#old-version", "3");
  await shows(page, "#changes-remark", "only spacing, order or digits differ");
  await page.selectOption("#old-version", "4");
  await shows(page, "#changes-counts", "This is one version twice");

  // Not JSON.
  await page.selectOption("#profile", { label: "shop / prod / texts" });
  await page.click("#watch");
  await shows(page, "#configuration", "welcome:");
  const text = await served.read("texts.yaml");
  await served.write("texts.yaml", text.replace("Welcome to the shop", "Welcome back"));
  await shows(page, "#changes-counts", "1 changed by line", within(1));
  assert.deepEqual(await cells("#differences tr.changed"), ["3", "~ changed", "welcome: Welcome to the shop", "welcome: Welcome back"]);
  assert.deepEqual(page.wrongs, []);
});

test("several profiles are watched side by side, and the address keeps them", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await page.selectOption("#profile", { label: "shop / prod / texts" });
  await page.click("#watch");
  await shows(page, "#client-title", "shop / prod / texts");
  await shows(page, row(2), "ready");
  assert.equal(new URL(page.url()).search, "?application=shop&environment=prod&profile=texts&watch=shop/prod/flags&watch=shop/prod/texts");
  // One that is not deployed, by its names.
  await page.selectOption("#profile", { label: "Another…" });
  await page.fill("#application", "shop");
  await page.fill("#environment", "prod");
  await page.click("#watch");
  await shows(page, "#add-answer", "Configuration profile: expected 1 to 128 characters, got none");
  await page.fill("#configuration-profile", "new prices");
  await page.click("#watch");
  await shows(page, row(3), "starting");
  await shows(page, "#failure .code", "not-found");
  await page.click("#watch");
  await shows(page, "#add-answer", "shop/prod/new prices is watched already");
  // Each has its own state.
  assert.match(await shown(row(1)), /ready/);
  await page.reload();
  await shows(page, row(1), "ready");
  await shows(page, row(2), "ready");
  await shows(page, "#client-title", "shop / prod / new prices");
  assert.equal(await page.$$eval("#watched tr", (all) => all.length), 3);
  await page.click(`${row(1)} .choose`);
  await shows(page, "#configuration", '"colour": "blue"');
  assert.equal(await page.getAttribute(`${row(1)} .choose`, "aria-current"), "true");
  await page.click("#stop");
  await shows(page, row(1), "stopped");
  assert.match(await shown(row(2)), /ready/);
  await shows(page, "#announcement", "shop / prod / flags: The client is stopped.");
  // Away with the one that is shown: the next takes its place, in the keyboard's order too.
  await page.click(`${row(1)} .remove`);
  await shows(page, "#client-title", "shop / prod / texts");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "shop / prod / texts");
  await page.click(`${row(2)} .remove`);
  await page.click(`${row(1)} .remove`);
  await shows(page, "#client-title", /^Client$/);
  assert.equal(await page.isVisible(".summary"), false);
  const before = served.emulator.requests.length;
  await page.waitForFunction(() => document.querySelector("#start").getAttribute("aria-disabled") === "true");
  // What is not watched is not polled: an interval passes.
  await new Promise((resolve) => setTimeout(resolve, 1300));
  assert.equal(served.emulator.requests.length, before);
  assert.deepEqual(page.wrongs.filter((it) => !it.includes("404")), []);
});

test("the cost is that of all profiles, at prices that can be changed, and are in the address", limit, async () => {
  await served.close();
  served = await site({ intervalInSeconds: 60 });
  await page.goto(`${served.url}/?watch=shop/prod/flags&watch=shop/prod/texts`);
  await shows(page, row(1), "ready");
  await shows(page, row(2), "ready");
  // Two sessions, two first polls, each of which received a configuration.
  await shows(page, '[data-cost="requests"]', /^4$/);
  await shows(page, '[data-cost="received"]', /^2$/);
  await shows(page, '[data-cost="total"]', "$0.0016008");
  await shows(page, `${row(1)} .cost`, "$0.0008004");
  await page.fill("#configuration-price", "one");
  await page.press("#configuration-price", "Enter");
  await shows(page, "#price-mistake", "Price of a configuration received in dollars: expected a price");
  await page.fill("#configuration-price", "0.01");
  await page.press("#configuration-price", "Enter");
  await shows(page, '[data-cost="total"]', "$0.0200008");
  await shows(page, "#price-mistake", /^$/);
  assert.match(page.url(), /&configuration-price=0\.01$/);
  await page.reload();
  await shows(page, '[data-cost="total"]', "$0.0200008");
  assert.deepEqual(page.wrongs, []);
});

test("the record of a session is a file without tokens and content", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await page.waitForSelector("#entries tr.unchanged");
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
  assert.match(file.suggestedFilename(), /^appconfig-edge-record-flags-\d{4}-\d\d-\d\dT\d{6}\.json$/);
  const text = await readFile(await file.path(), "utf8");
  const { application, configurationProfile, entries } = JSON.parse(text);
  assert.deepEqual([application, configurationProfile], ["shop", "flags"]);
  assert.deepEqual(entries.filter(({ call }) => call).map(({ call }) => call), ["start"]);
  assert.ok(entries.some(({ operation }) => operation === "StartConfigurationSession"));
  assert.ok(page.tokens.length >= 2);
  for (const secret of [...page.tokens, "blue", served.url]) assert.ok(!text.includes(secret), `${secret} is in the record`);
  assert.deepEqual(page.wrongs, []);
});

test("a hidden page shows nothing anew until it is seen, and its clients go on", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    // Browsers give a hidden page no frames.
    window.frames0 = [];
    window.requestAnimationFrame = (draw) => frames0.push(draw);
  });
  const before = await shown("#entries");
  const polls = served.emulator.requests.length;
  while (served.emulator.requests.length < polls + 2) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await shown("#entries"), before);
  assert.equal(await page.evaluate(() => frames0.length), 1, "one frame is asked for, not one for each poll");
  await page.evaluate(() => frames0[0]());
  assert.notEqual(await shown("#entries"), before);
});
