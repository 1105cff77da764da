// appconfig-edge/emulator with its module inside: for Node, Deno, Bun and browsers.

import { face } from "./emulator.face.js";
import inlined from "./wasm/emulator.inline.js";
import { Emulator, endOfJson, initSync, knownFaults, toRetrievalForm } from "./wasm/emulator.js";

let ready = false;

export const createEmulator = face(() => {
  if (!ready) {
    initSync({ module: Uint8Array.from(atob(inlined), (character) => character.charCodeAt(0)) });
    ready = true;
  }
  return { Emulator, endOfJson, knownFaults, toRetrievalForm };
});
