// Each bundler makes the apps of docs/bundlers.md out of the packed package, and they are run: the first configuration arrives, a deployment
// makes an update, nothing is said on the console. What a visitor loads is weighed.
//
//   PACKAGE_TARBALL=$(node scripts/pack.mjs | tail -1) node tests/bundlers/bundlers.test.mjs --write     takes the sizes over

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Miniflare } from "miniflare";
import { launch } from "../page/browser.mjs";
import { block as inReadme } from "../readme/blocks.mjs";
import { until } from "../readme/place.mjs";
import { makeApp, removeApps, version } from "./app.mjs";
import { block, commands, tableIn, writeTable } from "./guide.mjs";
import { emulate, serve, visit } from "./site.mjs";
import { committed, compare, render, sum, writeSizes } from "./sizes.mjs";

const limit = { timeout: 300_000 };
/** How long a server may take to begin. */
const START = 60_000;
const PROXY = '"/config"';
const WASM = 'new URL("appconfig-edge/appconfig-edge.wasm", import.meta.url)';
const wanted = [];
const sizes = {};
let browser;

before(async () => (browser = await launch()));
after(async () => {
  await browser?.close();
  removeApps();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => (removeApps(), process.exit(1)));

/** The two apps: `main.js`, and `slim.js` with `where` as the place of the module and with what else it imports. */
function pages(endpoint, { where = WASM, imports = "" } = {}) {
  const given = { [PROXY]: JSON.stringify(endpoint) };
  const html = block("html", "page");
  return {
    "main.js": block("js", "main", given),
    "slim.js": block("js", "slim", { ...given, [WASM]: where, "\n\nawait": `\n${imports}\nawait` }),
    "index.html": html,
    "slim.html": html.replace("main.js", "slim.js"),
  };
}

/** The command for `slim.js` is that for `main.js` with the other name. */
const forSlim = (words) => words.map((word) => word.replace("main.js", "slim.js").replace("index.html", "slim.html"));

/** What `new URL(…)` or the like a block of `slim.js` says, and what it imports. */
function slimOf(name) {
  const text = block("js", name);
  return { where: /initialize\(fetch\((.+)\)\);/.exec(text)[1], imports: text.replace(/^await.*\n/m, "").trimStart() };
}

/** A test that gives what the two apps weigh, `{ default, slim }`. */
function weighs(name, pkg, run) {
  wanted.push(name);
  test(pkg ? `${name} ${version(pkg)}` : name, limit, async (t) => {
    const weights = await run((close) => t.after(close));
    sizes[name] = { version: pkg ? version(pkg) : "", ...weights };
  });
}

/**
 * A bundler for pages. `build` and `slim` are the commands for the two apps, and leave them in `dist`; where a bundler makes no page, `html`
 * is put there.
 */
function bundles(name, pkg, { build, slim = build.map(forSlim), makesPage = false, where, settings = {} }) {
  weighs(name, pkg, async (done) => {
    const weights = {};
    for (const [entry, list, page] of [["default", build, "index.html"], ["slim", slim, "slim.html"]]) {
      const app = makeApp(`${name}-${entry}`, settings);
      const emulator = await emulate(done, app.folder, "one");
      const files = pages(emulator.url, where);
      for (const [file, text] of Object.entries(files)) app.write(file, text);
      for (const words of list) await app.run(words);
      if (!makesPage) app.write(`dist/${page}`, files[page]);
      const loaded = await visit(browser, `${await serve(done, app.path("dist"))}/${page}`, emulator);
      assert.equal(loaded.some(({ type }) => /wasm/.test(type)), entry === "slim", "slim, and it alone, loads a module");
      weights[entry] = sum(loaded);
    }
    return weights;
  });
}

const [viteServer, viteBuild] = commands("vite");

// Vite begins with index.html, and with nothing else unless it is set up to.
weighs("Vite", "vite", async (done) => {
  const weights = {};
  for (const [entry, page] of [["default", "index.html"], ["slim", "slim.html"]]) {
    const app = makeApp(`vite-${entry}`, {});
    const emulator = await emulate(done, app.folder, "one");
    const files = pages(emulator.url);
    for (const [file, text] of Object.entries({ ...files, "index.html": files[page] })) app.write(file, text);
    await app.run(viteBuild);
    weights[entry] = sum(await visit(browser, `${await serve(done, app.path("dist"))}/index.html`, emulator));
  }
  return weights;
});

test("Vite's server", limit, async (t) => {
  const app = makeApp("vite-server", {});
  const emulator = await emulate((close) => t.after(close), app.folder, "one");
  for (const [file, text] of Object.entries(pages(emulator.url))) app.write(file, text);
  const server = app.start((close) => t.after(close), [...viteServer.slice(1), "--host", "127.0.0.1", "--port", "0"]);
  const [url] = await server.printed(/http:\/\/127\.0\.0\.1:\d+(?=\/)/, START);
  await visit(browser, `${url}/`, emulator);
  await emulator.deploy("one");
  await visit(browser, `${url}/slim.html`, emulator);
});

bundles("webpack", "webpack", { build: commands("webpack"), slim: commands("webpack").map((words) => [...forSlim(words), "--output-filename", "slim.js"]) });
bundles("Rollup", "rollup", {
  build: commands("rollup"),
  slim: [...commands("rollup").map(forSlim), ...commands("rollup-slim")],
  where: { where: 'new URL("appconfig-edge.wasm", import.meta.url)' },
});
bundles("esbuild", "esbuild", { build: commands("esbuild"), slim: commands("esbuild-slim"), where: slimOf("esbuild-slim") });
bundles("Parcel", "parcel", { build: commands("parcel"), makesPage: true, where: slimOf("parcel-slim") });
bundles("Bun", "bun", { build: commands("bun"), where: slimOf("esbuild-slim") });
bundles("Deno", "deno", {
  build: commands("deno"),
  slim: [...commands("deno").map(forSlim), ...commands("rollup-slim")],
  where: { where: 'new URL("appconfig-edge.wasm", import.meta.url)' },
});

test("Parcel with packageExports finds the same", limit, async (t) => {
  const app = makeApp("parcel-exports", {
    "package.json": JSON.stringify({ private: true, dependencies: { "appconfig-edge": "*" }, "@parcel/resolver-default": { packageExports: true } }),
  });
  const emulator = await emulate((close) => t.after(close), app.folder, "one");
  for (const [file, text] of Object.entries(pages(emulator.url, slimOf("parcel-slim")))) app.write(file, text);
  for (const words of commands("parcel")) await app.run(forSlim(words));
  await visit(browser, `${await serve((close) => t.after(close), app.path("dist"))}/slim.html`, emulator);
});

weighs("no bundler, an import map", undefined, async (done) => {
  const app = makeApp("map", {});
  const url = await serve(done, app.folder);
  const emulator = await emulate(done, app.folder, "one");
  const files = pages(emulator.url, { where: '"./node_modules/appconfig-edge/wasm/client.wasm"' });
  for (const [file, text] of Object.entries(files)) app.write(file, text.replace("<h1>", () => `${block("html", "map")}<h1>`));
  const weights = { default: sum(await visit(browser, `${url}/index.html`, emulator)) };
  await emulator.deploy("one");
  return { ...weights, slim: sum(await visit(browser, `${url}/slim.html`, emulator)) };
});

/** An app for Next.js: the document's page, the same with slim, one with nothing to compare with, and the route. */
function nextApp(name, endpoint) {
  const page = block("js", "next", { [PROXY]: JSON.stringify(endpoint) });
  const slim = page
    .replace('import { ConfigurationClient } from "appconfig-edge";', 'import { ConfigurationClient, initialize } from "appconfig-edge/slim";')
    .replace("client.start()", `initialize(fetch(${WASM})).then(() => client.start())`);
  return makeApp(name, {
    "app/layout.js": "export default function Layout({ children }) {\n  return <html lang=\"en\"><body>{children}</body></html>;\n}\n",
    "app/page.js": page,
    "app/slim/page.js": slim,
    "app/empty/page.js": page.replace(/import .*appconfig-edge.*\n/, "").replace(/const client = [^]*return \(\) => client.stop\(\);/, 'setTitle("one"); setTimeout(() => setTitle("two"), 500);'),
    "app/flags/route.js": block("js", "next-edge", { '"https://config.example.com"': JSON.stringify(endpoint) }),
    // Not for the package: this app lies inside another project.
    "next.config.mjs": `export default { turbopack: { root: ${JSON.stringify(path.resolve(import.meta.dirname, "../.."))} } };\n`,
  });
}

/** The title that the edge route gives, now and after the next deployment. */
async function askEdge(url, emulator) {
  const title = async () => {
    const response = await fetch(`${url}/flags`);
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()).title;
  };
  const before = await title();
  assert.ok(["one", "two"].includes(before));
  const next = before === "one" ? "two" : "one";
  await emulator.deploy(next);
  await until(async () => (await title()) === next, `${next} from the edge route`);
}

