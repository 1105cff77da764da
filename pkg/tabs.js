// Tabs that share a store: one of them owns the session and polls, the others follow it.
//
// The owner is who holds a Web Lock; the browser gives it to the next one when a tab closes or crashes. A tab that is frozen or in the
// back/forward cache would keep it, so it lets go before; and where it could not, a visible follower that gets no answer steals it.

import { REFRESH, START, STOP } from "./driver.js";

/** How long a follower waits for the owner's answer before it takes its place, in milliseconds. */
const PATIENCE = 2000;
/** How long after a poll was due a visible follower asks for it, in milliseconds: an owner that is visible has polled by then. */
const GRACE = 500;

const isHidden = () => globalThis.document?.visibilityState === "hidden";

/** A tab's place among those of the same name: it stands in for the driver while another tab owns the session. */
export class Tab {
  #name;
  #host;
  #self;
  #channel;
  #release; // lets go of the lock
  #asking; // the timer of a question to the owner
  #look; // the timer of the next question
  #seen; // the configuration that the owner told of last
  #failed; // the failure, likewise
  due; // when the owner's next poll is, as a date in milliseconds
  isOwner = false;
  isPolling = false; // whether an answer is waited for
  watched = false;
  isLate = false;

  /** `host` has `own(self)`, `disown(self)`, `news(self, news)`, `told(self, state)`, `asked(self)` and `settled(self)`. */
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
    this.#channel.unref?.();
    const isFree = await new Promise((resolve) => {
      this.#request({ ifAvailable: true }, resolve);
    });
    if (isFree || !this.#channel) return;
    this.#request({});
    this.ask();
  }

  /** Asks for the lock, and owns while it is held. */
  #request(options, told = () => {}) {
    const channel = this.#channel;
    navigator.locks
      .request(this.#name, options, async (lock) => {
        if (!lock || this.#channel !== channel) return told(false);
        const held = new Promise((resolve) => (this.#release = resolve));
        this.#quiet();
        this.isOwner = true;
        await this.#host.own(this.#self);
        told(true);
        await held;
      })
      .catch(() => {
        // It was stolen, or there are no locks here after all (an opaque origin): then it is nobody's.
        told(false);
        if (this.#channel === channel && this.isOwner) this.yield();
      });
  }

  /** Somebody else owns: follows, and waits for its end. */
  yield() {
    this.#drop();
    this.#host.disown(this.#self);
    this.#request({});
    this.ask();
  }

  #drop() {
    this.isOwner = false;
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
    this.#channel?.postMessage(message);
  }

  /** Asks the owner to poll if a poll is due, and for what it has. */
  ask() {
    if (!this.#channel || this.isOwner) return;
    this.isPolling = true;
    this.post({ ask: this.#seen });
    this.#asking ??= setTimeout(() => {
      this.#quiet();
      // It may be frozen, or gone in a way that the browser has not noticed.
      if (!isHidden() && this.#channel) this.#request({ steal: true });
    }, PATIENCE);
  }

  #quiet() {
    clearTimeout(this.#asking);
    clearTimeout(this.#look);
    this.#asking = this.#look = undefined;
    this.isPolling = false;
  }

  #hear(message) {
    const { state, news, forget } = message;
    if (forget) return this.#host.forgotten(this.#self);
    if (this.isOwner) {
      if ("ask" in message) this.#host.asked(this.#self, message.ask);
      return;
    }
    if (news) {
      this.#seen = news.at;
      this.#host.news(this.#self, news);
    }
    if (!state) return;
    this.#quiet();
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
    this.#look = undefined;
    if (this.due === undefined || isHidden() || this.isOwner) return;
    this.#look = setTimeout(() => this.ask(), Math.min(Math.max(this.due - Date.now(), 0) + GRACE, 2147483647));
  }

  // As a driver has them.

  input(kind) {
    if (kind === REFRESH || kind === START) this.ask();
    else if (kind === STOP) this.leave();
  }

  hold() {}
}
