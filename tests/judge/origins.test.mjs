// Who may do what: AppConfig Data is open to all origins, deploying to none but this server's own.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { test } from "node:test";
import { foreign } from "../../pkg/emulator.admin.js";
import { openSession, start } from "./server.mjs";

/** A request as a browser, or something worse, would send it: `fetch` would not let us. */
function ask(url, target, { method = "GET", headers = {}, body } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.request({ host: hostname, port, path: target, method, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part)).on("end", () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }));
      response.on("error", reject);
    });
    request.on("error", reject).end(body);
  });
}

const FLAGS = "/_emulator/configurations/shop/prod/flags";
const json = { "content-type": "application/json" };
const cors = (headers) => Object.keys(headers).filter((name) => name.startsWith("access-control"));

test("a preflight of the two operations is answered, for what a client has to send", async (t) => {
  const { url } = await start(t);
  for (const [target, method] of [["/configurationsessions", "POST"], ["/configuration?configuration_token=x", "GET"]]) {
    const { status, headers } = await ask(url, target, { method: "OPTIONS", headers: { origin: "https://app.example", "access-control-request-method": method } });
    assert.equal(status, 204);
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["access-control-allow-methods"], method);
    assert.equal(headers["access-control-allow-headers"], "authorization, x-amz-date, x-amz-security-token, content-type");
  }
});

test("every answer of the two operations is readable for all origins, with the headers that count", async (t) => {
  const it = await start(t);
  const session = await openSession(it.url);
  const answers = [await session.poll(), await session.poll(), await ask(it.url, "/configuration"), await ask(it.url, "/configurationsessions", { method: "POST" })];
  assert.deepEqual(answers.map(({ status }) => status), [200, 400, 400, 400]);
  for (const { headers } of answers) {
    const read = (name) => (headers instanceof Headers ? headers.get(name) : headers[name]);
    assert.equal(read("access-control-allow-origin"), "*");
    assert.equal(
      read("access-control-expose-headers"),
      "Next-Poll-Configuration-Token, Next-Poll-Interval-In-Seconds, Version-Label, Content-Type, Date, x-amzn-RequestId, x-amzn-ErrorType, Retry-After",
    );
    assert.ok(read("date") && read("x-amzn-requestid"));
  }
});

test("what is neither is an unknown operation, and too much of a body is refused", async (t) => {
  const { url } = await start(t);
  for (const [method, target] of [["GET", "/"], ["GET", "//configuration"], ["DELETE", "/configuration"], ["OPTIONS", "/configuration"]]) {
    const { status, headers } = await ask(url, target, { method });
    assert.deepEqual([status, headers["x-amzn-errortype"]], [404, "UnknownOperationException:"], `${method} ${target}`);
  }
  const { status, headers } = await ask(url, "/configurationsessions", { method: "POST", body: "x".repeat(1_000_000) });
  assert.deepEqual([status, headers["x-amzn-errortype"]], [400, "BadRequestException:"]);
});

test("deploying writes the file, and the next poll gets it", async (t) => {
  const it = await start(t);
  const session = await openSession(it.url);
  await session.poll();
  const origin = it.url;
  const put = await ask(it.url, FLAGS, { method: "PUT", headers: { ...json, origin, "sec-fetch-site": "same-origin" }, body: '{"two":2}' });
  assert.equal(put.status, 200);
  const { versionLabel, bytes, file } = JSON.parse(put.text);
  assert.deepEqual([bytes, file], [9, "shop/prod/flags.json"]);
  it.emulator.advance(60_000);
  const poll = await session.poll();
  assert.deepEqual([poll.text, poll.headers.get("version-label")], ['{"two":2}', versionLabel]);
  assert.equal(await readFile(path.join(it.folder, "shop/prod/flags.json"), "utf8"), '{"two":2}');
  assert.deepEqual(await readdir(path.join(it.folder, "shop/prod")), ["flags.json"]);

  const read = await ask(it.url, FLAGS);
  assert.deepEqual([read.text, read.headers["content-type"], read.headers["content-security-policy"]], ['{"two":2}', "application/json", "sandbox; default-src 'none'"]);
  const made = await ask(it.url, "/_emulator/configurations/sh%C3%B6p/a%20b/text.v2", { method: "PUT", headers: { "content-type": "text/plain; charset=utf-8" }, body: "x" });
  assert.equal(JSON.parse(made.text).file, "shöp/a b/text.v2.txt");
  const list = JSON.parse((await ask(it.url, "/_emulator/configurations")).text).configurations;
  assert.deepEqual(list.map((it) => it.file), ["shop/prod/flags.json", "shöp/a b/text.v2.txt"]);
  assert.equal(JSON.parse((await ask(it.url, "/_emulator/requests")).text).requests.length, 3);

  assert.equal((await ask(it.url, FLAGS, { method: "DELETE" })).status, 204);
  assert.deepEqual(await readdir(path.join(it.folder, "shop/prod")), []);
  it.emulator.advance(60_000);
  assert.equal((await session.poll()).status, 404);
  assert.equal((await ask(it.url, FLAGS, { method: "DELETE" })).status, 404);
  assert.equal((await ask(it.url, FLAGS)).status, 404);
});

