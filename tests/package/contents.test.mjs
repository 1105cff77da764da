// The tarball has what the entries need, and nothing else.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { all, installed } from "./place.mjs";

const { home } = installed();
const files = execFileSync("tar", ["-tzf", process.env.PACKAGE_TARBALL], { encoding: "utf8" }).trim().split("\n").map((name) => name.replace(/^package\//, ""));
const manifest = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));

/** In bytes. Who makes the package heavier, or lighter, says so here. */
const weight = { packed: 438_600, unpacked: 1_075_300 };

/** The files that `exports` and `bin` name. */
const named = [
  ...Object.values(manifest.exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target))),
  ...Object.values(manifest.bin),
].filter((name) => !name.includes("*")).map((name) => path.posix.normalize(name));

/** These files and all that they import. */
function reachable(names) {
  const seen = new Set(names);
  for (const name of seen) {
    if (!/\.(js|d\.ts)$/.test(name)) continue;
    const imported = all(readFileSync(path.join(home, name), "utf8"), /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g);
    for (const specifier of imported) {
      const file = path.posix.join(path.posix.dirname(name), specifier.replace(/\?module$/, ""));
      seen.add(name.endsWith(".d.ts") ? file.replace(/\.js$/, ".d.ts") : file);
    }
  }
  return seen;
}

test("the tarball is what its entries need, and what a package tells of itself", () => {
  const expected = [...reachable(named), "README.md", "LICENSE", "LICENSE-APACHE", "LICENSE-MIT"];
  const rest = files.filter((name) => name !== "CHANGELOG.md");
  assert.deepEqual(rest.sort(), [...new Set(expected)].sort());
});

test("the tarball weighs what was agreed, to 3 percent", () => {
  const packed = statSync(process.env.PACKAGE_TARBALL).size;
  const unpacked = files.reduce((sum, name) => sum + statSync(path.join(home, name)).size, 0);
  for (const [name, bytes] of Object.entries({ packed, unpacked })) {
    assert.ok(Math.abs(bytes / weight[name] - 1) <= 0.03, `${name} it is ${bytes} bytes, ${weight[name]} were agreed: find out why, or change the number in this file`);
  }
});

test("packed at another time and place it is the same, byte by byte", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "appconfig-edge-pack-"));
  try {
    const copy = path.join(folder, "elsewhere");
    cpSync(home, copy, { recursive: true });
    for (const name of files) utimesSync(path.join(copy, name), 1_000_000_000, 1_000_000_000);
    execFileSync("npm", ["pack", copy, "--pack-destination", folder, "--loglevel=error"], { stdio: ["ignore", "ignore", "inherit"] });
    const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");
    assert.equal(hash(path.join(folder, `appconfig-edge-${manifest.version}.tgz`)), hash(process.env.PACKAGE_TARBALL));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("no tests, no sources, no generated types, no maps", () => {
  assert.deepEqual(files.filter((name) => /test|\.rs$|\.toml$|\.map$|^wasm\/.*\.d\.ts$|\.mjs$|node_modules/.test(name)), []);
});

test("what is generated was built for release", () => {
  for (const name of ["client", "emulator"]) {
    const module = new WebAssembly.Module(readFileSync(path.join(home, "wasm", `${name}.wasm`)));
    assert.deepEqual(WebAssembly.Module.customSections(module, "name"), [], `${name}.wasm has no names`);
    assert.deepEqual(WebAssembly.Module.customSections(module, "producers"), []);
    const bytes = readFileSync(path.join(home, "wasm", `${name}.wasm`));
    const inline = readFileSync(path.join(home, "wasm", `${name}.inline.js`), "utf8");
    assert.ok(!/trap-(panic|memory)/.test(bytes.toString("latin1")), `${name}.wasm does not trap on demand`);
    assert.ok(inline.includes(bytes.toString("base64")), `${name}.inline.js is the same module`);
    assert.ok(!/\/(home|root|Users|work)\//.test(bytes.toString("latin1")), `${name}.wasm tells no path of the machine that built it`);
  }
});

test("the manifest says what a user's tools ask for", () => {
  assert.equal(manifest.name, "appconfig-edge");
  assert.equal(manifest.type, "module");
  assert.equal(manifest.engines.node, ">=20.19");
  assert.equal(manifest.license, "MIT OR Apache-2.0");
  assert.deepEqual(Object.keys(manifest).filter((name) => /dependencies$/i.test(name)), [], "no dependencies of any kind");
  assert.equal(manifest.scripts, undefined, "nothing runs at its installation");
  assert.ok(!files.includes("binding.gyp"), "nor is anything built");
  for (const target of Object.values(manifest.exports)) {
    if (typeof target === "object" && "types" in target) assert.equal(Object.keys(target)[0], "types", "types comes first");
  }
  // Bundlers that take a suffix such as "?module" for a part of the path look for it in `exports`; Parcel by default looks into `alias` alone.
  assert.deepEqual(manifest.exports["./appconfig-edge.w*"], { ...manifest.exports["./appconfig-edge.wasm"], default: "./wasm/client.w*" });
  assert.deepEqual(manifest.alias, { "./appconfig-edge.wasm": manifest.exports["./appconfig-edge.wasm"].default });
  // Entries that register their module must not be dropped by a bundler.
  for (const entry of ["./index.js", "./index.edge-light.js", "./index.workerd.js", "./emulator.js", "./emulator.workerd.js"]) assert.ok(manifest.sideEffects.includes(entry), entry);
});
