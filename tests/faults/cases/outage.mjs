// Faults that last: for forty minutes everything goes wrong in one way, for a client that holds a configuration and for one that has just started. What
// is held stays and is called stale, the loop asks neither too often nor for more sessions than the budget has, and once it is over the newest
// configuration arrives in time.

import { equal, ok, rejects } from "../../runtime/expect.mjs";
import { blue, green, same } from "../life.mjs";
import { badToken, exception, MARK, page, POLL, wire } from "../service.mjs";

const MINUTE = 60_000;
const answer = (status, body = "", headers = {}) => ({ status, headers: { "content-type": "application/json", ...headers }, body: Buffer.from(body) });
/** What the service says, with other headers: `null` leaves one out. */
const changed = (it, headers, more = {}) => {
  const honest = it.honest();
  const all = { ...honest.headers, ...headers };
  return { ...honest, headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)), ...more };
};
/** A refusal of the token, which is one only of a poll. */
const refuses = (it, refusal) => (it.counts({ ...refusal, refusesToken: true }), it.send(refusal));
const raw = (text) => (it) => it.raw(Buffer.from(text, "latin1"));
/** A head as raw text, so that anything can stand in it. */
const head = (it, more, next = it.honest().headers["next-poll-configuration-token"]) =>
  raw(`HTTP/1.1 200 OK\r\nNext-Poll-Configuration-Token: ${next}\r\n${more}\r\n{"colour":"green"}`)(it);