test("deploying is for this server's own origin", async (t) => {
  const { url, folder, events } = await start(t);
  const { host, port } = new URL(url);
  const refused = {
    "another name for this address (DNS rebinding)": { host: `evil.example:${port}` },
    "another name without a port": { host: "evil.example" },
    "the right name with another port": { host: "127.0.0.1:1" },
    "the right name without its port": { host: "127.0.0.1" },
    "a name that begins as the right one": { host: `${host}.evil.example` },
    "another origin": { origin: "https://evil.example" },
    "an opaque origin": { origin: "null" },
    "another port of this machine": { origin: "http://127.0.0.1:1" },
    "another scheme": { origin: `https://${host}` },
    "another name of this server": { origin: `http://localhost:${port}` },
    "another site, and no origin told": { "sec-fetch-site": "cross-site" },
    "another origin of this site": { origin: url, "sec-fetch-site": "same-site" },
  };
  for (const [what, headers] of Object.entries(refused)) {
    for (const [method, target] of [["PUT", FLAGS], ["DELETE", FLAGS], ["GET", FLAGS], ["GET", "/_emulator/configurations"], ["GET", "/_emulator/requests"]]) {
      const answer = await ask(url, target, { method, headers: { ...json, ...headers }, body: method === "PUT" ? '"evil"' : undefined });
      assert.equal(answer.status, 403, `${method} ${target} with ${what}`);
      assert.deepEqual(cors(answer.headers), []);
    }
  }
  assert.equal(await readFile(path.join(folder, "shop/prod/flags.json"), "utf8"), '{"one":1}');
  assert.ok(events.every(({ type, status }) => type !== "admin" || status === 403));
  for (const headers of [{}, { origin: url }, { host: `localhost:${port}`, origin: `http://localhost:${port}` }, { "sec-fetch-site": "none" }]) {
    const answer = await ask(url, "/_emulator/configurations", { headers });
    assert.deepEqual([answer.status, cors(answer.headers)], [200, []], JSON.stringify(headers));
  }
});

test("deploying is for this machine, whatever the address that it listens on", () => {
  const why = (localAddress, remoteAddress, host) => foreign({ headers: { host }, socket: { localAddress, remoteAddress, localPort: 2774 } });
  for (const [local, remote, host] of [
    ["127.0.0.1", "127.0.0.1", "127.0.0.1:2774"],
    ["127.0.0.2", "127.0.0.1", "127.0.0.2:2774"],
    ["::1", "::1", "localhost:2774"],
    ["::ffff:127.0.0.1", "::ffff:127.0.0.1", "localhost:2774"],
    ["192.168.1.5", "192.168.1.5", "192.168.1.5:2774"],
    ["fe80::1", "fe80::1", "[fe80::1]:2774"],
  ]) {
    assert.equal(why(local, remote, host), undefined, `${remote} to ${local}`);
  }
  for (const [local, remote] of [["192.168.1.5", "192.168.1.6"], ["::ffff:192.168.1.5", "::ffff:192.168.1.6"], ["127.0.0.1", "192.168.1.6"], ["fe80::1", "fe80::2"]]) {
    assert.equal(why(local, remote, `${local}:2774`), "expected a request of this machine", `${remote} to ${local}`);
  }
});

test("no preflight lets another origin deploy", async (t) => {
  const { url } = await start(t);
  const { status, headers } = await ask(url, FLAGS, { method: "OPTIONS", headers: { origin: "https://evil.example", "access-control-request-method": "PUT" } });
  assert.deepEqual([status, cors(headers)], [403, []]);
});

test("no name leads out of the folder", async (t) => {
  const { url, folder } = await start(t);
  const names = ["..", ".", "%2e%2e", "..%2f..%2fx", "%2fetc%2fpasswd", "a%5cb", "c%3ax", ".hidden", "x~", "x.tmp", "a%00b", "a%0d%0ab", "%20a", "a.", "", "x".repeat(129), "%ff"];
  for (const name of names) {
    for (const target of [`${name}/prod/flags`, `shop/${name}/flags`, `shop/prod/${name}`]) {
      const { status, text } = await ask(url, `/_emulator/configurations/${target}`, { method: "PUT", headers: json, body: "1" });
      assert.ok(status === 400 || (name === "" && status === 404), `${target}: ${status} ${text}`);
    }
  }
  for (const target of ["/_emulator/configurations/a/b", "/_emulator/configurations/a/b/c/d", "/_emulator/", "/_emulator/x", "/_emulator/../configuration"]) {
    assert.equal((await ask(url, target, { method: "PUT", headers: json, body: "1" })).status, 404, target);
  }
  assert.deepEqual(await readdir(folder), ["shop"]);
  assert.deepEqual(await readdir(path.join(folder, "shop")), ["prod"]);
  assert.deepEqual(await readdir(path.join(folder, "shop/prod")), ["flags.json"]);
  assert.deepEqual(await readdir(path.dirname(folder)), ["config"]);
});

test("what cannot be a deployment is refused before anything is written", async (t) => {
  const { url, folder } = await start(t);
  for (const [status, headers, body, message] of [
    [415, {}, "1", /expected a Content-Type/],
    [415, { "content-type": "x/y" }, "1", /has no extension/],
    [415, { "content-type": "text/plain" }, "1", /flags\.json is deployed as application\/json, got text\/plain/],
    [422, json, '{"a":', /flags\.json is not JSON/],
    [422, json, "", /is empty/],
    [422, json, Buffer.from([0x22, 0xff, 0x22]), /is not JSON/],
    [413, json, Buffer.alloc(4 * 1024 * 1024 + 1, "1"), /at most 4,194,304 bytes/],
  ]) {
    const answer = await ask(url, FLAGS, { method: "PUT", headers, body });
    assert.equal(answer.status, status, answer.text);
    assert.match(JSON.parse(answer.text).message, message);
  }
  assert.equal(await readFile(path.join(folder, "shop/prod/flags.json"), "utf8"), '{"one":1}');
  const full = `"${"x".repeat(4 * 1024 * 1024 - 2)}"`;
  assert.equal((await ask(url, FLAGS, { method: "PUT", headers: json, body: full })).status, 200);
});
