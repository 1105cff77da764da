// What a browser does too seldom to wait for: pkg/tabs.js with locks that are granted, refused and stolen when the test says so.

import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { installed } from "../runtime/package.mjs";

const requests = [];
/** The channels that are open; what one posts the test hands to the others. */
const channels = new Set();

Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    onLine: true,
    locks: {
      request(name, options, act) {
        const request = { name, options };
        requests.push(request);
        const outcome = new Promise((resolve, reject) => {
          request.fail = reject;
          /** Gives the lock, or null where it is not to be had; resolves when it is let go of. */
          request.grant = (lock = {}) => {
            if (options.signal?.aborted) return reject(options.signal.reason);
            request.isGranted = !!lock;
            const held = Promise.resolve(act(lock));
            held.then(resolve, reject);
            return held;
          };
        });
        options.signal?.addEventListener("abort", () => request.isGranted || request.fail(options.signal.reason));
        return outcome;
      },
    },
  },
});
globalThis.BroadcastChannel = class {
  constructor() {
    channels.add(this);
    this.posted = [];
  }
  postMessage(message) {
    this.posted.push(message);
  }
  close() {
    channels.delete(this);
  }
};

const { Tab } = await import(pathToFileURL(path.join(installed().home, "tabs.js")));
const turns = () => new Promise((resolve) => setImmediate(resolve));
/** Lets the time pass that a new owner waits for what the one before wrote. */
async function settle(t) {
  t.mock.timers.tick(100);
  await turns();
}

/** A tab, and what its host was told. `own` is what the host does when it owns. */
async function join(own = () => {}) {
  requests.length = 0;
  const told = [];
  const host = {
    own: async (self, isStill) => {
      const entry = { isStill };
      told.push("own");
      entry.of = await own(told.filter((name) => name === "own").length);
      told.push(isStill() ? "owns" : "late");
    },
    held: () => undefined,
    wants: () => true,
    ...Object.fromEntries(["disown", "news", "told", "asked", "settled", "forgotten"].map((name) => [name, () => void told.push(name)])),
  };
  const tab = new Tab("name", host, {});
  const joined = tab.join();
  await turns();
  const channel = [...channels].at(-1);
  return { tab, told, joined, channel, hear: (data) => channel.onmessage({ data }) };
}

afterEach(() => {
  for (const channel of channels) channel.close();
});

test("a lock that is stolen while its owner begins is not the owner's, nor when it is granted anew meanwhile", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const begun = [];
  const { tab, told, joined } = await join(() => new Promise((resolve) => begun.push(resolve)));
  requests[0].grant();
  await turns();
  requests[0].fail(new DOMException("stolen", "AbortError"));
  await joined;
  assert.equal(tab.isOwner, false);
  // It waits in the queue, once.
  assert.deepEqual(requests.slice(1).map(({ options }) => [!!options.signal, options.signal?.aborted]), [[true, false]]);
  requests[1].grant();
  await settle(t);
  assert.equal(begun.length, 2);
  begun[0]();
  begun[1]();
  await turns();
  assert.deepEqual(told, ["own", "disown", "own", "late", "owns"]);
  assert.equal(tab.isOwner, true);
  tab.leave();
});

test("the loss of an earlier lock does not end a later one", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { tab, told, joined, hear } = await join();
  requests[0].grant();
  await joined;
  // It hears of the thief first, and gets the lock back before it hears of the loss.
  hear({ since: tab.since + 1, state: { status: "ready", isPolling: false } });
  assert.equal(tab.isOwner, false);
  requests[1].grant();
  await settle(t);
  assert.equal(tab.isOwner, true);
  requests[0].fail(new DOMException("stolen", "AbortError"));
  await turns();
  assert.equal(tab.isOwner, true);
  assert.deepEqual(told.filter((name) => name === "disown").length, 1);
  tab.leave();
});

test("a tab that leaves while it joins, waits or begins owns nothing and keeps nobody waiting", async () => {
  // Before an answer.
  let it = await join();
  it.tab.leave();
  await requests[0].grant();
  await it.joined;
  assert.deepEqual([it.told, requests.length], [[], 1]);
  // In the queue.
  it = await join();
  requests[0].grant(null);
  await it.joined;
  it.tab.leave();
  assert.equal(requests[1].options.signal.aborted, true);
  // Amid its beginning.
  let begin;
  it = await join(() => new Promise((resolve) => (begin = resolve)));
  const held = requests[0].grant();
  await turns();
  it.tab.leave();
  begin();
  await held;
  await it.joined;
  assert.deepEqual([it.told, it.tab.isOwner, channels.size], [["own", "late"], false, 0]);
});

test("an owner that does not know yet that it is none any more is not believed, and believes the later one", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { tab, told, joined, hear } = await join();
  requests[0].grant(null);
  await joined;
  const state = { status: "ready", isPolling: false };
  await hear({ since: 1000, state });
  await hear({ since: 999, state, news: {} });
  assert.deepEqual(told, ["told", "settled"]);
  // Of a clock that was set back.
  requests[1].grant();
  await settle(t);
  assert.ok(tab.since > 1000 && tab.isOwner);
  await hear({ since: 1001, state });
  assert.equal(tab.isOwner, true);
  await hear({ since: tab.since + 1, state });
  assert.equal(tab.isOwner, false);
  tab.leave();
});

test("an answer that comes while the lock of thieves is asked for spares the owner", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { tab, joined, hear } = await join();
  requests[0].grant(null);
  await joined;
  t.mock.timers.tick(2000);
  const thief = requests.at(-1);
  assert.match(thief.name, /thief/);
  await hear({ since: 1, state: { status: "ready", isPolling: false } });
  await thief.grant();
  assert.equal(requests.filter(({ options }) => options.steal).length, 0);
  // Without one it steals, and lets the next thief in when it owns.
  t.mock.timers.tick(2000); // the poll is overdue
  t.mock.timers.tick(2000);
  const next = requests.at(-1);
  const holds = next.grant();
  const theft = requests.at(-1);
  assert.deepEqual(theft.options, { steal: true });
  theft.grant();
  await holds;
  assert.equal(tab.isOwner, true);
  tab.leave();
});
