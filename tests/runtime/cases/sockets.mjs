import { equal, matches, ok, pause, rejects, same } from "../expect.mjs";
import { large } from "../samples.mjs";

// Over real sockets, against server.mjs. One after the other, because browsers open six connections to a host and no more.
const lane = { lane: "sockets" };

let made = 0;

/** A client of one scenario of the server, with short limits; `calls()` is what the server saw, and `mend()` ends what goes on until then. */
function visit(t, scenario, { origin = t.server, ...options } = {}) {
  const path = `${scenario}/${t.runtime}-${t.where ?? ""}-${++made}-${Math.floor(performance.now())}`;
  const both = t.heard({ endpoint: `${origin}/${path}`, fetch: undefined, ...options });
  const calls = async () => (await fetch(`${t.server}/calls/${path}`)).json();
  const mend = () => fetch(`${t.server}/mend/${path}`);
  return { ...both, calls, mend };
}

/** The first poll fails and what follows is good: gives the first error. */
async function mended(t, scenario, options) {
  const { client, heard, calls } = visit(t, scenario, options);
  await t.soon(client.start());
  same(client.configuration.json(), { colour: "blue" });
  const { error } = heard.of("error")[0];
  const seen = await calls();
  equal(seen.sessions, 1, "sessions");
  return { error, seen, heard, client, calls };
}

