import { equal, matches, ok, rejects, same } from "../expect.mjs";
import { opened, refused, sent, upstream } from "../upstream.mjs";

const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const temporary = { ...key, sessionToken: "FwoGZXIvYXdzEBYaD+/tok==" };
const signed = (credentials, more) => ({ endpoint: undefined, region: "eu-west-1", credentials, ...more });
const HOUR = 3_600_000;

/** A provider that gives in turn what it is told to (functions are called), and counts. */
function provider(...values) {
  const give = async () => {
    give.calls++;
    const value = values.length > 1 ? values.shift() : values[0];
    return typeof value === "function" ? value() : value;
  };
  give.calls = 0;
  return give;
}

/** The time that a request says it was signed at. */
const signedAt = ({ headers }) => {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers.get("x-amz-date"));
  return Date.UTC(parts[0], parts[1] - 1, ...parts.slice(2));
};
const near = (time, expected, what) => ok(Math.abs(time - expected) < 30_000, `${what}: ${time - expected} ms off`);
/** An answer that refuses the signature, from a host whose clock is off by so much. */
const skewed = (milliseconds, { message = "Signature expired", headers } = {}) => () =>
  refused(403, "InvalidSignatureException", { message }, { date: new Date(Date.now() + milliseconds).toUTCString(), ...headers })();

