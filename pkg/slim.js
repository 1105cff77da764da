// The entry for those who count bytes: the module is a file of its own, and initialize() is told where it is.

import { provide } from "./module.js";

/**
 * Says how the module `appconfig-edge/appconfig-edge.wasm` is come by. Resolves when it is compiled.
 */
export async function initialize(input) {
  const compiling = compile(input);
  provide(() => compiling);
  await compiling;
}

async function compile(input) {
  input = await input;
  // By its tag, because it may be of another realm, as in Next.js' edge runtime.
  if (input?.[Symbol.toStringTag] === "WebAssembly.Module") return input;
  if (typeof Response !== "undefined" && input instanceof Response) {
    if (!input.ok) throw new TypeError(`initialize: expected the module, got HTTP ${input.status}`);
    if (WebAssembly.compileStreaming && /^application\/wasm\b/.test(input.headers.get("content-type"))) return WebAssembly.compileStreaming(input);
    input = await input.arrayBuffer();
  }
  return WebAssembly.compile(input);
}

export * from "./exports.js";
