// What stays of an access key in the module's memory after it signed: nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { installed } from "./place.mjs";

const { home } = installed();
const load = (file) => import(pathToFileURL(path.join(home, file)));

test("an access key is overwritten in the module's memory before a signature is given", async () => {
  const { ConfigurationClient, startConfigurationSession } = await load("index.js");
  const { initSync } = await load("wasm/client.js");
  const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: `marked-secret-${"x".repeat(26)}`, sessionToken: `marked-token-${"y".repeat(400)}` };
  let turn = 0;
  const found = [];
  const memory = () => Buffer.from(initSync({}).memory.buffer);
  const fetch = async (url, { method, headers }) => {
    // While a request is under way, too.
    found.push(memory().indexOf("marked-secret"), memory().indexOf("marked-token"));
    assert.equal(headers.get("x-amz-security-token"), key.sessionToken);
    if (method === "POST") return Response.json({ InitialConfigurationToken: "token-0" }, { status: 201 });
    return new Response("{}", { headers: { "next-poll-configuration-token": `token-${++turn}`, "next-poll-interval-in-seconds": "1", "content-type": "application/json" } });
  };
  const target = { application: "shop", environment: "prod", configurationProfile: "flags", region: "eu-west-1", fetch, logger: null };
  for (const credentials of [key, async () => key]) {
    const client = new ConfigurationClient({ ...target, credentials });
    await client.start();
    client.stop();
  }
  await startConfigurationSession(
    { region: "eu-west-1", credentials: key, fetch },
    { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" },
  );
  found.push(memory().indexOf("marked-secret"), memory().indexOf("marked-token"));
  assert.equal(found.length, 12);
  assert.deepEqual([...new Set(found)], [-1]);
  // The look itself works: what is not secret is there.
  assert.ok(memory().includes("InitialConfigurationToken"));
});

test("signing again and again takes no more memory", async () => {
  const { initSync, sign } = await load("wasm/client.js");
  const head = `GET\n/configuration\nconfiguration_token=${"z".repeat(840)}\nhost:x\nx-amz-security-token:${"y".repeat(800)}\n\nhost;x-amz-security-token\n`;
  const texts = ["x".repeat(40), "eu-west-1", "20260102T030405Z", head, ""];
  const encoded = new TextEncoder().encode(texts.join("\0"));
  const size = () => initSync({}).memory.buffer.byteLength;
  sign(encoded);
  const before = size();
  for (let i = 0; i < 50_000; i++) sign(encoded);
  assert.equal(size(), before);
});
