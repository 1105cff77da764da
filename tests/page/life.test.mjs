// What a person does with the page: look, edit, deploy, stop and start.

import assert from "node:assert/strict";
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

const held = "#configuration";
const shown = (selector) => page.textContent(selector);
/** Changes the text in the editor. */
const edit = async (from, to) => page.fill("#text", (await page.inputValue("#text")).replace(from, to));
const loaded = () => page.waitForFunction(() => document.querySelector("#text").value !== "");
/** What the editor says when the client holds what was deployed; a poll may be faster than the emulator's answer. */
const arrived = /^Deployed(, and with the client \d+\.\d s later\.|\. The client holds it already\.)$/;
const polls = () => served.emulator.requests.length;

test("it loads under a strict policy, starts, and shows the configuration, and never a token", limit, async () => {
  const answer = await page.goto(served.url);
  const policy = answer.headers()["content-security-policy"];
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
  await ready(page);
  await shows(page, held, '"colour": "blue"');
  assert.equal(await shown('#held [data-member="type"]'), "application/json");
  assert.equal(await shown('#held [data-member="version"]'), await shown('#editor [data-member="version"]'));
  assert.equal(await shown('[data-fact="sessions"]'), "1");
  assert.equal(await shown('[data-fact="updates"]'), "1");
  await shows(page, "#entries", "unchanged");
  await shows(page, "#entries .session", "session opened");
  // The age goes on by itself.
  await shows(page, '#held [data-member="age"]', /^[23] s ago$/);
  assert.ok(page.tokens.length >= 3, "there were tokens to look for");
  const html = await page.content();
  for (const token of page.tokens) assert.ok(!html.includes(token), "a token is in the page");
  assert.deepEqual(page.wrongs, []);
});

test("what is edited and deployed in the page arrives within an interval", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await loaded();
  await edit('"blue"', '"green"');
  await page.click("#deploy");
  await shows(page, held, '"colour": "green"', within(1));
  await shows(page, "#answer", arrived);
  assert.match(await served.read("flags.json"), /"colour": "green"/);
  await shows(page, '[data-fact="updates"]', "2");
  assert.equal(await shown('#held [data-member="version"]'), await shown('#editor [data-member="version"]'));
  // By keyboard.
  await edit('"green"', '"red"');
  await page.focus("#text");
  await page.keyboard.press("Control+Enter");
  await shows(page, held, '"colour": "red"', within(1));
  assert.deepEqual(page.wrongs, []);
});

test("a file that is edited on disk arrives, in the editor too", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await loaded();
  await served.write("flags.json", '{ "checkout": { "enabled": false } }');
  await shows(page, held, '"checkout": { "enabled": false }', within(1));
  await page.waitForFunction(() => document.querySelector("#text").value === '{ "checkout": { "enabled": false } }');
  // What somebody is typing stays.
  await page.fill("#text", '{ "mine": true }');
  await served.write("flags.json", '{ "theirs": true }');
  await shows(page, held, '"theirs": true', within(1));
  await shows(page, "#answer", "Another version was deployed since you began");
  assert.equal(await page.inputValue("#text"), '{ "mine": true }');
  await page.click("#reload");
  await page.waitForFunction(() => document.querySelector("#text").value === '{ "theirs": true }');
  assert.deepEqual(page.wrongs, []);
});

test("a mistake in JSON is told with its place, and nothing is deployed", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await loaded();
  const before = await served.read("flags.json");
  await page.fill("#text", '{\n  "a": 1,\n}');
  await shows(page, "#mistake", "line 3, column 1: expected a name in double quotes, got }");
  await page.click("#deploy");
  await shows(page, "#answer", "Not deployed");
  assert.equal(await page.evaluate(() => document.querySelector("#text").selectionStart), 12);
  assert.equal(await page.getAttribute("#text", "aria-invalid"), "true");
  assert.equal(await served.read("flags.json"), before);
  await page.fill("#text", '{ "a": 1 }');
  await shows(page, "#mistake", /^$/);
  assert.deepEqual(page.wrongs, []);
});

test("a deployment that fails is told", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await loaded();
  await edit('"blue"', '"green"');
  await page.route("**/_emulator/configurations/**", (route) => route.fulfill({ status: 507, json: { message: "the disk is full" } }));
  await page.click("#deploy");
  await shows(page, "#answer", "Not deployed: the disk is full");
  await page.unroute("**/_emulator/configurations/**");
  await page.route("**/_emulator/configurations/**", (route) => route.abort());
  await page.click("#deploy");
  await shows(page, "#answer", "Not deployed: the emulator does not answer");
  await page.unroute("**/_emulator/configurations/**");
  await page.click("#deploy");
  await shows(page, held, '"colour": "green"', within(1));
});

test("stop ends the polls and keeps what is held, start goes on", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await page.click("#stop");
  await page.waitForSelector('#status[data-status="stopped"]');
  assert.equal(await page.evaluate(() => document.activeElement.id), "stop", "the keyboard's place is kept");
  const before = polls();
  await served.write("flags.json", '{ "later": true }');
  // That nothing happens can only be seen by waiting, here for two intervals.
  await new Promise((resolve) => setTimeout(resolve, 2200));
  assert.equal(polls(), before);
  assert.match(await shown(held), /"colour": "blue"/);
  await page.click("#start");
  await ready(page);
  await shows(page, held, '"later": true', within(1));
  assert.deepEqual(page.wrongs, []);
});

