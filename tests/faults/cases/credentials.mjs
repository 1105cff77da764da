// Credentials, signatures and what people's own code gives, against a service that looks at the time and at the key of a signature.

import { equal, matches, ok, rejects, throws } from "../../runtime/expect.mjs";
import { blue, green } from "../life.mjs";
import { exception } from "../service.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret, sessionToken: "SessionTokenOfMine" };

/** Makes a service check who asks: the time of a signature within five minutes of its own, and the key among those that are good. */
function checks(life, { keys = [key.accessKeyId], date = (service) => ({ date: new Date(service.date()).toUTCString() }), message = () => "Signature expired" } = {}) {
  const { service } = life;
  life.secrets = [secret, "SessionTokenOfMine"];
  const state = { keys, times: [] };
  service.break((it) => {
    const { authorization = "", "x-amz-date": time = "" } = it.request.headers;
    const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? [];
    state.times.push(time);
    const used = /Credential=([^/]+)\//.exec(authorization)?.[1];
    if (!y || !used) return it.send(exception(403, "MissingAuthenticationTokenException"));
    const skew = Date.UTC(y, m - 1, d, h, min, s) - service.date();
    if (Math.abs(skew) > 5 * MINUTE) return it.send(exception(403, "InvalidSignatureException", { Message: message(service, time) }, date(service)));
    if (!state.keys.includes(used)) return it.send(exception(403, "ExpiredTokenException"));
    return it.reply();
  }, { times: Infinity, of: null });
  return state;
}

/** What `client()` takes to sign for a service on this machine. */
const signing = (credentials = key) => ({ region: "eu-west-1", credentials });

