// Inside the page of one contender: puts the first configuration where the bench waits for it.

import { host as once } from "./once-host.mjs";

export function host(contender) {
  return once(contender)(`${location.origin}/unchanged`, (text) => {
    globalThis.first = { text, milliseconds: performance.now() };
  });
}
