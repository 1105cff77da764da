// node scripts/pack.mjs: the package as it would be published, for the tests that run on it: `npm pack ./pkg` into target/pack.

import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { must, Problem, root, script } from "./run.mjs";
import { npm } from "./setup.mjs";

/** Builds what is not current, packs it, and resolves with the tarball's path. */
export async function pack() {
  await build();
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(path.join(root, "pkg", "package.json"), "utf8"));
  } catch (error) {
    throw new Problem(`pkg/package.json cannot be read: ${error.message}`);
  }
  // Packed aside and renamed into place, so that who reads at the same time sees a whole file.
  const folder = path.join(root, "target", "pack");
  const aside = path.join(folder, `.${process.pid}`);
  mkdirSync(aside, { recursive: true });
  try {
    const [command, ...args] = [...npm, "pack", "./pkg", "--pack-destination", aside, "--loglevel=error"];
    await must("packing the package", command, args);
    const name = `${manifest.name}-${manifest.version}.tgz`;
    renameSync(path.join(aside, name), path.join(folder, name));
    return path.join(folder, name);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) script(async () => console.log(await pack()));
