// npm run example [-- NAME [--port N] [--config FOLDER]]: one of the folders in examples/, as who copied it would have it: in a folder of its own,
// with the packed package installed. It is given the emulator on FOLDER (www/sample-config) for AppConfig. Where it can be opened, its address
// is printed alone on a line. Ended by SIGINT or SIGTERM, which is how it is meant to end, it exits with 0.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import vm from "node:vm";
import { pack } from "./pack.mjs";
import { must, Problem, root, run, script } from "./run.mjs";
import { ensureNodeModules, npm } from "./setup.mjs";

/** What each shows, and how it is started: given `{ name, folder, emulator, port, close, fail }`, its address, or undefined where it has none. */
const examples = {
  browser: { shows: "a page that shows flags, and changes with them", start: page },
  worker: { shows: "a Cloudflare Worker that answers each request by the flags", start: worker },
  "durable-object": { shows: "a Durable Object that polls for many pages, and tells them of each change", start: worker },
  deno: { shows: "a server for Deno that reads a flag for each request", start: served },
  opentelemetry: { shows: "a program for Node that tells OpenTelemetry of each request", start: program, listens: false },
  node: { shows: "a program for Node that follows a flag until it is stopped", start: program, listens: false },
};

/** What the example itself is told by: as `APPCONFIG_ENDPOINT` in its environment, or in the `vars` of its wrangler.jsonc. */
const ENDPOINT = "APPCONFIG_ENDPOINT";

