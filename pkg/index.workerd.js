// The entry for Cloudflare Workers, where a module is imported and never compiled from bytes.

import { provide } from "./module.js";
import module from "./wasm/client.wasm";

provide(() => module);

export * from "./exports.js";
