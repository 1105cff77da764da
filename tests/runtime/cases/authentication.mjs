import { equal, matches, ok, rejects, same } from "../expect.mjs";
import { target } from "../harness.mjs";
import { opened, sent, upstream } from "../upstream.mjs";

const REGIONAL = "https://appconfigdata.eu-west-1.amazonaws.com";

/** Starts a client on answers that are always good; gives what it was asked. */
async function asked(t, options) {
  const service = upstream(opened(), sent("{}"));
  const client = t.client({ fetch: service.fetch, ...options });
  await t.soon(client.start());
  return service.calls;
}

/** Starts a client whose callback is no good; gives the error of the attempt, and makes sure that nothing was sent. */
async function notSent(t, options) {
  const service = upstream(opened(), sent("{}"));
  const { client, heard } = t.heard({ fetch: service.fetch, ...options });
  client.start().catch(() => {});
  const { error } = await heard.nth("error");
  equal(service.calls.length, 0, "requests");
  client.stop();
  return error;
}

const presigned = (sign) => ({ endpoint: undefined, region: "eu-west-1", sign });

export default (test) => {
  test("headers as an object, as pairs and as Headers", async (t) => {
    const asObject = { authorization: "Bearer one", "X-Tenant": "7" };
    for (const headers of [asObject, Object.entries(asObject), new Headers(asObject)]) {
      for (const call of await asked(t, { headers })) {
        equal(call.headers.get("authorization"), "Bearer one");
        equal(call.headers.get("x-tenant"), "7");
      }
    }
  });

  test("headers as a function are made for each attempt", async (t) => {
    let made = 0;
    const sync = await asked(t, { headers: () => ({ "x-key": `${++made}` }) });
    same(sync.map(({ headers }) => headers.get("x-key")), ["1", "2"]);
    const async = await asked(t, { headers: async () => new Headers({ "x-key": `${++made}` }) });
    same(async.map(({ headers }) => headers.get("x-key")), ["3", "4"]);
  });

  test("headers may say another content type", async (t) => {
    const [session] = await asked(t, { headers: { "content-type": "application/x-amz-json-1.1" } });
    equal(session.headers.get("content-type"), "application/x-amz-json-1.1");
  });

  test("a headers function that throws, rejects or gives junk is a failed attempt", async (t) => {
    const mistakes = [
      () => {
        throw new Error("no key in the vault");
      },
      () => Promise.reject(new Error("no key in the vault")),
      () => Promise.reject(),
      () => undefined,
      () => "authorization: x",
      () => null,
      () => 7,
      () => ({ "not a name": "x" }),
      () => ({ authorization: "line\nbreak" }),
    ];
    for (const headers of mistakes) {
      const error = await notSent(t, { headers });
      equal(error.code, "not-sent", String(headers));
      equal(error.operation, "StartConfigurationSession");
    }
    matches((await notSent(t, { headers: mistakes[1] })).message, /no key in the vault/);
  });

  test("after a headers function that failed the loop goes on", async (t) => {
    const service = upstream(opened(), sent("{}"));
    let calls = 0;
    const headers = () => {
      calls += 1;
      if (calls < 3) throw new Error("not yet");
      return {};
    };
    const { client, heard } = t.heard({ fetch: service.fetch, headers });
    await t.soon(client.start());
    same(heard.of("error").map(({ error }) => error.code), ["not-sent", "not-sent"]);
    equal(calls, 4);
  });

  test("a headers function that hangs ends at the limit", async (t) => {
    const error = await notSent(t, { headers: () => new Promise(() => {}), headersTimeoutInMilliseconds: 100 });
    equal(error.code, "timed-out");
    equal(error.limit, "headers");
  });

  test("a headers function that is late cannot send what was given up", async (t) => {
    const service = upstream(opened(), sent("{}"));
    let release;
    const late = new Promise((resolve) => (release = resolve));
    let calls = 0;
    const { client, heard } = t.heard({ fetch: service.fetch, headers: () => (++calls === 1 ? late : {}), headersTimeoutInMilliseconds: 500 });
    const started = client.start();
    await heard.nth("error");
    release({ "x-late": "yes" });
    await t.soon(started);
    ok(service.calls.every(({ headers }) => !headers.has("x-late")));
    equal(service.calls.length, 2, "requests");
  });

  test("sign is told everything and may give headers", async (t) => {
    const told = [];
    const calls = await asked(t, {
      ...presigned((request) => {
        told.push(request);
        return { authorization: `AWS4 ${told.length}`, "x-amz-date": "20261120T000000Z" };
      }),
      requiredMinimumPollIntervalInSeconds: 60,
    });
    same(told.map(({ operation, method, url }) => [operation, method, url]), [
      ["StartConfigurationSession", "POST", `${REGIONAL}/configurationsessions`],
      ["GetLatestConfiguration", "GET", `${REGIONAL}/configuration?configuration_token=first-token`],
    ]);
    const input = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags", RequiredMinimumPollIntervalInSeconds: 60 };
    same(told[0].input, input);
    same(JSON.parse(told[0].body), input);
    same(told[0].headers, { "content-type": "application/json" });
    same(told[1].input, { ConfigurationToken: "first-token" });
    equal(told[1].body, undefined);
    same(told[1].headers, {});
    ok(told.every(({ signal }) => signal instanceof AbortSignal));
    same(Object.keys(told[0]).sort(), ["body", "clockOffsetInMilliseconds", "headers", "input", "method", "operation", "signal", "url"]);
    same(calls.map(({ url }) => url), told.map(({ url }) => url));
    same(calls.map(({ headers }) => headers.get("authorization")), ["AWS4 1", "AWS4 2"]);
    same([...calls[1].headers.keys()], ["authorization", "x-amz-date"]);
    equal(calls[0].headers.get("content-type"), "application/json");
  });

  test("sign may give a Request, whose body was the signature's matter", async (t) => {
    const calls = await asked(t, presigned(async ({ method, url, headers, body }) => {
      const request = new Request(url, { method, headers: { ...headers, authorization: "AWS4" }, body });
      if (body) await request.clone().text();
      return request;
    }));
    same(calls.map(({ headers }) => headers.get("authorization")), ["AWS4", "AWS4"]);
    same(JSON.parse(calls[0].body).ApplicationIdentifier, "shop");
    equal(calls[0].headers.get("content-type"), "application/json");
    ok(calls.every(({ signal }) => signal instanceof AbortSignal), "the limit's signal is fetch's own");
  });

  test("sign may give a pre-signed URL, as text or as URL", async (t) => {
    for (const form of [String, (url) => new URL(url)]) {
      const calls = await asked(t, presigned(({ url }) => form(`${url}${url.includes("?") ? "&" : "?"}X-Amz-Signature=abc&X-Amz-Expires=60`)));
      equal(calls[0].url, `${REGIONAL}/configurationsessions?X-Amz-Signature=abc&X-Amz-Expires=60`);
      equal(calls[1].url, `${REGIONAL}/configuration?configuration_token=first-token&X-Amz-Signature=abc&X-Amz-Expires=60`);
      equal(calls[0].headers.get("content-type"), "application/json");
    }
  });

  test("sign goes with an endpoint as well", async (t) => {
    const calls = await asked(t, { endpoint: "https://vpce-1.example.com", sign: () => ({}) });
    equal(calls[0].url, "https://vpce-1.example.com/configurationsessions");
  });

  test("sign cannot send the request elsewhere, nor make it another", async (t) => {
    const forms = [
      () => "https://evil.test/configurationsessions",
      ({ url }) => url.replace("https:", "http:"),
      ({ url }) => url.replace("configurationsessions", "other"),
      ({ url }) => `${url}?more=1`,
      ({ url }) => new Request(url, { method: "PUT" }),
      ({ url }) => new Request(url.replace(".com", ".com.evil.test"), { method: "POST" }),
      () => "/configurationsessions",
      () => "",
      () => "AWS4-HMAC-SHA256 Credential=x",
    ];
    for (const sign of forms) equal((await notSent(t, presigned(sign))).code, "not-sent", String(sign));

    // The token is the one that was given out.
    const service = upstream(opened(), sent("{}"));
    for (const change of [(url) => url.replace("first-token", "other"), (url) => url.split("?")[0], (url) => `${url}&configuration_token=other`]) {
      const { client, heard } = t.heard({ fetch: service.fetch, ...presigned(({ url, operation }) => (operation === "StartConfigurationSession" ? {} : change(url))) });
      service.answer(opened());
      client.start().catch(() => {});
      equal((await heard.nth("error")).error.code, "not-sent", String(change));
      client.stop();
    }
    equal(service.count("GetLatestConfiguration"), 0);
  });

  test("sign that throws, rejects, hangs or gives junk is a failed attempt", async (t) => {
    const mistakes = [
      () => {
        throw new Error("no credentials");
      },
      () => Promise.reject(new Error("no credentials")),
      () => undefined,
      () => 7,
      () => null,
      () => true,
      () => new Response(),
    ];
    for (const sign of mistakes.slice(0, -1)) equal((await notSent(t, presigned(sign))).code, "not-sent", String(sign));
    const error = await notSent(t, { ...presigned(() => new Promise(() => {})), headersTimeoutInMilliseconds: 100 });
    equal(error.code, "timed-out");
  });

  test("sign learns by its signal that nobody waits any more", async (t) => {
    let signal;
    const { client, heard } = t.heard({ fetch: () => {}, headersTimeoutInMilliseconds: 100, ...presigned((request) => {
      signal = request.signal;
      return new Promise(() => {});
    }) });
    const started = rejects(client.start(), "stopped");
    await heard.nth("error");
    ok(signal.aborted, "at the limit");
    client.stop();
    await started;
  });

  test("callbacks may call anything at once", async (t) => {
    for (const name of ["headers", "sign", "fetch"]) {
      let calls = 0;
      const emulator = t.emulator();
      const callback = (...words) => {
        if (++calls === 1) client.stop();
        client.refresh().catch(() => {});
        return name === "fetch" ? emulator.fetch(...words) : {};
      };
      const { client, heard } = t.heard({ fetch: emulator.fetch, [name]: callback });
      await t.soon(rejects(client.start(), "stopped"), name);
      equal(client.status, "stopped");
      await t.soon(client.start(), name);
      await heard.became("ready");
      // What a stop() finds not yet told is not told any more.
      same(heard.told().slice(-4), ["stopped", "starting", "update", "ready"], name);
    }
  });

  test("the emulator takes a signed request", async (t) => {
    const emulator = t.emulator();
    const client = t.client({ fetch: emulator.fetch, ...presigned(({ url }) => url) });
    await t.soon(client.start());
    equal(emulator.requests[0].configurationProfile, target.configurationProfile);
  });
};
