// npm run build [-- client|emulator|trapping] [-- --force]: makes pkg/ complete, so that `npm pack ./pkg` makes what would be published.
//
//   pkg/wasm/<name>.wasm        the module
//   pkg/wasm/<name>.js          wasm-bindgen's glue for it, the same for all runtimes
//   pkg/wasm/<name>.d.ts        the glue's types, for our own type check only
//   pkg/wasm/<name>.inline.js   `export default "<the module in base64>"`, for an entry that carries its module inside
//
// `trapping` is the client's module that traps when it is told to, for tests/instance. It fits the client's glue, is built only where it is
// named, and never gets into pkg/: it is target/trapping/client.wasm.
//
// Work whose inputs have not changed is skipped. The same inputs give the same bytes, on any machine.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { must, root, script, since } from "./run.mjs";
import { ensureCargo, ensureNodeModules, ensureWasmTarget } from "./setup.mjs";

const modules = {
  // Small before fast. The control flow is found anew from a flat form, which leaves much to simplify, twice; --converge repeats the
  // passes until nothing shrinks any more.
  client: ["--flatten", "--rereloop", "-Oz", "-Oz", "--converge", "--strip-debug", "--strip-producers", "--strip-target-features"],
  emulator: ["-O3", "--strip-debug", "--strip-producers"],
};
// The client is built without the standard library: see Cargo.toml.
const features = { client: "bare", emulator: "emulator", trapping: "trapping" };
/** Built as the client's module is, but for its features, and for tests alone. */
const isApart = (name) => name === "trapping";
const kindOf = (name) => (isApart(name) ? "client" : name);
const parts = (name) => (isApart(name) ? ["client.wasm"] : [`${name}.js`, `${name}.d.ts`, `${name}.wasm`, `${name}.inline.js`]);
const copies = ["README.md", "CHANGELOG.md", "LICENSE", "LICENSE-MIT", "LICENSE-APACHE"];

const outputOf = (name) => (isApart(name) ? path.join("target", name) : path.join("pkg", "wasm"));
const work = path.join(root, "target", "build");
const bindgen = path.join(root, "tools", "target", "debug", "bindgen");

// What a user's environment says of Rust is not for us: a RUSTFLAGS would replace the flags below in silence, and the others move the results.
for (const name of ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"]) delete process.env[name];

/** Every file below a folder, in a fixed order; `undefined` names are left out. */
function files(entry) {
  const full = path.join(root, entry);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [entry];
  return readdirSync(full).sort().flatMap((name) => (name === "target" ? [] : files(path.join(entry, name))));
}

const hash = (...values) => values.reduce((sum, value) => sum.update(value).update("\0"), createHash("sha256")).digest("hex");
const hashOfFiles = (names) => hash(...names.flatMap((name) => [name, readFileSync(path.join(root, name))]));

/** The hash of all that a module depends on. */
const inputs = () =>
  hash(
    hashOfFiles(["src", "Cargo.toml", "Cargo.lock", ".cargo", "tools", "scripts/build.mjs"].flatMap(files)),
    JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).devDependencies.binaryen,
  );

const hashOfOutputs = (name) => hashOfFiles(parts(name).map((part) => path.join(outputOf(name), part)));
const stampFile = (name) => path.join(work, `${name}.stamp`);

function isCurrent(name, wanted) {
  try {
    return readFileSync(stampFile(name), "utf8") === `${wanted} ${hashOfOutputs(name)}`;
  } catch {
    return false;
  }
}