export default ({ driven }) => {
  for (const hours of [1, -1, 12, -12]) {
    driven(`a clock that is off is corrected once: by ${hours > 0 ? "+" : ""}${hours} h`, ["time-07", "creds-06"], async (life) => {
      await life.serve();
      const { service, clock } = life;
      service.wallAhead = hours * HOUR;
      checks(life);
      const both = life.client(signing());
      const start = life.call(both.client.start());
      await life.recovers(both, blue, 61_000);
      ok(await life.soon(start));
      equal(both.heard.codes().join(), "clock-skew");
      equal(Math.round(both.client.clockOffsetInMilliseconds / HOUR), hours);
      await clock.run(30 * MINUTE);
      equal(both.heard.codes().join(), "clock-skew");
      // It jumps in mid-life.
      clock.wallAhead += 2 * HOUR;
      service.wallAhead -= 2 * HOUR;
      service.deploy(green);
      await life.recovers(both, green, 5 * MINUTE);
      equal(both.heard.codes().join(), "clock-skew,clock-skew");
      equal(service.sessions, 1);
    });
  }

  driven("where Date is hidden, old, or out of a cache, no clock is set by it: the service's sentence tells, or nothing", ["time-08"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    service.wallAhead = HOUR;
    const stamp = (time) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
    const ways = [
      // [the headers of a refusal, its sentence, whether that is enough]
      [() => ({ date: new Date(clock.date() - 24 * HOUR).toUTCString(), age: "90000" }), () => "Signature expired", false],
      [() => ({ date: "yesterday" }), () => "Signature expired", false],
      [() => ({ date: "Thu, 01 Jan 1970 00:00:00 GMT" }), () => "Signature expired", false],
      [() => ({ date: "yesterday" }), (it, time) => `Signature expired: ${time} is now earlier than ${stamp(it.date() - 5 * MINUTE)} (${stamp(it.date())} - 5 min.)`, true],
    ];
    for (const [date, message, enough] of ways) {
      service.mend();
      checks(life, { date, message });
      const both = life.client(signing());
      const start = life.call(both.client.start());
      start.catch(() => {});
      await clock.run(20 * MINUTE);
      if (enough) equal(both.client.status, "ready");
      else {
        await life.soon(rejects(start, "clock-skew"));
        equal(both.client.clockOffsetInMilliseconds, 0);
        ok(both.heard.errors.length <= 8, `${both.heard.errors.length} attempts`);
      }
      both.client.stop();
    }
    equal(service.sessions, 1);
  });

  driven("replicas whose clocks differ by minutes do not set a client's clock to and fro", ["time-09"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    checks(life, { date: () => ({ date: new Date(service.date() + (service.requests % 2 ? 3 : -3) * MINUTE).toUTCString() }) });
    const both = life.client(signing());
    const start = life.call(both.client.start());
    await clock.run(0);
    ok(await life.soon(start));
    // They refuse now and then, by their own clock.
    service.break((it) => it.send(exception(403, "InvalidSignatureException", { Message: "Signature expired" }, { date: new Date(service.date() + 3 * MINUTE).toUTCString() })));
    await clock.run(HOUR);
    equal(both.client.clockOffsetInMilliseconds, 0);
    equal(both.client.status, "ready");
    equal(service.sessions, 1);
  });

  driven("the years 1970, 2038 and 2099, a leap day and a year's end: the time is written as AWS has it", ["time-12"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const state = checks(life);
    const dates = [
      [0, /^19700101T00/],
      [2 ** 31 * 1000 + 5000, /^20380119T03/],
      [Date.UTC(2099, 11, 31, 23, 59), /^20991231T2359|^21000101T/],
      [Date.UTC(2028, 1, 29, 12), /^20280229T12/],
      [Date.UTC(2016, 11, 31, 23, 59, 59), /^20161231T235959|^20170101T/],
    ];
    for (const [date, expected] of dates) {
      clock.wallAhead = date - clock.now();
      state.times.length = 0;
      const both = await life.begin(signing());
      for (const time of state.times) matches(time, expected);
      equal(both.heard.codes().join(), "");
      both.client.stop();
    }
    equal(service.sessions, 5);
  });

  driven("credentials expire in mid-life: a provider is asked once more, and the token is still good", ["creds-01", "creds-03"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const state = checks(life);
    let asked = 0;
    const both = life.client(signing(async () => ({ ...key, accessKeyId: `AKID${++asked}` })));
    state.keys = ["AKID1"];
    const start = life.call(both.client.start());
    await clock.run(0);
    ok(await life.soon(start));
    await clock.run(10 * MINUTE);
    equal(asked, 1);
    for (let n = 2; n < 5; n++) {
      // Rotated just now: whatever is signed already is refused.
      state.keys = [`AKID${n}`];
      service.deploy({ n });
      await life.recovers(both, { n });
      equal(asked, n);
    }
    ok(both.heard.codes().every((code) => code === "credentials-expired"));
    equal(both.heard.errors.length, 3);
    equal(service.sessions, 1);
  });

  driven("credentials that nobody renews: asked for slowly, and once they are good again all is well", ["creds-01", "http-15"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const state = checks(life);
    const both = life.client(signing());
    const start = life.call(both.client.start());
    await clock.run(0);
    ok(await life.soon(start));
    state.keys = [];
    service.deploy(green);
    const before = service.requests;
    await clock.run(HOUR);
    ok(service.requests - before <= 17, `${service.requests - before} attempts in an hour`);
    equal(both.client.status, "stale");
    state.keys = [key.accessKeyId];
    await life.recovers(both, green, 5 * MINUTE + 1000);
    equal(service.sessions, 1);
  });

  driven("a provider that hangs, throws, rejects, gives what has expired, half of it, or junk: told, and asked again", ["creds-02", "creds-04", "wasm-06"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    checks(life);
    const answers = [
      () => new Promise(() => {}),
      () => { throw new Error(`${secret} cannot be read`); },
      () => Promise.reject(new Error(`${secret} cannot be read`)),
      () => Promise.reject(undefined),
      () => { throw null; },
      () => undefined,
      () => ({}),
      () => ({ accessKeyId: "AKIDEXAMPLE" }),
      () => ({ ...key, secretAccessKey: `${secret}\n` }),
      () => ({ ...key, secretAccessKey: "" }),
      () => ({ ...key, sessionToken: "é" }),
      () => "AKIDEXAMPLE",
      () => Object.freeze({ ...key }),
    ];
    let asked = 0;
    const both = life.client(signing(() => answers[Math.min(asked++, answers.length - 1)]()));
    const start = life.call(both.client.start());
    await life.recovers(both, blue, 60 * MINUTE);
    ok(await life.soon(start));
    equal(asked, answers.length);
    equal(both.heard.codes().join(), ["timed-out", ...Array(answers.length - 2).fill("not-sent")].join());
    // An expired one is asked for anew each time, and used meanwhile.
    const expired = life.client(signing(() => ({ ...key, expiration: new Date(clock.date() - HOUR) })));
    const second = life.call(expired.client.start());
    await clock.run(0);
    ok(await life.soon(second));
    equal(service.sessions, 2);
  });

  driven("many clients that share a slow provider ask it once", ["creds-02", "loop-03"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    checks(life);
    let asked = 0;
    const provider = () => (asked++, new Promise((resolve) => setTimeout(resolve, 5000, key)));
    const clients = Array.from({ length: 20 }, () => life.client(signing(provider)));
    const starts = clients.map(({ client }) => life.call(client.start()));
    await clock.run(6000);
    for (const start of starts) ok(await life.soon(start));
    equal(asked, 1);
    equal(service.sessions, 20);
  });

  driven("a key with a line's end, beyond ASCII, or empty is refused at once, and not told", ["creds-04"], async (life) => {
    await life.serve();
    for (const wrong of [`${secret}\n`, `${secret} `, `${secret}é`, "", 5, null]) {
      const error = throws(() => life.client(signing({ ...key, secretAccessKey: wrong })), "invalid-option");
      ok(!error.message.includes(secret), error.message);
    }
    equal(life.service.requests, 0);
  });

  driven("what sign gives is looked at: another host, path, method or token, junk, nothing, never", ["creds-05", "wasm-06"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    let n = 0;
    const answers = [
      ({ url }) => url.replace("127.0.0.1", "localhost"),
      ({ url }) => url.replace("client-1", "client-2"),
      ({ url }) => `${url}${url.includes("?") ? "&" : "?"}more=1`,
      ({ url }) => `https://evil.example/${new URL(url).search}`,
      ({ url }) => new Request(url, { method: "DELETE" }),
      () => "nonsense",
      () => undefined,
      () => null,
      () => 5,
      () => ({ "x-a": "a\r\nb" }),
      () => { throw new Error("no signature"); },
      () => Promise.reject(undefined),
      () => new Promise(() => {}),
      ({ url }) => new Request(url, { method: "POST", headers: { "x-signed": "1" } }),
    ];
    const both = life.client({ sign: (request) => (answers[n++] ?? (() => ({ "x-signed": "2" })))(request) });
    const start = life.call(both.client.start());
    await life.recovers(both, blue, 60 * MINUTE);
    ok(await life.soon(start));
    equal(both.heard.codes().join(), [...Array(12).fill("not-sent"), "timed-out"].join());
    equal(service.requests, 2, "nothing wrong was sent");
    equal(service.exchanges[0].request.headers["x-signed"], "1");
    equal(service.sessions, 1);
    await clock.run(5 * MINUTE);
  });

  driven("headers, logger and listeners that throw, reject or never settle: the loop goes on", ["wasm-06", "loop-02"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    let n = 0;
    const answers = [() => { throw new Error("no login"); }, () => Promise.reject(new Error("no login")), () => new Promise(() => {}), () => 5];
    const logger = { info: () => { throw new Error("full"); }, warn: () => Promise.reject(new Error("full")).catch(() => {}) };
    const both = life.client({ headers: () => (answers[n++] ?? (() => ({})))(), logger });
    const start = life.call(both.client.start());
    await life.recovers(both, blue, 60 * MINUTE);
    ok(await life.soon(start));
    equal(both.heard.codes().join(), "not-sent,not-sent,timed-out,not-sent");
    await clock.run(5 * MINUTE);
    equal(service.sessions, 1);
  });
};
