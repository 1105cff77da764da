import { equal, matches, ok, pause, rejects, same } from "../expect.mjs";
import { watchSignal, watchTimers } from "../timers.mjs";
import { hanging, opened, page, refused, sent, streamed, unreachable, upstream } from "../upstream.mjs";

// The two operations by themselves.

const input = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
const poll = { ConfigurationToken: "first-token" };
const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const signed = (credentials, more) => ({ endpoint: undefined, region: "eu-west-1", credentials, ...more });
const HOUR = 3_600_000;

/** The operations of the package under test, with an endpoint that is there unless they are told another one. */
function operations(t, more = {}) {
  const { startConfigurationSession, getLatestConfiguration } = t.package;
  const options = (own) => ({ endpoint: "https://upstream.test/base", ...more, ...own });
  return {
    start: (own, given = input) => t.soon(startConfigurationSession(options(own), given)),
    latest: (own, given = poll) => t.soon(getLatestConfiguration(options(own), given)),
  };
}

/** One call of either operation with these answers; gives what it rejects with, and the service. */
async function failing(t, name, answers, options, expected) {
  const service = upstream(...answers);
  const error = await rejects(operations(t)[name]({ fetch: service.fetch, ...options }), expected, name);
  return Object.assign(error, { service: () => service });
}

/** The code that a client's attempt fails with where the operation gets this answer. */
async function codeOfClient(t, name, answer) {
  const { client, heard } = t.heard({ fetch: upstream(...(name === "latest" ? [opened()] : []), answer).fetch });
  client.start().catch(() => {});
  const { error } = await heard.nth("error");
  client.stop();
  return error;
}

const bytesOf = (text) => new TextEncoder().encode(text);
const textOf = (bytes) => new TextDecoder().decode(bytes);

/** What services, proxies and portals answer besides a success: status, exception, body. */
const refusals = [
  [400, "BadRequestException", { Reason: "InvalidParameters", Details: { InvalidParameters: { ConfigurationToken: { Problem: "Expired" } } } }],
  [400, "BadRequestException", { Details: { InvalidParameters: { configuration_token: { Problem: "Corrupted" } } } }],
  [400, "BadRequestException", { Details: { InvalidParameters: { configuration_token: { Problem: "PollIntervalNotSatisfied" } } } }],
  [400, "BadRequestException", { Message: "Request too early" }],
  [400, "BadRequestException", {}],
  [400, "ValidationException", { message: "no" }],
  [404, "ResourceNotFoundException", { ResourceType: "Deployment", ReferencedBy: { ApplicationIdentifier: "shop" } }],
  [400, "ResourceNotFoundException", {}],
  [429, "ThrottlingException", {}],
  [400, "ThrottlingException", {}],
  [503, "SlowDown", {}],
  [400, "ProvisionedThroughputExceededException", {}],
  [500, "InternalServerException", {}],
  [400, "InternalServerException", {}],
  [503, "ServiceUnavailable", {}],
  [403, "AccessDeniedException", { Message: "not you" }],
  [401, "NotAuthorized", {}],
  [403, "UnrecognizedClientException", {}],
  [400, "MissingAuthenticationTokenException", {}],
  [403, "ExpiredTokenException", {}],
  [400, "ExpiredToken", {}],
  [403, "RequestExpired", {}],
  [403, "InvalidSignatureException", {}],
  [403, "SignatureDoesNotMatch", {}],
  [403, "AuthFailure", {}],
  [418, "TeapotException", {}],
];
const answers = [
  ...refusals.map((it) => refused(...it)),
  // Names as they come: with a namespace, a URI, in the body.
  refused(400, "aws.appconfig#BadRequestException:http://internal.amazon.com/", {}),
  () => Response.json({ __type: "aws#ThrottlingException" }, { status: 400 }),
  () => Response.json({ code: "AccessDenied" }, { status: 403 }),
  () => Response.json({ error: "no such route" }, { status: 404 }),
  ...[400, 401, 403, 404, 407, 408, 429, 451, 500, 502, 503].map((status) => page(status)),
  ...[200, 201, 202, 203].map((status) => page(status)),
  () => new Response(null, { status: 301, headers: { location: "https://elsewhere.test" } }),
  () => new Response(null, { status: 304 }),
];

