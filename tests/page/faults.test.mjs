// The switches for the emulator's faults.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, ready, shows } from "./browser.mjs";
import { site } from "./site.mjs";

const limit = { timeout: 60_000 };
let browser;
let served;
let page;
before(async () => {
  browser = await launch();
  served = await site();
  page = await open(browser);
  await page.goto(served.url);
  await ready(page);
  await page.waitForSelector("#fault-names input", { state: "attached" });
});
after(async () => {
  await browser?.close();
  await served?.close();
});

/** By its label, as a person does. */
const choose = (name) => page.click(`#fault-names label:has(input[value="${name}"])`);

test("every fault that the emulator knows is there, with what it does", limit, async () => {
  const names = await page.$$eval("#fault-names input", (all) => all.map((it) => it.value));
  assert.deepEqual(names.sort(), [
    ...["clock-skew", "compressed", "corrupted-token", "cut-body", "expired-token", "hang", "hidden-headers", "html-page", "internal-error", "interval"],
    ...["lost-answer", "throttle", "unavailable", "wrong-content-type"],
  ]);
  for (const name of names) {
    await choose(name);
    assert.match(await page.textContent("#fault-meaning"), /\w{3}.*\.$/, name);
  }
});

test("one that happens once comes, is seen, and is gone", limit, async () => {
  await choose("internal-error");
  await page.selectOption("#fault-operation", "GetLatestConfiguration");
  await page.click("#fault-add");
  await shows(page, "#fault-answer", "Planned: internal-error.");
  await page.waitForSelector("#entries tr.failed");
  await shows(page, "#entries tr.failed", "service-error");
  // It is not to come any more: the list knows by itself.
  await shows(page, "#pending", "Nothing is to go wrong.");
  assert.equal(served.emulator.requests.filter(({ fault }) => fault === "internal-error").length, 1);
});

test("several times, standing, for an operation, with seconds; cleared one by one and all at once", limit, async () => {
  // So that none of them happens.
  await page.click("#stop");
  await page.waitForSelector('#status[data-status="stopped"]');
  await choose("throttle");
  await page.selectOption("#fault-operation", "StartConfigurationSession");
  await page.selectOption("#fault-when", "times");
  await page.fill("#fault-times", "3");
  await page.click("#fault-add");
  await shows(page, "#pending", "throttle3 times · StartConfigurationSession");
  await page.selectOption("#fault-when", "rate");
  await page.fill("#fault-rate", "0.25");
  await choose("hang");
  await page.click("#fault-add");
  await shows(page, "#pending", "hang25 % of requests · StartConfigurationSession");
  // One of a single operation says so, and another keeps what was chosen.
  await choose("interval");
  assert.equal(await page.inputValue("#fault-operation"), "GetLatestConfiguration");
  assert.equal(await page.isDisabled("#fault-operation"), true);
  await page.selectOption("#fault-when", "rate");
  await page.fill("#fault-rate", "0.001");
  await page.fill("#fault-seconds", "2");
  await page.click("#fault-add");
  await shows(page, "#pending", /interval0\.1 % of requests.*2 s/);
  await choose("hang");
  assert.equal(await page.inputValue("#fault-operation"), "StartConfigurationSession");
  const planned = served.emulator.faults.map(({ name, times, rate, operation, seconds }) => ({ name, times, rate, operation, seconds: name === "interval" ? seconds : 0 }));
  assert.deepEqual(planned, [
    { name: "throttle", times: 3, rate: 1, operation: "StartConfigurationSession", seconds: 0 },
    { name: "hang", times: undefined, rate: 0.25, operation: "StartConfigurationSession", seconds: 0 },
    { name: "interval", times: undefined, rate: 0.001, operation: planned[2].operation, seconds: 2 },
  ]);
  await page.click('#pending button[aria-label="Clear hang"]');
  await page.waitForFunction(() => !document.querySelector("#pending").textContent.includes("hang"));
  assert.deepEqual(served.emulator.faults.map(({ name }) => name), ["throttle", "interval"]);
  await page.click("#fault-clear");
  await shows(page, "#pending", "Nothing is to go wrong.");
  assert.deepEqual(served.emulator.faults, []);
  // What the form does not let through is not sent.
  await page.fill("#fault-rate", "7");
  await page.click("#fault-add");
  assert.equal(await page.$eval("#fault-rate", (it) => it.validity.rangeOverflow), true);
  assert.deepEqual(served.emulator.faults, []);
});
