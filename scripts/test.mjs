// npm test [-- --only name,name]: one step after the other. A step that fails does not stop the others. The last line is "N passed, M failed".
// npm run test:all adds the heavy steps: what downloads hundreds of megabytes of other people's tools, or builds everything once more.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { count } from "./counts.mjs";
import { pack } from "./pack.mjs";
import { must, Problem, root, run, script, since } from "./run.mjs";
import { ensureBrowser, ensureFirefox, ensureNodeModules, ensureRustComponents, ensureWasmTarget, ensureWebKit } from "./setup.mjs";

const wasm = ["--target", "wasm32-unknown-unknown"];
const node = process.execPath;

// What several steps need is made once, by the first of them.

const once = (make) => {
  let made;
  return () => (made ??= make());
};

/** The packed package, for the suites in PACKAGE_TARBALL. */
const tarball = once(async () => ({ PACKAGE_TARBALL: await pack() }));

/** The client's module that traps on demand, for tests/instance. */
const trapping = once(async () => {
  await build({ names: ["trapping"] });
  return {};
});

/** A browser, for the suites in CHROMIUM, CHROMEDRIVER and the like. */
const named = (ensure) => once(async () => Object.fromEntries(Object.entries(await ensure()).map(([name, file]) => [name.toUpperCase(), file])));
const browser = named(ensureBrowser);
/** Runtimes in other versions than those in the repository's own node_modules. */
const versions = once(async () => ensureNodeModules("tests/runtime/versions"));
const firefox = named(ensureFirefox);
const webkit = named(ensureWebKit);

/** What `cargo test` needs to run tests/web.rs in a browser. */
const glue = once(async () => {
  await ensureWasmTarget();
  const env = await browser();
  await must("building wasm-bindgen's test runner", "cargo", ["build", "--quiet", "--locked", "--package", "test-runner"], { cwd: path.join(root, "tools") });
  // The runner adds --headless and --no-sandbox (without which root cannot start Chromium); the rest keeps Chromium off the network, where
  // what it looks for at its start may never answer.
  const capabilities = path.join(root, "target", "webdriver.json");
  mkdirSync(path.dirname(capabilities), { recursive: true });
  writeFileSync(capabilities, JSON.stringify({
    "goog:chromeOptions": {
      binary: env.CHROMIUM,
      args: ["disable-background-networking", "disable-component-update", "disable-default-apps", "disable-sync", "no-first-run", "disable-gpu"],
    },
  }));
  return {
    ...env,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: path.join(root, "tools", "target", "debug", "test-runner"),
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: capabilities,
    WASM_BINDGEN_TEST_TIMEOUT: "120",
    WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "30",
  };
});

/** The bundlers, half a gigabyte of them. */
const bundlers = once(() => ensureNodeModules("tests/bundlers"));

// The commands.

const cargo = (...args) => ({ form: "cargo", command: ["cargo", ...args] });
const exit = (...command) => ({ form: "exit", command });
const runtime = (name, ...args) => ({ form: "runtime", command: [node, `tests/runtime/run-${name}.mjs`, ...args] });

