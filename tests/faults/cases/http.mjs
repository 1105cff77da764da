// What else HTTP and the network can do: every status there is, redirects to strangers, headers as they come, caches, names, certificates.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { equal, matches, ok, rejects, throws } from "../../runtime/expect.mjs";
import { program } from "../../runtime/runner.mjs";
import { authority, certificate } from "../certificate.mjs";
import { blue, green, same } from "../life.mjs";
import { exception, MARK, page, POLL, Service, START, wire } from "../service.mjs";

const MINUTE = 60_000;

export default ({ driven, real }) => {
  for (let hundred = 1; hundred < 6; hundred++) {
    driven(`no status from ${hundred}00 to ${hundred}99 but the right one is taken, be it that of a session or of a poll`, ["http-18", "http-14", "http-24"], async (life) => {
      await life.serve();
      const { service, clock } = life;
      service.replay = "again";
      // By one's own: an answer that ends its connection, whatever its status says of a body.
      const send = (it, answer, status) => it.raw(Buffer.concat(Object.values(wire({ ...answer, status }, { framing: status < 200 ? "length" : "closed" })).slice(0, 2)));
      for (let status = hundred * 100; status < hundred * 100 + 100; status++) {
        for (const of of [START, POLL]) {
          const counts = of === START ? status === 200 || status === 201 : status === 200;
          const unchanged = of === POLL && status === 204;
          service.mend();
          service.break((it) => {
            const answer = it.honest();
            if (counts) it.counts(of === START ? { ...answer, status: 201 } : answer);
            // In AWS's form, which JSON is, it refuses the token; the next session comes at once.
            if (of === POLL && status === 400) it.counts({ ...answer, status, refusesToken: true });
            if (unchanged) it.counts({ ...answer, status, body: Buffer.alloc(0) });
            return send(it, answer, status);
            // After 421 fetch itself asks once more.
          }, { of, times: status === 421 ? 2 : 1 });
          const both = life.client();
          const start = life.call(both.client.start());
          start.catch(() => {});
          await clock.run(0);
          const what = `${status} to ${of}`;
          if (counts) equal(both.heard.codes().join(), "", what);
          else {
            // Below 200 it is no answer yet: there will be none.
            if (status < 200) await clock.run(11_000, () => both.heard.errors.length > 0);
            equal(both.heard.errors.length, 1, `errors after ${what}`);
            equal(both.heard.held[0], undefined, what);
          }
          if (unchanged) service.deploy(blue, { label: String(service.requests) });
          await life.recovers(both, blue, 6 * MINUTE);
          both.client.stop();
          equal(both.client.configuration.text(), JSON.stringify(blue));
        }
      }
    });
  }

  driven("answers before the answer are passed over, and none of them is one", ["http-18"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    const hints = "HTTP/1.1 103 Early Hints\r\n";
    for (const early of [`${hints}link: </a>\r\n\r\n`, "HTTP/1.1 102 Processing\r\n\r\n".repeat(5), `${hints}next-poll-configuration-token: ${MARK}-no\r\n\r\n`]) {
      service.deploy({ early: service.requests });
      const expected = { early: service.requests };
      service.break((it) => {
        const answer = it.honest();
        it.counts(answer);
        const { head, body } = wire(answer, { framing: "closed" });
        return it.raw(Buffer.concat([Buffer.from(early), head, body]));
      });
      await life.recovers(both, expected);
    }
    equal(both.heard.codes().join(), "");
    // Without end they are no answer.
    service.deploy(green);
    service.replay = "again";
    service.break((it) => it.drip((function* () { for (;;) yield Buffer.from("HTTP/1.1 102 Processing\r\n\r\n"); })(), 1000, { seen: false }));
    await life.recovers(both, green);
    equal(both.heard.codes().join(), "timed-out");
    equal(service.sessions, 1);
  });

  driven("a redirect is not followed: whoever is named gets nothing, be it on the same host or another", ["http-01"], async (life) => {
    const headers = { authorization: "Bearer SecretOfMine" };
    life.secrets = ["SecretOfMine"];
    const stranger = new Service(life.clock);
    await stranger.listen();
    life.after(() => stranger.close());
    const both = await life.begin({ headers });
    const { service } = life;
    for (const status of [301, 302, 303, 307, 308]) {
      service.break((it) => it.send({ ...page(status), headers: { location: `${stranger.origin}${it.request.url}` } }), { of: null });
      service.break((it) => it.send({ ...page(status), headers: { location: `/elsewhere${it.request.url}` } }), { of: null });
    }
    service.deploy(green);
    await life.until(() => both.heard.errors.length === 10, "ten errors", 60 * MINUTE);
    await life.recovers(both, green);
    ok(both.heard.codes().every((code) => code === "redirected"));
    equal(stranger.requests, 0, "requests of strangers");
    equal(service.violations.join(), "", "nor did anybody ask elsewhere on the same host");
    equal(service.sessions, 1);
  });

  driven("headers in any case, with spaces around, folded or doubled", ["http-08", "http-10"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    const spellings = [
      (name) => name.toUpperCase(),
      (name) => name.toLowerCase(),
      (name) => name.replace(/[a-z]/g, (letter, at) => (at % 2 ? letter.toUpperCase() : letter)),
    ];
    for (const [n, spelling] of spellings.entries()) {
      service.deploy({ n });
      service.break((it) => {
        const answer = it.honest();
        it.counts(answer);
        const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [spelling(name), `\t  ${value}  \t`]));
        const { head, body } = wire({ ...answer, headers }, { framing: "closed" });
        return it.raw(Buffer.concat([head, body]));
      });
      await life.recovers(both, { n });
    }
    // What is doubled and does not count does no harm; a label that is no ASCII is given as the host has it.
    service.deploy(green, { label: Buffer.from("grün").toString("latin1") });
    service.break((it) => {
      const answer = it.honest();
      return it.reply({ ...answer, headers: { ...answer.headers, "content-type": ["application/json", "application/json"], "x-other": ["a", "b"] } });
    });
    await life.recovers(both, green);
    ok(both.client.configuration.versionLabel.startsWith("gr"));
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("a cache in between that keeps what it must not: a poll has its own address, and no answer is taken twice", ["http-20"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const kept = new Map();
    let asked = 0;
    service.break((it) => {
      ok(it.request.headers["cache-control"] === "no-cache" || it.request.headers.pragma === "no-cache", "a cache is asked not to answer");
      const { url } = it.request;
      if (kept.has(url)) asked += 1;
      else kept.set(url, it.honest());
      return it.reply(kept.get(url));
    }, { times: Infinity });
    for (let n = 0; n < 5; n++) {
      service.deploy({ n });
      await life.recovers(both, { n });
    }
    // A lost answer is asked for again, and then the cache's is the right one.
    service.mend();
    service.break((it) => (kept.set(it.request.url, it.honest()), it.reset()));
    service.break((it) => it.reply(kept.get(it.request.url)), { times: 1 });
    service.deploy(green);
    await life.recovers(both, green);
    await clock.run(5 * MINUTE);
    equal(asked, 0);
    equal(service.sessions, 1);
  });

  driven("a cache gives an old answer: one that was taken in before is refused by the service next time, and mended", ["http-20"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const old = service.exchanges.at(-1).honest();
    service.deploy(green);
    await life.recovers(both, green);
    // The old answer again, and with it a token that was spent: what the cache gives is not to be told from a rollback.
    service.break((it) => (it.counts(old), it.send(old)));
    await life.until(() => both.client.configuration.text() === JSON.stringify(blue), "the old one");
    await life.recovers(both, green);
    equal(both.heard.codes().join(), "token-refused");
    await clock.run(5 * MINUTE);
    equal(service.sessions, 2);
  });

  real("connections that the other side closes between two polls, or as the next one arrives: at most that attempt fails", ["http-21", "token-02"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    service.replay = "again";
    const ways = [
      (it) => it.socket.end(),
      (it) => it.socket.destroy(),
      (it) => it.socket.resetAndDestroy(),
      // As the next request arrives on it.
      () => service.break((next) => next.reset()),
      () => service.break((next) => next.raw("")),
    ];
    for (const [n, close] of ways.entries()) {
      service.deploy({ n });
      service.break((it) => {
        it.response.on("finish", () => setImmediate(close, it));
        return it.reply();
      });
      await life.recovers(both, { n });
      service.deploy({ n, again: true });
      await life.recovers(both, { n, again: true });
    }
    ok(both.heard.codes().every((code) => code === "network"), both.heard.codes().join());
    equal(service.sessions, 1);
  });

  real("two answers to one request: the second is nobody's", ["token-02", "http-20"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    for (let n = 0; n < 3; n++) {
      service.deploy({ n });
      service.break((it) => {
        const answer = it.honest();
        it.counts(answer);
        const stray = { ...answer, headers: { ...answer.headers, "next-poll-configuration-token": `${MARK}-stray` }, body: Buffer.from("{\"stray\":true}") };
        const bytes = [answer, stray].flatMap((one) => { const { head, body } = wire(one); return [head, body]; });
        // At once, or when the first has been read.
        if (n === 0) it.socket.write(Buffer.concat(bytes));
        else {
          it.socket.write(Buffer.concat(bytes.slice(0, 2)));
          life.clock.later(() => it.socket.write(Buffer.concat(bytes.slice(2))), n * 100);
        }
        return true;
      });
      await life.recovers(both, { n });
    }
    service.deploy(green);
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  real("nobody listens, then somebody does", ["http-21", "runtime-11", "loop-01"], async (life) => {
    await life.serve();
    const { service } = life;
    const { port } = service.server.address();
    await service.close();
    const both = life.client();
    const start = life.call(both.client.start());
    await life.until(() => both.heard.errors.length >= 2, "two errors");
    equal([...new Set(both.heard.codes())].join(), "network");
    matches(both.heard.errors[0].message, /ECONNREFUSED/);
    await service.listen({ port });
    ok(await life.soon(start));
    same(both.client, blue);
    equal(service.sessions, 1);
  });

  real("a name that nobody knows", ["http-21"], async (life) => {
    const both = life.client({ endpoint: "https://nobody.invalid", headersTimeoutInMilliseconds: 5000 });
    const error = await life.soon(rejects(life.call(both.client.refresh()), (it) => it.code === "network" || it.code === "timed-out"));
    if (error.code === "network") matches(error.message, /ENOTFOUND|EAI_AGAIN/);
    equal(both.client.status, "starting");
  });

  real("IPv6, where there is any", ["http-22"], async (life) => {
    await life.serve({ host: "::1" }).catch((error) => {
      // A machine without IPv6: 127.0.0.1 is all that there is to see.
      if (!/EADDRNOTAVAIL|EAFNOSUPPORT/.test(error.code)) throw error;
      return life.serve();
    });
    const both = await life.begin();
    equal(both.heard.codes().join(), "");
    equal(life.service.sessions, 1);
  });

  real("certificates that are expired, for another host, or nobody's are refused; a good one is taken", ["http-21"], async (life) => {
    const trusted = authority();
    const { folder } = life.place;
    writeFileSync(path.join(folder, "authority.pem"), trusted.cert);
    writeFileSync(path.join(folder, "child.mjs"), readFileSync(new URL("../child.mjs", import.meta.url)));
    const { service } = await life.serving();
    const tries = [
      ["good", certificate(trusted), /^update /m],
      ["expired", certificate(trusted, { days: -1 }), /^error network .*CERT_HAS_EXPIRED/m],
      ["another host", certificate(trusted, { host: "elsewhere.example" }), /^error network .*ERR_TLS_CERT_ALTNAME_INVALID/m],
      ["nobody's", certificate(), /^error network .*DEPTH_ZERO_SELF_SIGNED_CERT/m],
    ];
    await Promise.all(tries.map(async ([what, { cert, key }, expected]) => {
      const secured = new Service(life.clock);
      await secured.listen({ tls: { cert, key } });
      secured.deploy(blue);
      try {
        const { port } = secured.server.address();
        const args = ["child.mjs", "once", `https://localhost:${port}/client-1`];
        const { output, code } = await program(process.execPath, args, { cwd: folder, env: { NODE_EXTRA_CA_CERTS: path.join(folder, "authority.pem") } });
        matches(output, expected, what);
        equal(code, 0, what);
        equal(secured.requests, what === "good" ? 2 : 0, what);
        // For the figures: they are one life.
        service.requests += secured.requests;
        service.sessions += secured.sessions;
      } finally {
        await secured.close();
      }
    }));
  });

  driven("identifiers and addresses with a line's end in them are refused at once, other characters are sent as they are", ["http-11"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const refused = (options) => throws(() => life.client(options), "invalid-option", JSON.stringify(options));
    for (const name of ["application", "environment", "configurationProfile"]) {
      for (const text of ["a\r\nx-more: 1", "a\nb", "a\0b", "\u007f", "", "x".repeat(129)]) refused({ [name]: text });
    }
    const endpoints = ["http://localhost/a\r\nb", "http://localhost\r\n.evil.example", "http://user:pass@localhost/", "http://localhost/?a=1", "ftp://localhost/"];
    for (const endpoint of endpoints) refused({ endpoint });
    for (const region of ["eu-west-1\r\n", "eu-west-1.evil.example", "eu/west", "", "EU"]) refused({ endpoint: undefined, region, sign: () => ({}) });
    for (const headers of [{ "x-a": "a\r\nx-b: c" }, { "x-a\r\n": "b" }, { "x-a": "☃" }]) {
      const both = life.client({ headers });
      const refresh = life.call(both.client.refresh());
      await clock.run(0);
      await life.soon(rejects(refresh, "not-sent"));
    }
    equal(service.requests, 0);
    const odd = "a/b c+d%2Fe\"é☃'{}";
    const both = life.client({ application: odd });
    const start = life.call(both.client.start());
    await clock.run(0);
    ok(await life.soon(start));
    equal(JSON.parse(service.exchanges[0].body).ApplicationIdentifier, odd);
    equal(service.sessions, 1);
  });

  driven("a region that is not the endpoint's: told with what the service says of both, and asked for ever more slowly", ["http-23"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const message = "Credential should be scoped to a valid region, not 'eu-west-1'. It has to be 'us-east-1'.";
    service.break((it) => it.send(exception(403, "InvalidSignatureException", { Message: message })), { times: Infinity, of: null });
    const both = life.client({ region: "eu-west-1", credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "SecretAccessKeyOfMine" } });
    life.secrets = ["SecretAccessKeyOfMine"];
    const start = life.call(both.client.start());
    start.catch(() => {});
    await clock.run(60 * MINUTE);
    const error = await life.soon(rejects(start, "clock-skew"));
    matches(error.message, /'eu-west-1'.*'us-east-1'/);
    ok(service.requests < 20, `${service.requests} requests in an hour`);
    equal(service.sessions, 0);
  });
};
