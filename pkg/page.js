// What a page tells of itself: whether anybody sees it, whether there is a network, and when it goes and comes back.

import { isBrowser } from "./host.js";

export const isVisible = () => globalThis.document?.visibilityState !== "hidden";
export const isOnline = () => globalThis.navigator?.onLine !== false;

/** Calls `seen`, `network`, `gone` and `back` when one of these changes, until what this gives is called. */
export function watch({ seen, network, gone, back }) {
  if (!isBrowser) return () => {};
  const { document } = globalThis;
  const controller = new AbortController();
  const { signal } = controller;
  const on = (target, names, listener) => names.forEach((name) => target?.addEventListener(name, listener, { signal }));
  on(document, ["visibilitychange"], seen);
  on(globalThis, ["online", "offline"], network);
  // In Chromium a page that is frozen or in the back/forward cache keeps its lock, and nothing runs there.
  on(globalThis, ["pagehide"], gone);
  on(document, ["freeze"], gone);
  on(globalThis, ["pageshow"], back);
  on(document, ["resume"], back);
  return () => controller.abort();
}