export default (test) => {
  test("requests are signed for the region, and carry what that takes and nothing more", async (t) => {
    for (const [credentials, names] of [
      [key, ["authorization", "content-type", "x-amz-date"]],
      [temporary, ["authorization", "content-type", "x-amz-date", "x-amz-security-token"]],
    ]) {
      const service = upstream(opened("a+b/c=="), sent("{}"));
      await t.soon(t.client({ fetch: service.fetch, ...signed(credentials) }).start());
      const [session, poll] = service.calls;
      same([...session.headers.keys()].sort(), names);
      same([...poll.headers.keys()].sort(), names.filter((name) => name !== "content-type"));
      equal(session.url, "https://appconfigdata.eu-west-1.amazonaws.com/configurationsessions");
      for (const call of service.calls) {
        near(signedAt(call), Date.now(), "x-amz-date");
        const day = call.headers.get("x-amz-date").slice(0, 8);
        const list = [call === session && "content-type", "host", "x-amz-date", credentials.sessionToken && "x-amz-security-token"].filter(Boolean).join(";");
        const [, scope, headers] = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=[0-9a-f]{64}$/.exec(call.headers.get("authorization"));
        equal(scope, `AKIDEXAMPLE/${day}/eu-west-1/appconfig/aws4_request`);
        equal(headers, list);
        equal(call.headers.get("x-amz-security-token"), credentials.sessionToken ?? null);
      }
    }
  });

  test("FIPS, dual-stack and an endpoint of one's own are where the rules say", async (t) => {
    for (const [options, url] of [
      [{ useFipsEndpoint: true }, "https://appconfigdata-fips.eu-west-1.amazonaws.com"],
      [{ useDualstackEndpoint: true }, "https://appconfigdata.eu-west-1.api.aws"],
      [{ useFipsEndpoint: true, useDualstackEndpoint: true }, "https://appconfigdata-fips.eu-west-1.api.aws"],
      [{ region: "us-gov-west-1", useFipsEndpoint: true }, "https://appconfigdata.us-gov-west-1.amazonaws.com"],
      [{ endpoint: "https://vpce-1.test/base/" }, "https://vpce-1.test/base"],
    ]) {
      const service = upstream(opened(), sent("{}"));
      await t.soon(t.client({ fetch: service.fetch, ...signed(key, options) }).start());
      equal(service.calls[0].url, `${url}/configurationsessions`);
    }
  });

  test("headers of the caller go along, but not in the place of a signature's", async (t) => {
    const service = upstream(opened(), sent("{}"));
    const headers = () => ({ "x-api-key": "seven", "content-type": "text/plain", authorization: "mine" });
    await t.soon(t.client({ fetch: service.fetch, ...signed(key, { headers }) }).start());
    for (const call of service.calls) {
      equal(call.headers.get("x-api-key"), "seven");
      matches(call.headers.get("authorization"), /^AWS4-HMAC-SHA256 /);
    }
    equal(service.calls[0].headers.get("content-type"), "application/json");
  });

  test("a provider is asked once, also by clients that share it, as long as its credentials are good", async (t) => {
    const share = provider({ ...temporary, expiration: new Date(Date.now() + HOUR) });
    const services = [1, 2, 3].map(() => upstream(opened(), sent("{}"), sent()));
    const clients = services.map(({ fetch }) => t.client({ fetch, ...signed(share) }));
    // Where promises belong to requests each asks for itself, until one was answered.
    if (t.runtime === "workerd") for (const client of clients) await t.soon(client.start());
    else await t.soon(Promise.all(clients.map((client) => client.start())));
    for (const service of services) await t.soon(service.called(3));
    equal(share.calls, 1);
  });

  test("a provider is asked again before its credentials expire", async (t) => {
    const soon = provider({ ...temporary, expiration: new Date(Date.now() + 60_000) });
    const service = upstream(opened(), sent("{}"), sent());
    await t.soon(t.client({ fetch: service.fetch, ...signed(soon) }).start());
    equal(soon.calls, 2, "a minute before the end each request asks");
    // What it gave last serves as long as it is good.
    const failing = provider({ ...temporary, expiration: new Date(Date.now() + 60_000) }, () => Promise.reject(new Error("no network")));
    const other = upstream(opened(), sent("{}"), sent());
    await t.soon(t.client({ fetch: other.fetch, ...signed(failing) }).start());
    equal(failing.calls, 2);
    equal(other.calls.length, 2);
  });

  test("after a refusal for expiry a provider is asked again, once", async (t) => {
    const renewing = provider({ ...temporary, sessionToken: "old" }, { ...temporary, sessionToken: "new" });
    const service = upstream(refused(403, "ExpiredTokenException"), opened(), sent("{}"), sent());
    const { client, heard } = t.heard({ fetch: service.fetch, ...signed(renewing) });
    await t.soon(client.start());
    same(service.calls.slice(0, 3).map(({ headers }) => headers.get("x-amz-security-token")), ["old", "new", "new"]);
    same(heard.of("error").map(({ error }) => error.code), ["credentials-expired"]);
    equal(renewing.calls, 2);

    const hopeless = provider(temporary);
    const refusing = upstream(refused(403, "ExpiredTokenException"));
    await t.soon(rejects(t.client({ fetch: refusing.fetch, ...signed(hopeless) }).start(), "credentials-expired"));
    equal(hopeless.calls, 2);
    equal(refusing.calls.length, 2);
  });

  test("a provider that throws or gives junk fails the attempt, which tells nothing of what it gave", async (t) => {
    for (const junk of [undefined, null, "hunter2", {}, { accessKeyId: "hunter2" }, { ...key, secretAccessKey: "hunter2\n" }, { ...key, sessionToken: 7 }]) {
      const service = upstream(opened(), sent("{}"));
      const { client, heard } = t.heard({ fetch: service.fetch, ...signed(provider(junk)) });
      client.start().catch(() => {});
      const { error } = await heard.nth("error");
      equal(error.code, "not-sent");
      matches(error.message, /accessKeyId, secretAccessKey/);
      ok(!/hunter2/.test(error.message + error.stack));
      equal(service.calls.length, 0);
      client.stop();
    }
    const service = upstream(opened(), sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch, ...signed(provider(() => Promise.reject(new Error("the vault is closed")), key)) });
    await t.soon(client.start());
    matches(heard.of("error")[0].error.message, /the vault is closed/);
  });

  test("a provider that throws at once, or never settles, is asked again by the next attempt", async (t) => {
    const dull = () => {
      dull.calls = (dull.calls ?? 0) + 1;
      if (dull.calls < 3) throw new Error("not yet");
      return key;
    };
    for (const options of [signed(dull), signed(provider(() => new Promise(() => {}), key), { headersTimeoutInMilliseconds: 200 })]) {
      const service = upstream(opened(), sent("{}"));
      const { client, heard } = t.heard({ fetch: service.fetch, ...options });
      await t.soon(client.start());
      ok(heard.of("error").every(({ error }) => ["not-sent", "timed-out"].includes(error.code)) && heard.of("error").length > 0);
      equal(service.calls.length, 2, "requests");
    }
    // Clients that share one that hangs are not held by each other.
    const share = provider(() => new Promise(() => {}), key);
    const clients = [1, 2].map(() => t.client({ fetch: upstream(opened(), sent("{}")).fetch, ...signed(share), headersTimeoutInMilliseconds: 200 }));
    await t.soon(Promise.all(clients.map((client) => client.start())));
  });

  test("a clock that is off is corrected once, by Date", async (t) => {
    for (const off of [-HOUR, HOUR, 400 * 24 * HOUR]) {
      const service = upstream(skewed(off), opened(), sent("{}"));
      const { client, heard } = t.heard({ fetch: service.fetch, ...signed(key) });
      equal(client.clockOffsetInMilliseconds, 0);
      await t.soon(client.start());
      near(client.clockOffsetInMilliseconds, off, "the offset");
      near(signedAt(service.calls[0]), Date.now(), "the first");
      near(signedAt(service.calls[1]), Date.now() + off, "the second");
      same(heard.of("error").map(({ error }) => error.code), ["clock-skew"]);
    }
  });

  test("where Date is hidden the time in AWS's message counts", async (t) => {
    const compact = (time) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
    const message = `Signature expired: ${compact(Date.now())} is now earlier than ${compact(Date.now() + 55 * 60_000)} (${compact(Date.now() + HOUR)} - 5 min.)`;
    const service = upstream(refused(403, "InvalidSignatureException", { message }), opened(), sent("{}"));
    const client = t.client({ fetch: service.fetch, ...signed(key) });
    await t.soon(client.start());
    near(client.clockOffsetInMilliseconds, HOUR, "the offset");
  });

  test("a Date that is absurd, out of a cache, or near enough is not believed", async (t) => {
    for (const answer of [
      skewed(0, { headers: { date: "Thu, 01 Jan 1970 00:00:00 GMT" } }),
      skewed(0, { headers: { date: "Thu, 01 Jan 2970 00:00:00 GMT" } }),
      skewed(0, { headers: { date: "yesterday" } }),
      skewed(-HOUR, { headers: { age: "3600" } }),
      skewed(180_000),
    ]) {
      const service = upstream(answer, answer, opened(), sent("{}"));
      const client = t.client({ fetch: service.fetch, ...signed(key) });
      await t.soon(rejects(client.start(), "clock-skew"));
      equal(client.clockOffsetInMilliseconds, 0);
      equal(service.calls.length, 2, "one more attempt");
      client.stop();
    }
  });

  test("sign is told the clock's offset", async (t) => {
    const offsets = [];
    const sign = ({ clockOffsetInMilliseconds }) => {
      offsets.push(clockOffsetInMilliseconds);
      return {};
    };
    const service = upstream(skewed(HOUR), opened(), sent("{}"));
    const client = t.client({ fetch: service.fetch, endpoint: undefined, region: "eu-west-1", sign });
    await t.soon(client.start());
    equal(offsets[0], 0);
    for (const offset of offsets.slice(1)) near(offset, HOUR, "the offset");
  });
};
