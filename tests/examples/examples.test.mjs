// Each example, started by its command: it shows what is deployed, then a change, and ends with all that it started.

import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, open, shows } from "../page/browser.mjs";
import { alive, family } from "../../scripts/run.mjs";
import { program, root } from "../scripts/program.mjs";

const limit = { timeout: 60_000 };
const ends = [];
after(() => Promise.all(ends.map((end) => end())));

/** Starts an example on a copy of the sample configuration; `edit` changes flags in the file, which the emulator deploys. */
async function start(name) {
  const place = mkdtempSync(path.join(os.tmpdir(), "examples-"));
  const config = path.join(place, "config");
  const temporary = path.join(place, "temporary");
  mkdirSync(temporary);
  cpSync(path.join(root, "www", "sample-config"), config, { recursive: true });
  const it = program("env", `TMPDIR=${temporary}`, "npm", "run", "example", "--", name, "--config", config);
  ends.push(async () => {
    it.kill("SIGKILL"); // of npm: what it started ends by itself (tests/scripts/start.test.mjs)
    await it.ended;
    rmSync(place, { recursive: true });
  });
  const [, emulator, file] = await it.printed(/^AppConfig is emulated at (http:\S+): edit (\S+) and see/m);
  return {
    ...it,
    emulator,
    address: async () => (await it.printed(/^(http:\/\/\S+)$/m))[1],
    edit: (flags) => writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...flags })),
    /** What AppConfig was asked so far. */
    asked: async () => (await (await fetch(`${emulator}/_emulator/requests`)).json()).requests,
    async endsInOrder() {
      const addresses = it.output().match(/http:\/\/127\.0\.0\.1:\d+/g);
      const members = family(it.pid);
      assert.ok(members.length > 1, "npm and what it runs");
      const begin = Date.now();
      it.kill("SIGINT");
      const { code, signal, output } = await it.ended;
      const milliseconds = Date.now() - begin;
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, output);
      assert.ok(milliseconds < 2000, `it took ${milliseconds} ms`);
      for (const address of new Set(addresses)) await assert.rejects(fetch(address), `nothing may answer at ${address} any more`);
      assert.deepEqual(members.filter(alive), [], "its processes");
      assert.deepEqual(readdirSync(temporary), [], "what it made for itself");
    },
  };
}