/** The flags that keep the paths of this machine out of the messages of panics, and so out of the module, and those that keep it small. */
function flags(name) {
  const registry = path.join(process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo"), "registry", "src");
  const paths = (existsSync(registry) ? readdirSync(registry) : []).sort().map((name) => `--remap-path-prefix=${path.join(registry, name)}${path.sep}=/crates/`);
  // As a setting and not as a variable: a list in the settings is added to what .cargo/config.toml has, a variable replaces it.
  // The client needs a few kilobytes of stack, not the megabyte that a linker gives; what would need more, traps.
  const stack = name === "client" ? ["-Clink-arg=-zstack-size=65536"] : [];
  return ["--config", `target.wasm32-unknown-unknown.rustflags=${JSON.stringify([...paths, ...stack])}`];
}

/** What takes the place of wasm-bindgen's glue; initSync() makes a fresh instance after one that trapped. */
const shortGlue = `let wasm;
const put = (bytes) => {
  const at = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
  new Uint8Array(wasm.memory.buffer).set(bytes, at);
  return [at, bytes.length];
};
const take = ([at, length]) => {
  const bytes = new Uint8Array(wasm.memory.buffer, at >>> 0, length).slice();
  wasm.__wbindgen_free(at, length, 1);
  return bytes;
};
export function initSync({ module, fresh } = {}) {
  if (!wasm || fresh) wasm = new WebAssembly.Instance(module).exports;
  return wasm;
}
`;

/**
 * Writes the client's glue anew: numbers and bytes are all that cross, the module has no imports (tools/bindgen/src/snip.rs), and a view of its
 * memory that is kept, forms of initSync() that pkg/module.js does not use and the asynchronous way to load a module are of no use. Each function
 * of wasm-bindgen's glue has to be one that is understood, or the build fails.
 */
function shorten(glue) {
  const unknown = (what) => new Error(`wasm-bindgen's glue has changed: ${what} is not understood; adapt shorten() in scripts/build.mjs`);
  if (!/function __wbg_get_imports\(\) {\n    const import0 = {\n        __proto__: null,\n    };\n/.test(glue)) throw unknown("what it imports");
  // Numbers go in as they are: WebAssembly makes numbers of them anyway.
  const plain = (text) => [...text.matchAll(/^    const (val\d+) = \+(\w+);\n/gm)].reduce((rest, [line, value, name]) => rest.replace(line, "").replace(new RegExp(`\\b${value}\\b`), name), text);
  const functions = [...glue.matchAll(/^export function (\w+)\(([\w, ]*)\) {\n([^]*?)^}\n/gm)].map(([, name, parameters, text]) => {
    const body = plain(text);
    const put = /^    const ptr0 = passArray8ToWasm0\((\w+), wasm\.__wbindgen_malloc\);\n    const len0 = WASM_VECTOR_LEN;\n/;
    const bytes = put.exec(body)?.[1];
    const [, , called, given, rest] = /^    (const ret = )?wasm\.(\w+)\(([\w, ]*)\);\n([^]*)$/.exec(body.replace(put, "")) ?? [];
    const call = `wasm.${called}(${given?.replace("ptr0, len0", `...put(${bytes})`)})`;
    const takes = /^    var (v\d) = getArrayU8FromWasm0\(ret\[0\], ret\[1\]\)\.slice\(\);\n    wasm\.__wbindgen_free\(ret\[0\], ret\[1\] \* 1, 1\);\n    return \1;\n$/;
    const result = rest === "" ? call : rest === "    return ret >>> 0;\n" ? `${call} >>> 0` : takes.test(rest) && `take(${call})`;
    if (called !== name || !result) throw unknown(`${name}()`);
    return `export const ${name} = (${parameters}) => ${result};\n`;
  });
  if (functions.length !== 4) throw unknown("the number of its functions");
  return shortGlue + functions.join("");
}

async function buildTools() {
  const start = Date.now();
  const first = !existsSync(bindgen);
  if (first) console.log("building wasm-bindgen (once, about half a minute)…");
  await must("building wasm-bindgen", "cargo", ["build", "--quiet", "--locked", "--package", "bindgen"], { cwd: path.join(root, "tools") });
  if (first) console.log(`  done in ${since(start)}`);
}

async function buildModule(name) {
  const start = Date.now();
  const kind = kindOf(name);
  const output = path.join(root, outputOf(name));
  const compiled = path.join(root, "target", "wasm32-unknown-unknown", kind, "appconfig_edge.wasm");
  console.log(`building the ${name} module${existsSync(compiled) ? "" : " (the first time takes about a minute)"}…`);
  const source = inputs();
  // Of this process alone: another build may be going on.
  const folder = path.join(work, `${name}.${process.pid}`);
  mkdirSync(folder, { recursive: true });
  mkdirSync(output, { recursive: true });

  const target = ["--lib", "--target", "wasm32-unknown-unknown", "--profile", kind, "--features", features[name]];
  await must(`compiling the ${name} module`, "cargo", ["build", "--quiet", "--locked", ...flags(kind), ...target]);
  await must(`generating the ${name} module's glue`, bindgen, [compiled, folder, kind, ...(kind === "client" ? ["--snip"] : [])]);
  const wasm = path.join(folder, `${kind}.wasm`);
  const optimize = [path.join(root, "node_modules", "binaryen", "bin", "wasm-opt"), path.join(folder, `${kind}_bg.wasm`), "-o", wasm, ...modules[kind]];
  await must(`optimizing the ${name} module`, process.execPath, optimize);
  const glue = path.join(folder, `${kind}.js`);
  if (kind === "client") writeFileSync(glue, shorten(readFileSync(glue, "utf8")));
  writeFileSync(path.join(folder, `${kind}.inline.js`), `export default "${readFileSync(wasm).toString("base64")}";\n`);

  // Renamed into place, so that who reads at the same time sees a whole file.
  for (const part of parts(name)) renameSync(path.join(folder, part), path.join(output, part));
  rmSync(folder, { recursive: true, force: true });
  // If a source was edited meanwhile, the stamp names what it was before, and the next build builds again.
  writeFileSync(stampFile(name), `${source} ${hashOfOutputs(name)}`);
  console.log(`  done in ${since(start)}: ${statSync(path.join(output, `${kind}.wasm`)).size.toLocaleString("en")} bytes`);
}

/** Builds what is not current. */
export async function build({ names = Object.keys(modules), force = false } = {}) {
  const wanted = inputs();
  const due = names.filter((name) => force || !isCurrent(name, wanted));
  if (due.length > 0) {
    ensureCargo();
    await ensureNodeModules();
    await ensureWasmTarget();
    await buildTools();
    // Cargo unpacks here what it then compiles; `flags` has to see the folder.
    await must("fetching the crates", "cargo", ["fetch", "--quiet", "--locked"]);
    for (const name of due) await buildModule(name);
  }
  for (const name of copies) {
    if (existsSync(path.join(root, name))) copyFileSync(path.join(root, name), path.join(root, "pkg", name));
  }
  return due;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  script(async () => {
    const words = process.argv.slice(2);
    const names = words.filter((word) => Object.hasOwn(features, word));
    const built = await build({ names: names.length > 0 ? names : undefined, force: words.includes("--force") });
    if (built.length === 0) console.log(`${names.some(isApart) ? "it" : "pkg"} is up to date`);
  });
}
