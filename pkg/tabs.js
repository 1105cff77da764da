// Tabs that share a store: one of them owns the session and polls, the others follow it.
//
// The owner is who holds a Web Lock; the browser gives it to the next one when a tab closes or crashes. A tab that is frozen or in the
// back/forward cache would keep it, so it lets go before; and where it could not, a visible follower that gets no answer steals it.

import { REFRESH, STOP, VISIBLE } from "./driver.js";
import { isVisible } from "./page.js";

/** How long a follower waits for the owner's answer before it takes its place, in milliseconds; so often it asks about a poll that is overdue. */
const PATIENCE = 2000;
/** How long after a poll was due a visible follower asks for it, in milliseconds: an owner that is visible has polled by then. */
const GRACE = 500;
/** How long what an owner writes at its end may take to be seen by the next one, whose process is another, in milliseconds. */
const DELAY = 100;

/** Tells all of that name, whether or not this tab is one of them. */
export function announce(name, message) {
  const channel = new BroadcastChannel(name);
  channel.postMessage(message);
  channel.close();
}

/** A tab's place among those of the same name: it stands in for the driver while another tab owns the session. */
export class Tab {
  #name;
  #host;
  #self;
  #channel;
  #release; // lets go of the lock
  #queue; // ends the request for it that waits
  #asking; // the timer of a question to the owner
  #look; // the timer of the next question
  #failed; // the failure that the owner told of last
  since = 0; // since when the owner that was heard of last is one, as a date in milliseconds
  due; // when the owner's next poll is, as a date in milliseconds
  isOwner = false;
  isPolling = false; // whether an answer is waited for

  /**
   * `host` has `own(self, isStill)`, `disown(self)`, `news(self, news)`, `told(self, state)`, `asked(self, seen, wants)`, `settled(self)`,
   * `held(self)` and `wants(self)`: whether this tab would poll by itself now.
   */
  constructor(name, host, self) {
    this.#name = name;
    this.#host = host;
    this.#self = self;
  }

  /** Becomes the owner as soon as there is no other one, and follows until then. Resolves when it is one or knows that there is another one. */
  async join() {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    const isDone = await new Promise((resolve) => this.#request({ ifAvailable: true }, resolve));
    if (!isDone && this.#channel) this.#follow();
  }

  /** Asks for the lock, and owns while it is held. */
  #request(options, told = () => {}) {
    const channel = this.#channel;
    let release;
    // One that was stolen may be granted anew before the loss of the first one is known.
    const isStill = () => release && this.#release === release;
    navigator.locks
      .request(this.#name, options, async (lock) => {
        if (!lock || this.#channel !== channel) return told();
        this.#drop();
        this.#quiet();
        const held = new Promise((resolve) => (release = this.#release = resolve));
        this.isOwner = true;
        this.since = Math.max(Date.now(), this.since + 1);
        if (options.signal) await new Promise((resolve) => setTimeout(resolve, DELAY));
        await this.#host.own(this.#self, isStill);
        told(true);
        await held;
      })
      .catch(() => {
        // It was stolen, or nobody waits for it any more.
        if (isStill()) this.yield();
        told(release);
      });
  }

  /** Waits for the owner's end. */
  #follow() {
    // In the back/forward cache a lock would be granted to a tab that cannot let go of it.
    this.#queue = new AbortController();
    this.#request({ signal: this.#queue.signal });
    this.ask();
  }

  /** Somebody else owns. */
  yield() {
    this.#drop();
    this.#host.disown(this.#self);
    this.#follow();
  }

  #drop() {
    this.isOwner = false;
    this.#queue?.abort();
    this.#release?.();
    this.#release = undefined;
  }

  leave() {
    this.#quiet();
    this.#channel?.close();
    this.#channel = undefined;
    this.#drop();
  }

  /** Tells the others. */
  post(message) {
    this.#channel?.postMessage({ since: this.since, ...message });
  }

  /** Asks the owner for what it has, and where that is wanted to poll if a poll is due. */
  ask(wants = this.#host.wants(this.#self)) {
    if (!this.#channel || this.isOwner) return;
    this.isPolling = true;
    this.post({ seen: +(this.#host.held(this.#self)?.receivedAt ?? 0), wants });
    this.#asking ??= setTimeout(() => this.#steal(), PATIENCE);
  }

  /** The owner may be frozen, or gone in a way that the browser has not noticed. */
  #steal() {
    const asking = this.#asking;
    // One thief at a time: what the next one misses may be the first one's first word.
    navigator.locks.request(`${this.#name} thief`, { ifAvailable: true }, (lock) => {
      if (this.#asking !== asking) return;
      this.#quiet();
      if (!isVisible()) this.#host.settled(this.#self);
      else if (lock) return new Promise((resolve) => this.#request({ steal: true }, resolve));
      else this.ask();
    });
  }

  #quiet() {
    clearTimeout(this.#asking);
    clearTimeout(this.#look);
    this.#asking = undefined;
    this.isPolling = false;
  }

  async #hear({ since, state, news, seen, wants, forget }) {
    if (forget) return this.#host.forgotten(this.#self);
    if (!state) return this.isOwner && this.#host.asked(this.#self, seen, wants);
    // One that was stolen from may not know it yet.
    if (since < this.since) return;
    if (this.isOwner) this.yield();
    this.since = since;
    this.#quiet();
    if (news) await this.#host.news(this.#self, news);
    if (!this.#channel || this.isOwner) return;
    this.isPolling = state.isPolling;
    this.due = state.due;
    const isNews = state.failure?.count !== this.#failed;
    this.#failed = state.failure?.count;
    this.#host.told(this.#self, state, isNews);
    this.look();
    if (!this.isPolling) this.#host.settled(this.#self);
  }

  /** A visible follower does not wait for a hidden owner's longer interval: it asks when a poll is due. */
  look() {
    clearTimeout(this.#look);
    if (this.isOwner || !this.#host.wants(this.#self)) return;
    const wait = this.due - Date.now();
    this.#look = setTimeout(() => this.ask(), wait > 0 ? Math.min(wait + GRACE, 2147483647) : PATIENCE);
  }

  // As a driver has them.

  input(kind, is) {
    if (kind === STOP) this.leave();
    else if (kind <= REFRESH || (kind === VISIBLE && is)) this.ask(kind === REFRESH || undefined);
    else this.look();
  }

  hold() {}
}