/** Every *.test.mjs below a folder: what `node --test folder` means differs between Node 20 and 22. */
function suite(folder, ...flags) {
  const below = (entry) =>
    readdirSync(path.join(root, entry), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((item) => {
      const name = `${entry}/${item.name}`;
      if (item.isDirectory()) return item.name === "node_modules" ? [] : below(name);
      return /\.test\.[cm]?js$/.test(name) ? [name] : [];
    });
  const files = existsSync(path.join(root, folder)) ? below(folder) : [];
  if (files.length === 0) throw new Problem(`${folder} holds no *.test.mjs`);
  return { form: "node", command: [node, "--test", "--test-reporter=spec", ...flags, ...files] };
}

/** The native tests but the simulator, which has a step of its own, and tests/web.rs, which runs in browsers. */
async function core() {
  const { packages } = JSON.parse(await must("reading the manifest", "cargo", ["metadata", "--no-deps", "--format-version", "1"], { show: "no" }));
  const names = packages[0].targets.filter(({ kind, name }) => kind.includes("test") && name !== "simulator" && name !== "web").map(({ name }) => name);
  return [cargo("test", "--lib", "--examples", ...names.flatMap((name) => ["--test", name])), cargo("test", "--doc")];
}

/** In order. `needs` is made before, and its result is part of the commands' environment. What is `heavy` is in `npm run test:all` alone. */
const steps = {
  format: { commands: () => [exit("cargo", "fmt", "--check"), exit("cargo", "fmt", "--check", "--manifest-path", "tools/Cargo.toml", "--all"), exit("cargo", "fmt", "--check", "--manifest-path", "fuzz/Cargo.toml")] },
  clippy: {
    commands: () => [
      exit("cargo", "clippy", "--all-targets", "--features", "mistakes", "--", "-D", "warnings"),
      ...["bare", "trapping", "emulator"].map((feature) => exit("cargo", "clippy", "--lib", ...wasm, "--features", feature, "--", "-D", "warnings")),
      exit("cargo", "clippy", "--test", "web", ...wasm, "--features", "client", "--", "-D", "warnings"),
    ],
  },
  core: { commands: core },
  simulator: { commands: () => [cargo("test", "--release", "--features", "mistakes", "--test", "simulator", "--", "--nocapture")] },
  build: { commands: () => [exit(node, "scripts/build.mjs"), exit(node, "scripts/pack.mjs")] },
  size: { commands: () => [{ form: "plain", command: [node, "scripts/size.mjs", "--check"] }] },
  types: { needs: [tarball], commands: () => [exit(node, "node_modules/typescript/bin/tsc", "--project", "tests/types")] },
  glue: {
    needs: [glue],
    commands: () =>
      ["WASM_BINDGEN_USE_BROWSER", "WASM_BINDGEN_USE_DEDICATED_WORKER"].map((where) => ({
        ...cargo("test", ...wasm, "--features", "client", "--test", "web"),
        env: { [where]: "1" },
      })),
  },
  "runtime-node": { needs: [tarball], commands: () => [runtime("node")] },
  "runtime-bun": { needs: [tarball], commands: () => [runtime("bun")] },
  "runtime-deno": { needs: [tarball], commands: () => [runtime("deno")] },
  "runtime-workerd": { needs: [tarball], commands: () => [runtime("workerd")] },
  "runtime-chromium": { needs: [tarball, browser], commands: () => [runtime("chromium")] },
  "runtime-versions": { heavy: true, needs: [tarball, versions], commands: () => ["20", "22", "24", "26"].map((major) => runtime("node", major)) },
  "runtime-wrangler": { heavy: true, needs: [tarball, versions], commands: () => [runtime("wrangler")] },
  "runtime-firefox": { heavy: true, needs: [tarball, firefox], commands: () => [runtime("firefox")] },
  "runtime-webkit": { heavy: true, needs: [tarball, webkit], commands: () => [runtime("webkit")] },
  instance: { needs: [tarball, trapping], commands: () => [suite("tests/instance", "--expose-gc")] },
  judge: { needs: [tarball], commands: () => [suite("tests/judge")] },
  store: { needs: [tarball], commands: () => [suite("tests/store")] },
  // Two processes, each of which lives many lives at once.
  faults: { needs: [tarball], commands: () => [suite("tests/faults", "--test-concurrency=2")] },
  package: { needs: [tarball], commands: () => [suite("tests/package")] },
  clock: { needs: [tarball], commands: () => [suite("tests/clock")] },
  load: { needs: [tarball], commands: () => [suite("tests/load")] },
  rebuild: { heavy: true, needs: [tarball], commands: () => [suite("tests/rebuild")] },
  bundlers: { heavy: true, needs: [tarball, browser, bundlers], commands: () => [suite("tests/bundlers")] },
  // They mostly wait, for polls: two files at once, also where Node would run one.
  page: { needs: [tarball, browser], commands: () => [suite("tests/page", "--test-concurrency=2")] },
  // They mostly wait, too.
  tabs: { needs: [tarball, browser], commands: () => [suite("tests/tabs", "--test-concurrency=4")] },
  readme: { needs: [tarball, browser], commands: () => [suite("tests/readme")] },
  examples: { needs: [tarball, browser], commands: () => [suite("tests/examples")] },
  scripts: { commands: () => [suite("tests/scripts")] },
};

async function perform({ needs = [], commands }) {
  const total = { passed: 0, failed: 0 };
  try {
    const env = {};
    for (const need of needs) Object.assign(env, await need());
    for (const { form, command, env: own } of await commands()) {
      const words = command.map((word) => (word === node ? "node" : word)).join(" ");
      console.log(`$ ${Object.entries(own ?? {}).map(([name, value]) => `${name}=${value} `).join("")}${words}`);
      const [program, ...args] = command;
      const { code, output } = await run(program, args, { env: { ...env, ...own }, show: "live", limitInMinutes: 15 });
      const { passed, failed } = count(form, output, code);
      if (failed > 0) console.log(`failed with exit code ${code}: ${words}`);
      total.passed += passed;
      total.failed += failed;
    }
  } catch (error) {
    console.log(error instanceof Problem ? error.message : error.stack);
    total.failed += 1;
  }
  return total;
}

function selected() {
  let all, only;
  try {
    ({ values: { all, only } } = parseArgs({ options: { all: { type: "boolean" }, only: { type: "string", multiple: true } } }));
  } catch (error) {
    throw new Problem(`${error.message.split(". ")[0]}: npm test [-- --only name,name]`);
  }
  const names = only?.flatMap((list) => list.split(","));
  const unknown = names?.filter((name) => !Object.hasOwn(steps, name)) ?? [];
  if (unknown.length > 0) throw new Problem(`no step is called ${unknown.join(" or ")}: there are ${Object.keys(steps).join(", ")}`);
  return Object.keys(steps).filter((name) => (names ? names.includes(name) : all || !steps[name].heavy));
}

script(async () => {
  const names = selected();
  const start = Date.now();
  await ensureNodeModules();
  await ensureWasmTarget();
  await ensureRustComponents();
  process.env.PATH = `${path.join(root, "node_modules", ".bin")}${path.delimiter}${process.env.PATH}`;
  process.env.DENO_NO_UPDATE_CHECK = "1";

  const rows = [];
  for (const name of names) {
    console.log(`\n=== ${name} ===`);
    const begin = Date.now();
    rows.push({ name, ...(await perform(steps[name])), time: since(begin) });
  }

  console.log(`\n${"step".padEnd(18)}${"passed".padStart(8)}${"failed".padStart(8)}  time`);
  for (const { name, passed, failed, time } of rows) console.log(`${name.padEnd(18)}${String(passed).padStart(8)}${String(failed).padStart(8)}  ${time}`);
  const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
  console.log(`in ${since(start)}`);
  console.log(`${total("passed")} passed, ${total("failed")} failed`);
  process.exitCode = total("failed") === 0 ? 0 : 1;
});
