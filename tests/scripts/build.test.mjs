import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { before, test } from "node:test";
import { program, root } from "./program.mjs";

const build = () => program(process.execPath, "scripts/build.mjs").ended;
const read = (name) => readFileSync(path.join(root, "pkg", "wasm", name));

before(async () => {
  const { code, output } = await build();
  assert.equal(code, 0, output);
});

test("a build without a change does nothing", async () => {
  assert.deepEqual(await build(), { code: 0, signal: null, output: "pkg is up to date\n" });
});

for (const name of ["client", "emulator"]) {
  test(`the ${name} module's inline form is the module`, async () => {
    const { default: text } = await import(path.join(root, "pkg", "wasm", `${name}.inline.js`));
    assert.deepEqual(Buffer.from(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))), read(`${name}.wasm`));
    assert.ok(WebAssembly.validate(read(`${name}.wasm`)));
  });

  test(`the ${name} module names no folder of this machine`, () => {
    const text = read(`${name}.wasm`).toString("latin1");
    for (const folder of [root, `${os.homedir()}/`, "registry/src"]) assert.ok(!text.includes(folder), folder);
  });

  test(`the ${name} module's glue leaves it to the caller where the module is`, () => {
    assert.doesNotMatch(read(`${name}.js`).toString(), /import\.meta/);
  });
}

test("the package carries the licences and the README", () => {
  for (const name of ["README.md", "LICENSE-MIT", "LICENSE-APACHE"]) {
    assert.ok(existsSync(path.join(root, "pkg", name)), name);
    assert.deepEqual(readFileSync(path.join(root, "pkg", name)), readFileSync(path.join(root, name)));
  }
});
