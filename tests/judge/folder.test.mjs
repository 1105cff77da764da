// A folder as deployments: what an editor does to a file, and what a poll then gets.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, open, readdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { flags, makeFolder, openSession, promised, start, until } from "./server.mjs";
import { startEmulator } from "../../pkg/emulator.http.js";

const JSON_FILE = "shop/prod/flags.json";
const texts = { application: "shop", environment: "prod", configurationProfile: "texts" };
const problems = (events) => events.filter(({ type }) => type === "problem").map(({ file, message }) => `${file} ${message}`);

test("content types follow the extension, profiles the name before it", async (t) => {
  const types = { "a.json": "application/json", "b.yaml": "application/x-yaml", "c.YML": "application/x-yaml", "d.txt": "text/plain", "e.toml": "application/toml", "f.bin": "application/octet-stream", g: "application/octet-stream", "h.v2.json": "application/json" };
  const it = await start(t, Object.fromEntries(Object.keys(types).map((name) => [`shop/prod/${name}`, "{}"])));
  assert.deepEqual(it.events.filter(({ type }) => type === "problem"), []);
  for (const [name, type] of Object.entries(types)) {
    const session = await openSession(it.url, { ...flags, configurationProfile: name.replace(/(?<=.)\.[^.]+$/, "") });
    assert.equal((await session.poll()).headers.get("content-type"), type, name);
  }
});

test("an edited file is seen by any poll that begins 500 ms after the write, however it was written", async (t) => {
  const it = await start(t);
  const full = path.join(it.folder, JSON_FILE);
  const session = await openSession(it.url);
  assert.equal((await session.poll()).text, '{"one":1}');
  const ways = {
    "in place": (text) => writeFile(full, text),
    "by rename": async (text) => {
      await writeFile(`${full}.new`, text);
      await rename(`${full}.new`, full);
    },
    "by rename within the hidden": async (text) => {
      await writeFile(path.join(it.folder, "shop/prod/.flags.json.swp"), text);
      await rename(path.join(it.folder, "shop/prod/.flags.json.swp"), full);
    },
    "with a backup, as vim does it": async (text) => {
      await rename(full, `${full}~`);
      await writeFile(full, text);
      await rm(`${full}~`);
    },
    "with an old time": async (text) => {
      await writeFile(full, text);
      await utimes(full, 1, 1);
    },
    "with the same length and time": async (text) => {
      await writeFile(full, text);
      await utimes(full, 1, 1);
    },
    "from another program": (text) => execFileSync("sh", ["-c", `printf %s '${text}' > ${full}`]),
  };
  let count = 10;
  for (const [way, write] of Object.entries(ways)) {
    count += 1;
    await write(`{"n":${count}}`);
    await promised();
    it.emulator.advance(60_000);
    const { text, headers } = await session.poll();
    assert.equal(text, `{"n":${count}}`, way);
    if (way.endsWith("time")) assert.equal(headers.get("version-label"), "1970-01-01T00:00:01.000Z");
  }
  assert.equal(it.events.filter(({ type }) => type === "reverted").length, 0);
  assert.deepEqual(problems(it.events).filter((line) => !line.includes(".new")), []);
});

test("a write of the same content is no deployment, and keeps its label", async (t) => {
  const it = await start(t);
  const session = await openSession(it.url);
  await session.poll();
  await writeFile(path.join(it.folder, JSON_FILE), '{"one":1}');
  await promised();
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).text, "");
  assert.equal(it.events.filter(({ type }) => type === "deployed").length, 1);
});

test("a file that is still being written is not deployed", async (t) => {
  const it = await start(t, { "shop/prod/texts.txt": "old" });
  const session = await openSession(it.url, texts);
  assert.equal((await session.poll()).text, "old");
  const handle = await open(path.join(it.folder, "shop/prod/texts.txt"), "w");
  // Longer than a look and the time that a file has to rest.
  const end = Date.now() + 700;
  let written = Date.now();
  while (Date.now() < end) {
    await handle.write("part ");
    it.emulator.advance(60_000);
    const { text } = await session.poll();
    // On a machine that is busy with something else the file may have rested after all.
    assert.ok(text === "" || Date.now() - written > 100, "nothing new while it is written");
    written = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await handle.write("end");
  await handle.close();
  await promised();
  it.emulator.advance(60_000);
  assert.match((await session.poll()).text, /^(part )+end$/);
});

test("JSON that does not parse is told, and the last good deployment stays", async (t) => {
  const it = await start(t);
  const session = await openSession(it.url);
  await session.poll();
  await writeFile(path.join(it.folder, JSON_FILE), '{"one":');
  await until(() => problems(it.events)[0], "word of the mistake");
  assert.match(problems(it.events)[0], /^shop\/prod\/flags\.json is not JSON: .*; what was deployed before stays$/);
  it.emulator.advance(60_000);
  assert.deepEqual([(await session.poll()).text, problems(it.events).length], ["", 1]);
  await writeFile(path.join(it.folder, JSON_FILE), "");
  await until(() => problems(it.events)[1], "word of the emptiness");
  await writeFile(path.join(it.folder, JSON_FILE), '{"two":2}');
  await promised();
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).text, '{"two":2}');
});