// name: [ids, what is done, the code that is told, options]. `of` is the operation, both by default; `slow`: somebody has to mend it, so recovery may take
// five minutes; `final`: start() rejects with it; `refuses`: it costs sessions.
const slow = { slow: true, final: true };
const outages = {
  "500 without a word": [["http-14", "loop-01"], (it) => it.send(answer(500, "{}")), "service-error"],
  "502, a page": [["http-14"], (it) => it.send(page(502)), "service-error"],
  "503, a page": [["http-14"], (it) => it.send(page(503)), "service-error"],
  504: [["http-14"], (it) => it.send(answer(504)), "service-error"],
  509: [["http-14"], (it) => it.send(answer(509)), "service-error"],
  "520 to 527, in turn": [["http-14"], (it) => it.send(page(520 + (it.service.requests % 8))), "service-error"],
  599: [["http-14"], (it) => it.send(answer(599)), "service-error"],
  "InternalServerException": [["http-14"], (it) => it.send(exception(500, "InternalServerException")), "service-error"],
  "every poll fails, while sessions can be opened": [["token-08"], (it) => it.send(answer(500, "{}")), "service-error", { of: POLL }],
  "429, ThrottlingException": [["http-13"], (it) => it.send(exception(429, "ThrottlingException")), "throttled"],
  "400, ThrottlingException": [["http-13"], (it) => it.send(exception(400, "ThrottlingException")), "throttled"],
  "429 of a proxy": [["http-13"], (it) => it.send(page(429)), "throttled"],
  "400, TooManyRequestsException": [["http-13"], (it) => it.send(exception(400, "TooManyRequestsException")), "throttled"],
  "403, AccessDeniedException": [["http-15"], (it) => it.send(exception(403, "AccessDeniedException")), "access-denied", slow],
  "403, UnrecognizedClientException": [["http-15"], (it) => it.send(exception(403, "UnrecognizedClientException")), "access-denied", slow],
  "403, MissingAuthenticationTokenException": [["http-15"], (it) => it.send(exception(403, "MissingAuthenticationTokenException")), "access-denied", slow],
  "403, ExpiredTokenException": [["http-15", "creds-01"], (it) => it.send(exception(403, "ExpiredTokenException")), "credentials-expired", slow],
  "400, ExpiredTokenException": [["http-15", "creds-01"], (it) => it.send(exception(400, "ExpiredTokenException")), "credentials-expired", { slow: true }],
  "403, InvalidSignatureException": [["http-15"], (it) => it.send(exception(403, "InvalidSignatureException")), "clock-skew", slow],
  "403, a signature for another region": [
    ["http-23"],
    (it) => it.send(exception(403, "InvalidSignatureException", { Message: "Credential should be scoped to a valid region, not 'eu-west-1'." })),
    "clock-skew",
    slow,
  ],
  "401, a page": [["http-15"], (it) => it.send(page(401)), "access-denied", slow],
  "403, a page": [["http-15"], (it) => it.send(page(403)), "access-denied", slow],
  "404, ResourceNotFoundException": [
    ["http-16"],
    (it) => it.send(exception(404, "ResourceNotFoundException", { ResourceType: "ConfigurationProfile" })),
    "not-found",
    slow,
  ],
  "404, a page": [["http-16"], (it) => it.send(page(404)), "not-found", slow],
  "400, a page": [["http-17"], (it) => it.send(page(400)), "bad-request", { final: true }],
  "407, a proxy wants a login": [["http-03"], (it) => it.send(page(407, { "proxy-authenticate": "Basic" })), /^(network|unexpected-answer)$/],
  "511, a network wants a login": [["http-03"], (it) => it.send(page(511)), "service-error"],
  "200, a portal's page": [["http-02", "http-09"], (it) => it.send(page(200)), "unexpected-answer"],
  "200, a page of JSON": [["http-02"], (it) => it.send(answer(200, "{\"login\":\"/portal\"}")), "unexpected-answer"],
  "200, an error in it": [["http-24"], (it) => it.send(exception(200, "InternalServerException")), "unexpected-answer"],
  "500, a configuration in it": [["http-24"], (it) => it.send({ ...it.honest(), status: 500 }), "service-error"],
  "403, a configuration in it": [["http-24"], (it) => it.send({ ...it.honest(), status: 403 }), "access-denied", { ...slow }],
  "206, a part": [["http-18"], (it) => it.send(it.operation === POLL ? { ...it.honest(), status: 206 } : answer(206)), "unexpected-answer"],
  "203 of a proxy that changes things": [["http-18"], (it) => it.send({ ...it.honest(), status: 203 }), "unexpected-answer"],
  "201 to a poll": [["http-18"], (it) => it.send({ ...it.honest(), status: 201 }), "unexpected-answer", { of: POLL }],
  "202, later perhaps": [["http-18"], (it) => it.send(answer(202)), "unexpected-answer"],
  "304, not modified": [["http-18"], (it) => it.send(answer(304)), "redirected"],
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [
    `${status}, to the same host and to another`,
    [["http-01"], (it) => it.send(answer(status, "", { location: it.service.requests % 2 ? `/elsewhere${it.request.url}` : `http://localhost:1${it.request.url}` })), "redirected"],
  ])),
  "300, without a place": [["http-01"], (it) => it.send(answer(300)), "redirected"],
  "an error's body that is a page": [["http-17"], (it) => it.send(answer(500, "<html>", {})), "service-error"],
  "an error's body that is a list": [["http-17"], (it) => it.send(answer(500, "[]")), "service-error"],
  "an error's body that is null": [["http-17"], (it) => it.send(answer(500, "null")), "service-error"],
  "an error's body that breaks off": [["http-17"], (it) => it.send(answer(500, "{\"Message\":\"a")), "service-error"],
  "an error's body with a byte order mark": [["http-17", "data-01"], (it) => it.send(answer(500, "\ufeff{\"Message\":\"a\"}")), "service-error"],
  "an error's body that is no text": [["http-17", "data-01"], (it) => it.send({ ...answer(500), body: Buffer.from([0xff, 0xfe, 0, 0xc3, 0x28]) }), "service-error"],
  "an error's body of a million brackets": [["wasm-05", "http-17"], (it) => it.send(answer(500, "[".repeat(1_000_000))), "service-error"],
  "an error's body that goes deep": [["wasm-05", "http-17"], (it) => it.send(answer(500, "{\"a\":".repeat(3_000))), "service-error"],
  "an error that quotes the request": [
    ["http-17"],
    (it) => it.send(exception(500, "InternalServerException", { Message: `${it.request.url} failed for ${it.token}` })),
    "service-error",
  ],
  "an error with names that every object has": [
    ["http-17", "data-03"],
    (it) => it.send(answer(500, "{\"__proto__\":{\"Message\":\"a\"},\"constructor\":\"b\",\"toString\":\"c\",\"code\":\"toString\"}")),
    "service-error",
  ],
  "no next token": [["token-06", "http-09"], (it) => it.send(changed(it, { "next-poll-configuration-token": null })), "unexpected-answer", { of: POLL }],
  "an empty next token": [["token-06"], (it) => it.send(changed(it, { "next-poll-configuration-token": "" })), "unexpected-answer", { of: POLL }],
  "no next token, and no body": [
    ["token-06"],
    (it) => it.send(changed(it, { "next-poll-configuration-token": null }, { body: Buffer.alloc(0) })),
    "unexpected-answer",
    { of: POLL },
  ],
  "no header at all": [["http-09"], (it) => it.send({ ...it.honest(), headers: {} }), "unexpected-answer", { of: POLL }],
  "two next tokens": [["http-08"], (it) => it.send(changed(it, { "next-poll-configuration-token": [`${MARK}-a`, `${MARK}-b`] })), "unexpected-answer", { of: POLL }],
  "a next token of 8,193 characters": [
    ["token-07"],
    (it) => it.send(changed(it, { "next-poll-configuration-token": "x".repeat(8193) })),
    "unexpected-answer",
    { of: POLL },
  ],
  "a next token of ten thousand characters": [
    ["token-07"],
    (it) => it.send(changed(it, { "next-poll-configuration-token": "x".repeat(10_000) })),
    "unexpected-answer",
    { of: POLL },
  ],
  "a next token with a space in it": [["http-08"], (it) => it.send(changed(it, { "next-poll-configuration-token": "a b" })), "unexpected-answer", { of: POLL }],
  "a next token on two lines": [["http-10", "http-11"], (it) => head(it, "", "a\r\n b"), /^(network|body-cut|unexpected-answer)$/, { of: POLL }],
  "a next token with a line's end and a header in it": [["http-11"], (it) => head(it, "", "a\r\nb\r\nX-More: 1"), /^(network|body-cut)$/, { of: POLL }],
  "headers beyond what a host takes": [
    ["http-10"],
    (it) => head(it, Array.from({ length: 40 }, (_, n) => `X-${n}: ${"1".repeat(500)}\r\n`).join("")),
    /^(network|body-cut)$/,
    { of: POLL },
  ],
  "a session without a token": [["token-06"], (it) => it.send(answer(201, "{}")), "unexpected-answer", { of: "StartConfigurationSession" }],
  "a session whose token has a line's end": [
    ["http-11"],
    (it) => it.send(answer(201, "{\"InitialConfigurationToken\":\"a\\r\\nb\"}")),
    "unexpected-answer",
    { of: "StartConfigurationSession" },
  ],
  "a session whose token is too long": [
    ["token-07"],
    (it) => it.send(answer(201, JSON.stringify({ InitialConfigurationToken: "x".repeat(8193) }))),
    "unexpected-answer",
    { of: "StartConfigurationSession" },
  ],
  "400 for the session's input": [
    ["http-17"],
    (it) => it.send(exception(400, "BadRequestException", { Reason: "InvalidParameters" })),
    "bad-request",
    { of: "StartConfigurationSession", final: true },
  ],
  "the connection is reset": [["http-21"], (it) => it.reset(), "network"],
  "the connection is reset after the answer was made": [["http-21", "token-01"], (it) => (it.honest(), it.reset()), "network", { refused: true, sessions: true }],
  "the connection ends without a word": [["http-21"], (it) => it.raw(""), "network"],
  "another protocol": [["http-21"], raw("SSH-2.0-OpenSSH_9.6\r\n"), "network"],
  "HTTP/2, unasked": [["http-21"], raw("\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64"), "network"],
  "a status line that is none": [["http-21"], raw("HTTP/1.1 abc\r\n\r\n"), "network"],
  "a status of four digits": [["http-18"], raw("HTTP/1.1 2000 OK\r\n\r\n"), "network"],
  "headers that break off": [["http-05"], (it) => it.raw(wire(it.honest()).head.subarray(0, 60)), "network", { refused: true, sessions: true }],
  "no answer": [["http-06"], (it) => it.hold(), "timed-out"],
  "a token that is refused as corrupted": [["token-01", "token-10"], (it) => refuses(it, badToken("Corrupted")), "token-refused", { of: POLL, sessions: true }],
  "a token that is refused as expired": [["token-03"], (it) => refuses(it, badToken("Expired")), "token-refused", { of: POLL, sessions: true }],
  "a token that is refused for an unknown problem": [["token-10"], (it) => refuses(it, badToken("FullMoon")), "token-refused", { of: POLL, sessions: true }],
  "a token that is refused for an unknown reason": [
    ["token-10"],
    (it) => refuses(it, badToken("Corrupted", { Reason: "Weather" })),
    "token-refused",
    { of: POLL, sessions: true },
  ],
  "a token that is refused without a word": [["token-10"], (it) => refuses(it, answer(400, "{}")), "token-refused", { of: POLL, sessions: true }],
  "a poll that is called too early each time": [["token-09"], (it) => it.send(badToken("PollIntervalNotSatisfied")), "too-early", { of: POLL }],
};

