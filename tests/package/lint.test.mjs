// What those tools say who check packages before they are published.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const tarball = new Uint8Array(readFileSync(process.env.PACKAGE_TARBALL));

test("publint finds nothing, not even a suggestion", async () => {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, level: "suggestion", strict: true });
  assert.equal(pkg.name, "appconfig-edge");
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg, { color: false })), []);
});

test("attw finds nothing but that the package is an ES module", async () => {
  const { types, entrypoints, problems } = await checkPackage(createPackageFromTarballData(tarball));
  assert.equal(types.kind, "included");
  assert.ok(["./slim", "./emulator", "./appconfig-edge.wasm"].every((name) => name in entrypoints), Object.keys(entrypoints).join());
  // "CJSResolvesToESM" says that require() fails, and is about Node before 20.19: `engines` asks for a later one, where entries.test.mjs calls require().
  assert.deepEqual(problems.filter(({ kind }) => kind !== "CJSResolvesToESM"), []);
});