test("a deleted file, or folder, is reverted, and one that comes back is deployed", async (t) => {
  const it = await start(t);
  const session = await openSession(it.url);
  await session.poll();
  for (const gone of [JSON_FILE, "shop/prod", "shop"]) {
    await rm(path.join(it.folder, gone), { recursive: true });
    await promised();
    it.emulator.advance(60_000);
    assert.equal((await session.poll()).status, 404, gone);
    await mkdir(path.join(it.folder, "shop/prod"), { recursive: true });
    await writeFile(path.join(it.folder, JSON_FILE), '{"one":1}');
    await promised();
    assert.equal((await session.poll()).text, '{"one":1}', gone);
  }
});

test("an application and an environment that come later are served", async (t) => {
  const it = await start(t, {});
  assert.equal((await openSession(it.url)).status, 404);
  await mkdir(path.join(it.folder, "shop/prod"), { recursive: true });
  await writeFile(path.join(it.folder, JSON_FILE), "[]");
  await promised();
  assert.equal((await (await openSession(it.url)).poll()).text, "[]");
});

test("what cannot be served is told once, and editors' files are passed over", async (t) => {
  const long = "x".repeat(129);
  const it = await start(t, {
    [JSON_FILE]: "{}",
    "shop/prod/flags.yaml": "a: b",
    "shop/prod/.hidden": "x",
    "shop/prod/flags.json~": "x",
    "shop/prod/#flags.json#": "x",
    "shop/prod/.flags.json.swp": "x",
    [`shop/prod/${long}.txt`]: "x",
    [`${long}/prod/a.txt`]: "x",
    "shop/prod/deeper/a.txt": "x",
    "shop/notes.md": "x",
    "README.md": "x",
    "shop/prod/large.txt": Buffer.alloc(4 * 1024 * 1024 + 1),
  });
  await promised();
  const told = problems(it.events).map((text) => text.replaceAll(long, "LONG"));
  assert.deepEqual(told.sort(), [
    "LONG is not served, its name has to have 1 to 128 characters",
    "README.md is not served: expected application/environment/profile.ext",
    "shop/notes.md is not served: expected application/environment/profile.ext",
    "shop/prod/LONG.txt is not served, its name has to have 1 to 128 characters",
    "shop/prod/deeper is no file: expected application/environment/profile.ext",
    "shop/prod/flags.yaml is not served: shop/prod/flags.json is of the same name",
    "shop/prod/large.txt has 4,194,305 bytes, expected at most 4,194,304; it is not deployed",
  ]);
  assert.deepEqual(it.emulator.configurations.map(({ configurationProfile }) => configurationProfile), ["flags"]);
});

test("a name that is no text is told", { skip: process.platform === "linux" ? false : "only Linux has such names" }, async (t) => {
  const it = await start(t);
  await writeFile(Buffer.concat([Buffer.from(path.join(it.folder, "shop/prod/")), Buffer.from([0xff]), Buffer.from(".txt")]), "x");
  await until(() => problems(it.events)[0], "word of it");
  assert.equal(problems(it.events)[0], "shop/prod/\ufffd.txt is not served, its name has to be UTF-8");
});

test("a second file of a name does not take the place of the first", async (t) => {
  const it = await start(t);
  await writeFile(path.join(it.folder, "shop/prod/flags.csv"), "a,b");
  await until(() => problems(it.events)[0], "word of it");
  assert.equal(problems(it.events)[0], "shop/prod/flags.csv is not served: shop/prod/flags.json is of the same name");
  assert.equal(it.emulator.configurations[0].contentType, "application/json");
  await rm(path.join(it.folder, JSON_FILE));
  await until(() => it.emulator.configurations[0]?.contentType === "text/csv", "deployment of what is left");
});

test("links are not followed, wherever they lead", async (t) => {
  const outside = await makeFolder(t, { "prod/secret.txt": "secret" });
  const folder = await makeFolder(t, { [JSON_FILE]: "{}" });
  await symlink(path.join(outside, "prod/secret.txt"), path.join(folder, "shop/prod/secret.txt"));
  await symlink(path.join(outside, "prod"), path.join(folder, "shop/test"));
  await symlink(outside, path.join(folder, "blog"));
  const events = [];
  const it = await startEmulator({ port: 0, folder, tell: (event) => events.push(event) });
  t.after(() => it.close());
  assert.deepEqual(problems(events).sort(), ["blog", "shop/prod/secret.txt", "shop/test"].map((file) => `${file} is a link, and links are not followed`));
  const put = (where) => fetch(`${it.url}/_emulator/configurations/${where}`, { method: "PUT", headers: { "content-type": "text/plain" }, body: "mine" });
  for (const where of ["shop/prod/secret", "shop/test/secret", "blog/prod/secret"]) assert.equal((await put(where)).status, 409, where);
  assert.equal(await readFile(path.join(outside, "prod/secret.txt"), "utf8"), "secret");
  assert.deepEqual(await readdir(path.join(outside, "prod")), ["secret.txt"]);
  assert.deepEqual((await readdir(path.join(folder, "shop/prod"))).sort(), ["flags.json", "secret.txt"]);
});

