// A place to run the blocks in: a folder where the packed package is installed as a user would, and what they talk to.

import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { root } from "./blocks.mjs";

export const flags = { application: "shop", environment: "prod", configurationProfile: "flags" };

/** How long anything may take that has no limit of its own: this runs beside other tests. */
export const DEADLINE = 20_000;

/** A folder with the package installed, and beside it what the blocks import from others; removed after the tests. */
export async function install(after) {
  const tarball = process.env.PACKAGE_TARBALL;
  if (!tarball) throw new Error("PACKAGE_TARBALL is not set: run this by `npm test -- --only readme`, or name what `node scripts/pack.mjs` printed");
  const folder = await mkdtemp(path.join(os.tmpdir(), "readme-"));
  after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", tarball], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  for (const name of ["aws4fetch", "@aws-sdk"]) await symlink(path.join(root, "node_modules", name), path.join(folder, "node_modules", name), "dir");
  return folder;
}

/** A file of the installed package as a module. */
export const load = (folder, file) => import(pathToFileURL(path.join(folder, "node_modules", "appconfig-edge", file)));

/** An emulator with an interval of a second. */
export async function emulate(folder, content, options) {
  const { createEmulator } = await load(folder, "emulator.js");
  const emulator = createEmulator({ intervalInSeconds: 1, ...options });
  const deploy = (content) => emulator.deploy({ ...flags, content });
  deploy(content);
  return { emulator, deploy, sessions: () => emulator.requests.filter(({ operation }) => operation === "StartConfigurationSession").length };
}

/** The emulator on a folder of files, over HTTP; `write` changes the file. */
export async function serveFolder(folder, after, text) {
  const { startEmulator } = await load(folder, "emulator.http.js");
  const config = await mkdtemp(path.join(os.tmpdir(), "readme-config-"));
  const write = (text) => writeFile(path.join(config, "shop", "prod", "flags.json"), text);
  await mkdir(path.join(config, "shop", "prod"), { recursive: true });
  await write(text);
  const server = await startEmulator({ folder: config, port: 0, intervalInSeconds: 1 });
  after(async () => {
    await server.close();
    await rm(config, { recursive: true });
  });
  return { url: server.url, write };
}

/** Runs a program; `printed` waits for its output, `end` ends it with all that it started. */
export function program(after, command, args, { cwd = root, env, stop = "SIGKILL" } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (output += part));
  let code;
  const ended = new Promise((resolve, reject) => child.on("error", reject).on("close", (number, signal) => resolve((code = number ?? signal))));
  const end = (signal = stop) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
    return ended;
  };
  after(() => end("SIGKILL"));
  return {
    output: () => output,
    end,
    /** Its exit code. */
    ended: () => Promise.race([ended, late(`its end; it wrote:\n${output}`)]),
    printed: (pattern, limit) =>
      until(() => {
        const match = pattern.exec(output);
        if (!match && code !== undefined) throw new Error(`it ended with ${code} and did not print ${pattern}:\n${output}`);
        return match;
      }, `${pattern} in its output`, limit).catch((error) => Promise.reject(new Error(`${error.message}; it wrote:\n${output}`))),
  };
}

const late = (what) => new Promise((_, reject) => setTimeout(() => reject(new Error(`in ${DEADLINE} ms there was no ${what}`)), DEADLINE).unref());

/** What `look` gives as soon as that is truthy. */
export async function until(look, what, limit = DEADLINE) {
  for (const end = Date.now() + limit; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`in ${limit} ms there was no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One file of a block and all that it imports, as a bundler makes it for browsers, or for workerd. */
export async function bundle(folder, contents, conditions = ["browser"]) {
  const result = await esbuild.build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    format: "esm",
    conditions,
    external: ["*.wasm", "cloudflare:*"],
    write: false,
    logLevel: "silent",
  });
  return result.outputFiles[0].text;
}
