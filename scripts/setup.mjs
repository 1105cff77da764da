// What a machine with rustup and Node alone still lacks. Each function looks first and does something only where it must.
// Node's own modules only: node_modules may not be there yet.

import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { must, Problem, root, run } from "./run.mjs";

const json = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));

/** The npm that was called, under `npm start` and the like; otherwise the one on the PATH. */
export const npm = process.env.npm_execpath?.endsWith(".js") ? [process.execPath, process.env.npm_execpath] : ["npm"];

/** Whether node_modules holds what package-lock.json says: npm keeps a lock file of what it installed, so no stamp of ours is needed. */
function nodeModulesAreCurrent(folder) {
  try {
    const wanted = json(path.join(folder, "package-lock.json")).packages;
    const installed = json(path.join(folder, "node_modules", ".package-lock.json")).packages;
    return (
      Object.entries(installed).every(([name, { version }]) => wanted[name]?.version === version) &&
      // What is optional may be for another machine.
      Object.entries(wanted).every(([name, { optional, devOptional }]) => name === "" || optional || devOptional || name in installed)
    );
  } catch {
    return false;
  }
}

/** What the package.json of a folder asks for: the repository's own tools, or those that only some tests need and that weigh too much for all. */
export async function ensureNodeModules(folder = ".") {
  if (nodeModulesAreCurrent(folder)) return;
  console.log(`installing the tools ${folder === "." ? "" : `of ${folder} `}from npm (npm ci)…`);
  // The flags keep npm's advertisements away.
  const [command, ...args] = [...npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  await must("installing the tools", command, args, { cwd: path.join(root, folder) });
}

/** The first of these programs that can be found, as a path. */
export function find(names, folders = []) {
  for (const folder of [...(process.env.PATH ?? "").split(path.delimiter), ...folders]) {
    for (const name of names) {
      const file = path.isAbsolute(name) ? name : path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
}

/** Cargo, with its folder on the PATH from here on (a fresh rustup is often not in it yet). */
export function ensureCargo() {
  const cargo = find(["cargo"], [path.join(process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo"), "bin")]);
  if (!cargo) throw new Problem("Rust is missing: install it with rustup (rustup.rs), then try again");
  process.env.PATH = `${path.dirname(cargo)}${path.delimiter}${process.env.PATH}`;
}

export async function ensureWasmTarget() {
  ensureCargo();
  const target = "wasm32-unknown-unknown";
  const { code, stdout } = await run("rustc", ["--print", "target-libdir", "--target", target], { show: "no" });
  if (code === 0 && existsSync(stdout.trim())) return;
  console.log(`adding Rust's target ${target}…`);
  await must("adding the target", "rustup", ["target", "add", target]);
}

/** rustfmt and clippy, which rustup's minimal profile leaves out. */
export async function ensureRustComponents() {
  ensureCargo();
  for (const [command, component] of [["fmt", "rustfmt"], ["clippy", "clippy"]]) {
    if ((await run("cargo", [command, "--version"], { show: "no" })).code === 0) continue;
    console.log(`adding Rust's ${component}…`);
    await must(`adding ${component}`, "rustup", ["component", "add", component]);
  }
}

/** A command of cargo's that others wrote: `cargo fuzz` is cargo-fuzz, from crates.io. */
export async function ensureCargoCommand(name) {
  ensureCargo();
  if ((await run("cargo", [name, "--version"], { show: "no" })).code === 0) return;
  console.log(`installing cargo-${name} from crates.io, once; that takes some minutes…`);
  await must(`installing cargo-${name}`, "cargo", ["install", `cargo-${name}`]);
}

/** Chromium and its driver as they are found, or undefined for each. CHROMIUM and CHROMEDRIVER in the environment say it by hand. */
export function findBrowser() {
  return {
    chromium:
      process.env.CHROMIUM ||
      find(["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]),
    chromedriver: process.env.CHROMEDRIVER || find(["chromedriver"], ["/usr/lib/chromium", "/usr/lib/chromium-browser"]),
  };
}

/** Installs packages of Debian where that is possible: as root, and where there is apt-get. */
async function debian(...packages) {
  if (process.getuid?.() !== 0 || !find(["apt-get"])) return;
  console.log(`installing ${packages.join(" and ")} (apt-get)…`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-qq"], { env });
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
}

/** What `look` finds, with these packages installed where it lacks something; each member is a program's path, and named in the environment by hand. */
async function ensurePrograms(look, ...packages) {
  const missing = (found) => Object.keys(found).filter((name) => !found[name]);
  if (missing(look()).length > 0) await debian(...packages);
  const found = look();
  const names = missing(found);
  if (names.length > 0) {
    throw new Problem(`${names.join(" and ")} missing: install it (Debian: apt-get install ${packages.join(" ")}) or name it in ${names.map((name) => name.toUpperCase()).join(" and ")}`);
  }
  return found;
}

/** Chromium and chromedriver: Debian's two packages are always of one version. */
export const ensureBrowser = () => ensurePrograms(findBrowser, "chromium", "chromium-driver");

/** Firefox. FIREFOX in the environment says it by hand. */
export const ensureFirefox = () =>
  ensurePrograms(() => ({ firefox: process.env.FIREFOX || find(["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"]) }), "firefox-esr");

/** WebKit's small browser for tests, and the display that it needs. MINIBROWSER and XVFB in the environment say it by hand. */
export function ensureWebKit() {
  // Debian keeps it out of the PATH, in a folder that is named after the machine.
  const libraries = existsSync("/usr/lib") ? readdirSync("/usr/lib").map((name) => `/usr/lib/${name}/webkit2gtk-4.1`) : [];
  const look = () => ({ minibrowser: process.env.MINIBROWSER || find(["MiniBrowser"], [...libraries, "/usr/libexec/webkit2gtk-4.1"]), xvfb: process.env.XVFB || find(["Xvfb"]) });
  return ensurePrograms(look, "libwebkit2gtk-4.1-0", "xvfb");
}
