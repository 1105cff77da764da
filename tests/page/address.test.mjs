// The parts of the page that need no browser: the address, prices, and what is kept of a client's life.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_WATCHED, read, write } from "../../www/address.js";
import { gapBefore, History, MOST, outcomeOf } from "../../www/history.js";
import { placeOf } from "../../www/json.js";
import { awsPrices, costOf, dollars, plain } from "../../www/prices.js";
import { Versions } from "../../www/versions.js";

const page = "http://127.0.0.1:8080/";
const target = (configurationProfile) => ({ application: "shop", environment: "prod", configurationProfile });

test("an address says endpoint, profiles and prices, and is written as it is read", () => {
  const href = `${page}?application=shop&environment=prod&profile=flags&watch=shop/prod/texts&watch=a%252Fb/c%2520d/%25C3%25A9&endpoint=http://localhost:2774/base/&request-price=0.000001`;
  const said = read(href);
  assert.deepEqual(said.mistakes, []);
  assert.equal(said.endpoint, "http://localhost:2774/base");
  assert.deepEqual(said.targets, [target("texts"), { application: "a/b", environment: "c d", configurationProfile: "é" }, target("flags")]);
  assert.deepEqual(said.wanted, target("flags"));
  assert.deepEqual(said.prices, { request: 0.000001, configuration: 0.0008 });
  const again = read(write(href, { targets: said.targets, shown: said.targets[0], prices: said.prices }));
  assert.deepEqual(again, { ...said, wanted: target("texts") });
  // What there is one of is not said twice, nor are the usual prices.
  assert.equal(write(`${page}?x=1`, { targets: [target("flags")], shown: target("flags"), prices: awsPrices }), `${page}?x=1&application=shop&environment=prod&profile=flags`);
  // The page's own server is no other endpoint, but a path on it is.
  assert.equal(read(`${page}?endpoint=${page}`).endpoint, undefined);
  assert.equal(read(`${page}?endpoint=${page}config`).endpoint, `${page}config`);
  assert.equal(read(`${page}?endpoint=http://[::1]:2774`).endpoint, "http://[::1]:2774");
});

test("what is odd in an address is refused with a sentence, and not guessed", () => {
  for (const [query, sentence] of [
    ["endpoint=", "expected an absolute address"],
    ["endpoint=localhost:2774", "expected http: or https:, got localhost:"],
    ["endpoint=javascript:alert(1)", "expected http: or https:, got javascript:"],
    ["endpoint=data:text/html,x", "expected http: or https:, got data:"],
    ["endpoint=file:///etc/passwd", "expected http: or https:, got file:"],
    ["endpoint=http://user:secret@localhost", "expected no user and no password"],
    ["endpoint=http://localhost/%3Fx=1", "expected neither a query nor a fragment"],
    ["endpoint=http://localhost/%23x", "expected neither a query nor a fragment"],
    ["endpoint=http://a;script-src", "expected a host of letters"],
    ["endpoint=http://a,b", "expected a host of letters"],
    [`endpoint=http://localhost/${"x".repeat(2000)}`, "expected at most 2000 characters"],
    ["endpoint=http://a&endpoint=http://b", "endpoint stands in the address more than once"],
    [`profile=${"x".repeat(129)}`, "expected 1 to 128 characters, got 129"],
    ["profile=a%00b", "expected no control characters"],
    ["watch=shop/prod", "expected application/environment/profile"],
    ["watch=shop//flags", "expected 1 to 128 characters, got none"],
    ["watch=shop/prod/%25E0", "not percent-encoded UTF-8"],
    [Array.from({ length: MOST_WATCHED + 1 }, (_, i) => `watch=a/b/${i}`).join("&"), `expected at most ${MOST_WATCHED}`],
    ["request-price=free", "expected a price in dollars"],
    ["configuration-price=-1", "expected a price in dollars"],
  ]) {
    const { mistakes, endpoint } = read(`${page}?${query}`);
    assert.ok(mistakes.some((it) => it.includes(sentence)), `${query}: ${mistakes}`);
    assert.equal(mistakes.some((it) => it.length > 300), false, "a long one is cut");
    if (!query.includes("&")) assert.equal(endpoint, undefined);
  }
});

