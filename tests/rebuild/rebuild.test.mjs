// What is built twice is the same, byte by byte: here, and in another folder by another Cargo with a registry of its own, so that no path of a
// machine and no order of files gets into what is published.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { root } from "../runtime/package.mjs";

const folder = mkdtempSync(path.join(os.tmpdir(), "appconfig-edge-elsewhere-"));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => (rmSync(folder, { recursive: true, force: true }), process.exit(1)));

const parts = ["client", "emulator"].flatMap((name) => ["wasm", "js", "inline.js", "d.ts"].map((end) => `pkg/wasm/${name}.${end}`));
const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");
const hashes = (home) => Object.fromEntries(parts.map((name) => [name, hash(path.join(home, name))]));

/** A clone's files, without what was made of them; the tools from npm are the same ones. */
function copy(home) {
  mkdirSync(home);
  const made = ["target", "tools/target", "node_modules", "pkg/wasm", ".git", "tests"].map((name) => path.join(root, name));
  cpSync(root, home, { recursive: true, filter: (file) => !made.includes(file) });
  symlinkSync(path.join(root, "node_modules"), path.join(home, "node_modules"), "dir");
}

test("built and packed elsewhere it is the same, byte by byte", { timeout: 900_000 }, async () => {
  const home = path.join(folder, "another place");
  const before = hashes(root);
  copy(home);
  // The program `cargo` is found on the PATH all the same.
  const env = { ...process.env, CARGO_HOME: path.join(folder, "cargo") };
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/pack.mjs"], { cwd: home, env, maxBuffer: 1 << 24 });
  assert.match(stdout, /building the client module/, "it was built anew");
  assert.deepEqual(hashes(home), before);
  const name = path.basename(process.env.PACKAGE_TARBALL);
  assert.equal(hash(path.join(home, "target", "pack", name)), hash(process.env.PACKAGE_TARBALL), "the tarball");
});
