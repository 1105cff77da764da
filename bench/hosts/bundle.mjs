// Makes of a contender what runs in a host. In Node and Deno its dependencies are imported from node_modules, as a server does; a Worker is one
// bundle, as wrangler makes it, and so is a page.

import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "../../scripts/run.mjs";

const bench = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(root, "target", "bench");

/** The package is found by its name, through its `exports`, from the folder where the bundles lie. */
function link() {
  const file = path.join(folder, "node_modules", "appconfig-edge");
  mkdirSync(path.dirname(file), { recursive: true });
  if (!existsSync(file)) symlinkSync(path.join(root, "pkg"), file, "dir");
}

const packageByName = {
  name: "package by name",
  setup: (it) => it.onResolve({ filter: /^appconfig-edge/ }, ({ path: name, kind, resolveDir }) =>
    resolveDir === folder ? undefined : it.resolve(name, { kind, resolveDir: folder })),
};

/** A file of the package that it does not export, for what is measured apart; `entry` is the one that brings the module. */
const internals = (entry) => ({
  name: "internals",
  setup: (it) => it.onResolve({ filter: /^internal:/ }, ({ path: name }) => ({ path: path.join(root, "pkg", name === "internal:entry" ? entry : name.slice(9)), sideEffects: true })),
});

async function bundle(name, main, contender, { use = "export default host(contender);", plugins = [], entry = "index.js", ...options }) {
  link();
  const outdir = path.join(folder, name);
  rmSync(outdir, { recursive: true, force: true });
  await build({
    stdin: { contents: `import "./clock.mjs"; import * as contender from "./contenders/${contender}.mjs"; import { host } from "./hosts/${main}"; ${use}`, resolveDir: bench },
    outfile: path.join(outdir, "main.mjs"),
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    plugins: [internals(entry), ...plugins],
    ...options,
  });
  return outdir;
}

/** Resolves with the file to run. */
export async function bundleForNode(contender) {
  return path.join(await bundle(`node-${contender}`, "node-host.mjs", contender, { platform: "node", packages: "external" }), "main.mjs");
}

export async function bundleForDeno(contender) {
  return path.join(await bundle(`deno-${contender}`, "deno-host.mjs", contender, { platform: "node", packages: "external", use: "host(contender);" }), "main.mjs");
}

/** Resolves with the folder that holds the page's script, main.mjs. */
export function bundleForPage(contender) {
  return bundle(`page-${contender}`, "page-host.mjs", contender, {
    minify: true,
    platform: "browser",
    conditions: ["browser", "import"],
    mainFields: ["browser", "module", "main"],
    plugins: [packageByName],
    use: "host(contender);",
  });
}

/** Resolves with the folder and the modules in it, the main one first. */
export async function bundleForWorkerd(contender) {
  const outdir = await bundle(`workerd-${contender}`, "workerd-host.mjs", contender, {
    minify: true,
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["node:*", "cloudflare:*"],
    loader: { ".wasm": "copy" },
    entry: "index.workerd.js",
    plugins: [packageByName],
  });
  return { folder: outdir, modules: readdirSync(outdir).sort((a, b) => Number(b === "main.mjs") - Number(a === "main.mjs")) };
}
