import { equal, matches, ok, rejects, same } from "../expect.mjs";
import { hanging, opened, page, refused, sent, streamed, unreachable, upstream } from "../upstream.mjs";

/** The first error event of a client that gets these answers. */
async function firstError(t, answers, options) {
  const { client, heard } = t.heard({ fetch: upstream(...answers).fetch, ...options });
  client.start().catch(() => {});
  const event = await heard.nth("error");
  client.stop();
  return event;
}

/** Answers, and what of them is in the error: everything that is not named is expected to be absent. */
const cases = [
  ["network", [unreachable], { operation: "StartConfigurationSession" }],
  ["body-cut", [opened(), streamed(["{\"colour"], "cut")], { operation: "GetLatestConfiguration" }],
  ["timed-out", [hanging], { limit: "headers" }],
  ["timed-out", [opened(), streamed(["{\"colour"], "hang")], { limit: "idle" }],
  ["bad-request", [page(400)], { status: 400 }],
  ["token-refused", [opened(), refused(400, "BadRequestException", { Message: "bad token" })], { status: 400, exception: "BadRequestException" }],
  ["not-found", [refused(404, "ResourceNotFoundException")], { status: 404, exception: "ResourceNotFoundException" }],
  ["throttled", [refused(429, "ThrottlingException")], { status: 429, exception: "ThrottlingException" }],
  ["access-denied", [refused(403, "AccessDeniedException")], { status: 403 }],
  ["credentials-expired", [refused(403, "ExpiredTokenException")], { status: 403 }],
  ["clock-skew", [refused(403, "InvalidSignatureException", { Message: "Signature expired" })], { status: 403 }],
  ["service-error", [refused(500, "InternalServerException")], { status: 500, exception: "InternalServerException" }],
  ["service-error", [page(503)], { status: 503, exception: undefined }],
  ["unexpected-answer", [page(200)], { status: 200, exception: undefined }],
  ["unexpected-answer", [opened(), sent("{}", { token: null })], { status: 200 }],
  ["invalid-body", [opened(), sent("{")], { status: 200 }],
  ["no-configuration", [opened(), sent("")], { operation: "GetLatestConfiguration" }],
];

export default (test) => {
  test("each attempt that fails is told, with what is known of it", async (t) => {
    await Promise.all(cases.map(async ([code, answers, members]) => {
      // Short only where it has to be over: the machine may be busy.
      const limits = code === "timed-out" ? { headersTimeoutInMilliseconds: 500, idleTimeoutInMilliseconds: 500 } : {};
      const event = await firstError(t, answers, limits);
      const { error } = event;
      equal(error.code, code);
      ok(event instanceof Event && event instanceof t.package.FailureEvent, code);
      ok(error instanceof t.package.AppConfigError, code);
      ok(error.retryAt instanceof Date && error.retryAt - Date.now() > -60_000, code);
      matches(error.message, new RegExp(`^${error.operation}: `), code);
      for (const [name, value] of Object.entries(members)) equal(error[name], value, `${code}: ${name}`);
      if (members.status) matches(error.message, new RegExp(`\\(HTTP ${members.status}\\)`), code);
    }));
  });

  test("an exception comes with all its members", async (t) => {
    const { error: bad } = await firstError(t, [refused(400, "BadRequestException", {
      Message: "1 parameter is invalid",
      Reason: "InvalidParameters",
      Details: { InvalidParameters: { ApplicationIdentifier: { Problem: "Corrupted" }, EnvironmentIdentifier: { Problem: "Expired" } } },
    })]);
    equal(bad.exception, "BadRequestException");
    equal(bad.reason, "InvalidParameters");
    same(bad.invalidParameters, { ApplicationIdentifier: "Corrupted", EnvironmentIdentifier: "Expired" });
    equal(bad.requestId, "11111111-2222-3333-4444-555555555555");
    matches(bad.message, /1 parameter is invalid/);

    const { error: missing } = await firstError(t, [refused(404, "ResourceNotFoundException", {
      Message: "Deployment not found",
      ResourceType: "Deployment",
      ReferencedBy: { ApplicationId: "shop", EnvironmentId: "prod" },
    })]);
    equal(missing.resourceType, "Deployment");
    same(missing.referencedBy, { ApplicationId: "shop", EnvironmentId: "prod" });
    equal(missing.limit, undefined);
  });

  test("members that are unknown are absent", async (t) => {
    const { error } = await firstError(t, [unreachable]);
    same(Object.keys(error).sort(), ["code", "operation", "retryAt"]);
  });

  test("retryAt is when the service wants to be asked again", async (t) => {
    const { error: seconds } = await firstError(t, [refused(429, "ThrottlingException", {}, { "retry-after": "30" })]);
    const wait = seconds.retryAt - Date.now();
    ok(wait > 25_000 && wait <= 30_500, `${wait} ms`);
    const { error: date } = await firstError(t, [refused(503, "ServiceUnavailable", {}, { "retry-after": new Date(Date.now() + 60_000).toUTCString() })]);
    ok(Math.abs(date.retryAt - Date.now() - 60_000) < 5_000, `${date.retryAt - Date.now()} ms`);
    const { error: long } = await firstError(t, [refused(503, "ServiceUnavailable", {}, { "retry-after": "86400" })]);
    ok(long.retryAt - Date.now() < 301_000, "five minutes at most");
  });

  test("the logger hears the first of a run and its end", async (t) => {
    const lines = [];
    const logger = { info: (line) => lines.push(`info ${line}`), warn: (line) => lines.push(`warn ${line}`) };
    const service = upstream(refused(500, "InternalServerException"), unreachable, opened(), sent("{}"));
    const { client, heard } = t.heard({ fetch: service.fetch, logger });
    await t.soon(client.start());
    equal(heard.of("error").length, 2);
    equal(lines.length, 2, lines.join("\n"));
    matches(lines[0], /^warn appconfig-edge: StartConfigurationSession: .*HTTP 500.*; next attempt \d{4}-\d\d-\d\dT/);
    matches(lines[1], /^info appconfig-edge: polls succeed again$/);
  });

  test("a logger that throws does no harm", async (t) => {
    const broken = () => {
      throw new Error("the disk is full");
    };
    const service = upstream(refused(500, "InternalServerException"), opened(), sent("{}"));
    await t.soon(t.client({ fetch: service.fetch, logger: { info: broken, warn: broken } }).start());
  });

  test("a logger may stop the client", async (t) => {
    const stop = () => client.stop();
    const { client, heard } = t.heard({ fetch: upstream(unreachable).fetch, logger: { info: stop, warn: stop } });
    await t.soon(rejects(client.start(), "stopped"));
    await heard.nth("statuschange", 2);
    same(heard.told(), ["starting", "stopped"]);
  });

  test("an option fetch that gives something else is told", async (t) => {
    for (const fetch of [() => undefined, () => ({}), async () => ({ status: 200, headers: new Map(), body: "text" }), () => new Map()]) {
      const { client, heard } = t.heard({ fetch });
      client.start().catch(() => {});
      const { error } = await heard.nth("error");
      equal(error.code, "network", String(fetch));
      matches(error.message, /option fetch: expected a Response/);
      client.stop();
    }
  });

  test("errors without a listener end nothing", async (t) => {
    const client = t.client({ fetch: upstream(unreachable).fetch });
    await t.soon(rejects(client.refresh(), "network"));
    equal(client.status, "starting");
  });
};
