/** {@link ConfigurationClient} without its module inside, for those who count bytes: it is a file of its own. */

export * from "./index.js";

/** A compiled module, where the runtime's types have it. (The one of TypeScript's own types has no members.) */
export type WebAssemblyModule = object & (typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : unknown);

/** What the module can be made of. */
export type ModuleSource = WebAssemblyModule | Response | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/**
 * Says how the module `appconfig-edge/appconfig-edge.wasm` is come by, before the first `start()` or `refresh()`. Resolves when it is
 * compiled; compiles while it comes where that is possible, which needs the content type `application/wasm`.
 *
 * ```js
 * import { ConfigurationClient, initialize } from "appconfig-edge/slim";
 *
 * await initialize(fetch("/assets/appconfig-edge.wasm"));
 * ```
 */
export function initialize(source: ModuleSource | PromiseLike<ModuleSource>): Promise<void>;