test("a session's cost is that of its requests and of the configurations received", () => {
  // The README's day: a poll a minute, one session.
  const { ofRequests, ofReceived, total } = costOf({ requests: 1441, received: 1 }, awsPrices);
  assert.equal(dollars(ofRequests), "$0.0002882");
  assert.equal(dollars(ofReceived), "$0.0008");
  assert.equal(dollars(total), "$0.0010882");
  assert.deepEqual([0, 0.0000002, 0.1, 1, 12.5, 1234.56789].map(dollars), ["$0.00", "$0.0000002", "$0.10", "$1.00", "$12.50", "$1234.5679"]);
  assert.deepEqual([0.0000002, 0.0008, 1, 100, 0].map(plain), ["0.0000002", "0.0008", "1", "100", "0"]);
});

test("what is kept is bounded, however long the page is open", () => {
  const history = new History();
  for (let i = 0; i < 10_000; i += 1) history.add({ kind: "request", milliseconds: 1, i });
  assert.equal(history.entries.length, MOST);
  assert.equal(history.entries.at(-1).i, 9999);
  history.add({ kind: "request" });
  history.clear();
  assert.equal(history.entries.length, 1, "what is under way is told when it is over");

  const versions = new Versions();
  const configuration = (size) => ({ bytes: () => new Uint8Array(size), receivedAt: new Date() });
  for (let i = 0; i < 100; i += 1) versions.add(configuration(10));
  assert.equal(versions.all.length, 20);
  assert.equal(versions.all.at(-1).number, 100);
  for (let i = 0; i < 10; i += 1) versions.add(configuration(4_000_000));
  assert.ok(versions.all.reduce((sum, { bytes }) => sum + bytes.length, 0) <= 16_000_000);
  for (let i = 0; i < 3; i += 1) versions.add(configuration(20_000_000));
  assert.equal(versions.all.length, 2, "two can always be compared");
});

test("a request's outcome, and the gap before one", () => {
  const poll = { operation: "GetLatestConfiguration", milliseconds: 5, status: 200, bytes: 0 };
  assert.equal(outcomeOf(poll), "unchanged");
  assert.equal(outcomeOf({ ...poll, bytes: 7 }), "configuration");
  assert.equal(outcomeOf({ ...poll, milliseconds: undefined }), "pending");
  for (const more of [{ fault: "cut" }, { code: "headers-hidden" }, { status: 500 }, { status: undefined }, { status: 302 }]) assert.equal(outcomeOf({ ...poll, ...more }), "failed");
  assert.equal(outcomeOf({ ...poll, operation: "StartConfigurationSession", status: 201 }), "session");

  const last = { endedAt: 0, nextAt: 60_000 };
  assert.equal(gapBefore(5, undefined), undefined);
  assert.equal(gapBefore(66_000, last), undefined, "a tenth is the client's own");
  assert.deepEqual(gapBefore(90_000, last, false), { kind: "gap", at: 90_000, milliseconds: 90_000, hasStopped: false });
  assert.equal(gapBefore(30_000, last, true).hasStopped, true);
});

test("the place of a path in a text", () => {
  const text = '{\n  "a": { "b c": [1, { "x": "]" }, 3] },\n  "a2": 1\n}';
  const at = (path) => {
    const place = placeOf(text, path);
    return place && [text.slice(place.offset, place.offset + place.length), place.line, place.column];
  };
  assert.deepEqual(at("$"), ["{", 1, 1]);
  assert.deepEqual(at("$.a2"), ['"a2"', 3, 3]);
  assert.deepEqual(at('$.a["b c"][1].x'), ['"x"', 2, 23]);
  assert.deepEqual(at('$.a["b c"][2]'), ["3", 2, 35]);
  // As far as it leads.
  assert.deepEqual(at("$.a.missing.more"), ['"a"', 2, 3]);
  assert.deepEqual(at('$.a["b c"][9]'), ['"b c"', 2, 10]);
  assert.equal(at("a.b"), undefined);
  assert.equal(at("$a"), undefined);
});
