// Numbers and names that stand in Rust and in JavaScript, and have to be the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, between, source } from "./place.mjs";

const kebab = (name) => name.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
/** The variants of a Rust enum, in order. */
const variants = (text, name) => all(between(text, `pub enum ${name} {`, "\n}"), /^ {4}([A-Z]\w*)(?: = \d+)?[,(]/gm);

const errors = source("pkg/errors.js");
const client = source("pkg/client.js");
const driver = source("pkg/driver.js");
const engine = source("src/wasm/engine.rs");
const error = source("src/session/error.rs");

/** `NAME = 3` in JavaScript's way of declaring several. */
const numbers = (text) => Object.fromEntries([...text.matchAll(/\b([A-Z][A-Z_]+) = (\d+)[,;]/g)].map(([, name, value]) => [name, Number(value)]));

test("the codes of errors are those of the core, in its order, each with a sentence", () => {
  const rust = all(between(error, "codes! {\n", "\n}"), /^ {4}\w+ = "([a-z-]+)",/gm);
  const javaScript = all(between(errors, "const sentences = {", "\n};"), /^ {2}"?([a-z-]+)"?: "/gm);
  assert.ok(rust.length > 15);
  assert.deepEqual(javaScript, rust);
});

test("the time limits are those of the core", () => {
  const names = all(between(errors, "const limits = [,", "]"), /"(\w+)"/g);
  assert.deepEqual(names, variants(error, "Limit").map(kebab));
});

test("the operations are those of the protocol", () => {
  const names = variants(source("src/protocol/request.rs"), "Operation");
  assert.deepEqual(all(between(source("pkg/errors.js"), "const operations = [", "]"), /"(\w+)"/g), names);
  assert.match(source("pkg/request.js"), /import \{[^}]*\boperations\b[^}]*\} from "\.\/errors\.js"/, "the one list serves both");
});

test("the statuses are those of the core", () => {
  assert.deepEqual(all(between(client, "const statuses = [", "]"), /"(\w+)"/g), variants(source("src/session/event.rs"), "Status").map(kebab));
});

/** The numbers that the engine and its drivers share. */
const rust = Object.fromEntries([...engine.matchAll(/^const ([A-Z_]+): u64 = (\d+);/gm)].map(([, name, value]) => [name, Number(value)]));

test("the driver's numbers are those of the engine", () => {
  const javaScript = numbers(driver);
  const shared = Object.keys(rust).filter((name) => name in javaScript);
  assert.ok(shared.length >= 21, shared.join());
  for (const name of shared) assert.equal(javaScript[name], rust[name], name);
  // The last input is what remains, and has no name on the other side.
  assert.equal(javaScript.RESUME, rust.RESPONSE + 1);
  // Bits of what is saved.
  for (const name of ["REPLAYED", "IN_USE"]) assert.ok(engine.includes(`${name.toLowerCase()}: is & ${javaScript[name]} > 0,`), name);
});

test("the operations' numbers are those of the engine and of the driver", () => {
  const shared = Object.entries(numbers(source("pkg/operations.js")));
  assert.deepEqual(shared.map(([name]) => name), ["START", "REQUEST", "FAILED", "RESPONSE", "NEW"]);
  const known = { ...rust, ...numbers(client), ...numbers(driver) };
  for (const [name, value] of shared) assert.equal(value, known[name], name);
});

test("the codes that credentials learn from have the core's numbers", () => {
  const codes = all(between(error, "codes! {\n", "\n}"), /^ {4}\w+ = "([a-z-]+)",/gm);
  const known = Object.entries(numbers(source("pkg/credentials.js"))).filter(([name]) => codes.includes(name.toLowerCase().replace(/_/g, "-")));
  assert.deepEqual(known.map(([name]) => name), ["ACCESS_DENIED", "CREDENTIALS_EXPIRED", "CLOCK_SKEW"]);
  for (const [name, value] of known) assert.equal(codes[value], name.toLowerCase().replace(/_/g, "-"));
});

test("what a body is has the same numbers everywhere", () => {
  const told = { ...numbers(client), ...numbers(driver) };
  const { NO_BODY, EMPTY, SAME, NEW, MALFORMED, TOO_LARGE, REFUSED } = told;
  assert.deepEqual([NO_BODY, EMPTY, SAME, NEW, MALFORMED, TOO_LARGE, REFUSED], [0, 1, 2, 3, 4, 6, 7]);
  const match = between(engine, "response.body = match body {", "};");
  for (const [number, body] of [[0, "None"], [1, "Some(Body::Empty)"], [2, "Some(Body::Same)"], [3, "Some(Body::New)"], [6, "Some(Body::TooLarge)"]]) {
    assert.ok(match.includes(`${number} => ${body},`), `${number} => ${body}`);
  }
  // One more says that it was the same once before.
  assert.match(match, /4 \| 5 => Some\(Body::Malformed \{ again: body == 5 \}\),/);
  assert.match(match, /_ => Some\(Body::Refused \{ again: body == 8 \}\),/);
});

test("the headers that count are read in the core's order", () => {
  const response = source("src/protocol/response.rs");
  const values = Object.fromEntries([...response.matchAll(/const ([A-Z_]+): &str = "([a-z0-9-]+)"/g)].map(([, name, value]) => [name, value]));
  const rust = all(between(response, "pub fn read(", "\n    }"), /read\(\w+, header::([A-Z_]+)\)/g).map((name) => values[name]);
  assert.equal(rust.length, 8);
  const answer = source("pkg/answer.js");
  const names = (list) => all(between(answer, `const ${list} = [`, "]"), /"([a-z0-9-]+)"/g);
  assert.deepEqual([...names("ofConfiguration"), ...names("ofRefusal")], rust);
  assert.match(answer, new RegExp(`MAXIMUM_TEXT = ${between(response, "MAXIMUM_TEXT_CHARACTERS: usize = ", ";").replace(/_/g, "")};`));
});
