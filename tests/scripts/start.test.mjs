import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { program } from "./program.mjs";

const addressAlone = /^https?:\/\/\S+$/;
const limit = { timeout: 60_000 };
const started = new Set();
// The first start builds, whatever that takes.
before(() => program(process.execPath, "scripts/build.mjs").ended);
after(() => started.forEach((start) => start.kill("SIGKILL")));

const start = (command, ...args) => {
  const it = program(command, ...args);
  started.add(it);
  return it;
};
const address = async (it) => (await it.printed(/^(https?:\/\/\S+)$/m))[1];
const refuses = (url) => assert.rejects(fetch(url), "nothing may answer there any more");

test("npm start prints the page's address alone on a line, serves it, and ends with SIGTERM", limit, async () => {
  const it = start("npm", "start", "--", "--port", "0");
  const url = await address(it);
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^text\/html/);
  it.kill("SIGTERM");
  assert.equal((await it.ended).code, 0);
  assert.deepEqual(it.lines().filter((line) => addressAlone.test(line.trim())), [url]);
  await refuses(url);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`${signal} ends it with 0 within two seconds, and its port is free again`, limit, async () => {
    const first = start(process.execPath, "scripts/start.mjs", "--port", "0");
    const url = await address(first);
    // A connection that is kept open is not a reason to stay.
    await (await fetch(url)).text();
    const begin = Date.now();
    first.kill(signal);
    assert.deepEqual({ ...(await first.ended), output: "" }, { code: 0, signal: null, output: "" });
    assert.ok(Date.now() - begin < 2000, `it took ${Date.now() - begin} ms`);
    const second = start(process.execPath, "scripts/start.mjs", "--port", new URL(url).port);
    assert.equal(await address(second), url);
    second.kill("SIGTERM");
    await second.ended;
  });
}

test("npm that is killed outright does not leave it behind", limit, async () => {
  const it = start("npm", "start", "--", "--port", "0");
  const url = await address(it);
  it.kill("SIGKILL");
  // What it started holds the pipe until it ends.
  await it.ended;
  await refuses(url);
});

test("when nothing changed it is there in under five seconds", limit, async () => {
  const begin = Date.now();
  const it = start("npm", "start", "--", "--port", "0");
  await address(it);
  assert.ok(Date.now() - begin < 5000, `it took ${Date.now() - begin} ms`);
  it.kill("SIGTERM");
  await it.ended;
});

test("a port that is taken is told in one sentence", limit, async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.on("listening", resolve));
  try {
    const { port } = other.address();
    const { code, output } = await start(process.execPath, "scripts/start.mjs", "--port", String(port)).ended;
    assert.equal(code, 1);
    assert.equal(output.trim().split("\n").at(-1), `port ${port} is taken: npm start -- --port 0 takes any free one`);
  } finally {
    other.close();
  }
});

test("an option that does not exist or is no port is told in one sentence", async () => {
  for (const words of [["--prot", "1"], ["--port", "x"], ["--port", "65536"], ["--port"], ["page"]]) {
    const { code, output } = await start(process.execPath, "scripts/start.mjs", ...words).ended;
    assert.equal(code, 1, words.join(" "));
    assert.equal(output.trim().split("\n").length, 1, output);
    assert.match(output, /npm start|--port/);
  }
});
