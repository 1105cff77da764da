// What a trap costs, in Node, Deno and workerd.

import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { installed, root } from "../runtime/package.mjs";
import { program } from "../runtime/runner.mjs";
import scenarios from "./scenarios.mjs";

const { folder, home, unpack } = installed();
const module = path.join(root, "target/trapping/client.wasm");
const bytes = readFileSync(module);
const from = (place, file) => import(pathToFileURL(path.join(place, file)));
const { createEmulator } = await from(home, "emulator.js");
let copies = 0;
const copy = () => unpack(path.join(folder, "copies", String(copies++)));

/** Another folder, and so another instance of all its modules. */
async function load() {
  const place = copy();
  const [slim, glue, module] = await Promise.all(["slim.js", "wasm/client.js", "module.js"].map((file) => from(place, file)));
  return { slim, glue, module };
}

for (const { name, run } of scenarios) test(name, () => run({ load, bytes, createEmulator, gc: globalThis.gc }));

test("the same in Deno", async (t) => {
  const places = { home, copies: scenarios.map(copy), module };
  const results = [];
  const deno = path.join(root, "node_modules", ".bin", "deno");
  const { code, output } = await program(deno, ["run", "--allow-all", "--no-prompt", "--no-config", "--v8-flags=--expose-gc", path.join(root, "tests/instance/inside.mjs")], {
    cwd: folder,
    env: { PLACES: JSON.stringify(places) },
    limit: 180_000,
    line: (line) => line.startsWith("result ") && results.push(JSON.parse(line.slice(7))),
  });
  for (const { name, error } of results) await t.test(name, () => assert.equal(error, undefined));
  assert.deepEqual([results.length, code], [scenarios.length, 0], output.slice(-2000));
});

test("100 clients of a Worker go on after a trap", async () => {
  const outdir = path.join(folder, "worker");
  cpSync(path.join(root, "tests/instance/worker.mjs"), path.join(folder, "worker.mjs"));
  cpSync(module, path.join(folder, "trapping.wasm"));
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, "worker.mjs")],
    outdir,
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
  const [wasm, code] = [true, false].map((isWasm) => outputFiles.filter(({ path }) => path.endsWith(".wasm") === isWasm));
  const modules = [...code.map((file) => ({ ...file, type: "ESModule" })), ...wasm.map((file) => ({ ...file, type: "CompiledWasm" }))];
  const worker = new Miniflare({ modules, modulesRoot: outdir, compatibilityDate: "2026-01-01", host: "127.0.0.1", port: 0 });
  try {
    const told = await fetch((await worker.ready).origin).then((response) => response.text());
    // One of the sessions verifies that the lost answer hid nothing.
    assert.deepEqual(JSON.parse(told), { first: ["v1"], trapped: ["v1"], armed: false, last: ["v2"], sessions: 101, twice: [7], statuses: ["ready"] });
  } finally {
    await worker.dispose();
  }
});
