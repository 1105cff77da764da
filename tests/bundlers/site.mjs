// A folder as a static site, and what a page of it loads.

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { open, shows } from "../page/browser.mjs";
import { serveFolder } from "../readme/place.mjs";

const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** Serves a folder; gives its address. */
export function serve(after, folder) {
  const server = http.createServer(({ url }, response) => {
    const file = path.join(folder, new URL(url, "http://site").pathname);
    const type = types[path.extname(file)];
    if (type && existsSync(file) && statSync(file).isFile()) response.writeHead(200, { "content-type": type }).end(readFileSync(file));
    else response.writeHead(404).end();
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`)));
}

/** An emulator over HTTP for this app, with `{ title }` deployed. */
export async function emulate(after, folder, title) {
  const { url, write } = await serveFolder(folder, after, JSON.stringify({ title }));
  return { url, deploy: (title) => write(JSON.stringify({ title })) };
}

/**
 * Opens a page, which has to show what is deployed, then what is deployed next, without a word on the console. Gives the JavaScript and the
 * WebAssembly that it loaded.
 */
export async function visit(browser, url, { deploy }) {
  const page = await open(browser);
  const files = [];
  // No app here has an icon, and nobody asked for one but Chromium.
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  page.on("response", (response) => {
    const type = response.headers()["content-type"] ?? "";
    if (/javascript|wasm/.test(type)) files.push(response.body().then((bytes) => ({ type, bytes })));
  });
  try {
    // A server for development first builds it.
    await page.goto(url, { timeout: 60_000 });
    await shows(page, "h1", /^one$/).catch((error) => Promise.reject(new Error([error.message, ...page.wrongs].join("\n"))));
    await deploy("two");
    await shows(page, "h1", /^two$/);
    assert.deepEqual(page.wrongs, []);
    return await Promise.all(files);
  } finally {
    await page.context().close();
  }
}
