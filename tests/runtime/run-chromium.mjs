// The suite in Chromium, in a page and in a Web Worker: PACKAGE_TARBALL=… node tests/runtime/run-chromium.mjs

import { readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { within } from "./expect.mjs";
import { installed } from "./package.mjs";
import { reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";

const { folder, home } = installed();
const { tell, finish } = reporter("chromium");

const imports = { "appconfig-edge": "/package/index.js", "appconfig-edge/slim": "/package/slim.js", "appconfig-edge/emulator": "/package/emulator.js" };
const POLICY = "default-src 'self'; connect-src http://127.0.0.1:*; script-src 'self' 'nonce-n'";
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

await build({
  stdin: { contents: "export * from \"appconfig-edge\"; export * from \"appconfig-edge/emulator\";", resolveDir: folder },
  outfile: path.join(folder, "bundle.js"),
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  logLevel: "warning",
});

/** The pages, the suite, the package, and copies of it. */
function pages(request, response) {
  const { pathname } = new URL(request.url, "http://x");
  if (pathname === "/page" || pathname === "/page-without-wasm") {
    const policy = pathname === "/page" ? `${POLICY} 'wasm-unsafe-eval'` : POLICY;
    response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy, "set-cookie": "user=me; Path=/" });
    response.end(`<!doctype html><title>Suite</title><script type="importmap" nonce="n">${JSON.stringify({ imports })}</script>`);
    return true;
  }
  const file = pathname
    .replace(/^\/suite\//, `${folder}/suite/`)
    .replace(/^\/package\/|^\/copies\/[^/]+\//, `${home}/`)
    .replace(/^\/bundle\.js$/, `${folder}/bundle.js`);
  if (file === pathname) return false;
  response.writeHead(200, { "content-type": types[path.extname(file)] ?? "text/plain" }).end(readFileSync(file));
  return true;
}

const { server, elsewhere, closed, close } = await startServer({ pages });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu", "--js-flags=--expose-gc"],
});

/** A page of its own, with `told` for results. */
async function open(url, where) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => tell({ name: "no uncaught error", error: String(error.stack ?? error) }, where));
  if (process.env.VERBOSE) page.on("console", (message) => console.log(`[${where}] ${message.text()}`));
  await page.exposeFunction("told", (result) => tell(result, where));
  await page.goto(url);
  return page;
}

const world = { server, elsewhere, closed };
const suites = {
  async page() {
    const page = await open(`${server}/page`, "page");
    await page.evaluate(async (it) => {
      const appconfig = await import("appconfig-edge");
      const { createEmulator } = await import("appconfig-edge/emulator");
      const { run } = await import("/suite/browser.mjs");
      await run({ ...it, where: "page", appconfig, createEmulator, tell: globalThis.told });
    }, world);
  },

  async worker() {
    const page = await open(`${server}/page`, "worker");
    await page.evaluate((it) => new Promise((resolve, reject) => {
      const worker = new Worker("/suite/browser-worker.mjs", { type: "module" });
      worker.onmessage = ({ data }) => (data.done ? resolve() : globalThis.told(data));
      worker.onerror = (event) => reject(new Error(event.message || "the worker cannot be loaded"));
      worker.postMessage(it);
    }), world);
  },

  async "a bundle of esbuild"() {
    const page = await open(`${server}/page`, "bundle");
    const text = await page.evaluate(async () => {
      const { ConfigurationClient, createEmulator } = await import("/bundle.js");
      const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
      const emulator = createEmulator({ configurations: [{ ...target, content: "hello" }] });
      const client = new ConfigurationClient({ ...target, endpoint: "/", fetch: emulator.fetch });
      return (await client.start()).text();
    });
    tell({ name: "a bundle of esbuild works", error: text === "hello" ? undefined : `got ${text}` });
  },

  async "a policy without wasm-unsafe-eval"() {
    const page = await open(`${server}/page-without-wasm`, "policy");
    const error = await page.evaluate(async () => {
      const { ConfigurationClient } = await import("appconfig-edge");
      const client = new ConfigurationClient({ application: "a", environment: "b", configurationProfile: "c", endpoint: "/" });
      return client.start().then(() => undefined, ({ code, message }) => ({ code, message }));
    });
    const good = error?.code === "module-failed" && /'wasm-unsafe-eval'/.test(error.message);
    tell({ name: "a policy without wasm-unsafe-eval is told as module-failed", error: good ? undefined : `got ${JSON.stringify(error)}` });
  },
};

await Promise.all(Object.entries(suites).map(async ([name, run]) => {
  const begin = Date.now();
  const error = await within(120_000, run(), name).then(() => undefined, (reason) => String(reason.stack ?? reason));
  tell({ name: `${name} runs to its end`, error, milliseconds: Date.now() - begin });
}));
const version = browser.version();
await browser.close();
await close();
finish(version);