export default (test) => {
  const socket = (name, run, options) => test(name, run, { ...lane, ...options });

  socket("a good service", async (t) => {
    const { client, heard, calls } = visit(t, "good");
    const configuration = await t.soon(client.start());
    same(configuration.json(), { colour: "blue" });
    equal(configuration.contentType, "application/json");
    equal(configuration.versionLabel, "v1");
    await heard.nth("update", 2);
    same(client.configuration.json(), { colour: "green" });
    equal((await calls()).sessions, 1);
    equal(heard.of("error").length, 0);
  });

  // As short as a busy machine allows.
  const limits = { headersTimeoutInMilliseconds: 1000, idleTimeoutInMilliseconds: 1000, totalTimeoutInMilliseconds: 2000 };

  socket("hangs before the headers", async (t) => {
    const { error, seen } = await mended(t, "hang", limits);
    equal(error.code, "timed-out");
    equal(error.limit, "headers");
    ok(seen.closed >= 1, "the connection is given up");
    same(seen.tokens.slice(0, 2), ["first", "first"], "the token is asked again");
  });

  socket("hangs in the body", async (t) => {
    const { error, seen } = await mended(t, "hang-body", limits);
    equal(error.code, "timed-out");
    equal(error.limit, "idle");
    ok(seen.closed >= 1, "the connection is given up");
  });

  socket("gives a byte at a time, without end", async (t) => {
    // A host that is busy gives what came in a second at once.
    const { error, seen } = await mended(t, "trickle", { headersTimeoutInMilliseconds: 3000, idleTimeoutInMilliseconds: 2000, totalTimeoutInMilliseconds: 3500 });
    equal(error.code, "timed-out");
    equal(error.limit, "total");
    ok(seen.closed >= 1, "the connection is given up");
  });

  socket("breaks off before the announced end", async (t) => {
    const { error } = await mended(t, "cut");
    equal(error.code, "body-cut");
  });

  socket("breaks off without an announced end", async (t) => {
    const { error } = await mended(t, "cut-chunked");
    // WebKitGTK gives a body that ends between two of its chunks as a whole one: there the JSON tells, and of a text nobody can.
    equal(error.code, t.runtime === "webkit" ? "invalid-body" : "body-cut");
  });

  socket("resets the connection", async (t) => {
    const { client, heard, calls, mend } = visit(t, "reset");
    const started = client.start();
    equal((await heard.nth("error")).error.code, "network");
    await mend();
    same((await t.soon(started)).json(), { colour: "blue" });
    equal((await calls()).sessions, 1, "sessions");
  });

  socket("redirects, and is not followed", async (t) => {
    const { error, calls } = await mended(t, "redirect");
    equal(error.code, "redirected");
    ok(error.status === 302 || error.status === undefined, `status ${error.status}`);
    equal((await calls()).stolen, 0, "requests to where it redirects");
  });

  socket("answers a login page", async (t) => {
    const { error } = await mended(t, "page");
    equal(error.code, "unexpected-answer");
    equal(error.status, 200);
  });

  socket("answers 204 when nothing changed", async (t) => {
    const { client, heard, calls } = visit(t, "204");
    const configuration = await t.soon(client.start());
    for (;;) {
      if ((await calls()).tokens.length >= 3) break;
      await pause(100);
    }
    equal(client.configuration, configuration);
    same(heard.told(), ["starting", "update", "ready"]);
  });

  socket("compresses, whatever Content-Length says then", async (t) => {
    const { client } = visit(t, "gzip");
    const configuration = await t.soon(client.start());
    equal(configuration.json().text.length, 100_000);
    const short = visit(t, "gzip-short");
    same((await t.soon(short.client.start())).json(), { colour: "blue" });
    equal(short.heard.of("error").length, 0);
  });

  socket("sends more than is taken", async (t) => {
    const { client, calls } = visit(t, "large", { maximumBodyBytes: 1_000_000 });
    await t.soon(rejects(client.start(), "body-too-large"));
    equal((await calls()).polls, 1, "it is not asked for again");
  });

  socket("sends two megabytes", async (t) => {
    const { client } = visit(t, "large");
    const configuration = await t.soon(client.start());
    equal(JSON.stringify(configuration.json()), JSON.stringify(large()));
  });

  socket("sends without a length", async (t) => {
    same((await t.soon(visit(t, "chunked").client.start())).json(), { colour: "blue" });
  });

  socket("is overloaded and says when to come again", async (t) => {
    const { error } = await mended(t, "busy");
    equal(error.code, "service-error");
    equal(error.status, 503);
    ok(error.retryAt - Date.now() > -60_000);
  });

  socket("is not there", async (t) => {
    const { client } = t.heard({ endpoint: t.closed, fetch: undefined });
    const error = await t.soon(rejects(client.refresh(), "network"));
    if (t.runtime === "node") matches(error.message, /ECONNREFUSED/);
  });

  socket("holds what it had when the service is gone, and stops at once", async (t) => {
    const { client, heard, calls } = visit(t, "gone");
    const configuration = await t.soon(client.start());
    await heard.nth("error");
    equal(client.configuration, configuration);
    client.stop();
    await heard.nth("statuschange", 4);
    const before = (await calls()).requests;
    await pause(1200);
    equal((await calls()).requests, before, "requests after stop()");
  });

  const browser = { needs: ["origins"] };

  socket("another origin that allows everything needed", async (t) => {
    const { client, calls } = visit(t, "cors", { origin: t.elsewhere, headers: { "x-tenant": "7" } });
    const configuration = await t.soon(client.start());
    equal(configuration.versionLabel, "v1");
    ok((await calls()).preflights >= 1, "a header makes a preflight");
  }, browser);

  socket("another origin: a poll without headers of its own needs no preflight", async (t) => {
    const { client, calls } = visit(t, "cors", { origin: t.elsewhere });
    await t.soon(client.start());
    equal((await calls()).preflights, 1, "for the session's content type alone");
  }, browser);

  socket("another origin that hides the headers", async (t) => {
    const { client } = visit(t, "hidden", { origin: t.elsewhere });
    const error = await t.soon(rejects(client.start(), "headers-hidden"));
    matches(error.message, /Access-Control-Expose-Headers/);
  }, browser);

  socket("another origin that allows nothing", async (t) => {
    const { client } = visit(t, "forbidden", { origin: t.elsewhere });
    const error = await t.soon(rejects(client.refresh(), "network"));
    matches(error.message, /the host is there but refuses this origin: check Access-Control-Allow-Origin/);
    // Nobody there at all is told otherwise.
    const nobody = t.client({ endpoint: t.closed, fetch: undefined });
    const other = await t.soon(rejects(nobody.refresh(), "network"));
    ok(!/is there/.test(other.message), other.message);
  }, browser);

  socket("what a caller's fetch opened without the signal is closed all the same", async (t) => {
    const limits = { headersTimeoutInMilliseconds: 2000, idleTimeoutInMilliseconds: 500, totalTimeoutInMilliseconds: 5000 };
    const { client, heard, calls } = visit(t, "hang-body", { fetch: (url, { signal, ...init }) => fetch(url, init), ...limits });
    await t.soon(client.start());
    equal(heard.of("error")[0].error.limit, "idle");
    // Firefox keeps the connection, although the reader was cancelled.
    while (t.runtime !== "firefox" && (await calls()).closed < 1) await pause(50);
  });

  socket("another origin with cookies, only where they are asked for", async (t) => {
    for (const requestCredentials of ["omit", "include"]) {
      const { client, calls } = visit(t, "credentials", { origin: t.elsewhere, requestCredentials });
      await t.soon(client.start());
      const { cookies } = await calls();
      equal(cookies.some((cookie) => /user=me/.test(cookie)), requestCredentials === "include", requestCredentials);
    }
  }, browser);

  socket("a page's relative endpoint", async (t) => {
    const { client } = visit(t, "good", { origin: "" });
    same((await t.soon(client.start())).json(), { colour: "blue" });
  }, browser);
};
