// What Web Storage keeps over reloads, in copies of a tab, after a logout, and where it fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, expectPeace, holds, see, show, story, unfeign } from "./browser.mjs";

const stored = (page, store) => page.evaluate((store) => Object.entries(window[store]).filter(([name]) => name.startsWith("appconfig-edge")).map(([, text]) => text), store);

for (const store of ["localStorage", "sessionStorage"]) {
  test(`${store} brings session, configuration and usage over reloads`, async (t) => {
    const world = await begin(t);
    const { service } = world;
    const page = await world.open("one", { store });
    await see([page], 1);
    for (let version = 2; version < 5; version++) {
      await page.reload();
      await holds(page, () => window.client?.configuration);
      // Before any poll.
      assert.equal((await story(page)).source, "store");
      service.version = version;
      await see([page], version);
    }
    const { usage } = await story(page);
    assert.deepEqual([service.sessions.length, service.refused, usage.sessions], [1, 0, 1]);
    assert.ok(usage.requests > 4 && usage.requests <= service.polls.length + 1, `${usage.requests} requests, ${service}`);
    await expectPeace([page]);
  });
}

test("a page that goes saves first that its token has not been sent, though it was due", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const page = await world.open("one", { options: `{"hiddenPollIntervalInSeconds":0}` });
  await see([page], 1);
  await service.polled();
  const before = await world.context.newPage();
  await unfeign(before);
  await show(before);
  await holds(page, () => document.visibilityState === "hidden" && client.health().nextPollAt < Date.now() - 500);
  await page.reload();
  await holds(page, () => window.client?.configuration);
  await show(page);
  // In doubt whether nothing is new there would be another session to see.
  await service.polled(2);
  assert.deepEqual([(await story(page)).status, service.sessions.length, service.refused], ["ready", 1, 0]);
  await expectPeace([page]);
});

test("copies of a tab with its sessionStorage share one session, and go on when it closes", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const store = "sessionStorage";
  const first = await world.open("first", { store });
  await see([first], 1);
  for (const tab of ["copy", "another"]) {
    const [page] = await Promise.all([world.context.waitForEvent("page"), first.evaluate((tab) => void window.open(location.href.replace("tab=first", `tab=${tab}`)), tab)]);
    await world.adopt(page, tab);
    assert.equal((await stored(page, store)).length, 1, "it is a copy");
  }
  // One that has nothing of it.
  await world.open("new", { store });
  service.version = 2;
  await see(world.pages, 2);
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
  // What the first one knows last is in its own storage, and gone with it: that costs a session, and no update.
  const rest = world.pages.slice(1);
  await first.close();
  service.version = 3;
  await see(rest, 3);
  service.version = 4;
  await see(rest, 4);
  assert.ok(service.sessions.length <= 2, `${service}`);
  await service.polled(2);
  assert.equal(new Set(service.polls.slice(-2).map(({ tab }) => tab)).size, 1);
});

test("forget() empties all tabs and the store, also of a client that never started", async (t) => {
  for (const from of ["owner", "follower", "nobody"]) {
    await t.test(`called by ${from}`, async (t) => {
      const world = await begin(t);
      const { service } = world;
      const running = [await world.open("owner"), await world.open("follower"), await world.open("third")];
      await see(running, 1);
      const nobody = await world.open("nobody", { idle: "" });
      await nobody.evaluate(() => (window.client = make()));
      assert.equal((await stored(running[0], "localStorage")).length, 1);
      await world.page(from).evaluate(() => client.forget());
      for (const page of running) await holds(page, () => client.status === "stopped" && !client.configuration);
      for (const page of world.pages) await holds(page, () => !Object.keys(localStorage).some((name) => name.startsWith("appconfig-edge")));
      const polls = service.polls.length;
      // Who starts again begins anew, and alone.
      service.version = 2;
      await nobody.evaluate(() => client.start());
      await see([nobody], 2);
      await service.polled();
      assert.deepEqual(new Set(service.polls.slice(polls).map(({ tab }) => tab)), new Set(["nobody"]));
      assert.equal(service.sessions.length, 2);
      await expectPeace(world.pages);
    });
  }
});

test("a store that is full costs what it would have kept, and nothing else", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const filler = await world.open("filler", { idle: "" });
  await filler.evaluate(() => {
    let text = "x".repeat(1 << 20);
    for (let i = 0; text.length > 0; ) {
      try {
        localStorage.setItem(`full ${i}`, text);
        i++;
      } catch {
        text = text.slice(0, text.length >> 1);
      }
    }
  });
  const pages = [await world.open("owner"), await world.open("follower")];
  await see(pages, 1);
  service.version = 2;
  await see(pages, 2);
  assert.deepEqual(await stored(pages[0], "localStorage"), []);
  assert.deepEqual([service.sessions.length, service.refused], [1, 0]);
  await pages[0].close();
  service.version = 3;
  await see(pages.slice(1), 3);
  assert.equal(service.sessions.length, 2);
  await expectPeace(pages.slice(1));
});

test("a record that is damaged or of another version is not read", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const page = await world.open("one");
  await see([page], 1);
  let sessions = 1;
  for (const damage of ["text.slice(0, -20)", "text.replace('version', 'verson')", "text.replace('/1 ', '/2 ')", "'null'", "''"]) {
    await page.goto(`${service.url}/elsewhere`);
    await page.evaluate((damage) => {
      for (const name of Object.keys(localStorage)) localStorage.setItem(name, new Function("text", `return ${damage}`)(localStorage.getItem(name)));
    }, damage);
    await page.goto(`${service.url}/page?tab=one`);
    await holds(page, () => window.client?.configuration);
    assert.equal((await story(page)).source, "network", damage);
    assert.equal(service.sessions.length, ++sessions, damage);
  }
  await expectPeace([page]);
  assert.equal(service.refused, 0);
});

test("without Web Locks each tab is its own and stores no token, and its configuration all the same", async (t) => {
  const world = await begin(t);
  const { service } = world;
  await world.context.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }));
  for (const tab of ["a", "b"]) await world.open(tab);
  await see(world.pages, 1);
  service.version = 2;
  // Nobody polls for who is hidden.
  for (const page of world.pages) {
    await show(page);
    await see([page], 2);
  }
  assert.deepEqual([service.sessions.length, service.refused], [2, 0]);
  const [a] = world.pages;
  assert.ok(!(await stored(a, "localStorage")).join().includes("token-"));
  await show(a);
  await a.reload();
  await holds(a, () => window.client?.configuration);
  assert.equal((await story(a)).source, "store");
  service.version = 3;
  await see([a], 3);
  assert.deepEqual([service.sessions.length, service.refused], [3, 0]);
  await expectPeace(world.pages);
});

test("a snapshot is another page's bootstrap, which shows it at once", async (t) => {
  const world = await begin(t);
  const { service } = world;
  const page = await world.open("one");
  await see([page], 1);
  const bootstrap = await page.evaluate(() => JSON.stringify(client.snapshot()));
  const other = await world.open("other", { profile: "other", options: `{"bootstrap":${bootstrap}}` });
  const [source, versions] = await other.evaluate(() => [window.first.source, client.versions]);
  assert.deepEqual([source, versions.filter((version) => version === 1)], ["bootstrap", []]);
  service.version = 2;
  await see([other], 2);
  await expectPeace(world.pages);
});