/** What Next.js says of its own. */
const deprecated = /The Edge Runtime is deprecated|edge runtime on a page currently disables static generation/;

/** The lines of an output that warn of something, or fail. */
const warnings = (output) => output.split("\n").filter((line) => /⚠|⨯|error|warn/i.test(line) && !deprecated.test(line));

for (const bundler of [[], ["--webpack"]]) {
  const name = bundler.length > 0 ? "Next.js with webpack" : "Next.js";

  weighs(`${name}, what it adds`, "next", async (done) => {
    const folder = makeApp("next-emulator", {}).folder;
    const emulator = await emulate(done, folder, "one");
    const app = nextApp(`next${bundler}`, emulator.url);
    assert.deepEqual(warnings(await app.run(["npx", "next", "build", ...bundler])), []);
    const server = app.start(done, ["next", "start", "--hostname", "127.0.0.1", "--port", "0"]);
    const [url] = await server.printed(/http:\/\/127\.0\.0\.1:\d+/, START);
    const loaded = {};
    for (const page of ["empty", "", "slim"]) {
      await emulator.deploy("one");
      loaded[page] = sum(await visit(browser, `${url}/${page}`, emulator));
    }
    const beyond = (page) => ({ raw: loaded[page].raw - loaded.empty.raw, zipped: loaded[page].zipped - loaded.empty.zipped });
    await askEdge(url, emulator);
    assert.deepEqual(warnings(server.output()), []);
    return { default: beyond(""), slim: beyond("slim") };
  });

  test(`${name}, its server for development`, limit, async (t) => {
    const emulator = await emulate((close) => t.after(close), makeApp("next-emulator", {}).folder, "one");
    const app = nextApp(`next-dev${bundler}`, emulator.url);
    const server = app.start((close) => t.after(close), ["next", "dev", ...bundler, "--hostname", "127.0.0.1", "--port", "0"]);
    const [url] = await server.printed(/http:\/\/127\.0\.0\.1:\d+/, START);
    for (const page of ["", "slim"]) {
      await emulator.deploy("one");
      await visit(browser, `${url}/${page}`, emulator);
    }
    await askEdge(url, emulator);
    // This one alone tells what its edge runtime forbids.
    assert.deepEqual(warnings(server.output()), []);
  });
}

