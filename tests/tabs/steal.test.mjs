// An owner that stands still, and what becomes of it when it comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../runtime/expect.mjs";
import { begin, expectPeace, holds, rest, see, show, story, thefts } from "./browser.mjs";

/** Lets a page do nothing for so long. */
const block = (page, milliseconds) => page.evaluate((milliseconds) => {
  for (const end = Date.now() + milliseconds; Date.now() < end; );
}, milliseconds);

/** A window of its own, which is seen beside the others. */
async function openWindow(world, tab) {
  const from = world.pages[0];
  const [page] = await Promise.all([world.context.waitForEvent("page"), from.evaluate((tab) => void window.open(location.href.replace(/tab=\w+/, `tab=${tab}`), "", "popup,noopener,width=300,height=300"), tab)]);
  return world.adopt(page, tab);
}

test("a visible follower takes the place of an owner that stands still, and the owner follows when it comes back", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const [owner, follower] = [await world.open("owner"), await world.open("follower")];
  await see(world.pages, 1);
  await service.polled();
  await rest(owner);
  service.version = 2;
  const blocked = block(owner, 7000);
  const begun = performance.now();
  await see([follower], 2);
  const took = performance.now() - begun;
  // Due within 1.1 seconds, asked for half a second later, and two seconds of patience.
  assert.ok(took > 2000 && took < 6500, `${took} ms`);
  assert.equal(service.polls.at(-1).tab, "follower");
  await blocked;
  service.version = 3;
  await see(world.pages, 3);
  assert.equal(service.polls.at(-1).tab, "follower");
  await service.polled(2);
  assert.equal(await thefts(world.pages), 1);
  await expectPeace(world.pages);
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
});

test("of several visible followers one steals, and the others follow it", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const owner = await world.open("owner");
  const others = [];
  for (const tab of ["b", "c", "d"]) others.push(await openWindow(world, tab));
  await see(world.pages, 1);
  for (const page of others) await holds(page, () => document.visibilityState === "visible");
  await service.polled();
  await rest(owner);
  service.version = 2;
  const blocked = block(owner, 8000);
  await see(others, 2);
  await blocked;
  service.version = 3;
  await see(world.pages, 3);
  await service.polled(2);
  assert.equal(await thefts(world.pages), 1);
  assert.equal(new Set(service.polls.slice(-2).map(({ tab }) => tab)).size, 1);
  await expectPeace(world.pages);
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
});

test("what an owner that was stolen from was doing is dropped, and nobody goes back to it", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const [owner, follower, third] = [await world.open("owner"), await world.open("follower"), await world.open("third")];
  await show(follower);
  await see(world.pages, 1);
  // The owner's poll is answered while it stands still, with what is old by the time it comes back.
  let answer;
  const asked = new Promise((resolve) => {
    service.hold = () => {
      service.hold = undefined;
      return new Promise((go) => resolve((answer = go)));
    };
  });
  await asked;
  service.version = 2;
  const blocked = block(owner, 7000);
  await pause(200);
  answer();
  await service.until(() => service.polls.at(-1).tab === "follower", "the follower's poll");
  service.version = 3;
  await see([follower, third], 3);
  await blocked;
  await see(world.pages, 3);
  service.version = 4;
  await see(world.pages, 4);
  const { versions } = await story(third);
  assert.deepEqual(versions, [...versions].sort(), "never back");
  for (const page of world.pages) assert.deepEqual((await story(page)).log.filter((entry) => entry.startsWith("wrong")), []);
  assert.equal(await thefts(world.pages), 1);
  // The token that both sent, and the session after it.
  assert.deepEqual([service.sessions.length, service.refused], [2, 1]);
});
