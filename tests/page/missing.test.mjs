// The page where something that belongs to it is missing: it says what.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/run.mjs";
import { launch, open, shows } from "./browser.mjs";

const limit = { timeout: 60_000 };
const types = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** Any web server: files, and a page that says so where there is none. */
async function elsewhere(folders) {
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const prefix = Object.keys(folders).find((it) => pathname.startsWith(it));
    const name = pathname.slice(prefix.length) || "index.html";
    try {
      const body = await readFile(path.join(root, folders[prefix], name));
      response.writeHead(200, { "content-type": types[name.split(".").at(-1)] }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/html" }).end("<p>Not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close(server.closeAllConnections()) };
}

test("without the package", limit, async () => {
  const served = await elsewhere({ "/": "www" });
  const page = await open(browser);
  await page.goto(served.url);
  await shows(page, "#notice", "The client is missing: /pkg/index.js cannot be loaded");
  assert.equal(await page.isVisible("#notice"), true);
  await page.context().close();
  served.close();
});

test("without the emulator", limit, async () => {
  const served = await elsewhere({ "/pkg/": "pkg", "/": "www" });
  const page = await open(browser);
  await page.goto(served.url);
  await shows(page, "#notice", "There is no emulator behind this page: GET /_emulator/configurations was answered with HTTP 404");
  assert.equal(await page.isVisible("#notice"), true);
  // What only the emulator can do is not there.
  for (const panel of ["#editor", "#faults"]) assert.equal(await page.isVisible(panel), false);
  assert.equal(await page.getAttribute("#start", "aria-disabled"), "true");
  // A client may still be watched, here one that finds nothing.
  await page.goto(`${served.url}/?application=a&environment=b&profile=c`);
  await shows(page, "#failure .code", /\w/);
  await shows(page, "#notice", "There is no emulator behind this page");
  await page.context().close();
  served.close();
});

test("without scripts", limit, async () => {
  const served = await elsewhere({ "/": "www" });
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(served.url);
  await page.waitForSelector("#notice", { timeout: 10_000 });
  await page.context().close();
  served.close();
});