test("the folder itself may be a link", async (t) => {
  const real = await makeFolder(t, { [JSON_FILE]: "{}" });
  const parent = await makeFolder(t);
  await symlink(real, path.join(parent, "config"));
  const it = await startEmulator({ port: 0, folder: path.join(parent, "config") });
  t.after(() => it.close());
  assert.equal(it.emulator.configurations.length, 1);
});

test("a folder that is not there is told with what to do", async (t) => {
  const folder = await makeFolder(t, { file: "x" });
  await assert.rejects(startEmulator({ port: 0, folder: path.join(folder, "nowhere") }), { message: /expected a folder or a file at .*nowhere: there is none; make one/ });
  await assert.rejects(startEmulator({ port: 0, folder, target: { application: "shop" } }), { message: /^application: expected for a single file alone, and .* is a folder/ });
});

test("the AWS AppConfig Agent's flat naming, beside folders", async (t) => {
  const it = await start(t, { "shop:prod:texts.v2.txt": "flat", [JSON_FILE]: "{}", "shop:prod:flags.json": "[]", "shop::x.json": "1", "a:b.json": "1", [`a:b:${"x".repeat(129)}`]: "1" });
  assert.deepEqual(it.admin.list().map(({ file, configurationProfile }) => [file, configurationProfile]), [["shop:prod:flags.json", "flags"], ["shop:prod:texts.v2.txt", "texts.v2"]]);
  const told = problems(it.events).map((text) => text.replace("x".repeat(129), "LONG")).sort();
  assert.deepEqual(told, [
    "a:b.json is not served: expected application/environment/profile.ext",
    "a:b:LONG is not served, its name has to have 1 to 128 characters",
    "shop/prod/flags.json is not served: shop:prod:flags.json is of the same name",
    "shop::x.json is not served, its name has to have 1 to 128 characters",
  ]);
  const target = { ...flags, configurationProfile: "texts.v2" };
  const session = await openSession(it.url, target);
  assert.equal((await session.poll()).text, "flat");
  await it.admin.write(target, "text/plain", Buffer.from("written"));
  assert.equal(await readFile(path.join(it.folder, "shop:prod:texts.v2.txt"), "utf8"), "written");
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).text, "written");
  await it.admin.remove(target);
  assert.ok(!(await readdir(it.folder)).includes("shop:prod:texts.v2.txt"));
  assert.equal((await session.poll()).status, 400);
});

test("a single file: as it is said, as its name says, or under default names", async (t) => {
  const folder = await makeFolder(t, { "flags.json": '{"one":1}', "shop:prod:texts.txt": "flat", "other.json": "2" });
  for (const [file, target, expected] of [
    ["flags.json", undefined, { application: "default", environment: "default", configurationProfile: "flags" }],
    ["flags.json", { environment: "prod" }, { application: "default", environment: "prod", configurationProfile: "flags" }],
    ["shop:prod:texts.txt", undefined, { application: "shop", environment: "prod", configurationProfile: "texts" }],
    ["shop:prod:texts.txt", { configurationProfile: "words" }, { application: "shop", environment: "prod", configurationProfile: "words" }],
  ]) {
    const it = await startEmulator({ port: 0, folder: path.join(folder, file), target });
    t.after(() => it.close());
    assert.deepEqual(it.emulator.configurations.map(({ application, environment, configurationProfile }) => ({ application, environment, configurationProfile })), [expected]);
  }
  const events = [];
  const it = await startEmulator({ port: 0, folder: path.join(folder, "flags.json"), target: flags, tell: (event) => events.push(event) });
  t.after(() => it.close());
  const session = await openSession(it.url);
  assert.equal((await session.poll()).text, '{"one":1}');
  await assert.rejects(it.folder.write({ ...flags, application: "other" }, "application/json", Buffer.from("1")), { status: 409, message: "flags.json is all that is served, as shop/prod/flags" });
  await it.folder.write(flags, "application/json", Buffer.from("[]"));
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).text, "[]");
  await rm(path.join(folder, "flags.json"));
  await promised();
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).status, 404);
  await writeFile(path.join(folder, "flags.json"), "[1]");
  await promised();
  assert.equal((await session.poll()).text, "[1]");
  assert.deepEqual(problems(events), []);
});
