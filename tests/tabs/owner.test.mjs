// Ten tabs share one session, whatever becomes of the one that owns it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, expectPeace, freeze, holds, kill, rest, see, show, story, thaw, thefts } from "./browser.mjs";

test("ten tabs open one session, and all of them see every update, whatever happens to the owner", async (t) => {
  const world = await begin(t);
  const { service } = world;
  for (let i = 0; i < 10; i++) await world.open(`${i}`);
  let alive = [...world.pages];
  const owner = () => world.page(service.polls.at(-1).tab);
  /** A new version reaches all of them. */
  const update = async (what) => {
    service.version++;
    await see(alive, service.version).catch(async (error) => {
      const shown = await Promise.all(alive.map(async (page) => `${page.tab}: ${(await story(page)).versions}`));
      throw new Error(`version ${service.version} ${what}: ${shown.join("; ")}; ${service}`, { cause: error });
    });
    assert.equal(service.sessions.length, 1, `sessions ${what}`);
  };
  /** The next owner has so long until it cannot know any more whether the last one has sent its token. */
  const slow = async () => {
    service.interval = 4;
    await service.polled();
    service.interval = 1;
    await rest(owner());
  };

  await update("at the start");
  assert.equal(new Set(service.polls.map(({ tab }) => tab)).size, 1, "one of them polls");

  const closed = owner();
  alive = alive.filter((page) => page !== closed);
  await show(alive[0]);
  await closed.close();
  await update("after the owner was closed");

  const killed = owner();
  alive = alive.filter((page) => page !== killed);
  await show(alive[0]);
  await slow();
  await kill(killed);
  await update("after the owner's process was killed");
  assert.notEqual(owner(), killed);

  const reloaded = owner();
  await reloaded.reload();
  await update("after the owner was reloaded");

  const frozen = owner();
  alive = alive.filter((page) => page !== frozen);
  await show(alive[0]);
  await freeze(frozen);
  await update("while the owner is frozen");
  assert.notEqual(owner(), frozen);
  await thaw(frozen);
  alive.push(frozen);
  await update("after it was thawed");
  assert.deepEqual((await story(frozen)).log.filter((entry) => /freeze|resume/.test(entry)), ["freeze", "resume"]);

  const left = owner();
  await left.evaluate(() => (window.kept = true));
  alive = alive.filter((page) => page !== left);
  await left.goto(`${service.url}/elsewhere`);
  await show(alive[0]);
  await update("while the owner is in the back/forward cache");
  await show(left);
  await left.goBack({ waitUntil: "commit" });
  alive.push(left);
  await update("after it came back");
  assert.equal(await left.evaluate(() => window.kept), true, "it was in the cache");

  const [copy] = await Promise.all([world.context.waitForEvent("page"), owner().evaluate(() => void window.open(location.href.replace(/tab=\d+/, "tab=copy")))]);
  alive.push(await world.adopt(copy, "copy"));
  await update("after a tab was duplicated");

  await expectPeace(alive);
  assert.deepEqual([service.refused, await thefts(alive)], [0, 0]);
  assert.equal(alive.length, 9);
});

test("a follower that is frozen or in the back/forward cache is never given the lock", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const [owner, frozen, left, last] = [await world.open("owner"), await world.open("frozen"), await world.open("left"), await world.open("last")];
  await see(world.pages, 1);
  await left.goto(`${service.url}/elsewhere`);
  await freeze(frozen);
  await show(last);
  await owner.close();
  service.version = 2;
  await see([last], 2);
  assert.equal(service.polls.at(-1).tab, "last");
  await thaw(frozen);
  await left.goBack({ waitUntil: "commit" });
  await see([frozen, left, last], 2);
  await expectPeace([frozen, left, last]);
  assert.equal(await thefts([frozen, left, last]), 0, "who is not given it would have to steal it");
  assert.ok((await story(left)).log.includes("pageshow persisted"), "it was in the cache");
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
});

test("an owner that is killed amid a poll costs one session and no update", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const [owner, follower] = [await world.open("owner"), await world.open("follower")];
  await see(world.pages, 1);
  await show(follower);
  let asked;
  const held = new Promise((resolve) => (asked = resolve));
  let answer;
  service.hold = () => new Promise((resolve) => {
    answer = resolve;
    asked();
  });
  await held;
  service.hold = undefined;
  await kill(owner);
  answer();
  service.version = 2;
  await see([follower], 2);
  assert.deepEqual([service.sessions.length, service.refused], [2, 1]);
  assert.deepEqual((await story(follower)).errors, ["token-refused"]);
});

test("two clients in one page, and one that is started, stopped and started again at once, share a session as tabs do", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const page = await world.open("one", { idle: "" });
  await page.evaluate(async () => {
    window.client = make();
    window.second = make();
    for (const it of [client, second]) {
      it.start().catch(() => {});
      it.stop();
      it.start().catch((error) => log.push(`start ${error}`));
    }
  });
  await holds(page, () => client.configuration && second.configuration);
  service.version = 2;
  await holds(page, () => client.versions.includes(2) && second.versions.includes(2));
  // The one that owns goes, and comes back.
  await page.evaluate(() => client.stop());
  service.version = 3;
  await holds(page, () => second.versions.includes(3));
  await page.evaluate(() => (second.stop(), client.start(), second.start()));
  service.version = 4;
  await holds(page, () => client.versions.includes(4) && second.versions.includes(4));
  await expectPeace([page]);
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
});

for (const [what, query] of Object.entries({ "a store": {}, "no store": { store: "none" } })) {
  test(`a page with a client and ${what} stays in the back/forward cache, also amid a poll`, async (t) => {
    const world = await begin(t);
    const { service } = world;
    const page = await world.open("one", query);
    await see([page], 1);
    let asked;
    const held = new Promise((resolve) => (asked = resolve));
    let answer;
    service.hold = () => {
      service.hold = undefined;
      return new Promise((resolve) => {
        answer = resolve;
        asked();
      });
    };
    await held;
    await page.goto(`${service.url}/elsewhere`);
    service.version = 2;
    answer();
    await page.goBack({ waitUntil: "commit" });
    await see([page], 2);
    const { log } = await story(page);
    const reasons = await page.evaluate(() => JSON.stringify(performance.getEntriesByType("navigation")[0].notRestoredReasons));
    assert.ok(log.includes("pageshow persisted"), `${log}; not restored: ${reasons}`);
    // With a store its token is in doubt, and was spent; without one the answer was waited for.
    assert.equal(service.sessions.length, what === "a store" ? 2 : 1);
  });
}