/** Asks until the answer fits, and gives it. */
async function answers(url, pattern) {
  for (const end = Date.now() + 15_000; ; ) {
    const response = await fetch(url);
    const text = await response.text();
    if (pattern.test(text)) return { status: response.status, text };
    if (Date.now() > end) throw new Error(`expected ${pattern}, got ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("the examples", { concurrency: 2 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
    ends.push(() => browser.close());
  });

  test("node: prints what the flag says, each change, and its end", limit, async () => {
    const it = await start("node");
    await it.printed(/^recommending 8 articles$/m);
    it.edit({ recommendations: { enabled: true, count: 12 } });
    await it.printed(/^recommending 12 articles$/m);
    it.edit({ recommendations: { enabled: false } });
    await it.printed(/^recommending nothing$/m);
    await it.endsInOrder();
    assert.match(it.output(), /^stopped$/m, "it ended by itself, and not because it was killed");
  });

  test("opentelemetry: a span for each request, failed ones as such, and how long they take", limit, async () => {
    const it = await start("opentelemetry");
    await it.printed(/^\d+ flags$/m);
    await it.printed(/name: 'StartConfigurationSession',[^]*?'rpc.service': 'AppConfigData',[^]*?'http.response.status_code': 201,[^]*?status: \{ code: 0 \}/);
    await it.printed(/name: 'GetLatestConfiguration',[^]*?'http.response.status_code': 200,[^]*?'aws.request_id': '[0-9a-f-]{36}'/);
    const fault = { name: "internal-error", times: 1 };
    await fetch(`${it.emulator}/_emulator/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fault) });
    await it.printed(/'http.response.status_code': 500,[^]*?status: \{ code: 2 \}/);
    await it.printed(/name: 'appconfig.client.request.duration',[^]*?attributes: \{ 'rpc.method': 'GetLatestConfiguration', 'error.type': '500' \}/);
    await it.endsInOrder();
    assert.match(it.output(), /^stopped$/m);
    assert.doesNotMatch(it.output(), /configuration_token/);
  });

  test("deno: each answer is by the flag as it is", limit, async () => {
    const it = await start("deno");
    const url = await it.address();
    assert.deepEqual(await answers(url, /./), { status: 200, text: "Live chat from 08:00 to 18:00\n" });
    it.edit({ "live-chat": { enabled: false } });
    await answers(url, /^No live chat today\n$/);
    await it.endsInOrder();
  });

  test("worker: each answer is by the flags that are held, and one session suffices", limit, async () => {
    const it = await start("worker");
    const url = await it.address();
    assert.deepEqual(await answers(url, /./), { status: 200, text: "We are open. Express delivery: 4.9\n" });
    it.edit({ maintenance: { enabled: true } });
    assert.deepEqual(await answers(url, /closed/), { status: 503, text: "We are closed for a moment.\n" });
    assert.equal((await it.asked()).filter(({ operation }) => operation === "StartConfigurationSession").length, 1);
    await it.endsInOrder();
  });

  test("durable-object: many pages, one client; it polls while one is open, and not when none is", limit, async () => {
    const it = await start("durable-object");
    const url = await it.address();
    const pages = await Promise.all([open(browser), open(browser)]);
    await Promise.all(pages.map((page) => page.goto(url)));
    for (const page of pages) await shows(page, "pre", '"colour": "blue"');
    it.edit({ checkout: { enabled: true, colour: "green" } });
    for (const page of pages) await shows(page, "pre", '"colour": "green"');
    assert.equal((await it.asked()).filter(({ operation }) => operation === "StartConfigurationSession").length, 1);

    await pages[0].close();
    it.edit({ checkout: { enabled: true, colour: "red" } });
    await shows(pages[1], "pre", '"colour": "red"');
    await pages[1].close();
    await silent(it);
    assert.deepEqual(pages.flatMap((page) => page.wrongs), []);
    await it.endsInOrder();
  });

  test("browser: the page shows the flags and each change, and says when it is out of touch", limit, async () => {
    const it = await start("browser");
    const page = await open(browser);
    await page.goto(await it.address());
    await shows(page, "#delivery", "Express delivery: 4.9");
    assert.equal(await page.locator("#checkout").evaluate((button) => getComputedStyle(button).borderTopColor), "rgb(0, 0, 255)");
    assert.deepEqual(page.wrongs, []);

    it.edit({ "express-delivery": { enabled: true, fee: 0 }, checkout: { enabled: false } });
    await shows(page, "#delivery", "Express delivery: 0");
    await page.locator("#checkout").waitFor({ state: "hidden" });

    const fault = { name: "internal-error", times: 1 };
    await fetch(`${it.emulator}/_emulator/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fault) });
    await shows(page, "#status", "Out of touch");
    assert.equal(await page.textContent("#delivery"), "Express delivery: 0", "what it has stays");
    await shows(page, "#status", /^$/);
    await page.close();
    await it.endsInOrder();
  });
});

/** Waits until AppConfig was asked nothing for two intervals, which it would be if the loop went on. */
async function silent({ asked }) {
  for (let before = -1, since, end = Date.now() + 15_000; ; ) {
    const { length } = await asked();
    if (length !== before) [before, since] = [length, Date.now()];
    if (Date.now() - since > 2200) return;
    if (Date.now() > end) throw new Error("it goes on to poll");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const manifest = (folder) => JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));

test("without a name they are listed, each with a folder that has a README and nothing but its own", limit, async () => {
  const { code, output } = await program("npm", "run", "example").ended;
  assert.equal(code, 0, output);
  const listed = output.match(/^ {2}[a-z-]+(?= {2})/gm).map((name) => name.trim());
  const folders = readdirSync(path.join(root, "examples"), { withFileTypes: true }).filter((it) => it.isDirectory()).map(({ name }) => name);
  assert.deepEqual(listed.sort(), folders.sort());
  for (const name of folders) {
    assert.match(readFileSync(path.join(root, "examples", name, "README.md"), "utf8"), new RegExp(`^npm run example -- ${name} +#`, "m"));
    const { "appconfig-edge": ours, ...others } = manifest(path.join("examples", name)).dependencies;
    assert.equal(ours, "^0.1.0");
    for (const [other, version] of Object.entries(others)) assert.equal(version, `^${manifest(".").devDependencies[other]}`, `${name} has ${other} as it is tested`);
  }
});

test("a port that is taken is told in one sentence, and one that is free is used", limit, async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address();
  const words = ["scripts/example.mjs", "browser", "--port", String(port)];
  const { code, output } = await program(process.execPath, ...words).ended;
  assert.deepEqual({ code, output }, { code: 1, output: `port ${port} is taken: without --port any free one is used\n` });
  other.close();
  await once(other, "close");
  const it = program(process.execPath, ...words);
  ends.push(() => (it.kill("SIGKILL"), it.ended));
  await it.printed(new RegExp(`^http://127\\.0\\.0\\.1:${port}$`, "m"));
  it.kill("SIGTERM");
  assert.equal((await it.ended).code, 0);
});

test("what cannot be started is told in one sentence", limit, async () => {
  for (const [words, sentence] of [
    [["nod"], /^no example is called nod: there are browser, .*node$/],
    [["node", "deno"], /^expected one name, got node deno: npm run example/],
    [["deno", "--port", "65536"], /^--port 65536: a number from 0/],
    [["node", "--port", "8080"], /^--port 8080: the example node does not listen$/],
    [["node", "--prot", "1"], /--prot.*: npm run example/],
    [["node", "--config", "/nowhere"], /^expected a folder or a file at \/nowhere: there is none/],
  ]) {
    const { code, output } = await program(process.execPath, "scripts/example.mjs", ...words).ended;
    assert.equal(code, 1, output);
    assert.match(output.trim().split("\n").at(-1), sentence);
  }
});