test("refresh inside the interval asks nobody, and says so", limit, async () => {
  await served.close();
  served = await site({ intervalInSeconds: 60 });
  await page.goto(served.url);
  await ready(page);
  const before = polls();
  await page.click("#refresh");
  await shows(page, "#entries", "gave what is held without asking");
  assert.equal(polls(), before);
  assert.match(await shown('[data-fact="next"]'), /^in (1 min|\d+ s)$/);
  assert.deepEqual(page.wrongs, []);
});

test("what is not deployed is told, and can be deployed", limit, async () => {
  await page.goto(`${served.url}/?application=shop&environment=prod&profile=new`);
  await shows(page, "#failure .code", "not-found");
  await shows(page, "#failure .next", /next attempt in \d.*, at \d/);
  await shows(page, "#watched", "shop / prod / new");
  // What is not there yet can be deployed.
  await shows(page, "#answer", "Nothing is deployed here");
  await page.fill("#text", '{ "fresh": true }');
  await page.click("#deploy");
  await ready(page);
  await shows(page, held, '{ "fresh": true }');
  await shows(page, "#answer", arrived);
  assert.equal(await served.read("new.json"), '{ "fresh": true }');
  assert.equal(await page.isVisible("#failure"), false);
});

test("what was typed is not lost by going to another profile, and the page is not left with it unasked", limit, async () => {
  await page.goto(`${served.url}/?watch=shop/prod/flags&watch=shop/prod/texts`);
  await ready(page);
  await loaded();
  const leaves = async () => {
    let asked = false;
    page.once("dialog", (dialog) => (asked = true) && dialog.accept());
    await page.reload();
    await ready(page);
    page.removeAllListeners("dialog");
    return asked;
  };
  assert.equal(await leaves(), false);
  await loaded();
  await page.click("#text");
  await page.fill("#text", '{ "draft": true }');
  await page.click("#watched tr:nth-child(2) .choose");
  await shows(page, held, "welcome: Welcome to the shop");
  assert.equal(await shown('#held [data-member="type"]'), "application/x-yaml");
  await page.waitForFunction(() => document.querySelector("#text").value.includes("welcome:"));
  await page.click("#watched tr:nth-child(1) .choose");
  await page.waitForFunction(() => document.querySelector("#text").value === '{ "draft": true }');
  assert.equal(await leaves(), true);
  assert.deepEqual(page.wrongs, []);
});

test("a mistake in feature flags is told with its place, and shown there", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  await loaded();
  const flags = { version: "1", flags: { checkout: { name: "Checkout", attributes: { colour: { constraints: { type: "string", enum: ["red", "blue"] } } } } }, values: { checkout: { enabled: true, colour: "green" } } };
  const text = JSON.stringify(flags, null, 2);
  await page.fill("#text", text);
  await page.click("#deploy");
  await shows(page, "#answer", /^Not deployed: .*\$\.values\.checkout\.colour: expected .*"green" \(line 22, column 7\)$/);
  const selected = await page.$eval("#text", (it) => it.value.slice(it.selectionStart, it.selectionEnd));
  assert.equal(selected, '"colour"');
  await page.fill("#text", text.replace('"green"', '"red"'));
  await page.click("#deploy");
  await shows(page, held, '"colour": "red"', within(1));
});

test("a file that cannot be deployed is told with what is wrong, until it is mended", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  assert.equal(await page.isVisible("#problems"), false);
  await served.write("flags.json", '{\n  "a": x\n}');
  // The page looks when somebody comes back to it.
  await page.waitForFunction(() => dispatchEvent(new Event("focus")) && document.querySelector("#problems").checkVisibility());
  await shows(page, "#problems", /shop\/prod\/flags\.json.*is not JSON: line 2/s);
  await served.write("flags.json", '{ "a": 1 }');
  await shows(page, held, '{ "a": 1 }', within(1));
  await page.waitForSelector("#problems", { state: "hidden" });
});

test("a configuration is text, whatever is in it", limit, async () => {
  await page.goto(`${served.url}/?profile=banner`);
  await shows(page, held, "Free delivery");
  const text = '<img src="x" onerror="wrong(1)"><script>wrong(2)</script>&lt;\u0000"';
  await served.write("banner.txt", text);
  await shows(page, held, "<img", within(1));
  assert.equal(await shown(held), text);
  assert.equal(await page.$$eval("main :is(img, script)", (all) => all.length), 0);
  // Bytes that are no text are shown as bytes, and not edited.
  await served.write("banner.txt", Buffer.from([0xff, 0x00, 0x41]));
  await shows(page, held, "000000  ff 00 41", within(1));
  await shows(page, "#answer", "not text");
  assert.equal(await page.isDisabled("#deploy"), true);
  assert.deepEqual(page.wrongs, []);
});

test("an emulator that is gone makes the client stale, with the code and the next attempt", limit, async () => {
  await page.goto(served.url);
  await ready(page);
  const before = await shown(held);
  await page.route(/\/configuration(sessions)?(\?|$)/, (route) => route.abort());
  await page.waitForSelector('#status[data-status="stale"]');
  await shows(page, "#failure .code", "network");
  await shows(page, "#failure .next", /next attempt|trying again/);
  assert.equal(await shown(held), before);
  await shows(page, "#entries", "no answer");
  await page.unroute(/\/configuration(sessions)?(\?|$)/);
  // The pause after a few failures is up to 20 seconds.
  await page.waitForSelector('#status[data-status="ready"]', { timeout: 40_000 });
  assert.equal(await page.isVisible("#failure"), false);
});
