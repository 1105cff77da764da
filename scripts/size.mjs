// npm run size: what each entry of the package costs a browser: bundled and minified by esbuild, then gzip -9. With --check it is a test.

import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build as buildPackage } from "./build.mjs";
import { root, script } from "./run.mjs";
import { ensureNodeModules } from "./setup.mjs";

/** What a client may cost in all by appconfig-edge/slim, its module with it, in bytes after gzip -9. */
const budget = 28_000;

// What a page with a client imports; the two operations by themselves are for those who have no client, and cost only them.
export const client = ["ConfigurationClient", "AppConfigError", "UpdateEvent", "FailureEvent", "StatusChangeEvent"];
const operations = ["startConfigurationSession", "getLatestConfiguration"];
const entries = [
  { name: "appconfig-edge/slim", imports: [...client, "initialize"], module: "client.wasm", budget, without: /\.inline\.js$|emulator|operations\.js$/ },
  { name: "appconfig-edge", imports: client, without: /emulator|operations\.js$/ },
  { name: "appconfig-edge/slim (operations)", entry: "appconfig-edge/slim", imports: [...operations, "initialize"], module: "client.wasm", without: /\.inline\.js$|emulator|(client|driver|waiter)\.js$(?<!wasm\/client\.js)/ },
  { name: "appconfig-edge/emulator", without: /client\.inline\.js$/ },
];

/** What stands in for a part of the package, to see what that part costs. */
const stubs = {
  "tabs": { "tabs.js": "export class Tab {} export const announce = () => {};" },
  "tabs and store": {
    "tabs.js": "export class Tab {} export const announce = () => {};",
    "store.js": "export class Keeper {} export const pack = () => {}, unpack = () => {}, durableObjectStore = () => {};",
  },
};

/**
 * Bundles a module's text as a user's bundler would: the package by its name, through its `exports`. Gives the code and what it is made of.
 * `instead` has other texts for files of the package, by their names.
 */
export async function bundle(contents, { external = [], instead = {} } = {}) {
  const esbuild = await import("esbuild");
  const folder = path.join(root, "target", "size");
  const link = path.join(folder, "node_modules", "appconfig-edge");
  mkdirSync(path.dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(path.join(root, "pkg"), link, "dir");
  const result = await esbuild.build({
    stdin: { contents, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    external,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["browser", "import"],
    target: "es2022",
    legalComments: "none",
    write: false,
    metafile: true,
    logLevel: "silent",
    plugins: [{
      name: "instead",
      setup: ({ onLoad }) => onLoad({ filter: /\.js$/ }, ({ path: file }) => (Object.hasOwn(instead, path.basename(file)) ? { contents: instead[path.basename(file)] } : undefined)),
    }],
  });
  const inputs = Object.entries(Object.values(result.metafile.outputs)[0].inputs);
  return { code: Buffer.from(result.outputFiles[0].contents), files: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file) };
}

/** What bytes cost: as they are, and zipped as a server would at its best. */
export const weigh = (bytes) => ({ raw: bytes.length, zipped: gzipSync(bytes, { level: 9 }).length });

async function main() {
  await ensureNodeModules();
  await buildPackage();
  const number = (value) => value.toLocaleString("en").padStart(10);
  const row = (name, part, raw, zipped) => console.log(`${name.padEnd(34)}${part.padEnd(6)}${raw}${zipped}`);
  const results = [];
  row("", "", "raw".padStart(10), "gzip -9".padStart(10));
  for (const entry of entries) {
    try {
      const { code, files } = await bundle(`export ${entry.imports ? `{ ${entry.imports.join(", ")} }` : "*"} from "${entry.entry ?? entry.name}";`);
      const stray = files.filter((file) => entry.without.test(file)).map((file) => path.basename(file));
      const parts = [["JS", code]];
      if (entry.module) parts.push(["wasm", readFileSync(path.join(root, "pkg", "wasm", entry.module))]);
      const sizes = parts.map(([part, bytes]) => ({ part, ...weigh(bytes) }));
      const sum = { part: "sum", raw: 0, zipped: 0 };
      for (const { raw, zipped } of sizes) {
        sum.raw += raw;
        sum.zipped += zipped;
      }
      for (const { part, raw, zipped } of sizes.length > 1 ? [...sizes, sum] : sizes) row(entry.name, part, number(raw), number(zipped));
      results.push([`${entry.name} can be bundled`, true]);
      results.push([`${entry.name} carries no module that it should not${stray.length > 0 ? `: ${stray.join(", ")}` : ""}`, stray.length === 0]);
      if (entry.budget) {
        for (const [part, instead] of Object.entries(stubs)) {
          const less = weigh((await bundle(`export { ${entry.imports.join(", ")} } from "${entry.name}";`, { instead })).code);
          row(`  of which ${part}`, "JS", number(sizes[0].raw - less.raw), number(sizes[0].zipped - less.zipped));
        }
      }
      if (entry.budget) results.push([`${entry.name} is within ${entry.budget.toLocaleString("en")} bytes`, sum.zipped <= entry.budget]);
    } catch (error) {
      console.log(`${entry.name}: ${error.message}`);
      results.push([`${entry.name} can be bundled`, false]);
    }
  }
  if (process.argv.includes("--check")) {
    const failed = results.filter(([, good]) => !good);
    for (const [what] of failed) console.log(`failed: ${what}`);
    console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
    if (failed.length > 0) process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) script(main);
