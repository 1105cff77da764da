// The entry for the edge runtime of Next.js and Vercel: there too a module is imported, by a suffix of its own, and never compiled from bytes.

import { provide } from "./module.js";
import module from "./wasm/client.wasm?module";

provide(() => module);

export * from "./exports.js";
