import { equal, matches, ok, same, throws } from "../expect.mjs";
import { target } from "../harness.mjs";
import { binary, bytesOf, flags, large, text, yaml } from "../samples.mjs";
import { opened, sent, streamed, upstream } from "../upstream.mjs";

/** The first configuration from an emulator where `content` is deployed. */
async function deployed(t, content, contentType) {
  const emulator = t.emulator({ configurations: [{ ...target, content, contentType }] });
  return t.soon(t.client({ fetch: emulator.fetch }).start());
}

async function given(t, answer, options) {
  return t.soon(t.client({ fetch: upstream(opened(), answer).fetch, ...options }).start());
}

const isDeeplyFrozen = (value) => typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen));

export default (test) => {
  test("a profile of 100 flags", async (t) => {
    const configuration = await deployed(t, flags());
    const value = configuration.json();
    same(value, flags());
    equal(Object.keys(value).length, 100);
    equal(configuration.contentType, "application/json");
    equal(configuration.versionLabel, undefined);
  });

  test("json() gives the same value each time, frozen throughout", async (t) => {
    const configuration = await deployed(t, flags());
    const value = configuration.json();
    equal(configuration.json(), value);
    ok(isDeeplyFrozen(value));
    throws(() => {
      value.hacked = true;
    }, (error) => error instanceof TypeError);
    ok(Object.isFrozen(configuration), "the configuration itself");
  });

  test("bytes() gives a copy of its own each time", async (t) => {
    const configuration = await deployed(t, { colour: "blue" });
    const bytes = configuration.bytes();
    ok(bytes instanceof Uint8Array);
    same(bytes, bytesOf({ colour: "blue" }));
    bytes.fill(0);
    same(configuration.bytes(), bytesOf({ colour: "blue" }));
    equal(configuration.text(), "{\"colour\":\"blue\"}");
    same(configuration.json(), { colour: "blue" });
  });

  test("text passes through untouched", async (t) => {
    const configuration = await deployed(t, text);
    equal(configuration.text(), text);
    equal(configuration.contentType, "text/plain");
    same(configuration.bytes(), bytesOf(text));
  });

  test("YAML passes through untouched", async (t) => {
    const configuration = await deployed(t, yaml, "application/x-yaml");
    equal(configuration.text(), yaml);
    equal(configuration.contentType, "application/x-yaml");
  });

  test("binary passes through untouched", async (t) => {
    const configuration = await deployed(t, binary);
    same(configuration.bytes(), binary);
    equal(configuration.contentType, "application/octet-stream");
  });

  test("two megabytes of JSON", async (t) => {
    const value = large();
    const emulator = t.emulator({ configurations: [{ ...target, content: value }] });
    const { client, heard } = t.heard({ fetch: emulator.fetch });
    const configuration = await t.soon(client.start());
    ok(configuration.bytes().length > 1_999_000);
    equal(configuration.json().rows.length, value.rows.length);
    equal(JSON.stringify(configuration.json()), JSON.stringify(value));
    // The same again is no update, and what differs in one place is.
    emulator.deploy({ ...target, content: value });
    value.rows.at(-1).price += 1;
    emulator.deploy({ ...target, content: value });
    await heard.nth("update", 2);
    equal(client.configuration.json().rows.at(-1).price, value.rows.at(-1).price);
  });

  test("a body in many pieces", async (t) => {
    const pieces = bytesOf({ greeting: "Grüße ✓" });
    const service = upstream(opened(), () => {
      const body = new ReadableStream({
        start(controller) {
          for (const byte of pieces) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      });
      return sent(body)();
    });
    same((await t.soon(t.client({ fetch: service.fetch }).start())).json(), { greeting: "Grüße ✓" });
  });

  test("json() of what is not JSON says where, and nothing of the content", async (t) => {
    for (const type of ["text/plain", null]) {
      const configuration = await given(t, sent("{\"password\": hunter2}", { type }));
      const error = throws(() => configuration.json(), "not-json");
      ok(error instanceof t.package.AppConfigError);
      equal(error.contentType, type ?? undefined);
      ok(!/hunter2|password/.test(`${error.message}${error.stack}`), error.message);
      matches(error.message, type ? /text\/plain/ : /no content type/);
      throws(() => configuration.json(), "not-json", "again");
      equal(configuration.text(), "{\"password\": hunter2}");
    }
  });

  test("json() of bytes that are not UTF-8 throws as well", async (t) => {
    const configuration = await deployed(t, binary);
    throws(() => configuration.json(), "not-json");
  });

  test("json() reads JSON under any content type", async (t) => {
    const configuration = await given(t, sent("[1, {\"a\": null}]", { type: "text/plain; charset=utf-8" }));
    same(configuration.json(), [1, { a: null }]);
    equal(configuration.contentType, "text/plain; charset=utf-8");
    for (const scalar of ["null", "false", "0", "\"\""]) {
      const value = (await given(t, sent(scalar))).json();
      equal(value, JSON.parse(scalar));
    }
  });

  test("what counts as JSON is checked before it is held", async (t) => {
    for (const type of ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.shop+json", "text/json"]) {
      const { client, heard } = t.heard({ fetch: upstream(opened(), sent("{", { type })).fetch });
      client.start().catch(() => {});
      equal((await heard.nth("error")).error.code, "invalid-body", type);
      client.stop();
    }
    for (const type of ["application/json5", "text/plain", "application/x-json-stream", "application/octet-stream"]) {
      equal((await given(t, sent("{", { type }))).text(), "{", type);
    }
  });

  test("a byte order mark does not keep JSON from being read", async (t) => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d);
    const configuration = await given(t, sent(bytes));
    same(configuration.json(), {});
    same(configuration.bytes(), bytes);
  });

  test("JSON nested deeply is frozen without exhausting the stack", async (t) => {
    const depth = 5000;
    let value = (await given(t, sent("[".repeat(depth) + "]".repeat(depth)))).json();
    let levels = 0;
    for (; value; value = value[0]) {
      ok(Object.isFrozen(value));
      levels += 1;
    }
    equal(levels, depth);
  });

  test("maximumBodyBytes is the most that is read, and not a byte less", async (t) => {
    const parts = ["x".repeat(60), "y".repeat(40)];
    const { client } = t.heard({ fetch: upstream(opened(), streamed(parts, "close", { type: "text/plain" })).fetch, maximumBodyBytes: 100 });
    equal((await t.soon(client.start())).text(), parts.join(""));

    // An answer without an end is abandoned as soon as it is too long.
    let read = 0;
    const endless = () => {
      const body = new ReadableStream({
        pull(controller) {
          read += 1000;
          controller.enqueue(new Uint8Array(1000));
        },
      });
      return sent(body, { type: "text/plain" })();
    };
    const service = upstream(opened(), endless);
    const other = t.heard({ fetch: service.fetch, maximumBodyBytes: 10_000 });
    other.client.start().catch(() => {});
    equal((await other.heard.nth("error")).error.code, "body-too-large");
    ok(service.calls[1].signal.aborted, "the request is aborted");
    ok(read <= 20_000, `${read} bytes were read`);
  });
};
