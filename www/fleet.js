// The clients of this page: which profiles are watched, and which of them is shown.

import { MOST_WATCHED } from "./address.js";
import { pathOf, same } from "./target.js";
import { Watch } from "./watch.js";

export class Fleet {
  watches = [];
  shown;
  #make;
  #endpoint;
  #tell;

  /** `make` makes a client of options; `tell` is called with a watch and what happened to it. */
  constructor(make, endpoint, tell) {
    [this.#make, this.#endpoint, this.#tell] = [make, endpoint, tell];
  }

  find(target) {
    return this.watches.find((it) => same(it.target, target));
  }

  /** Watches one more and starts it; what cannot be watched is thrown, as a sentence. */
  add(target) {
    if (this.find(target)) throw new Error(`${pathOf(target)} is watched already`);
    if (this.watches.length >= MOST_WATCHED) throw new Error(`${MOST_WATCHED} profiles are watched already: stop watching one first`);
    const watch = new Watch(this.#make, target, this.#endpoint, (entry) => this.#tell(watch, entry));
    this.watches.push(watch);
    this.shown ??= watch;
    watch.start();
    return watch;
  }

  remove(watch) {
    const at = this.watches.indexOf(watch);
    if (at < 0) return;
    this.watches.splice(at, 1);
    if (this.shown === watch) this.shown = this.watches[at] ?? this.watches.at(-1);
    watch.close();
  }
}
