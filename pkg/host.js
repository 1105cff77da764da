// Which host this is, where that cannot be found out by trying.

/** Cloudflare Workers, where a promise or a timer belongs to the request that made it. */
export const isWorkerd = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** A page or a worker of one: cookies, origins and tabs are their matter alone. */
export const isBrowser = !isWorkerd && typeof location === "object" && !globalThis.Deno && !globalThis.process?.versions?.node;
