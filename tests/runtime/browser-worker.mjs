// The suite in a dedicated or a shared worker, where import maps do not hold: the package is imported by its address.

import * as appconfig from "/package/index.js";
import { createEmulator } from "/package/emulator.js";
import * as glue from "/package/wasm/client.js";
import { conclude, run } from "./browser.mjs";

conclude(run({ package: appconfig, createEmulator, glue }));
