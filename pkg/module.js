// The WebAssembly module: loaded by the first start() or refresh(), once for all clients, and begun anew when it trapped.

import { decode, encode } from "./bytes.js";
import { AppConfigError, hearsay } from "./errors.js";
import { create, feed as feedEngine, free, initSync, sign as signInModule } from "./wasm/client.js";

const HOUR = 3600000;
/** How long the second fresh instance within an hour is waited for, in milliseconds; the first one comes at once, and there is no third. */
const SECOND_WAIT = 10000;
const MOST_TRAPS = 3;

const now = () => performance.now();

let loader;
let loading;
let module;
let ready = false;
/** The number of the instance: engines of an earlier one are of no use any more. */
export let instance = 0;
let traps = []; // when instances trapped within the last hour, by the clock that nobody sets

/** Says how the module is come by: `load` gives a WebAssembly.Module, or a promise of one. */
export function provide(load) {
  loader = load;
}

/** Makes the module ready for what is exported here; a promise only where that takes time. */
export function instantiate() {
  if (module) return;
  return (loading ??= (async () => {
    try {
      module = await loader?.();
      if (!module) throw new Error("call initialize() of appconfig-edge/slim first");
      begin();
    } catch (error) {
      // A later start() tries again.
      loading = module = undefined;
      throw new AppConfigError("module-failed", `the WebAssembly module could not be loaded (a Content-Security-Policy must allow 'wasm-unsafe-eval'): ${hearsay(error)}`);
    }
  })());
}

function begin() {
  initSync({ module, fresh: true });
  instance++;
  ready = true;
}

/** An engine threw: a trap poisons its instance for ever, and with it the engines of all clients. */
export function trapped(number) {
  if (!ready || number !== instance) return;
  ready = false;
  traps.push(now());
}

/** How long there is no instance, in milliseconds: 0 where there is one, Infinity where too many have trapped within an hour. */
export function standstill() {
  if (ready) return 0;
  traps = traps.filter((at) => now() - at < HOUR);
  if (traps.length >= MOST_TRAPS) return Infinity;
  const wait = traps.length > 1 ? traps.at(-1) + SECOND_WAIT - now() : 0;
  if (wait > 0) return wait;
  try {
    begin();
    return 0;
  } catch {
    // Perhaps there is no memory for it now.
    traps.push(now());
    return standstill();
  }
}

/** So much of what is registered is the address: above it is the instance. One number, because with many clients each object counts. */
const ADDRESSES = 2 ** 32;

/** Frees what nobody has any more. A workerd of before May 2025 has none; there the memory of a client ends with the isolate. */
const registry =
  globalThis.FinalizationRegistry &&
  new FinalizationRegistry((held) => {
    // Nothing of an instance that trapped is anywhere in the next one.
    if (Math.floor(held / ADDRESSES) === instance && ready) free(held % ADDRESSES);
  });

/** The engine of src/wasm/engine.rs. */
export class Engine {
  #at; // where it is in its instance

  /** As Engine::create() has them, but for the seed. */
  constructor(...options) {
    this.#at = create(encode([...options, Math.floor(Math.random() * 2 ** 53)]));
  }

  /** It gives its memory back when nobody has it any more. */
  keep() {
    registry?.register(this, instance * ADDRESSES + this.#at);
    return this;
  }

  /** It gives its memory back now, and is not used any more. */
  free() {
    free(this.#at);
  }

  /** Gives the outputs, the parts of each. */
  feed(...input) {
    const told = decode(feedEngine(this.#at, encode([Math.floor(performance.now()), Date.now(), ...input])));
    return told.split("\u0001").slice(0, -1).map((output) => output.split("\0"));
  }
}

/** Does something in an instance that is in order. What throws there is a trap. */
export function inside(act) {
  try {
    if (!standstill()) return act();
  } catch {
    trapped(instance);
  }
  throw new AppConfigError("module-failed", "the WebAssembly module trapped");
}

/** The signature of a request: see sign() in src/wasm/engine.rs. */
export const sign = (texts) => inside(() => signInModule(texts));