/** What makes `dist/server.…` for Node, Bun or Deno, and what then runs it. */
const servers = commands("server").map((words) => {
  const tool = words[0] === "npx" ? words[1] : words[0];
  return { tool, words, runs: { bun: ["bun"], deno: ["deno", "run", "--allow-net"] }[tool] ?? ["node"] };
});

for (const { tool, words, runs } of servers) {
  test(`${tool}, for a server`, limit, async (t) => {
    const app = makeApp(`server-${tool}`, {});
    const emulator = await emulate((close) => t.after(close), app.folder, "one");
    app.write("package.json", JSON.stringify({ private: true, type: "module" }));
    app.write("server.js", block("js", "server", { "http://127.0.0.1:2774": emulator.url }));
    await app.run(words);
    const [file] = readdirSync(app.path("dist")).filter((name) => name.startsWith("server."));
    const program = app.start((close) => t.after(close), [...runs, path.join("dist", file)]);
    await program.printed(/^one\n$/);
    await emulator.deploy("two");
    await program.printed(/^one\ntwo\n$/);
  });
}

test("esbuild, for a Worker", limit, async (t) => {
  const app = makeApp("worker", {});
  const emulator = await emulate((close) => t.after(close), app.folder, "one");
  app.write("worker.js", inReadme("worker", { "https://config.example.com": emulator.url }));
  for (const words of commands("worker")) await app.run(words);
  const files = readdirSync(app.path("dist")).sort((a, b) => Number(a.endsWith(".wasm")) - Number(b.endsWith(".wasm")));
  const modules = files.map((name) => ({ type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: app.path("dist", name), contents: readFileSync(app.path("dist", name)) }));
  const miniflare = new Miniflare({ modules, modulesRoot: app.path("dist"), compatibilityDate: "2026-01-01", cf: false });
  t.after(() => miniflare.dispose());
  const title = async () => (await (await miniflare.dispatchFetch("http://worker.test")).json()).title;
  assert.equal(await title(), "one");
  await emulator.deploy("two");
  await until(async () => (await title()) === "two", "update");
});

test("what a visitor loads is what was agreed", () => {
  assert.deepEqual(Object.keys(sizes).sort(), wanted.sort(), "each bundler was weighed");
  console.log(render(sizes));
  if (process.argv.includes("--write")) {
    writeSizes(sizes);
    writeTable(render(sizes));
  } else {
    compare(sizes, committed());
    assert.equal(tableIn(), render(committed()), "the table of docs/bundlers.md is that of sizes.json");
  }
});
