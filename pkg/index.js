// The entry that carries its module inside: works unconfigured in every bundler and runtime that compiles WebAssembly.

import { provide } from "./module.js";
import base64 from "./wasm/client.inline.js";

provide(() => WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))));

export * from "./exports.js";
