// What is read of an answer before the engine judges it: it has to be what src/protocol/document.rs and retry_after.rs read.

import assert from "node:assert/strict";
import { test } from "node:test";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { installed } from "./place.mjs";

const { countingHeaders, read } = await import(pathToFileURL(path.join(installed().home, "answer.js")));

test("the texts of a document are read with their paths", () => {
  const body = { Message: "m", Reason: "InvalidParameters", Details: { InvalidParameters: { token: { Problem: "Expired", deeper: { no: "x" } } } }, n: 1, list: ["a"], none: null };
  assert.deepEqual(read(JSON.stringify(body)), [1, ["Message", "m", "Reason", "InvalidParameters", "Details.InvalidParameters.token.Problem", "Expired"]]);
});

test("what is no JSON has no texts, and what is JSON without objects is a document all the same", () => {
  for (const text of ["", "<html>", '{"Message":"cut', "{'a':1}", "undefined", "{} {}"]) assert.deepEqual(read(text), [0, []], text);
  for (const text of ["{}", "[]", "null", "1", '"text"', '[{"a":"b"}]', "[".repeat(1000) + "]".repeat(1000)]) assert.deepEqual(read(text), [1, []], text);
});

test("odd names and texts cannot shift what comes after them", () => {
  assert.deepEqual(read('{"a\\u0000b":"c\\u0000d","":"e","f":{"":"g"},"__proto__":"h","a":"1","a":"2"}')[1], ["ab", "cd", "f.", "g", "__proto__", "h", "a", "2"]);
});

test("a date to wait for becomes seconds, and anything else stays as it is", () => {
  const wait = (value) => countingHeaders({ status: 429, headers: new Headers(value === undefined ? {} : { "retry-after": value }) })[1];
  const seconds = wait(new Date(Date.now() + 90_000).toUTCString());
  assert.ok(seconds >= 89 && seconds <= 90, String(seconds));
  assert.equal(wait("Wed, 21 Oct 2015 07:28:00 GMT"), 0);
  assert.equal(wait("2015-10-21T07:28:00.250Z"), 0);
  assert.ok(Number.isNaN(wait("soon GMT")));
  for (const value of ["120", "1.5", "-1", "2030-01-01", undefined]) assert.equal(wait(value), value);
});

/** As in src/protocol/exception.rs, whose cases these are. */
test("what shows a piece of the token is not told, however it is written, and of credentials nothing is", async () => {
  const { hide } = await import(pathToFileURL(path.join(installed().home, "credentials.js")));
  const token = "AYADeL+/w==0123456789abcdef/xyz";
  const showing = ["AYADeL+/w==0123456", "x AYADeL%2b%2fw%3d", "&#43;/w==0123456789", "e AYADeL", "..6789abcdef/xyz", token];
  assert.deepEqual(hide({}, showing, token), showing.map(() => ""));
  const fine = ["", "AYADe", "w==01", "token 12345 is expired"];
  assert.deepEqual(hide({}, fine, token), fine);
  assert.deepEqual([hide({}, ["a-b+c d"], "a-b+c"), hide({}, ["a-b"], "a-b"), hide({}, ["a"], "")], [[""], ["a-b"], ["a"]]);
  assert.deepEqual(hide({ secrets: ["hunter2"] }, ["it is hunter2"], token), ["it is …"]);
});
