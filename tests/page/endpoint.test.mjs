// The page pointed at another endpoint by its address, and at what is none.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { createEmulator } from "../../pkg/emulator.js";
import { launch, open, ready, shows } from "./browser.mjs";
import { site } from "./site.mjs";

const limit = { timeout: 60_000 };
let browser;
let served;
let other;
const servers = [];
before(async () => {
  browser = await launch();
  served = await site();
  other = await site();
});
after(async () => {
  await browser?.close();
  await served?.close();
  await other?.close();
  for (const server of servers) server.close(server.closeAllConnections());
});

const profile = "application=shop&environment=prod&profile=flags";

/** A server of its own origin that answers as `answer(request, response)` does. */
async function elsewhere(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

test("another endpoint is polled, and what only the page's own emulator can do is not there", limit, async () => {
  const page = await open(browser);
  const before = served.emulator.requests.length;
  const answer = await page.goto(`${served.url}/?endpoint=${other.url}&${profile}`);
  assert.match(answer.headers()["content-security-policy"], new RegExp(`connect-src 'self' ${other.url.replaceAll(".", "\\.")};`));
  await ready(page);
  await shows(page, "#configuration", '"colour": "blue"');
  assert.equal(served.emulator.requests.length, before, "the page's own emulator is not asked");
  assert.ok(other.emulator.requests.length >= 2);
  await shows(page, "#tagline", `polling ${other.url}`);
  for (const panel of ["#editor", "#faults", "#notice"]) assert.equal(await page.isVisible(panel), false, panel);
  for (const panel of ["#timeline", "#changes", "#held", "#cost"]) assert.equal(await page.isVisible(panel), true, panel);
  // A profile more, by its names; the address keeps the endpoint.
  for (const [id, name] of [["#application", "shop"], ["#environment", "prod"], ["#configuration-profile", "banner"]]) await page.fill(id, name);
  await page.click("#watch");
  await shows(page, "#configuration", "Free delivery");
  assert.ok(page.url().includes(`endpoint=${other.url}`), page.url());
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
});

test("an endpoint that hides its headers, one that allows no page, and one that is not there are told apart", limit, async () => {
  const hidden = createEmulator({ configurations: [{ application: "shop", environment: "prod", configurationProfile: "flags", content: { a: 1 } }] });
  const hiding = await elsewhere(async (request, response) => {
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "content-type" };
    if (request.method === "OPTIONS") return response.writeHead(204, headers).end();
    const body = request.method === "POST" ? Buffer.concat(await request.toArray()) : undefined;
    const answer = await hidden.fetch(`http://emulator.test${request.url}`, { method: request.method, body });
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...headers }).end(Buffer.from(await answer.arrayBuffer()));
  });
  const closed = await elsewhere((request, response) => response.writeHead(200).end("{}"));
  const gone = await elsewhere(() => {});
  gone.close();
  for (const [url, code, hint] of [
    [hiding.url, "headers-hidden", /^The endpoint allows this page \(CORS\) but hides what the client has to read\. It has to send: Access-Control-Expose-Headers: Next-Poll/],
    [closed.url, "network", new RegExp(`^Something answers at ${closed.url}, and this page may not read it \\(CORS\\)\\. It has to send: Access-Control-Allow-Origin: ${served.url}, `)],
    [gone.url, "network", /^Nothing answers at http:.*: check the address, and that it runs\.$/],
  ]) {
    const page = await open(browser);
    await page.goto(`${served.url}/?endpoint=${url}&${profile}`);
    await shows(page, "#failure .code", code);
    await shows(page, "#failure .hint", hint);
    await page.context().close();
  }
});

test("an address that is odd is refused with a notice, and nothing is asked", limit, async () => {
  const page = await open(browser);
  const asked = [];
  page.on("request", (request) => request.resourceType() === "fetch" && asked.push(request.url()));
  for (const [query, sentence] of [
    ["endpoint=javascript:alert(1)", "expected http: or https:, got javascript:"],
    ["endpoint=http://user:secret@localhost:1", "expected no user and no password"],
    ["endpoint=http://a;sandbox", "expected a host of letters"],
    ["watch=shop/prod", "expected application/environment/profile"],
    ["endpoint=%3Cimg+src=x+onerror=wrong(1)%3E", "expected an absolute address"],
  ]) {
    const answer = await page.goto(`${served.url}/?${query}`);
    assert.match(answer.headers()["content-security-policy"], /connect-src 'self';/);
    await shows(page, "#notice", sentence);
    assert.equal(await page.isVisible("#notice"), true);
    assert.equal(await page.isVisible("main"), false);
  }
  assert.equal(await page.$$eval("#notice :not(a)", (all) => all.length), 0);
  assert.deepEqual(asked, []);
  assert.deepEqual(page.wrongs, []);
  await page.click("#notice a");
  await ready(page);
  await page.context().close();
});
