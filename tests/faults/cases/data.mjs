// What a configuration can be: no JSON, no text, odd names and numbers, depth, another type than it says, an older version.

import { equal, ok, same as alike, throws } from "../../runtime/expect.mjs";
import { blue, green, same } from "../life.mjs";

const MINUTE = 60_000;
const json = "application/json";

/** Deploys each of these in turn, and looks when it is there. */
async function each(life, both, contents) {
  for (const [content, type, look] of contents) {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content);
    life.service.deploy(bytes, { type });
    await life.until(() => Buffer.from(both.client.configuration.bytes()).equals(bytes), `${bytes.length} bytes of ${type}`, 2 * MINUTE);
    look?.(both.client.configuration);
  }
}

export default ({ driven }) => {
  driven("bytes are given as they came: no UTF-8, a byte order mark, UTF-16, NUL, half a character", ["data-01"], async (life) => {
    const both = await life.begin();
    const notJson = (it) => throws(() => it.json(), "not-json");
    await each(life, both, [
      [Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28]), "application/octet-stream", notJson],
      [Buffer.from([0xef, 0xbb, 0xbf, ...Buffer.from("{\"a\":1}")]), json, (it) => alike(it.json(), { a: 1 })],
      [Buffer.from("{\"a\":1}", "utf16le"), "text/plain; charset=utf-16", notJson],
      [Buffer.from("a\0b"), "text/plain", (it) => equal(it.text(), "a\0b")],
      [Buffer.from("{\"a\":\"\\ud800\\u0000\"}"), json, (it) => equal(it.json().a, "\ud800\0")],
      [Buffer.from([0xe2, 0x98]), "text/plain", (it) => equal(it.text(), "\ufffd")],
      [Buffer.from("\r\n\t "), "text/plain"],
    ]);
    equal(both.heard.codes().join(), "");
    equal(life.service.sessions, 1);
  });

  driven("JSON that is none is not held: polling goes on, it is told, and the next one is taken", ["data-02", "data-01"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    service.replay = "again";
    const wrong = ["{\"a\":1,}", "[1,]", "{a:1}", "{\"a\":NaN}", "{\"a\":Infinity}", "{'a':1}", "{\"a\":01}", "// a\n{}", "{\"a\":1} x", "\"", "nul", "\ufeff\ufeff{}", "{\"a\":\"\t\"}"];
    wrong.push(Buffer.from([0x22, 0xff, 0x22]), Buffer.from("{}", "utf16le"));
    for (const [n, content] of wrong.entries()) {
      service.deploy(content, { label: String(n) });
      // It comes once more before it is believed; then its token counts.
      const errors = both.heard.errors.length;
      let polls = 0;
      service.break((it) => {
        const answer = it.honest();
        if (++polls === 2) it.counts(answer);
        return it.send(answer);
      }, { times: 2 });
      await life.until(() => both.heard.errors.length === errors + 2, "two errors", 5 * MINUTE, () => `for ${content}`);
      same(both.client, n === 0 ? blue : { n: n - 1 });
      equal(both.client.status, "stale");
      service.deploy({ n });
      await life.recovers(both, { n });
    }
    ok(both.heard.codes().every((code) => code === "invalid-body"));
    equal(service.sessions, 1);
  });

  driven("names that every object has are names like any other", ["data-03"], async (life) => {
    const both = await life.begin();
    await each(life, both, [
      ["{\"__proto__\":{\"polluted\":true},\"constructor\":{\"prototype\":{\"polluted\":true}},\"toString\":1}", json, (it) => {
        const value = it.json();
        ok(Object.hasOwn(value, "__proto__") && value["__proto__"].polluted === true);
        equal(Object.getPrototypeOf(value), Object.prototype);
        equal({}.polluted, undefined);
        ok(!Object.hasOwn(value, "valueOf"), "what is not there is not there");
      }],
      ["{\"a\":1,\"a\":2}", json, (it) => equal(it.json().a, 2)],
    ]);
    equal(both.heard.codes().join(), "");
    equal(life.service.sessions, 1);
  });

  driven("numbers beyond what JavaScript has: the bytes have them, the value is what JSON.parse makes", ["data-04", "wasm-09"], async (life) => {
    const both = await life.begin();
    const text = "{\"a\":9007199254740993,\"b\":1e400,\"c\":-0,\"d\":1.0,\"e\":18446744073709551615,\"f\":0.1000000000000000055511151231257827}";
    await each(life, both, [[text, json, (it) => {
      equal(it.text(), text);
      alike(it.json(), JSON.parse(text));
      ok(Object.is(it.json().c, -0));
    }]]);
    equal(both.heard.codes().join(), "");
    equal(life.service.sessions, 1);
  });

  driven("a hundred thousand brackets, closed: held and frozen; not closed: no JSON", ["data-05", "wasm-05"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const deep = "[".repeat(5_000) + "]".repeat(5_000);
    await each(life, both, [[deep, json, (it) => ok(Object.isFrozen(it.json()[0][0][0]))]]);
    service.replay = "again";
    let polls = 0;
    const twice = (it) => {
      const answer = it.honest();
      if (++polls === 2) it.counts(answer);
      return it.send(answer);
    };
    service.deploy("[".repeat(1_000_000));
    service.break(twice, { times: 2 });
    await life.until(() => both.heard.errors.length === 2, "two errors", 5 * MINUTE);
    equal(both.client.configuration.bytes().length, deep.length);
    // Whether a host parses this depth is its own matter: it is held, or told as what it cannot parse, and never ends the loop.
    const deeper = "[".repeat(100_000) + "]".repeat(100_000);
    service.deploy(deeper);
    service.break((it) => (it.mayCount(), it.send(it.honest())), { times: 4 });
    await clock.run(10 * MINUTE);
    service.mend();
    service.deploy(green);
    await life.recovers(both, green, 5 * MINUTE);
    ok(both.heard.codes().every((code) => code === "invalid-body"), both.heard.codes().join());
    equal(service.sessions, 1);
  });

  driven("a content type that lies, has parameters, is in capitals, or is not there", ["data-06", "http-09"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    await each(life, both, [
      ["no json", "text/plain"],
      ["{\"a\":1}", "text/plain", (it) => alike(it.json(), { a: 1 })],
      ["{\"a\":2}", "APPLICATION/JSON; charset=\"utf-8\"; x=y", (it) => equal(it.contentType, "APPLICATION/JSON; charset=\"utf-8\"; x=y")],
      ["{\"a\":3}", "application/vnd.shop+json"],
      ["still no json", "application/jsonp"],
      ["{\"a\":4}", "*/*"],
      ["<a/>", "text/html; application/json"],
    ]);
    service.deploy("neither", { type: "text/plain" });
    service.break((it) => {
      const answer = it.honest();
      const headers = { ...answer.headers };
      delete headers["content-type"];
      return it.reply({ ...answer, headers });
    });
    await life.until(() => both.client.configuration.text() === "neither", "what has no type", 2 * MINUTE);
    equal(both.client.configuration.contentType, undefined);
    // Only the type changes, which is an update.
    const updates = both.heard.updates.length;
    service.deploy("neither", { type: "text/x-other" });
    await life.until(() => both.heard.updates.length === updates + 1, "another type", 2 * MINUTE);
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("Ion, as text and as bytes: given as it came, and json() says that it is none", ["data-07"], async (life) => {
    const both = await life.begin();
    const notJson = (it) => throws(() => it.json(), (error) => error.code === "not-json" && error.contentType === "application/x-amzn-ion");
    await each(life, both, [
      ["{checkout:{enabled:true,_variants:[]}}", "application/x-amzn-ion", notJson],
      [Buffer.from([0xe0, 0x01, 0x00, 0xea, 0xd0]), "application/x-amzn-ion", notJson],
    ]);
    equal(both.heard.codes().join(), "");
    equal(life.service.sessions, 1);
  });

  driven("flags go, change their type and come back: each version is what it is", ["data-09", "data-10"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    const on = { checkout: { enabled: true, limit: 5 } };
    const versions = [on, { checkout: { enabled: false } }, {}, { checkout: "on" }, { checkout: { enabled: true, limit: "5" } }, on];
    for (const [n, version] of versions.entries()) {
      service.deploy(version, { label: n === 5 ? "v0" : `v${n}` });
      await life.recovers(both, version);
      equal(both.client.configuration.versionLabel, n === 5 ? "v0" : `v${n}`);
    }
    equal(both.heard.updates.length, versions.length + 1);
    equal(service.sessions, 1);
  });

  driven("a rollback is an update, and so is what was rolled back when it comes again", ["data-10", "data-11"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    for (const value of [green, blue, green, blue]) {
      service.deploy(value);
      await life.recovers(both, value);
    }
    equal(both.heard.updates.length, 5);
    // Deployed again, the same: nothing happens.
    for (let n = 0; n < 3; n++) {
      service.deploy(blue);
      await clock.run(2 * MINUTE);
    }
    equal(both.heard.updates.length, 5);
    equal(service.sessions, 1);
  });

  driven("a deployment is taken back and made again: the last good stays, and the new one comes by itself", ["http-16"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    service.revert();
    await clock.run(60 * MINUTE);
    same(both.client, blue);
    equal(both.client.status, "stale");
    ok(both.heard.codes().every((code) => code === "not-found"));
    ok(both.heard.errors.length <= 16, `${both.heard.errors.length} attempts in an hour`);
    service.deploy(green);
    await life.recovers(both, green, 5 * MINUTE + 1000);
    equal(service.sessions, 1);
  });
};
