// Bodies that are cut, compressed, too large, too slow, or not what their headers say.

import { equal, ok } from "../../runtime/expect.mjs";
import { large } from "../../runtime/samples.mjs";
import { blue, green, same } from "../life.mjs";
import { wire } from "../service.mjs";

/** How an answer is framed, and whether every host notices that it was cut: Node 20 takes what is sent in chunks for whole when the connection is closed as announced. */
const framings = {
  length: ["with its length", true],
  chunked: ["in chunks", true],
  "chunked-closed": ["in chunks, on a connection that is closed then", false],
  closed: ["until the connection is closed", false],
};
const encodings = { none: "as it is", gzip: "as gzip", br: "as br", deflate: "as deflate", "deflate-raw": "as deflate without its envelope" };
const big = Buffer.from(JSON.stringify(large()));
/** Two megabytes that compress to some ten thousand bytes. */
const alike = (kinds) => Buffer.from(JSON.stringify({ rows: Array.from({ length: 32_500 }, (_, n) => ({ id: (n * 7919) % kinds, name: "Größe checkout", tags: ["blue", null, true] })) }));
/**
 * For what ends with its connection: where a compressed answer is longer than what is read at once, Node 22.23 and 24 end the process by an assertion
 * of their own (Parser.finish of undici), which no client can catch.
 */
const short = { gzip: alike(97), deflate: alike(97), "deflate-raw": alike(97), br: alike(5003) };
/** A shorter piece of what is compressed may be nothing yet, and an answer of nothing says unchanged. */
const BEGIN = 600;
/** So near to the end a cut may leave the content whole: what is missing are a checksum or the last chunk's end. */
const END = 32;