export default (test) => {
  test("a session, a configuration, the same again, a new one", async (t) => {
    const emulator = t.emulator();
    const { start, latest } = operations(t, { fetch: emulator.fetch });
    const session = await start();
    same(Object.keys(session), ["InitialConfigurationToken"]);
    ok(session.InitialConfigurationToken.length > 10);

    const first = await latest({}, { ConfigurationToken: session.InitialConfigurationToken });
    same(Object.keys(first), ["NextPollConfigurationToken", "NextPollIntervalInSeconds", "ContentType", "Configuration", "VersionLabel"]);
    ok(first.Configuration instanceof Uint8Array);
    equal(textOf(first.Configuration), "{\"colour\":\"blue\"}");
    equal(first.ContentType, "application/json");
    equal(first.VersionLabel, "v1");
    equal(first.NextPollIntervalInSeconds, 1);
    ok(first.NextPollConfigurationToken !== session.InitialConfigurationToken);

    emulator.advance(2000);
    const same1 = await latest({}, { ConfigurationToken: first.NextPollConfigurationToken });
    equal(same1.Configuration.length, 0, "unchanged");
    equal(same1.VersionLabel, undefined);

    emulator.deploy({ application: "shop", environment: "prod", configurationProfile: "flags", content: "green", contentType: "text/plain" });
    emulator.advance(2000);
    const second = await latest({}, { ConfigurationToken: same1.NextPollConfigurationToken });
    equal(textOf(second.Configuration), "green");
    equal(second.ContentType, "text/plain");
    equal(second.VersionLabel, undefined);

    // A token is good for one poll.
    const error = await rejects(latest({}, { ConfigurationToken: first.NextPollConfigurationToken }), "token-refused");
    ok(error instanceof t.package.BadRequestException);
  });

  test("unchanged, however that is said", async (t) => {
    for (const answer of [sent(), sent("", { status: 204 }), sent("", { type: null, label: undefined }), sent("", { type: "application/octet-stream", headers: { "content-length": "0" } })]) {
      const { Configuration, NextPollConfigurationToken } = await operations(t).latest({ fetch: upstream(answer).fetch });
      ok(Configuration instanceof Uint8Array);
      equal(Configuration.length, 0);
      matches(NextPollConfigurationToken, /^token-/);
    }
  });

  test("any bytes are given as they came", async (t) => {
    const all = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 0xff);
    const { Configuration, ContentType } = await operations(t).latest({ fetch: upstream(sent(all, { type: "image/png" })).fetch });
    same([...Configuration], [...all]);
    equal(ContentType, "image/png");
    // Many pieces are one.
    const parts = await operations(t).latest({ fetch: upstream(streamed(["{\"a\"", ":", "1}"])).fetch });
    equal(textOf(parts.Configuration), "{\"a\":1}");
    equal((await operations(t).latest({ fetch: upstream(sent("x", { type: null })).fetch })).ContentType, undefined);
  });

  test("what is sent, in each of the ways", async (t) => {
    const service = upstream(opened(), sent("{}"));
    const both = async (options) => {
      service.answer(opened(), sent("{}"));
      service.calls.length = 0;
      const { start, latest } = operations(t, { fetch: service.fetch });
      await start(options, { ...input, RequiredMinimumPollIntervalInSeconds: 30 });
      await latest(options);
      return service.calls;
    };
    const [session, poll] = await both({ headers: { "x-tenant": "7" } });
    same([session.method, session.url], ["POST", "https://upstream.test/base/configurationsessions"]);
    equal(session.body, JSON.stringify({ ...input, RequiredMinimumPollIntervalInSeconds: 30 }));
    same([...session.headers], [["content-type", "application/json"], ["x-tenant", "7"]]);
    same([poll.method, poll.url, poll.body], ["GET", "https://upstream.test/base/configuration?configuration_token=first-token", undefined]);
    same([...poll.headers], [["x-tenant", "7"]]);
    for (const call of [session, poll]) {
      equal(call.redirect, "manual");
      ok(call.signal instanceof AbortSignal && !call.signal.aborted, "an answer that came is not aborted");
    }

    const told = [];
    const sign = (request) => (told.push(request), { authorization: "AWS4" });
    const presigned = await both({ endpoint: undefined, region: "cn-north-1", sign });
    equal(presigned[0].url, "https://appconfigdata.cn-north-1.amazonaws.com.cn/configurationsessions");
    same(presigned.map(({ headers }) => headers.get("authorization")), ["AWS4", "AWS4"]);
    same(told.map(({ operation, clockOffsetInMilliseconds }) => [operation, clockOffsetInMilliseconds]), [["StartConfigurationSession", 0], ["GetLatestConfiguration", 0]]);
    same(told[0].input, { ...input, RequiredMinimumPollIntervalInSeconds: 30 });
    same(told[1].input, { ConfigurationToken: "first-token" });

    for (const [options, url] of [
      [{}, "https://appconfigdata.eu-west-1.amazonaws.com"],
      [{ useFipsEndpoint: true, useDualstackEndpoint: true }, "https://appconfigdata-fips.eu-west-1.api.aws"],
      [{ endpoint: "http://localhost:2774/base/" }, "http://localhost:2774/base"],
    ]) {
      const calls = await both(signed({ ...key, sessionToken: "token+/=" }, options));
      equal(calls[0].url, `${url}/configurationsessions`);
      same(calls.map(({ headers }) => [...headers.keys()]), [["authorization", "content-type", "x-amz-date", "x-amz-security-token"], ["authorization", "x-amz-date", "x-amz-security-token"]]);
      for (const { headers } of calls) matches(headers.get("authorization"), /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/appconfig\/aws4_request, /);
    }
  });

  test("a token of any characters goes to the service as it came from it", async (t) => {
    const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i));
    // The longest in characters, and in the 16,384 bytes of an answer that are read.
    const long = ["x".repeat(8192), "\"".repeat(8150), "\\".repeat(8150), "€".repeat(5400)];
    for (const token of ["+/=~!'()*%", printable, "%2B%25", "é\u00a0€𝄞", ...long, "x"]) {
      const service = upstream(opened(token), sent("{}"));
      const { start, latest } = operations(t, { fetch: service.fetch });
      const { InitialConfigurationToken } = await start();
      equal(InitialConfigurationToken, token);
      await latest({}, { ConfigurationToken: token });
      const { url } = service.calls[1];
      equal(new URL(url).searchParams.get("configuration_token"), token);
      const encoded = url.slice(url.indexOf("=") + 1);
      matches(encoded, /^([A-Za-z0-9._~-]|%[0-9A-F]{2})+$/, "as Signature Version 4 encodes it");
      // What a header can have comes back as well.
      if (!/[^\x21-\x7e]/.test(token)) {
        const { NextPollConfigurationToken } = await latest({ fetch: upstream(sent("{}", { token })).fetch });
        equal(NextPollConfigurationToken, token);
      }
    }
  });

  test("identifiers of any characters are sent as they are", async (t) => {
    for (const name of ["a \"quoted\" \\ name", "名".repeat(128), "</script>\u2028", "%41+&="]) {
      const service = upstream(opened());
      await operations(t).start({ fetch: service.fetch }, { ApplicationIdentifier: name, EnvironmentIdentifier: name, ConfigurationProfileIdentifier: name });
      same(JSON.parse(service.calls[0].body), { ApplicationIdentifier: name, EnvironmentIdentifier: name, ConfigurationProfileIdentifier: name });
    }
  });

  test("an interval that is none is read as a client reads it, so that no loop is told to run at once or never", async (t) => {
    for (const [interval, seconds] of [
      ["1", 1], ["15", 15], ["86400", 86400], ["0", 60], ["86401", 60], ["-1", 60], ["1e3", 60], ["1.5", 60], ["99999999999999999999", 60], ["9".repeat(400), 60],
      ["soon", 60], ["60, 60", 60], ["0x10", 60], [null, 60],
    ]) {
      const { NextPollIntervalInSeconds } = await operations(t).latest({ fetch: upstream(sent("{}", { interval })).fetch });
      equal(NextPollIntervalInSeconds, seconds, `${interval}`);
    }
  });

  test("each exception is of its class, with the members that AWS gives it", async (t) => {
    const { AppConfigError, BadRequestException, InternalServerException, ResourceNotFoundException, ThrottlingException } = t.package;
    const Details = { InvalidParameters: { ConfigurationToken: { Problem: "PollIntervalNotSatisfied" }, "with.dots": { Problem: "New" } } };
    const ReferencedBy = { ApplicationIdentifier: "shop", __proto__x: "y" };
    for (const [Type, code, status, members, own] of [
      [BadRequestException, "too-early", 400, { Message: "Request too early", Reason: "InvalidParameters", Details }, { Reason: "InvalidParameters", Details }],
      [BadRequestException, "token-refused", 400, { Details: { InvalidParameters: { a: { Problem: "Expired" } } } }, { Reason: undefined, Details: { InvalidParameters: { a: { Problem: "Expired" } } } }],
      [InternalServerException, "service-error", 500, {}, {}],
      [ResourceNotFoundException, "not-found", 404, { ResourceType: "ConfigurationProfile", ReferencedBy }, { ResourceType: "ConfigurationProfile", ReferencedBy }],
      [ThrottlingException, "throttled", 429, { message: "slow down" }, { Reason: undefined }],
    ]) {
      const error = await failing(t, "latest", [refused(status, Type.name, members)], {}, code);
      ok(error instanceof Type && error instanceof AppConfigError && error instanceof Error, Type.name);
      for (const Other of [BadRequestException, InternalServerException, ResourceNotFoundException, ThrottlingException]) equal(error instanceof Other, Other === Type);
      equal(error.name, Type.name);
      matches(String(error), new RegExp(`^${Type.name}: GetLatestConfiguration: .*\\(HTTP ${status}\\): ${Type.name}`));
      equal(error.exception, Type.name);
      equal(error.operation, "GetLatestConfiguration");
      equal(error.status, status);
      equal(error.requestId, "11111111-2222-3333-4444-555555555555");
      ok(error.retryAt instanceof Date);
      for (const [name, value] of Object.entries(own)) same(error[name], value, name);
      if (members.Message ?? members.message) ok(error.message.endsWith(`: ${members.Message ?? members.message}`), error.message);
    }
    const bad = await failing(t, "start", [refused(400, "BadRequestException", { Reason: "InvalidParameters" })], {}, "bad-request");
    ok(bad instanceof BadRequestException);
    equal(bad.operation, "StartConfigurationSession");

    // Whoever is no exception of the service is none here.
    const denied = await failing(t, "start", [refused(403, "AccessDeniedException")], {}, "access-denied");
    equal(denied.name, "AppConfigError");
    equal(denied.exception, "AccessDeniedException");
    ok(![BadRequestException, InternalServerException, ResourceNotFoundException, ThrottlingException].some((Type) => denied instanceof Type));
    for (const name of ["__proto__", "constructor", "toString", "AppConfigError"]) equal((await failing(t, "start", [refused(500, name)], {}, "service-error")).name, "AppConfigError", name);
  });

  test("members of other types than AWS's are left out", async (t) => {
    const nested = `${"[".repeat(8000)}${"]".repeat(8000)}`;
    for (const body of [
      { Reason: 7, Details: "no", ResourceType: ["a"], ReferencedBy: "x", Message: { a: 1 } },
      { Details: { InvalidParameters: { a: "Expired", b: null, c: { Problem: 7 } } }, ReferencedBy: { a: { b: "c" } } },
      [1], "text", null, 7,
    ]) {
      const error = await failing(t, "start", [refused(400, "BadRequestException", body)], {}, "bad-request");
      for (const name of ["Reason", "Details", "ResourceType"]) equal(error[name], undefined, `${name} of ${JSON.stringify(body)}`);
    }
    const deep = () => new Response(`{"Details":${nested}}`, { status: 400, headers: { "x-amzn-errortype": "BadRequestException" } });
    equal((await failing(t, "start", [deep], {}, "bad-request")).Details, undefined);
  });

  test("every answer that is no success has the code that a client gives it, and is told as well", async (t) => {
    for (const name of ["start", "latest"]) {
      await Promise.all(answers.map(async (answer, i) => {
        const client = await codeOfClient(t, name, answer);
        const error = await failing(t, name, [answer], {}, client.code);
        for (const member of ["message", "operation", "status", "exception", "requestId"]) equal(error[member], client[member], `${name} ${i}: ${member}`);
        equal(error.service().calls.length, 1, "requests");
      }));
    }
  });

  test("when to ask again is what the service says", async (t) => {
    const until = async (headers) => (await failing(t, "latest", [refused(429, "ThrottlingException", {}, headers)], {}, "throttled")).retryAt - Date.now();
    const seconds = await until({ "retry-after": "30" });
    ok(seconds > 25_000 && seconds <= 30_500, `${seconds} ms`);
    const date = await until({ "retry-after": new Date(Date.now() + 60_000).toUTCString() });
    ok(Math.abs(date - 60_000) < 5_000, `${date} ms`);
    const milliseconds = await until({ "x-amz-retry-after": "7000" });
    ok(milliseconds > 2_000 && milliseconds <= 7_500, `${milliseconds} ms`);
  });

  test("a success without what makes it one is no success, and nothing of it is told", async (t) => {
    const secret = "s3cr3t-c0ntent";
    const bodies = [`{"token":"${secret}"}`, `"${secret}"`, secret, "", `{"InitialConfigurationToken":7,"a":"${secret}"}`, `{"InitialConfigurationToken":"a b ${secret}"}`, `{"InitialConfigurationToken":"${secret}"`];
    for (const body of bodies) {
      const error = await failing(t, "start", [() => new Response(body, { status: 201 })], {}, "unexpected-answer");
      ok(!error.message.includes(secret), error.message);
    }
    for (const options of [{ token: null }, { token: "" }, { token: "two, tokens" }, { status: 206 }, { status: 203 }]) {
      const error = await failing(t, "latest", [sent(JSON.stringify({ Message: secret, Reason: secret, ResourceType: secret }), options)], {}, "unexpected-answer");
      ok(![error.message, error.Reason, error.ResourceType].some((text) => text?.includes(secret)), error.message);
    }
  });

  test("nothing of the token is told, be it short, encoded or in pieces", async (t) => {
    const token = "aB3cD4+xY/9=";
    for (const echo of [token, encodeURIComponent(token), token.slice(0, 7)]) {
      const members = { Message: `token ${echo} is bad`, Reason: echo, Details: { InvalidParameters: { [echo]: { Problem: echo } } }, ResourceType: echo, ReferencedBy: { a: echo } };
      const service = upstream(refused(400, "BadRequestException", members, { "x-amzn-requestid": echo }));
      const error = await rejects(operations(t).latest({ fetch: service.fetch }, { ConfigurationToken: token }), "token-refused");
      ok(!`${error}${error.stack}${JSON.stringify(error)}`.includes("aB3"), JSON.stringify(error));
    }
  });

  test("nobody answers", async (t) => {
    for (const name of ["start", "latest"]) {
      const error = await failing(t, name, [unreachable], {}, "network");
      matches(error.message, /ECONNREFUSED/);
      equal(error.status, undefined);
      equal(error.retryAt, undefined, "nobody said when");
      same(Object.keys(error).filter((member) => member !== "service").sort(), ["code", "operation"]);
    }
  });

  test("an option fetch that gives something else is told", async (t) => {
    for (const fetch of [() => undefined, () => ({}), async () => ({ status: 200, headers: new Map(), body: "text" }), () => new Map()]) {
      const error = await rejects(operations(t).latest({ fetch }), "network", String(fetch));
      matches(error.message, /option fetch: expected a Response/);
    }
  });

  test("a body that is larger than taken is not taken, and not read to its end", async (t) => {
    for (const most of [1, 4, 16384, 16385]) {
      const fits = await operations(t).latest({ fetch: upstream(sent("x".repeat(most))).fetch, maximumBodyBytes: most });
      equal(fits.Configuration.length, most);
      let cancelled = false;
      const endless = new ReadableStream({
        pull: (controller) => controller.enqueue(bytesOf("x".repeat(1000))),
        cancel: () => void (cancelled = true),
      });
      let signal;
      const fetch = (_, init) => {
        signal = init.signal;
        return sent(endless)();
      };
      const error = await rejects(operations(t).latest({ fetch, maximumBodyBytes: most }), "body-too-large", `${most}`);
      matches(error.message, /maximumBodyBytes/);
      ok(cancelled && signal.aborted, "the rest is given up");
    }
  });

  test("of an error's body no more is read than can be told", async (t) => {
    for (const status of [500, 403, 400]) {
      for (const length of [16384, 100_000, 1_000_000]) {
        const error = await failing(t, "latest", [() => new Response("x".repeat(length), { status, headers: { "content-length": String(length) } })]);
        ok(["service-error", "access-denied", "bad-request"].includes(error.code), error.code);
      }
    }
  });

  test("a body that breaks off is no configuration", async (t) => {
    matches((await failing(t, "latest", [streamed(["{\"colour"], "cut")], {}, "body-cut")).message, /terminated/);
    const short = () => {
      const answer = sent("{\"colour\":\"blue\"}")();
      answer.headers.set("content-length", "100");
      return answer;
    };
    await failing(t, "latest", [short], {}, "body-cut");
    await failing(t, "start", [() => new Response(streamed(["{\"Init"], "cut")({}).body, { status: 201 })], {}, "body-cut");
  });

  test("time limits, each by its name", async (t) => {
    // Short only where it has to be over: the machine may be busy.
    const only = (limit) => ({ headersTimeoutInMilliseconds: 20_000, idleTimeoutInMilliseconds: 20_000, totalTimeoutInMilliseconds: 20_000, [`${limit}TimeoutInMilliseconds`]: 300 });
    const drops = ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(sent("{}")())));
    const trickle = ({ signal }) => {
      let timer;
      const body = new ReadableStream({
        start(controller) {
          timer = setInterval(() => controller.enqueue(bytesOf("x")), 50);
          signal.addEventListener("abort", () => clearInterval(timer));
        },
        cancel: () => clearInterval(timer),
      });
      return sent(body)();
    };
    await Promise.all([
      [hanging, "headers"],
      [drops, "headers"],
      [() => new Promise(() => {}), "headers"],
      [streamed(["{\"colour"], "hang"), "idle"],
      [() => sent(new ReadableStream({}))(), "idle"],
      [trickle, "total"],
    ].map(async ([answer, limit]) => {
      const begin = Date.now();
      const error = await failing(t, "latest", [answer], only(limit), "timed-out");
      equal(error.limit, limit);
      matches(error.message, new RegExp(`\\(${limit}\\)`));
      ok(Date.now() - begin >= 250, "not early");
    }));
    const error = await failing(t, "start", [() => new Promise(() => {})], only("headers"), "timed-out");
    equal(error.operation, "StartConfigurationSession");
  });

  test("callbacks that never settle end at the limit, and learn by the signal that nobody waits", async (t) => {
    const never = () => new Promise(() => {});
    const limit = { headersTimeoutInMilliseconds: 200, fetch: () => ok(false, "nothing is sent") };
    await Promise.all(["start", "latest"].map(async (name) => {
      const call = operations(t)[name];
      for (const options of [{ headers: never }, { endpoint: undefined, region: "eu-west-1", sign: never }, signed(() => never())]) {
        const error = await rejects(call({ ...options, ...limit }), "timed-out");
        equal(error.limit, "headers");
      }
      let signal;
      const sign = (request) => ((signal = request.signal), never());
      await rejects(call({ endpoint: undefined, region: "eu-west-1", sign, ...limit }), "timed-out");
      ok(signal.aborted);
    }));
  });

  test("callbacks that throw or give junk are told as not sent", async (t) => {
    const never = upstream(opened());
    const { AppConfigError } = t.package;
    // An error of this package, as of an operation that a callback called, is no error of this operation.
    const other = await rejects(operations(t).start({ fetch: unreachable }), "network");
    for (const options of [
      { headers: () => { throw new Error("the vault is closed"); } },
      { headers: async () => Promise.reject(other) },
      { headers: () => "text" },
      { headers: () => ({ "not a name": "x" }) },
      { endpoint: undefined, region: "eu-west-1", sign: () => { throw undefined; } },
      { endpoint: undefined, region: "eu-west-1", sign: () => "https://evil.test/" },
      signed(() => { throw new Error("the vault is closed"); }),
      signed(async () => ({})),
      signed(async () => Promise.reject(other)),
    ]) {
      const error = await rejects(operations(t).latest({ fetch: never.fetch, ...options }), "not-sent");
      ok(error instanceof AppConfigError && error !== other);
      equal(error.operation, "GetLatestConfiguration");
    }
    equal(never.calls.length, 0, "requests");
  });

  test("a signal ends it with its reason, at any time", async (t) => {
    const reason = new Error("changed my mind");
    const aborted = AbortSignal.abort(reason);
    const idle = upstream(sent("{}"));
    for (const name of ["start", "latest"]) {
      await rejects(operations(t)[name]({ fetch: idle.fetch, signal: aborted }), (error) => error === reason);
      for (const answer of [hanging, () => new Promise(() => {}), ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(opened()())))]) {
        const controller = new AbortController();
        const service = upstream(answer);
        const call = rejects(operations(t)[name]({ fetch: service.fetch, signal: controller.signal }), (error) => error === reason);
        const { signal } = await service.called(1);
        controller.abort(reason);
        await call;
        ok(signal.aborted, "fetch learns it");
      }
    }
    equal(idle.calls.length, 0, "requests");

    const controller = new AbortController();
    const body = new ReadableStream({ pull: () => controller.abort(reason) }, { highWaterMark: 0 });
    await rejects(operations(t).latest({ fetch: () => sent(body)(), signal: controller.signal }), (error) => error === reason, "in the body");
    const waiting = new AbortController();
    const call = rejects(operations(t).latest({ headers: () => (waiting.abort(reason), new Promise(() => {})), signal: waiting.signal }), (error) => error === reason);
    await call;
    const late = AbortSignal.timeout(50);
    await rejects(operations(t).latest({ signal: late, fetch: () => new Promise(() => {}) }), (error) => error.name === "TimeoutError");

    // An abort that comes after the end changes nothing.
    const after = new AbortController();
    const service = upstream(sent("{}"));
    await operations(t).latest({ fetch: service.fetch, signal: after.signal });
    after.abort(reason);
    ok(!service.calls[0].signal.aborted);
  });

  test("a signal leaves no listener, an operation no timer", async (t) => {
    const { signal, listeners } = watchSignal();
    const timers = watchTimers();
    t.after(timers.restore);
    const { startConfigurationSession, getLatestConfiguration } = t.package;
    const options = { endpoint: "https://upstream.test", signal };
    await startConfigurationSession({ ...options, fetch: upstream(opened()).fetch }, input);
    for (const answer of [sent("{}"), unreachable, refused(500, "InternalServerException"), streamed(["x"], "cut")]) {
      await getLatestConfiguration({ ...options, fetch: upstream(answer).fetch }, poll).catch(() => {});
      equal(listeners(), 0, "listeners");
      equal(timers.pending(), 0, "timers");
    }
  }, { alone: true });

  test("credentials that have expired are asked for anew, once", async (t) => {
    let calls = 0;
    const provider = async () => ({ ...key, sessionToken: `token-${++calls}` });
    for (const name of ["start", "latest"]) {
      calls = 0;
      const service = upstream(refused(403, "ExpiredTokenException"), name === "start" ? opened() : sent("{}"));
      await operations(t)[name]({ fetch: service.fetch, ...signed(provider) });
      const tokens = service.calls.map(({ headers }) => headers.get("x-amz-security-token"));
      equal(tokens.length, 2);
      ok(tokens[0] !== tokens[1], "another one");
      equal(service.calls[1].url, service.calls[0].url);
      ok(!service.calls[1].signal.aborted);
    }
    const hopeless = await failing(t, "latest", [refused(403, "ExpiredTokenException")], signed(provider), "credentials-expired");
    equal(hopeless.service().calls.length, 2, "repeated once");
    // What nobody can renew is not tried again.
    for (const options of [signed(key), {}, { headers: () => ({}) }]) {
      const error = await failing(t, "latest", [refused(403, "ExpiredTokenException")], options, "credentials-expired");
      equal(error.service().calls.length, 1, "requests");
    }
    let signatures = 0;
    const sign = () => ({ authorization: `${++signatures}` });
    const service = upstream(refused(403, "ExpiredTokenException"), sent("{}"));
    await operations(t).latest({ fetch: service.fetch, endpoint: undefined, region: "eu-west-1", sign });
    equal(signatures, 2);
  });

  test("a clock that is off is corrected, and the request repeated once", async (t) => {
    const skewed = (milliseconds, headers) => () =>
      refused(403, "InvalidSignatureException", { message: "Signature expired" }, { date: new Date(Date.now() + milliseconds).toUTCString(), ...headers })();
    const signedAt = ({ headers }) => Date.parse(headers.get("x-amz-date").replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    const near = (time, expected) => ok(Math.abs(time - expected) < 30_000, `${time - expected} ms off`);
    for (const off of [-HOUR, HOUR]) {
      const service = upstream(skewed(off), sent("{}"));
      await operations(t).latest({ fetch: service.fetch, ...signed(key) });
      near(signedAt(service.calls[0]), Date.now());
      near(signedAt(service.calls[1]), Date.now() + off);
    }
    const hopeless = await failing(t, "latest", [skewed(HOUR)], signed(key), "clock-skew");
    equal(hopeless.service().calls.length, 2, "repeated once");
    // With the same clock the signature would be the same.
    for (const answer of [skewed(0), skewed(HOUR, { age: "60" }), refused(403, "SignatureDoesNotMatch", {}, { date: "yesterday" })]) {
      const error = await failing(t, "latest", [answer], signed(key), "clock-skew");
      equal(error.service().calls.length, 1, "requests");
    }
    const offsets = [];
    const sign = ({ clockOffsetInMilliseconds }) => (offsets.push(clockOffsetInMilliseconds), {});
    await operations(t).start({ fetch: upstream(skewed(HOUR), opened()).fetch, endpoint: undefined, region: "eu-west-1", sign });
    equal(offsets[0], 0);
    near(offsets[1], HOUR);
  });

  test("nothing else is repeated", async (t) => {
    const calls = [];
    for (const answer of [refused(403, "AccessDeniedException"), refused(500, "InternalServerException"), unreachable, page(503), refused(429, "ThrottlingException"), streamed(["x"], "cut")]) {
      const error = await failing(t, "latest", [answer], signed(async () => key));
      calls.push(error.service().calls.length);
    }
    same(calls, [1, 1, 1, 1, 1, 1]);
  });

  test("calls at once, of operations and clients that share a provider, do not mix", async (t) => {
    let asked = 0;
    const provider = async () => (asked++, await pause(5), { ...key, expiration: new Date(Date.now() + HOUR) });
    const { start, latest } = operations(t);
    const tokens = Array.from({ length: 20 }, (_, i) => `token-of-${i}`);
    const fetch = async (url) => {
      const token = new URL(url).searchParams.get("configuration_token");
      await pause(token ? (token.length * 7919) % 13 : 1);
      return token ? sent(token, { token: `next-${token}` })() : opened("a-session")();
    };
    const all = await Promise.all(tokens.map((ConfigurationToken) => latest({ fetch, ...signed(provider) }, { ConfigurationToken })));
    all.forEach(({ Configuration, NextPollConfigurationToken }, i) => {
      equal(textOf(Configuration), tokens[i]);
      equal(NextPollConfigurationToken, `next-${tokens[i]}`);
    });
    equal((await start({ fetch, ...signed(provider) })).InitialConfigurationToken, "a-session");
    // Where promises belong to requests each asks for itself, until one was answered.
    if (t.runtime !== "workerd") equal(asked, 1);
  });

  test("options and inputs that are wrong are named, and nothing is sent", async (t) => {
    const service = upstream(opened());
    const { startConfigurationSession, getLatestConfiguration } = t.package;
    const options = { endpoint: "https://config.test", fetch: service.fetch };
    for (const [operation, name, given, message] of [
      [startConfigurationSession, "options", [undefined, input], /an object, got undefined/],
      [startConfigurationSession, "endpoint", [{}, input], /the address of a proxy/],
      [startConfigurationSession, "application", [{ ...options, application: "shop" }, input], /no such option; there are endpoint, region/],
      [startConfigurationSession, "logger", [{ ...options, logger: null }, input], /no such option/],
      [startConfigurationSession, "signal", [{ ...options, signal: {} }, input], /an AbortSignal/],
      [startConfigurationSession, "useFipsEndpoint", [{ ...options, useFipsEndpoint: true }, input], /goes with a region/],
      [startConfigurationSession, "endpoint", [{ ...options, endpoint: "http://config.test" }, input], /https:/],
      [startConfigurationSession, "credentials", [{ region: "eu-west-1", credentials: { accessKeyId: "hunter2" } }, input], /accessKeyId.*got object/],
      [startConfigurationSession, "input", [options], /input: expected an object, got undefined/],
      [startConfigurationSession, "input", [options, null], /got null/],
      [startConfigurationSession, "application", [options, { application: "hunter2" }], /no such option; there are ApplicationIdentifier, /],
      [startConfigurationSession, "ApplicationIdentifier", [options, {}], /1 to 128 characters.*got undefined/],
      [startConfigurationSession, "EnvironmentIdentifier", [options, { ...input, EnvironmentIdentifier: "" }], /got string/],
      [startConfigurationSession, "ConfigurationProfileIdentifier", [options, { ...input, ConfigurationProfileIdentifier: "hunter2\n" }], /control/],
      [startConfigurationSession, "RequiredMinimumPollIntervalInSeconds", [options, { ...input, RequiredMinimumPollIntervalInSeconds: 14 }], /from 15 to 86400, got 14/],
      [startConfigurationSession, "RequiredMinimumPollIntervalInSeconds", [options, { ...input, RequiredMinimumPollIntervalInSeconds: "60" }], /got string/],
      [getLatestConfiguration, "ConfigurationToken", [options, {}], /1 to 8192 characters.*got undefined/],
      [getLatestConfiguration, "token", [options, { token: "hunter2" }], /no such option; there are ConfigurationToken$/],
      ...["", "hunter2 hunter2", "hunter2\u0001", "hunter2\u007f", "hunter2\ud800", "x".repeat(8193), 7, null, ["hunter2"]].map((ConfigurationToken) => [
        getLatestConfiguration, "ConfigurationToken", [options, { ConfigurationToken }], /a token of 1 to 8192 characters without white space, got/,
      ]),
    ]) {
      const error = await rejects(operation(...given), "invalid-option", message);
      equal(error.option, name);
      matches(error.message, message);
      ok(!/hunter2/.test(error.message), "a text that was given is never shown");
    }
    equal(service.calls.length, 0, "requests");
  });

  test("slim without its module says so; who waits for it may be aborted", async (t) => {
    const slim = await t.fresh("slim.js");
    const options = { endpoint: "https://config.test", fetch: upstream(opened()).fetch };
    const error = await rejects(slim.startConfigurationSession(options, input), "module-failed");
    matches(error.message, /initialize\(\)/);
    const compiled = Promise.withResolvers?.() ?? (() => {
      const it = {};
      it.promise = new Promise((resolve) => (it.resolve = resolve));
      return it;
    })();
    slim.initialize(compiled.promise);
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const call = rejects(slim.startConfigurationSession({ ...options, signal: controller.signal }, input), (it) => it === reason);
    const other = slim.startConfigurationSession(options, input);
    await pause(5);
    controller.abort(reason);
    await t.soon(call);
    compiled.resolve(await t.moduleBytes());
    same(await t.soon(other), { InitialConfigurationToken: "first-token" });
  }, { needs: ["fresh"] });

  test("no operation leaves anything in the module", async (t) => {
    const { startConfigurationSession, getLatestConfiguration } = t.package;
    const refusing = refused(403, "ExpiredTokenException", { Message: "x".repeat(4000) });
    const round = async (n) => {
      for (let i = 0; i < n; i++) {
        const options = { endpoint: "https://upstream.test", fetch: upstream(i % 2 ? refusing : sent("{}")).fetch };
        await getLatestConfiguration(options, { ConfigurationToken: "x".repeat(4000) }).catch(() => {});
        await startConfigurationSession({ ...options, fetch: upstream(opened()).fetch }, input);
      }
    };
    await round(50);
    const before = t.memory();
    await round(2000);
    equal(t.memory(), before, "bytes of linear memory");
  }, { alone: true, needs: ["gc"] });

  // Over real sockets, as cases/sockets.mjs.
  let made = 0;
  const socket = (name, run, options) => test(`sockets: ${name}`, run, { lane: "sockets", ...options });
  const visit = (t, scenario, origin = t.server) => {
    const path = `${scenario}/op-${t.runtime}-${t.where ?? ""}-${++made}-${Math.floor(performance.now())}`;
    const calls = async () => (await fetch(`${t.server}/calls/${path}`)).json();
    return { ...operations(t, { endpoint: `${origin}/${path}` }), calls };
  };

  socket("a good service", async (t) => {
    const { start, latest, calls } = visit(t, "good");
    const { InitialConfigurationToken } = await start();
    const first = await latest({}, { ConfigurationToken: InitialConfigurationToken });
    equal(textOf(first.Configuration), "{\"colour\":\"blue\"}");
    same([first.VersionLabel, first.ContentType, first.NextPollIntervalInSeconds], ["v1", "application/json", 1]);
    const second = await latest({}, { ConfigurationToken: first.NextPollConfigurationToken });
    equal(textOf(second.Configuration), "{\"colour\":\"green\"}");
    equal((await latest({}, { ConfigurationToken: second.NextPollConfigurationToken })).Configuration.length, 0);
    const { sessions, tokens } = await calls();
    equal(sessions, 1);
    same(tokens.slice(0, 2), ["first", first.NextPollConfigurationToken]);
  });

  socket("what goes wrong", async (t) => {
    const limits = { headersTimeoutInMilliseconds: 1000, idleTimeoutInMilliseconds: 1000, totalTimeoutInMilliseconds: 2000 };
    for (const [scenario, code, members] of [
      ["hang", "timed-out", { limit: "headers" }],
      ["hang-body", "timed-out", { limit: "idle" }],
      ["trickle", "timed-out", { limit: "total" }],
      ["cut", "body-cut", {}],
      ["reset", "network", {}],
      ["redirect", "redirected", {}],
      ["page", "unexpected-answer", { status: 200 }],
      ["busy", "service-error", { status: 503 }],
    ]) {
      const { latest, calls } = visit(t, scenario);
      const error = await rejects(latest(limits), code, scenario);
      for (const [name, value] of Object.entries(members)) equal(error[name], value, `${scenario}: ${name}`);
      equal((await calls()).stolen, 0, "requests to where it redirects");
      // The connection is given up.
      if (code === "timed-out") while ((await calls()).closed < 1) await pause(20);
      if (scenario !== "reset") equal(textOf((await latest()).Configuration), "{\"colour\":\"blue\"}", "afterwards");
    }
    // WebKitGTK gives a body that ends between two of its chunks as a whole one.
    if (t.runtime !== "webkit") await rejects(visit(t, "cut-chunked").latest(), "body-cut");
    await rejects(visit(t, "missing").start(), "not-found");
    const gone = await rejects(operations(t, { endpoint: t.closed }).start(), "network");
    if (t.runtime === "node") matches(gone.message, /ECONNREFUSED/);
  });

  socket("large, compressed, in chunks, or unchanged", async (t) => {
    equal((await visit(t, "large").latest()).Configuration.length > 1_900_000, true);
    await rejects(visit(t, "large").latest({ maximumBodyBytes: 1_000_000 }), "body-too-large");
    equal((await visit(t, "gzip").latest()).Configuration.length, 100_011);
    equal(textOf((await visit(t, "gzip-short").latest()).Configuration), "{\"colour\":\"blue\"}");
    equal(textOf((await visit(t, "chunked").latest()).Configuration), "{\"colour\":\"blue\"}");
    const { latest } = visit(t, "204");
    await latest();
    equal((await latest()).Configuration.length, 0);
  });

  socket("a signal closes the connection", async (t) => {
    const { latest, calls } = visit(t, "hang");
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const call = rejects(latest({ signal: controller.signal }), (error) => error === reason);
    while ((await calls()).polls < 1) await pause(20);
    controller.abort(reason);
    await call;
    while ((await calls()).closed < 1) await pause(20);
  });

  const browser = { needs: ["origins"] };

  socket("another origin that allows everything needed, hides the headers, or allows nothing", async (t) => {
    const good = visit(t, "cors", t.elsewhere);
    await good.start({ headers: { "x-tenant": "7" } });
    equal((await good.latest({ headers: { "x-tenant": "7" } })).VersionLabel, "v1");
    const hidden = visit(t, "hidden", t.elsewhere);
    same(await hidden.start(), { InitialConfigurationToken: "first" });
    matches((await rejects(hidden.latest(), "headers-hidden")).message, /Access-Control-Expose-Headers/);
    matches((await rejects(visit(t, "forbidden", t.elsewhere).start(), "network")).message, /the host is there but refuses this origin/);
    const nobody = await rejects(operations(t, { endpoint: t.closed }).start(), "network");
    ok(!/is there/.test(nobody.message), nobody.message);
  }, browser);

  socket("a page's relative endpoint", async (t) => {
    const { start } = visit(t, "good", "");
    same(await start(), { InitialConfigurationToken: "first" });
  }, browser);
};
