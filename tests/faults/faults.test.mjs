// What comes once or now and then, and what the process does to a client.

import { run } from "./run.mjs";

await run((name) => !name.startsWith("outage: "));
