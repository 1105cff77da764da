// The suite in a browser, whichever it is, in each of the places where a page can run a module. Node only.
//
// Nothing drives the browser: it is given an address to open, the page there does the rest and posts each result to the server that it came from.
// Each place has a server of its own, because browsers open six connections to a host and no more.

import { readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { within } from "./expect.mjs";
import { installed } from "./package.mjs";
import { reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";

const imports = { "appconfig-edge": "/package/index.js", "appconfig-edge/slim": "/package/slim.js", "appconfig-edge/emulator": "/package/emulator.js" };
const POLICY = "default-src 'self'; connect-src http://127.0.0.1:*; script-src 'self' 'nonce-n'";
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/** Where the suite runs, and what else a page does: see browser-page.mjs. */
const places = ["page", "worker", "shared worker", "service worker", "bundle", "policy"];

/** What a service worker has to load beforehand: as many copies of each file of the package as the suite asks for. */
const copies = ["slim", "index"].map((name) => Array.from({ length: 12 }, (_, i) => ({ name, to: `${name}${i}`, from: `/copies/${name}${i}/${name}.js` }))).flat();
const loadCopies = `${copies.map(({ to, from }) => `import * as ${to} from "${from}";`).join("\n")}
export default { ${["slim", "index"].map((name) => `"${name}.js": [${copies.filter((copy) => copy.name === name).map(({ to }) => to)}]`)} };`;

/** How long one place may take. */
const LIMIT = 150_000;

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

/**
 * Runs all of it. `launch()` starts the browser and gives `{ open, version, close }`: `open(url, place)` opens a page and gives what closes it.
 * `cannot` is what no place of this browser has, and why (see harness.mjs); a place that is a member of it is not there at all.
 */
export async function runInBrowser(runtime, { launch, cannot = {} }) {
  const { folder, home } = installed();
  const { tell, finish } = reporter(runtime);
  await build({
    stdin: { contents: "export * from \"appconfig-edge\"; export * from \"appconfig-edge/emulator\";", resolveDir: folder },
    outfile: path.join(folder, "bundle.js"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    logLevel: "warning",
  });

  /** Runs what belongs to one place; ends when the page says so. */
  async function run(browser, place) {
    let done;
    const ended = new Promise((resolve, reject) => (done = { resolve, reject }));
    const world = { runtime, where: place, cannot };

    /** The page, the suite, the package, and copies of it. */
    async function pages(request, response) {
      const { pathname } = new URL(request.url, "http://x");
      const send = (type, text, headers) => response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...headers }).end(text);
      if (pathname === "/told") {
        const result = await read(request);
        response.writeHead(204).end();
        if (result.failed) done.reject(new Error(result.failed));
        else if (result.done) done.resolve();
        else tell(result, place);
      } else if (pathname === "/page") {
        const policy = place === "policy" ? POLICY : `${POLICY} 'wasm-unsafe-eval'`;
        const map = `<script type="importmap" nonce="n">${JSON.stringify({ imports })}</script>`;
        const html = `<!doctype html><title>${place}</title>${map}<script type="module" src="/suite/browser-page.mjs"></script>`;
        send("text/html", html, { "content-security-policy": policy, "set-cookie": "user=me; Path=/" });
      } else if (pathname === "/world.js") {
        send("text/javascript", `export default ${JSON.stringify(world)};`);
      } else if (pathname === "/copies.js") {
        send("text/javascript", loadCopies);
      } else {
        const file = pathname
          .replace(/^\/suite\//, `${folder}/suite/`)
          .replace(/^\/package\/|^\/copies\/[^/]+\//, `${home}/`)
          .replace(/^\/bundle\.js$/, `${folder}/bundle.js`);
        if (file === pathname) return false;
        // A service worker in /suite/ may have all of the origin.
        send(types[path.extname(file)] ?? "text/plain", readFileSync(file), { "service-worker-allowed": "/" });
      }
      return true;
    }

    const { close, ...urls } = await startServer({ pages });
    Object.assign(world, urls);
    const shut = await browser.open(`${urls.server}/page`, place, done.reject);
    try {
      await within(LIMIT, ended, `the end of ${place}`);
    } finally {
      await shut();
      await close();
    }
  }

  const browser = await launch();
  await Promise.all(places.map(async (place) => {
    if (cannot[place]) return tell({ name: "the suite", skipped: cannot[place] }, place);
    const begin = Date.now();
    const error = await run(browser, place).then(() => undefined, (reason) => String(reason.stack ?? reason));
    tell({ name: "runs to its end", error, milliseconds: Date.now() - begin }, place);
  }));
  await browser.close();
  finish(browser.version);
}
