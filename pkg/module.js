// The WebAssembly module: loaded by the first start() or refresh(), once for all clients.

import { encode } from "./bytes.js";
import { AppConfigError, hearsay } from "./errors.js";
import { Engine, initSync, sign } from "./wasm/client.js";

let loader;
let ready = false;
let loading;

/** Says how the module is come by: `load` gives a WebAssembly.Module, or a promise of one. */
export function provide(load) {
  loader = load;
}

/** Makes the module ready for what is exported here; a promise only where that takes time. */
export function instantiate() {
  if (ready) return;
  return (loading ??= (async () => {
    try {
      const module = await loader?.();
      if (!module) throw new Error("call initialize() of appconfig-edge/slim first");
      initSync({ module });
      ready = true;
    } catch (error) {
      // A later start() tries again.
      loading = undefined;
      throw new AppConfigError("module-failed", `the WebAssembly module could not be loaded (a Content-Security-Policy must allow 'wasm-unsafe-eval'): ${hearsay(error)}`);
    }
  })());
}

/** An engine; what comes after the connection's options and the identifiers is as Engine.create() in src/wasm/engine.rs has it. */
export const createEngine = ({ endpoint, useFipsEndpoint, useDualstackEndpoint }, identifiers, ...rest) =>
  Engine.create(encode([endpoint, ...identifiers]), !!useFipsEndpoint + 2 * !!useDualstackEndpoint, ...rest, Math.random());

export { sign };
