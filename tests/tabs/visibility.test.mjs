// Who is seen gets what is new; who is not costs little. And the network and the machine's sleep.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../runtime/expect.mjs";
import { begin, expectPeace, freeze, holds, rest, see, show, story, thaw, unfeign } from "./browser.mjs";

const INTERVAL = 1000;
/** What a poll may be late by on a busy machine, in milliseconds. */
const SLACK = 2000;

/** A page of nothing, before which all others are hidden. */
async function cover(world) {
  const page = await world.context.newPage();
  await unfeign(page);
  await show(page);
  for (const other of world.pages) await holds(other, () => document.visibilityState === "hidden");
  return page;
}

/** The least time between two polls, in milliseconds. */
const closest = (polls) => polls.reduce((least, { at }, i) => (i ? Math.min(least, at - polls[i - 1].at) : least), Infinity);

test("a visible tab is as current as if it polled itself, though the owner is hidden", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const owner = await world.open("owner");
  await see([owner], 1);
  const follower = await world.open("follower");
  await holds(owner, () => document.visibilityState === "hidden");
  for (let version = 2; version < 5; version++) {
    service.version = version;
    const begin = performance.now();
    await see([follower], version);
    const took = performance.now() - begin;
    // An interval, its tenth of jitter, the half second that an owner that is seen would have needed.
    assert.ok(took < INTERVAL * 1.1 + 500 + SLACK, `${took} ms`);
  }
  assert.deepEqual(new Set(service.polls.map(({ tab }) => tab)), new Set(["owner"]));
  assert.equal(service.sessions.length, 1);
  await expectPeace(world.pages);
});

test("hidden tabs poll no more often than hiddenPollIntervalInSeconds, and at once when one is seen again", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const options = JSON.stringify({ hiddenPollIntervalInSeconds: 3 });
  for (const tab of ["a", "b", "c"]) await world.open(tab, { options });
  await see(world.pages, 1);
  const [, b] = world.pages;
  const before = await cover(world);
  const from = service.polls.length - 1;
  // Those that are opened hidden get what there is, though the next poll would be due.
  await holds(b, () => client.health().nextPollAt < Date.now());
  for (const tab of ["d", "e"]) await world.open(tab, { options }, before);
  await see(world.pages, 1);
  await service.until(() => service.polls.length > from + 2, "two polls of hidden tabs");
  assert.ok(closest(service.polls.slice(from)) > 2800, `polls at ${service.polls.slice(from).map(({ at }) => Math.round(at))}`);
  // The poll has been due for long when one is seen.
  const last = service.polls.at(-1).at;
  await pause(last + 1.2 * INTERVAL - performance.now());
  service.version = 2;
  const begun = performance.now();
  await show(b);
  await see([b], 2);
  assert.ok(service.polls.at(-1).at - begun < 1000 && service.polls.at(-1).at - last < 2900, `after ${service.polls.at(-1).at - last} ms`);
  assert.equal(service.sessions.length, 1);
  await expectPeace(world.pages);
});

test("with hiddenPollIntervalInSeconds of 0 hidden tabs poll not at all, and at once when one is seen again", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const options = JSON.stringify({ hiddenPollIntervalInSeconds: 0 });
  for (const tab of ["a", "b", "c"]) await world.open(tab, { options });
  await see(world.pages, 1);
  await cover(world);
  // Another configuration's client goes on meanwhile, by which the time is measured.
  await world.open("clock", { profile: "clock", store: "sessionStorage" });
  const before = service.polls.length;
  const others = () => service.polls.slice(before).filter(({ tab }) => tab !== "clock");
  await service.until(() => service.polls.slice(before).length - others().length >= 4, "four intervals");
  assert.ok(others().length <= 1, "at most the one that was under way");
  const begun = performance.now();
  service.version = 2;
  await show(world.page("b"));
  await see(["a", "b", "c"].map(world.page), 2);
  assert.ok(service.polls.findLast(({ tab }) => tab !== "clock").at - begun < 2 * INTERVAL);
  await expectPeace(world.pages);
  assert.equal(service.sessions.length, 2);
});

