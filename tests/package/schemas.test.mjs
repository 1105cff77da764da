// Schemas of three libraries, as they are, check what is held.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { installed, root } from "./place.mjs";

const { home } = installed();
const load = (file) => import(pathToFileURL(path.join(home, file)));
const { ConfigurationClient } = await load("index.js");
const { createEmulator } = await load("emulator.js");
const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const SECRET = "marked-content";
const good = { checkout: { enabled: true, since: "2026-01-02" }, limit: "7" };
const bad = { checkout: { enabled: SECRET, since: SECRET }, limit: SECRET };

/** Each with an output that is not its input, and with a check that takes its time where the library has those. */
const date = (text) => new Date(text);
const schemas = {
  zod: z.object({ checkout: z.object({ enabled: z.boolean(), since: z.string().transform(date) }), limit: z.coerce.number(), colour: z.string().default("blue") }),
  "zod, asynchronous": z.object({ checkout: z.object({ enabled: z.boolean(), since: z.string().transform(async (text) => date(text)) }), limit: z.coerce.number(), colour: z.string().default("blue") }),
  valibot: v.object({ checkout: v.object({ enabled: v.boolean(), since: v.pipe(v.string(), v.transform(date)) }), limit: v.pipe(v.string(), v.toNumber()), colour: v.optional(v.string(), "blue") }),
  "valibot, asynchronous": v.objectAsync({
    checkout: v.objectAsync({ enabled: v.boolean(), since: v.pipeAsync(v.string(), v.transformAsync(async (text) => date(text))) }),
    limit: v.pipe(v.string(), v.toNumber()),
    colour: v.optional(v.string(), "blue"),
  }),
  arktype: type({ checkout: { enabled: "boolean", since: "string.date.parse" }, limit: "string.numeric.parse", colour: "string = 'blue'" }),
};

for (const [name, validate] of Object.entries(schemas)) {
  test(`a schema of ${name}`, async () => {
    const emulator = createEmulator({ intervalInSeconds: 1, configurations: [{ ...target, content: good, versionLabel: "v1" }] });
    const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: emulator.fetch, logger: null, keepAlive: true, validate });
    const failed = new Promise((resolve) => client.addEventListener("error", ({ error }) => resolve(error)));
    try {
      const first = await client.start();
      assert.deepEqual(first.value, { checkout: { enabled: true, since: new Date("2026-01-02") }, limit: 7, colour: "blue" });
      assert.deepEqual(first.json(), good, "what was sent stays as it was");
      emulator.deploy({ ...target, content: bad, versionLabel: "v2" });
      const error = await failed;
      assert.equal(error.code, "refused");
      assert.match(error.message, /: at (limit, )?checkout\.enabled/);
      assert.ok(!`${error.stack}${client.rejected.reason}`.includes(SECRET), error.message);
      assert.equal(client.rejected.versionLabel, "v2");
      assert.ok(client.rejected.issues.length >= 1);
      assert.equal(client.configuration, first);
      const updated = new Promise((resolve) => client.addEventListener("update", resolve));
      emulator.deploy({ ...target, content: { ...good, limit: "8" }, versionLabel: "v3" });
      await updated;
      assert.deepEqual([client.configuration.value.limit, client.rejected], [8, undefined]);
    } finally {
      client.stop();
    }
  });
}

test("what a schema gives is the type of the value", async () => {
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", path.join(root, "tests/types/schemas")]).catch((error) => error);
  assert.equal(stdout, "");
});
