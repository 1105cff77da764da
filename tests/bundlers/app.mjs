// An app: a folder with the packed package in its node_modules, as after `npm install`. It lies below this one, so that the bundlers are found.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { program } from "../readme/place.mjs";
import { bun, root } from "../runtime/package.mjs";

const own = path.dirname(fileURLToPath(import.meta.url));
const work = path.join(own, "work", String(process.pid));

/** Where a program is; what `npx` would find. */
function find(name) {
  if (name === "bun") return bun();
  const file = [own, root].map((folder) => path.join(folder, "node_modules", ".bin", name)).find(existsSync);
  if (!file) throw new Error(`${name} is not installed: run this by npm test -- --only bundlers`);
  return file;
}

// No word to anybody, no look for newer versions.
const env = { NEXT_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", FORCE_COLOR: undefined, NODE_ENV: undefined };

/** The version of a package that is one of the tools. */
export function version(name) {
  const file = [own, root].map((folder) => path.join(folder, "node_modules", name, "package.json")).find(existsSync);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

const tarball = process.env.PACKAGE_TARBALL;
if (!tarball) throw new Error("PACKAGE_TARBALL is not set: run this by npm test -- --only bundlers, or name what node scripts/pack.mjs printed");

/** A new app of these files. It is removed in the end. */
export function makeApp(name, files) {
  const folder = path.join(work, name);
  const home = path.join(folder, "node_modules", "appconfig-edge");
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", home, "--strip-components=1"]);
  const write = (file, text) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  write("package.json", JSON.stringify({ name, private: true, dependencies: { "appconfig-edge": "*" } }));
  // By this some tools know where a project begins.
  write("package-lock.json", JSON.stringify({ name, lockfileVersion: 3, packages: {} }));
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    folder,
    write,
    path: (...names) => path.join(folder, ...names),
    remove: (file) => rmSync(path.join(folder, file), { recursive: true, force: true }),
    /** Runs a command to its end, and gives what it wrote; a failure tells that too. */
    run: (words) =>
      new Promise((resolve, reject) => {
        const [command, ...args] = words[0] === "npx" ? words.slice(1) : words;
        const file = command === "cp" ? command : find(command);
        execFile(file, args, { cwd: folder, env: { ...process.env, ...env }, timeout: 240_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
          if (error) reject(new Error(`${words.join(" ")} failed (${error.code ?? error.signal}):\n${stdout}${stderr}`));
          else resolve(stdout + stderr);
        });
      }),
    /** Starts a program that does not end by itself; see `program`. */
    start: (after, [command, ...args]) => program(after, command === "node" ? process.execPath : find(command), args, { cwd: folder, env }),
  };
}

/** Removes all apps. */
export function removeApps() {
  rmSync(work, { recursive: true, force: true });
}
