// What the README says in tables, held to the code; and that no block goes untested.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { blocks, readme, root, table } from "./blocks.mjs";
import { install, load, program } from "./place.mjs";

const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});
const onEnd = (end) => ends.push(end);
let folder;
let index;
before(async () => {
  folder = await install(onEnd);
  index = await load(folder, "index.js");
});

const names = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

test("every block has a name, and a test that runs it", () => {
  const here = path.join(root, "tests", "readme");
  const sources = readdirSync(here).filter((file) => file.endsWith(".test.mjs")).map((file) => readFileSync(path.join(here, file), "utf8")).join("\n");
  const known = new Set([...sources.matchAll(/\bblock\("([\w-]+)"/g), ...sources.matchAll(/for \(const name of (\[.*?\])\)/g)].flatMap(([, found]) => (found.startsWith("[") ? JSON.parse(found) : [found])));
  assert.ok(blocks.length > 10);
  assert.deepEqual(blocks.map(({ name }) => name).sort(), [...known].sort());
  assert.equal(readme.match(/^ *(```|~~~)/gm).length, 2 * blocks.length, "a fence that is no block");
});

test("the table of options has all options, with their defaults", () => {
  const rows = table("option");
  const told = rows.flatMap(([cell]) => names(cell));
  assert.throws(() => new index.ConfigurationClient({ nothing: 1 }), ({ message }) => {
    assert.deepEqual([...told].sort(), message.split("there are ")[1].split(", ").sort());
    return true;
  });
  const source = readFileSync(path.join(root, "pkg", "options.js"), "utf8");
  const [, defaults] = /const defaults = \{\n([\s\S]*?)\n\};/.exec(source);
  for (const [, name, value] of defaults.matchAll(/^ *(\w+): (.*),$/gm)) {
    if (name === "clockOffset") continue; // is no option
    const [, said] = rows.find(([cell]) => names(cell).includes(name));
    if (name !== "logger") assert.equal(said.replace(/[`,]/g, ""), value, name);
  }
});

test("the table of codes has all codes, and no others", () => {
  const told = table("code").flatMap(([cell]) => names(cell));
  const sources = readdirSync(path.join(root, "pkg")).filter((file) => /^[a-z]+\.js$/.test(file)).map((file) => readFileSync(path.join(root, "pkg", file), "utf8"));
  const [, sentences] = /const sentences = \{\n([\s\S]*?)\n\};/.exec(sources.find((text) => text.includes("const sentences")));
  const codes = [...sentences.matchAll(/^ {2}"([a-z-]+)":/gm), ...sources.join("\n").matchAll(/new AppConfigError\(\s*"([a-z-]+)"/g)].map(([, code]) => code);
  assert.deepEqual([...told].sort(), [...new Set(codes)].sort());
});

test("the tables of members and events name what is there", () => {
  const client = index.ConfigurationClient.prototype;
  for (const [cell] of table("member")) for (const name of names(cell)) if (!name.startsWith("[")) assert.ok(/^\w+/.exec(name)[0] in client, name);
  const types = [index.UpdateEvent, index.FailureEvent, index.StatusChangeEvent, index.LimitEvent].map((Type) => new Type({}));
  for (const [event, members] of table("event")) {
    const found = types.find(({ type }) => type === names(event)[0]);
    for (const name of names(members)) assert.ok(name in found, name);
  }
  const [, told] = /A configuration has (.*?)\. `json\(\)`/s.exec(readme);
  const source = readFileSync(path.join(root, "pkg", "configuration.js"), "utf8");
  for (const name of names(told)) assert.match(source, new RegExp(name.endsWith("()") ? `^ {2}${name.slice(0, -2)}\\(\\) \\{` : `(this|configuration)\\.${name} =|get ${name}\\(`, "m"));
});

test("the table of sizes is what npm run size prints, within two hundredths", { timeout: 300_000 }, async () => {
  const it = program(onEnd, "npm", ["run", "size"]);
  await it.printed(/^appconfig-edge +JS.*\n/m, 240_000);
  const measured = {};
  for (const [, name, raw, zipped] of it.output().matchAll(/^(appconfig-edge\S*) +(?:JS|sum) +([\d,]+) +([\d,]+)$/gm)) measured[name] = [raw, zipped];
  const number = (text) => Number(text.replaceAll(",", ""));
  const rows = table("bytes");
  assert.deepEqual(rows.map(([cell]) => names(cell)[0]), ["appconfig-edge/slim", "appconfig-edge"]);
  for (const [cell, ...told] of rows) {
    told.forEach((text, at) => {
      const real = measured[names(cell)[0]][at];
      assert.ok(Math.abs(number(text) / number(real) - 1) < 0.02, `${cell}: ${text} is told, ${real} measured`);
    });
  }
});

test("the table of figures is what bench/results.json has", () => {
  const { poll, cold } = JSON.parse(readFileSync(path.join(root, "bench/results.json"), "utf8"));
  const contenders = ["fetch", "fetch-bounded", "edge", "edge-signed", "aws4fetch", "sdk", "powertools"];
  const rows = table("CPU");
  assert.equal(rows.length, contenders.length);
  rows.forEach(([, node, workerd, ...starts], at) => {
    const name = contenders[at];
    assert.deepEqual([Number(node), Number(workerd)], [poll.node[name].ratio, poll.workerd[name].ratio], name);
    const found = [cold.workerd[name]?.cpu, cold.deno[name]?.cpu, cold.chromium[name]?.wall];
    assert.deepEqual(starts, found.map((milliseconds) => (milliseconds === undefined ? "" : `${milliseconds} ms`)), name);
  });
});

test("the table of prices is what bench/results.json has", () => {
  const { price } = JSON.parse(readFileSync(path.join(root, "bench/results.json"), "utf8"));
  const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD", minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
  const wanted = [];
  const want = (name, loads, { sessions, received, requests, price: costs }) =>
    wanted.push([name, loads, sessions.toFixed(2), received.toFixed(2), requests.toFixed(1), ...["1000", "100000", "1000000"].map((amount) => dollars.format(costs[amount]))]);
  const names = { sdk: "AWS SDK", edge: "appconfig-edge", store: "appconfig-edge with a store" };
  for (const [key, name] of Object.entries(names)) for (const loads of ["1", "3", "10"]) want(name, loads, price[key][loads]);
  for (const key of ["edge", "store"]) want(names[key], "ten at once", price.tabs[key].first);
  assert.deepEqual(table("contender"), wanted);
});

test("every link within the repository leads somewhere", () => {
  const anchors = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => `#${heading.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")}`);
  for (const [, target] of readme.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith("#")) assert.ok(anchors.includes(target), target);
    else if (!target.startsWith("http")) assert.ok(existsSync(path.join(root, target)), target);
  }
});
