import assert from "node:assert/strict";
import { test } from "node:test";
import { laidOut, mistakeIn } from "../../www/json.js";

test("a mistake is told with its place", () => {
  for (const [text, message] of [
    ["", "line 1, column 1: expected a value, got the end"],
    ["{", "line 1, column 2: expected a name in double quotes or }, got the end"],
    ["[1, 2", "line 1, column 6: expected a comma or ], got the end"],
    ["[1,]", "line 1, column 4: expected a value, got ]"],
    ['{\n  "a": 1,\n}', "line 3, column 1: expected a name in double quotes, got }"],
    ['{ "a" 1 }', "line 1, column 7: expected a colon, got 1"],
    ['{ "a": tru }', "line 1, column 8: expected a value, got tru"],
    ["{ a: 1 }", "line 1, column 3: expected a name in double quotes or }, got a"],
    ['{ "a": 1 "b": 2 }', "line 1, column 10: expected a comma or }, got \""],
    ["[1}", "line 1, column 3: expected a comma or ], got }"],
    ["{} x", "line 1, column 4: expected nothing more, got x"],
    ["[01]", "line 1, column 2: expected a value or ], got 01"],
    ["['a']", "line 1, column 2: expected a value or ], got '"],
    ['["\t"]', 'line 1, column 2: expected a value or ], got "'],
  ]) {
    assert.equal(mistakeIn(text)?.message, message, text);
  }
});

test("what the host takes has no mistake, and what it refuses has a place", () => {
  for (const text of ["1", ' "a\\u00e9\\n" ', "[]", "{}", '{"a":[1,-2.5e+3,null,true,{"b":{}}]}', "\t[\r\n1 ]\n", '"\u2028"', "[[[[]]]]"]) {
    assert.equal(mistakeIn(text), undefined, text);
  }
  for (const text of ["[1 2]", "{]", "[-]", "[1.]", "[.5]", "[+1]", "[nul]", '["\\x"]', '{"a":}', '{"a"}', '{,}', "[,1]", ",", "]", '"', "NaN", "\ufeff1", "\u00a01"]) {
    assert.equal(typeof mistakeIn(text).offset, "number", text);
  }
});

test("a text is laid out without changing what is in it", () => {
  const text = '{"big":12345678901234567890,"twice":1,"twice":1.0,"none":{},"list":[1,"a, b",[]],"deep":{"x":{"y":[{"z":null}]},"s":"}\\""}}';
  assert.equal(
    laidOut(text, 40),
    `{
  "big": 12345678901234567890,
  "twice": 1,
  "twice": 1.0,
  "none": {},
  "list": [1, "a, b", []],
  "deep": {
    "x": {
      "y": [
        { "z": null }
      ]
    },
    "s": "}\\""
  }
}`,
  );
  assert.equal(laidOut("7"), "7");
  assert.equal(laidOut("[ ]"), "[]");
  assert.equal(laidOut('{"a":1}'), '{ "a": 1 }');
  // What was laid out is laid out the same.
  assert.equal(laidOut(laidOut(text, 40), 40), laidOut(text, 40));
});

test("a long and deep text takes no longer than its length", { timeout: 20_000 }, () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  // The host's parser has its own limit of depth, which here is not the point.
  const long = JSON.stringify({ text: "x\\n".repeat(300_000), list: Array.from({ length: 50_000 }, (_, i) => i) });
  assert.equal(mistakeIn(long), undefined);
  assert.equal(JSON.stringify(JSON.parse(laidOut(long))), long);
  assert.ok(typeof mistakeIn(`${deep} x`).message === "string");
});