export default ({ driven, real }) => {
  for (const [framing, [framed, noticed]] of Object.entries(framings)) {
    for (const [coding, coded] of Object.entries(encodings)) {
      const encoding = coding === "none" ? undefined : coding;
      driven(`two megabytes cut at any place are no configuration, and whole they are never refused: ${framed}, ${coded}`, ["http-04", "http-05", "data-02"], async (life) => {
        const both = await life.begin();
        const { service } = life;
        const content = (framing.endsWith("closed") && short[coding]) || big;
        service.deploy(content);
        // As long as nothing is taken in, the token stays.
        service.replay = "again";
        const how = { framing, encoding, chunk: content !== big ? 1024 : encoding ? 16_384 : 65_536 };
        const { body: sample, boundaries } = wire(service.whole(), how);
        // The end of each chunk, and any place. Around one end the same is missing, and the same piece twice running would be believed.
        const inTurn = [0, 1, 2].flatMap((rest) => boundaries.filter((_, at) => at % 3 === rest));
        const places = new Set(inTurn.filter((at) => at > BEGIN && at < sample.length - END));
        // Before its first byte, what nobody counts is an answer that says unchanged.
        if (noticed) places.add(0);
        for (let n = 0; n < 8; n++) places.add(BEGIN + Math.floor(life.random() * (sample.length - END - BEGIN)));
        const cut = (place) => (it) => {
          const { head, body } = wire(it.honest(), how);
          if (place >= sample.length - END) it.mayCount();
          return it.raw(Buffer.concat([head, body.subarray(0, place)]));
        };
        for (const place of places) service.break(cut(place));
        const told = () => `cut at ${[...places].join()} of ${sample.length}, told as ${both.heard.codes().join()}`;
        await life.until(() => both.heard.errors.length === places.size, "an error for each that was cut", 24 * 60 * 60_000, told);
        same(both.client, blue);
        ok(both.heard.codes().every((code) => code === "body-cut" || (!noticed && code === "invalid-body")), told());
        // Within the last bytes nothing of the content may be missing; then it is taken, otherwise refused.
        service.break(cut(sample.length - 1 - Math.floor(life.random() * 12)));
        service.break((it) => it.reply(it.honest(), how), { times: Infinity });
        await life.until(() => both.client.status === "ready", "what is whole", 10 * 60_000, told);
        ok(both.client.configuration.bytes().length === content.length, "the whole is held");
        ok(both.heard.errors.length <= places.size + 1, told());
        service.deploy(green);
        await life.recovers(both, green);
        equal(service.sessions, 1);
      });
    }
  }

  driven("a body that is cut before its first byte, where nobody can notice, is unchanged: what is held stays, and the next version comes", ["http-05", "empty-01"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    for (const [n, encoding] of [undefined, "gzip", "br", "deflate"].entries()) {
      service.deploy({ n });
      service.break((it) => {
        const answer = it.honest();
        it.counts({ ...answer, body: Buffer.alloc(0) });
        return it.raw(wire(answer, { framing: "closed", encoding }).head);
      });
      await clock.run(5 * 60_000);
      same(both.client, n === 0 ? blue : { n: n - 1, again: true });
      service.deploy({ n, again: true });
      await life.recovers(both, { n, again: true });
    }
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("the same piece of a configuration twice is a bad deployment, and no configuration", ["http-05", "data-02"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    service.deploy(green);
    service.replay = "again";
    const cut = (it) => {
      const answer = it.honest();
      // The second time it is believed to be like that, and its token counts.
      if (both.heard.errors.length === 1) it.counts(answer);
      const { head, body } = wire(answer, { framing: "closed" });
      return it.raw(Buffer.concat([head, body.subarray(0, 10)]));
    };
    service.break(cut, { times: 2 });
    await life.until(() => both.heard.errors.length === 2, "two errors");
    await life.clock.run(10 * 60_000);
    same(both.client, blue);
    equal(both.client.status, "stale");
    equal(both.heard.codes().join(), "invalid-body,invalid-body");
    service.deploy({ ...green, again: true });
    await life.recovers(both, { ...green, again: true });
    equal(service.sessions, 1);
  });

  driven("a length that says more than comes, or less, is no configuration", ["http-04", "http-05"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    service.deploy(green);
    service.replay = "again";
    const lengths = [(n) => n + 1, (n) => n * 2, () => 1e9, (n) => n - 1, () => 1, () => "-1", () => "abc", () => "5, 6", () => "0x10", () => ["7", "8"]];
    for (const length of lengths) {
      service.break((it) => {
        const { head, body } = wire(it.honest(), { framing: "closed" });
        const lines = [length(body.length)].flat().map((value) => `content-length: ${value}\r\n`).join("");
        return it.raw(Buffer.concat([Buffer.from(head.toString("latin1").replace("connection:", `${lines}connection:`), "latin1"), body]));
      });
    }
    await life.until(() => both.heard.errors.length === lengths.length, `${lengths.length} errors`, 60 * 60_000, both.heard.codes);
    same(both.client, blue);
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  driven("a coding that is twice said, unknown, or not what the bytes are, is no configuration", ["http-04"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    service.deploy(green);
    service.replay = "again";
    const codings = ["gzip", "br", "deflate", "gzip, gzip", "gzip, br"];
    // What is compressed, and does not say so.
    const silent = ["gzip", "br", "deflate"];
    for (const coding of codings) {
      service.break((it) => {
        const answer = it.honest();
        return it.send({ ...answer, headers: { ...answer.headers, "content-encoding": coding } });
      });
    }
    for (const encoding of silent) {
      service.break((it) => {
        const { head, body } = wire(it.honest(), { framing: "closed", encoding });
        return it.raw(Buffer.concat([Buffer.from(head.toString("latin1").replace(/content-encoding: .*\r\n/, ""), "latin1"), body]));
      });
    }
    const all = codings.length + silent.length;
    await life.until(() => both.heard.errors.length === all, `${all} errors`, 60 * 60_000, both.heard.codes);
    same(both.client, blue);
    // Twice over, and each time decoded, it is one.
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  driven("unchanged says so in every coding, also where nothing is left to decode", ["empty-01", "http-04"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    const ways = [];
    for (const encoding of ["gzip", "br", "deflate"]) for (const framing of ["length", "chunked", "closed"]) ways.push((it) => it.reply(it.honest(), { framing, encoding }));
    for (const framing of ["length", "chunked", "closed"]) {
      ways.push((it) => {
        const answer = it.honest();
        return it.reply({ ...answer, headers: { ...answer.headers, "content-encoding": "gzip" } }, { framing });
      });
    }
    for (const way of ways) service.break(way);
    await life.clock.run(ways.length * 67_000);
    equal(both.heard.errors.length, 0, `errors ${both.heard.codes()}`);
    equal(both.client.status, "ready");
    same(both.client, blue);
    equal(both.heard.updates.length, 1);
  });

  driven("a byte now and then does not keep a poll alive: in the headers, in the body, in an error's body", ["http-06"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    service.deploy(green);
    service.replay = "again";
    const slow = function* (bytes) {
      for (const byte of bytes) yield Buffer.from([byte]);
    };
    const endless = function* () {
      for (;;) yield Buffer.from("x");
    };
    const headless = function* () {
      yield Buffer.from("HTTP/1.1 200 OK\r\n");
      for (let n = 0; ; n++) yield Buffer.from(`x-${n}: 1\r\n`);
    };
    const limits = [];
    const expect = (limit, run) => (limits.push(limit), service.break(run));
    expect("headers", (it) => it.drip(headless(), 1000, { seen: false }));
    expect("headers", (it) => it.drip(slow(wire(it.honest()).head), 9000, { seen: false }));
    // Never ten seconds without a byte, and yet no end within two minutes.
    expect("total", (it) => {
      const { head, body } = wire(it.honest());
      it.socket.write(head);
      return it.drip(slow(body), 9000);
    });
    expect("total", (it) => {
      it.socket.write(wire(it.honest(), { framing: "closed" }).head);
      return it.drip(endless(), 5000);
    });
    expect("idle", (it) => {
      const { head, body } = wire(it.honest());
      return it.raw(Buffer.concat([head, body.subarray(0, 5)]), "hold");
    });
    expect("total", (it) => {
      it.socket.write("HTTP/1.1 500 No\r\ncontent-type: text/html\r\n\r\n");
      return it.drip(endless(), 5000);
    });
    await life.until(() => both.heard.errors.length === limits.length, `${limits.length} errors`, 60 * 60_000, both.heard.codes);
    equal(both.heard.errors.map(({ code, limit }) => `${code} ${limit}`).join(), limits.map((limit) => `timed-out ${limit}`).join());
    same(both.client, blue);
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  real("what is larger than is taken is not read to its end, whatever its length says", ["http-07", "wasm-04"], async (life) => {
    const both = await life.begin({ maximumBodyBytes: 1_000_000 });
    const { service } = life;
    const flood = (it, head, most) => {
      it.socket.write(head);
      const piece = Buffer.alloc(65_536, "[");
      let sent = 0;
      const more = () => {
        while (sent < most && !it.socket.destroyed) {
          sent += piece.length;
          if (!it.socket.write(piece)) return it.socket.once("drain", more);
        }
        it.sent = sent;
      };
      it.socket.on("close", () => (it.sent = sent));
      more();
      return true;
    };
    const heads = ["", "content-length: 104857600\r\n", "content-encoding: identity\r\ncontent-length: 104857600\r\n"];
    const seen = [];
    for (const more of heads) {
      service.deploy({ ...green, more });
      service.break((it) => {
        seen.push(it);
        const answer = it.honest();
        it.counts(answer);
        return flood(it, wire(answer, { framing: "closed" }).head.toString("latin1").replace("connection:", `${more}connection:`), 104_857_600);
      });
      await life.until(() => seen.length && seen.at(-1).sent !== undefined && seen.length >= heads.indexOf(more) + 1, "the end of the flood");
    }
    await life.until(() => both.heard.errors.length === 1 && both.client.status === "stale", "an error");
    equal(both.heard.codes().join(), "body-too-large", "it is told once");
    ok(seen.every(({ sent }) => sent < 20_000_000), `sent ${seen.map(({ sent }) => sent)}`);
    same(both.client, blue);
    service.deploy(green);
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  real("an error's body that has no end is not read to it", ["http-07", "http-17"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    let sent = 0;
    service.break((it) => {
      it.socket.write("HTTP/1.1 500 No\r\ncontent-type: application/json\r\n\r\n");
      const piece = Buffer.alloc(65_536, "[");
      const more = () => {
        while (!it.socket.destroyed) {
          sent += piece.length;
          if (!it.socket.write(piece)) return it.socket.once("drain", more);
        }
      };
      more();
      return true;
    });
    await life.until(() => both.heard.errors.length === 1, "an error");
    equal(both.heard.codes().join(), "service-error");
    service.deploy(green);
    await life.recovers(both, green);
    ok(sent < 20_000_000, `sent ${sent}`);
    equal(service.sessions, 1);
  });
};
