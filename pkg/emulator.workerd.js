// appconfig-edge/emulator for workerd, which compiles no bytes: its module is imported as one.

import { face } from "./emulator.face.js";
import { Emulator, endOfJson, initSync, knownFaults, toRetrievalForm } from "./wasm/emulator.js";
import module from "./wasm/emulator.wasm";

let ready = false;

export const createEmulator = face(() => {
  if (!ready) {
    initSync({ module });
    ready = true;
  }
  return { Emulator, endOfJson, knownFaults, toRetrievalForm };
});
