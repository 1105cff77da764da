// The server of the page: its files, the built package, and the emulator, of one origin.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { serve } from "../../www/serve.mjs";
import { makeFolder, openSession } from "./server.mjs";

async function start(t, options) {
  const server = await serve({ port: 0, folder: await makeFolder(t, { "shop/prod/flags.json": "{}" }), tell() {}, ...options });
  t.after(() => server.close());
  return server;
}

test("the page and the package, with a policy that allows nothing else", async (t) => {
  const { url } = await start(t);
  for (const [where, type] of [
    ["/", "text/html; charset=utf-8"],
    ["/index.html", "text/html; charset=utf-8"],
    ["/pkg/index.js", "text/javascript; charset=utf-8"],
    ["/pkg/wasm/client.wasm", "application/wasm"],
  ]) {
    const { status, headers } = await fetch(url + where);
    assert.deepEqual([status, headers.get("content-type"), headers.get("x-content-type-options")], [200, type, "nosniff"], where);
    assert.equal(
      headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
});

test("AppConfig Data and the emulator's own requests", async (t) => {
  const { url } = await start(t, { intervalInSeconds: 2 });
  const answer = await (await openSession(url)).poll();
  assert.deepEqual([answer.text, answer.headers.get("next-poll-interval-in-seconds")], ["{}", "2"]);
  assert.equal((await (await fetch(`${url}/_emulator/configurations`)).json()).configurations.length, 1);
});

test("nothing else is served, and nothing above", async (t) => {
  const { url } = await start(t);
  const wheres = ["/serve.mjs", "/sample-config/shop/prod/flags.json", "/pkg/package.json", "/pkg/", "/pkg/wasm", "/pkg/..%2fpackage.json", "/pkg/%2e%2e/www/index.html", "//index.html", "/.htaccess", "/index.html%00.js", "/nowhere.js"];
  for (const where of wheres) assert.equal((await fetch(url + where)).status, 404, where);
  const post = await fetch(`${url}/`, { method: "POST", body: "x" });
  assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
  const head = await fetch(`${url}/`, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
});

test("a port that is taken, and a folder that is not there", async (t) => {
  const { url } = await start(t);
  await assert.rejects(start(t, { port: Number(new URL(url).port) }), { code: "EADDRINUSE", message: /^port \d+ is taken/ });
  await assert.rejects(start(t, { folder: path.join(await makeFolder(t), "nowhere") }), { message: /^expected a folder or a file at/ });
});

test("without options it serves the sample configuration", async (t) => {
  const told = [];
  const server = await serve({ port: 0, tell: (event) => told.push(event) });
  t.after(() => server.close());
  assert.deepEqual(server.emulator.configurations.map(({ application, environment, configurationProfile }) => [application, environment, configurationProfile].join("/")), [
    "shop/prod/banner",
    "shop/prod/flags",
    "shop/prod/texts",
  ]);
  assert.deepEqual(told.filter(({ type }) => type === "problem"), []);
});
