// The packed package in a folder of its own, as a user has it after `npm install`. Node only.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * Unpacks PACKAGE_TARBALL into `node_modules` of a new folder, which is deleted when this process ends. The suite lies beside it in
 * `suite/`, so that what it imports by the package's name is that one.
 */
export function installed() {
  const tarball = process.env.PACKAGE_TARBALL;
  if (!tarball) throw new Error("PACKAGE_TARBALL is not set: run this by `npm test -- --only runtime-node` or the like, or name what `node scripts/pack.mjs` printed");
  const folder = mkdtempSync(path.join(tmpdir(), "appconfig-edge-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

  const unpack = (to) => {
    mkdirSync(to, { recursive: true });
    execFileSync("tar", ["-xzf", tarball, "-C", to, "--strip-components=1"]);
    return to;
  };
  const home = unpack(path.join(folder, "node_modules", "appconfig-edge"));
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module", private: true, dependencies: { "appconfig-edge": "*" } }));
  cpSync(path.join(root, "tests/runtime"), path.join(folder, "suite"), { recursive: true });
  return { folder, home, unpack };
}
