// A program with one client, whose life or surroundings are the test: `node child.mjs NAME URL`. It says in lines what it is told.

import { ConfigurationClient } from "appconfig-edge";

const { argv } = globalThis.process ?? (await import("node:process")).default;
const [name, endpoint] = argv.slice(2);
const client = new ConfigurationClient({ application: "shop", environment: "prod", configurationProfile: "flags", endpoint, logger: null });
client.addEventListener("update", ({ configuration }) => console.log(`update ${configuration.text()}`));
client.addEventListener("error", ({ error }) => console.log(`error ${error.code} ${error.message}`));

const programs = {
  /** Until it is killed. */
  async forever() {
    await client.start();
    for await (const _ of client.updates());
  },

  /** What a single attempt gives. */
  async once() {
    await client.refresh().catch(() => {});
    // Nothing is under way any more, and the next attempt is not due.
    await client.refresh().catch(() => {});
  },

  /** Whoever stops with a poll under way is not held by it. */
  async stopping() {
    const start = client.start({ timeoutInMilliseconds: 300 }).catch((error) => console.log(`start ${error.code}`));
    await start;
    client.stop();
    client.stop();
    client[Symbol.dispose]?.();
  },
};

await programs[name]();
console.log("done");
