// The packed package in a folder of its own, as a user has it after `npm install`. Node only.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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
  // The suite is what lies in the folder itself and in `cases`; beside them are tools of some runners, of hundreds of megabytes.
  const own = path.join(root, "tests/runtime");
  for (const entry of readdirSync(own, { withFileTypes: true })) {
    if (entry.isFile() || entry.name === "cases") cpSync(path.join(own, entry.name), path.join(folder, "suite", entry.name), { recursive: true });
  }
  return { folder, home, unpack };
}

/** Bun's program. Its package is a stub that an install script would replace, and none is run here: the program is in the one for this machine. */
export function bun() {
  const folder = path.join(root, "node_modules", "@oven");
  const programs = existsSync(folder) ? readdirSync(folder).flatMap((name) => ["bun", "bun.exe"].map((file) => path.join(folder, name, "bin", file))) : [];
  // The builds for musl come second: npm brings them as well where it does not know the libc.
  const found = programs.filter((file) => existsSync(file)).sort((a, b) => a.includes("musl") - b.includes("musl"));
  if (found.length === 0) throw new Error("node_modules holds no Bun: run npm ci, and where it leaves out what is optional, npm install --include=optional");
  return found[0];
}

/** Another version of Node, by its first number: in tests/runtime/versions, or where NODE_22 and the like say. */
export function nodeOf(major) {
  const name = `NODE_${major}`;
  const program = process.env[name] || path.join(root, "tests/runtime/versions/node_modules", `node-${major}-${process.platform}-${process.arch}`, "bin/node");
  if (!existsSync(program)) throw new Error(`no Node ${major} at ${program}: run npm ci in tests/runtime/versions; where it has none for ${process.platform}-${process.arch}, name one in ${name}`);
  return program;
}