/** A server of static files, as bundled as they would be deployed, and at /config/ the proxy. */
async function page({ folder, emulator, port, close }) {
  const { build } = await import("esbuild");
  const bundle = { entryPoints: ["main.js"], absWorkingDir: folder, bundle: true, format: "esm", target: "es2022", minify: true, write: false };
  const files = {
    "/": ["text/html; charset=utf-8", readFileSync(path.join(folder, "index.html"))],
    "/main.js": ["text/javascript; charset=utf-8", (await build(bundle)).outputFiles[0].contents],
  };
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:";
  const server = http.createServer((request, response) => {
    if (request.url.startsWith("/config/")) return forward(request, response, emulator + request.url.slice("/config".length));
    const [type, body] = files[request.url] ?? [];
    if (!body) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type, "content-security-policy": policy, "cache-control": "no-cache" }).end(body);
  });
  close(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** The proxy: on AWS it is here that requests are signed. */
function forward(request, response, url) {
  const { host, connection, ...headers } = request.headers;
  const onward = http.request(url, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.on("error", () => response.destroy()).pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A Worker in workerd, made and set up by its wrangler.jsonc as wrangler would. */
async function worker({ folder, emulator, port, close }) {
  const [{ build }, { Log, LogLevel, Miniflare }] = await Promise.all([import("esbuild"), import("miniflare")]);
  // JSON with comments is an expression of JavaScript.
  const settings = vm.runInNewContext(`(${readFileSync(path.join(folder, "wrangler.jsonc"), "utf8")})`);
  const outdir = path.join(folder, "bundle");
  const bundle = { entryPoints: [settings.main], absWorkingDir: folder, outdir, bundle: true, format: "esm", target: "es2022" };
  const { outputFiles } = await build({ ...bundle, conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy" }, external: ["cloudflare:*"], write: false });
  const modules = outputFiles.map(({ path: file, contents }) => ({ type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: file, contents }));
  // The first one is the Worker.
  modules.sort((a, b) => Number(b.type === "ESModule") - Number(a.type === "ESModule"));
  const stored = settings.migrations?.flatMap((it) => it.new_sqlite_classes ?? []) ?? [];
  const objects = settings.durable_objects?.bindings ?? [];
  process.env.TMPDIR = folder; // Miniflare leaves things behind: they go with the folder
  const known = signals.map((name) => process.listeners(name));
  const miniflare = new Miniflare({
    modules,
    modulesRoot: outdir,
    compatibilityDate: settings.compatibility_date,
    bindings: { ...settings.vars, [ENDPOINT]: emulator },
    durableObjects: Object.fromEntries(objects.map((it) => [it.name, { className: it.class_name, useSQLite: stored.includes(it.class_name) }])),
    host: "127.0.0.1",
    port,
    cf: false, // no request to Cloudflare
    log: new Log(LogLevel.WARN),
  });
  // On a signal it would end the process at once, with a code of its own.
  signals.forEach((name, i) => process.listeners(name).forEach((listener) => known[i].includes(listener) || process.off(name, listener)));
  close(() => miniflare.dispose());
  return (await miniflare.ready).origin;
}

/** A program of its own, by the `start` of its package.json; `seen` is called with its output. Where it ends by itself, so does all. */
function program({ name, folder, emulator, port, fail }, seen) {
  const { start } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).scripts;
  // The repository's deno.
  const PATH = `${path.join(root, "node_modules", ".bin")}${path.delimiter}${process.env.PATH}`;
  const env = { PATH, [ENDPOINT]: emulator, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  run("sh", ["-c", `exec ${start}`], { cwd: folder, env, show: "live", seen }).then(({ code }) => fail(new Problem(`${name} ended with exit code ${code}`)));
}

/** A program that says at which address it serves. */
function served(context) {
  return new Promise((resolve) => {
    let output = "";
    program(context, (part) => {
      const [address] = /http:\/\/[\d.]+:\d+(?=\D)/.exec((output += part)) ?? [];
      if (address) resolve(address);
    });
  });
}

const usage = "npm run example -- NAME [--port N] [--config FOLDER]";

function given() {
  let parsed;
  try {
    const text = { type: "string" };
    parsed = parseArgs({ allowPositionals: true, options: { port: text, config: text } });
  } catch (error) {
    throw new Problem(`${error.message.split(". ")[0]}: ${usage}`);
  }
  const { values: { port = "0", config }, positionals: [name, ...rest] } = parsed;
  if (rest.length > 0) throw new Problem(`expected one name, got ${[name, ...rest].join(" ")}: ${usage}`);
  if (name !== undefined && !Object.hasOwn(examples, name)) throw new Problem(`no example is called ${name}: there are ${Object.keys(examples).join(", ")}`);
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new Problem(`--port ${port}: a number from 0 (any free port, as without it) to 65535 is expected`);
  if (Number(port) > 0 && examples[name]?.listens === false) throw new Problem(`--port ${port}: the example ${name} does not listen`);
  // npm runs us in the repository's folder, and tells where it was called.
  return { name, port: Number(port), config: path.resolve(process.env.INIT_CWD ?? ".", config ?? path.join(root, "www", "sample-config")) };
}

/** Looked for at once and for all of them: workerd and Deno tell a taken port with a stack. */
async function expectFree(port) {
  const server = http.createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve)).catch((error) => {
    if (error.code === "EADDRINUSE") throw new Problem(`port ${port} is taken: without --port any free one is used`);
    if (error.code === "EACCES") throw new Problem(`port ${port} may not be used by this user: without --port any free one is used`);
    throw error;
  });
  await new Promise((resolve) => server.close(resolve));
}

/** A copy of the example with the package in it, which goes when we go. */
async function install(name) {
  const tarball = await pack();
  const folder = mkdtempSync(path.join(os.tmpdir(), `example-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  cpSync(path.join(root, "examples", name), folder, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
  // What others made is taken from the repository's own packages, which are of the same versions: nothing is downloaded for an example.
  const manifest = path.join(folder, "package.json");
  const text = readFileSync(manifest, "utf8");
  const { dependencies, ...rest } = JSON.parse(text);
  writeFileSync(manifest, JSON.stringify(rest));
  const [command, ...args] = [...npm, "install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", tarball];
  await must("installing the package", command, args, { cwd: folder });
  writeFileSync(manifest, text);
  for (const other of Object.keys(dependencies).filter((it) => it !== "appconfig-edge")) {
    const place = path.join(folder, "node_modules", other);
    mkdirSync(path.dirname(place), { recursive: true });
    symlinkSync(path.join(root, "node_modules", other), place, "junction");
  }
  return folder;
}

/** AppConfig Data from a folder; what is deployed there is told. */
async function emulate(config) {
  const [{ startEmulator }, { line }] = await Promise.all([import("../pkg/emulator.http.js"), import("../pkg/emulator.log.js")]);
  const tell = (event) => {
    if (event.type === "problem") console.error(line(event));
    else if (event.type === "deployed" || event.type === "reverted") console.log(line(event));
  };
  return startEmulator({ folder: config, port: 0, intervalInSeconds: 1, tell }).catch((error) => {
    throw error.status ? new Problem(error.message) : error;
  });
}

async function main(close) {
  const { name, port, config } = given();
  if (name === undefined) {
    console.log(`${usage}\n`);
    for (const [each, { shows }] of Object.entries(examples)) console.log(`  ${each.padEnd(16)}${shows}`);
    return;
  }
  if (port > 0) await expectFree(port);
  await ensureNodeModules();
  const folder = await install(name);
  console.log(`examples/${name}: ${examples[name].shows}`);
  const emulator = await emulate(config);
  close(() => emulator.close());
  const file = path.join(config, "shop", "prod", "flags.json");
  const near = path.relative(process.cwd(), file);
  console.log(`AppConfig is emulated at ${emulator.url}: edit ${near.startsWith("..") ? file : near} and see (Ctrl-C ends)`);

  let fail;
  const failed = new Promise((_, reject) => (fail = reject));
  const address = await Promise.race([examples[name].start({ name, folder, emulator: emulator.url, port, close, fail }), failed]);
  if (address) console.log(address);
  await failed;
}

script(main, { codeOnSignal: 0 });
