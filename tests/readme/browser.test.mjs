// The blocks for pages, in Chromium, and the proxy, which a page of another origin judges best.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { Miniflare, Response as WorkerResponse } from "miniflare";
import { chromium } from "playwright-core";
import { awsOf, key, verifying } from "./aws.mjs";
import { block } from "./blocks.mjs";
import { bundle, DEADLINE, emulate, install, until } from "./place.mjs";

const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});
let folder;
let browser;
before(async () => {
  folder = await install((end) => ends.push(end));
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // root cannot start Chromium with its sandbox
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
  ends.push(() => browser.close());
});

const policy = () => {
  const [, name, value] = /^(\S+): (.*)\n$/.exec(block("csp"));
  return { [name]: value };
};

/** Serves a page with this program in it, and `/config/` by `answer`. */
async function site(makeProgram, { answer, headers = {} } = {}) {
  const program = {};
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, "http://localhost");
    if (pathname.startsWith("/config/")) {
      const chunks = await request.toArray();
      const reply = await answer(`http://x${pathname}${search}`, { method: request.method, body: chunks.length ? Buffer.concat(chunks) : undefined });
      response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(Buffer.from(await reply.arrayBuffer()));
    } else if (pathname === "/main.js") response.writeHead(200, { "content-type": "text/javascript" }).end(program.text);
    else if (pathname === "/appconfig-edge.wasm") {
      response.writeHead(200, { "content-type": "application/wasm" }).end(readFileSync(path.join(folder, "node_modules/appconfig-edge/wasm/client.wasm")));
    } else if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html", ...headers }).end('<!doctype html><link rel="icon" href="data:,"><h1></h1><script type="module" src="/main.js"></script>');
    } else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  const url = `http://127.0.0.1:${server.address().port}`;
  program.text = await bundle(folder, await makeProgram(url));
  return url;
}

/** Opens a page; `title` waits for what it shows, `wrongs` has what the console complained of. */
async function open(url) {
  const page = await browser.newPage();
  const wrongs = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrongs.push(message.text()));
  page.on("pageerror", (error) => wrongs.push(error.message));
  await page.goto(url);
  const title = (wanted) =>
    until(async () => (await page.textContent("h1")) === wanted, `title ${wanted}`).catch((error) => Promise.reject(new Error(`${error.message}: ${wrongs.join("; ")}`)));
  return { page, title, wrongs };
}

const limit = { timeout: 2 * DEADLINE };

test("a page with a store goes on where the last one was, and shares one session with another tab", limit, async () => {
  const { emulator, deploy, sessions } = await emulate(folder, { title: "one" });
  const url = await site(() => block("store"), { answer: emulator.fetch });
  const context = await browser.newContext();
  const show = async () => {
    const page = await context.newPage();
    await page.goto(url);
    return { page, title: (wanted) => until(async () => (await page.textContent("h1")) === wanted, `title ${wanted}`) };
  };
  const first = await show();
  await first.title("one (network)");
  const second = await show();
  await second.title("one (store)");
  deploy({ title: "two" });
  await first.title("two (network)");
  await second.title("two (tab)");
  await first.page.close();
  await second.page.reload();
  await second.title("two (store)");
  deploy({ title: "three" });
  await second.title("three (network)");
  assert.equal(sessions(), 1);
  await context.close();
});

for (const name of ["browser", "slim"]) {
  test(`a page (${name}) under the policy that is said to be enough`, limit, async () => {
    const { emulator, deploy, sessions } = await emulate(folder, { title: "one" });
    const url = await site(() => block(name), { answer: emulator.fetch, headers: policy() });
    const { page, title, wrongs } = await open(url);
    await title("one");
    if (name === "browser") {
      deploy({ title: "two" });
      await title("two");
    }
    assert.equal(sessions(), 1);
    // The favicon is the page's own affair.
    assert.deepEqual(wrongs.filter((text) => !/icon|img-src/.test(text)), []);
    await page.close();
  });
}

test("without the policy's 'wasm-unsafe-eval' the error says so", limit, async () => {
  const { emulator } = await emulate(folder, { title: "one" });
  const [[name, value]] = Object.entries(policy());
  const url = await site(() => block("browser"), { answer: emulator.fetch, headers: { [name]: value.replace(" 'wasm-unsafe-eval'", "") } });
  const { page, wrongs } = await open(url);
  await until(() => wrongs.some((text) => /could not be loaded \(a Content-Security-Policy must allow 'wasm-unsafe-eval'\)/.test(text)), "error");
  await page.close();
});

test("the proxy serves a page of another origin, and what it publishes alone", limit, async () => {
  const { emulator, deploy, sessions } = await emulate(folder, { title: "one" }, verifying);
  const bodies = [];
  // workerd adds some of its own.
  const aws = awsOf(emulator, { ignored: /^(cf-|mf-|host$|content-length$)/, asked: ({ body }) => body && bodies.push(JSON.parse(body)) });
  const wrong = [];
  let origin;
  let proxy;
  const url = await site(async (pages) => {
    origin = pages;
    proxy = new Miniflare({
      modules: true,
      script: await bundle(folder, block("proxy", { "https://shop.example.com": origin }), ["workerd", "worker"]),
      compatibilityDate: "2026-01-01",
      bindings: { ACCESS_KEY_ID: key.accessKeyId, SECRET_ACCESS_KEY: key.secretAccessKey },
      outboundService: async (request) => {
        try {
          const { status, headers, body } = await aws(request);
          return new WorkerResponse(body, { status, headers });
        } catch (error) {
          wrong.push(error.message);
          throw error;
        }
      },
    });
    ends.push(() => proxy.dispose());
    return block("browser", { '"/config"': `"${new URL(await proxy.ready).origin}"` });
  });
  const { page, title, wrongs } = await open(url);
  await title("one").catch((error) => Promise.reject(new Error(`${error.message} ${wrong.join("; ")}`)));
  deploy({ title: "two" });
  await title("two");
  assert.equal(sessions(), 1);
  assert.deepEqual([wrongs, wrong], [[], []]);
  assert.deepEqual(bodies, [{ ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" }]);

  const asks = (name) => proxy.dispatchFetch("https://proxy.test/configurationsessions", { method: "POST", body: JSON.stringify({ ...bodies[0], ConfigurationProfileIdentifier: name }) });
  assert.equal((await asks("flags")).status, 201);
  assert.equal((await asks("secrets")).status, 403);
  assert.equal((await proxy.dispatchFetch("https://proxy.test/applications")).status, 404);
  await page.close();
});
