// What lasts: in a process of its own, beside the other.

import { run } from "./run.mjs";

await run((name) => name.startsWith("outage: "));