export default ({ driven }) => {
  for (const [name, [faults, run, code, { of = null, slow, final, sessions } = {}]] of Object.entries(outages)) {
    driven(name, faults, async (life) => {
      const both = await life.begin();
      const { service, clock } = life;
      service.deploy(green);
      // As long as nothing is taken in, a token stays good, unless the test is about what it costs when it does not.
      if (!sessions) service.replay = "again";
      service.break(run, { times: Infinity, of });
      // The other one has just started.
      const late = life.client();
      const startsLate = of !== "StartConfigurationSession";
      let start = life.call(late.client.start());
      start.catch(() => {});
      await clock.run(40 * MINUTE);

      if (startsLate) {
        same(both.client, blue);
        equal(both.client.status, "stale");
        ok(both.heard.errors.length > 3, `${both.heard.errors.length} errors`);
      }
      equal(late.client.configuration, undefined);
      equal(late.client.status, "starting");
      for (const told of new Set([...both.heard.codes(), ...late.heard.codes()])) ok(typeof code === "string" ? told === code : code.test(told), `told as ${told}`);
      if (final) await life.soon(rejects(start, code));
      // Whoever asks again waits anew.
      if (final) start = life.call(late.client.start());

      service.mend();
      service.deploy({ ...green, again: true });
      // What costs sessions waits for the next that the budget has.
      // An answer that is given once more is an old one; the next has what is new.
      const limit = (sessions ? 65 * MINUTE : slow ? 5 * MINUTE + 10_000 : life.recovery) + 66_000;
      await life.recovers(late, { ...green, again: true }, limit);
      await life.recovers(both, { ...green, again: true }, limit);
      ok(await life.soon(start));
      if (!sessions) equal(service.sessions, of === "StartConfigurationSession" || !of ? service.sessions : 2);
      ok(sessions || service.received === 2, `${service.received} configurations were received by first polls`);
    });
  }
};