test("offline nothing is asked and nothing fails, and online brings what is new", async (t) => {
  const world = await begin(t);
  const { service, context } = world;
  for (const tab of ["owner", "follower"]) await world.open(tab);
  await see(world.pages, 1);
  await service.polled();
  await Promise.all(world.pages.map(rest));
  await context.setOffline(true);
  for (const page of world.pages) await holds(page, () => !navigator.onLine);
  const begun = performance.now();
  service.version = 2;
  // By the follower's clock: it asks when a poll is overdue, but not without a network.
  await world.page("follower").evaluate(() => new Promise((resolve) => setTimeout(resolve, 4000)));
  assert.equal(service.polls.filter(({ at }) => at > begun + 200).length, 0);
  await context.setOffline(false);
  const online = performance.now();
  await see(world.pages, 2);
  assert.ok(service.polls.at(-1).at - online < 0.1 * INTERVAL + SLACK);
  await expectPeace(world.pages);
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
});

test("a sleep ends with one poll", async (t) => {
  const world = await begin(t);
  const { service } = world;
  for (const tab of ["a", "b", "c"]) await world.open(tab);
  await see(world.pages, 1);
  service.interval = 3;
  await service.polled();
  await Promise.all(world.pages.map(rest));
  const { at } = service.polls.at(-1);
  const wake = await world.sleep();
  const asleep = service.polls.length;
  await pause(at + 4000 - performance.now());
  assert.equal(service.polls.length, asleep, "nobody polls");
  service.version = 2;
  wake();
  await see(world.pages, 2);
  await service.polled();
  // The one at the wake, and the next one an interval later.
  assert.equal(service.polls.length, asleep + 2);
  assert.ok(closest(service.polls.slice(asleep)) > 2800);
  await expectPeace(world.pages);
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
});

test("a tab whose client polls by hand asks for nothing by itself, and its refresh() ends with what the owner's poll brought", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const owner = await world.open("owner", { options: `{"hiddenPollIntervalInSeconds":0}` });
  await see([owner], 1);
  const manual = await world.open("manual", { options: `{"mode":"manual"}` });
  await see([manual], 1);
  await holds(owner, () => document.visibilityState === "hidden");
  // Long enough for a follower that looks by itself: due, half a second, and again two seconds later.
  const polls = service.polls.length;
  await manual.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3000)));
  assert.ok(service.polls.length <= polls + 1, `${service}`);
  service.version = 2;
  assert.deepEqual(await manual.evaluate(async () => [(await client.refresh()).json().version, client.configuration.source]), [2, "tab"]);
  assert.equal(service.polls.at(-1).tab, "owner");
  await expectPeace(world.pages);
  assert.equal(service.sessions.length, 1);
});

test("a page that is frozen amid its start goes on when it comes back", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const page = await world.open("one", { idle: "" });
  let asked;
  const held = new Promise((resolve) => (asked = resolve));
  service.hold = () => {
    service.hold = undefined;
    return new Promise(() => asked());
  };
  await page.evaluate(() => {
    window.client = make();
    window.started = client.start();
    window.refreshed = client.refresh({ timeoutInMilliseconds: 20_000 });
  });
  await held;
  // A page that was frozen counts as hidden until it is shown anew.
  const before = await cover(world);
  const interrupt = async () => {
    await freeze(page);
    await thaw(page);
    await show(before);
    await show(page);
  };
  await interrupt();
  assert.deepEqual(await page.evaluate(async () => [(await started).json().version, (await refreshed).json().version]), [1, 1]);
  // And before there is anything to let go of.
  await page.evaluate(() => (client.stop(), void (window.again = client.start())));
  await interrupt();
  await page.evaluate(() => again);
  service.version = 2;
  await see([page], 2);
  const { errors, log } = await story(page);
  // The token of the poll that was under way.
  assert.deepEqual([errors, log.filter((entry) => /^(wrong|start)/.test(entry))], [["token-refused"], []]);
  assert.deepEqual([service.sessions.length, service.refused], [2, 1]);
});
