import { equal, matches, ok, rejects, same, throws } from "../expect.mjs";
import { target } from "../harness.mjs";

const proxied = { ...target, endpoint: "https://config.test" };
const store = { getItem() {}, setItem() {}, removeItem() {} };

/** What is wrong: the option that is named, what is given, and what the message says of it. */
const wrong = [
  ["options", undefined, /expected an object, got undefined/],
  ["options", null, /got null/],
  ["options", "shop", /got string/],
  ["options", 7, /got 7/],
  ["applications", { ...proxied, applications: "shop" }, /no such option; there are application, environment/],
  ["pollInterval", { ...proxied, pollInterval: undefined }, /no such option/],
  ["application", { ...proxied, application: undefined }, /1 to 128 characters.*got undefined/],
  ["environment", { application: "a", configurationProfile: "c", endpoint: "https://x.test" }, /got undefined/],
  ["configurationProfile", { ...proxied, configurationProfile: "" }, /got string/],
  ["application", { ...proxied, application: "x".repeat(129) }, /got string/],
  ["application", { ...proxied, application: "a\nb" }, /control/],
  ["application", { ...proxied, application: 12 }, /got 12/],
  ["application", { ...proxied, application: ["a"] }, /got an array/],
  ["endpoint", target, /the address of a proxy/],
  ["endpoint", { ...proxied, endpoint: "" }, /http: or https: URL/],
  ["endpoint", { ...proxied, endpoint: "ftp://config.test" }, /http: or https: URL/],
  ["endpoint", { ...proxied, endpoint: "https://user:hunter2@config.test" }, /without user name/],
  ["endpoint", { ...proxied, endpoint: "https://config.test/?key=hunter2" }, /query/],
  ["endpoint", { ...proxied, endpoint: "https://config.test/#x" }, /fragment/],
  ["endpoint", { ...proxied, endpoint: "https://[" }, /URL/],
  ["endpoint", { ...proxied, endpoint: {} }, /got object/],
  ["region", { ...target, sign() {} }, /it, or endpoint/],
  ["endpoint", { ...target, region: "eu-west-1" }, /region with credentials or sign/],
  ["endpoint", { ...proxied, endpoint: "http://config.test" }, /https: URL.*allowInsecureEndpoint/],
  ["endpoint", { ...proxied, endpoint: "http://127.evil.test" }, /https: URL/],
  ["endpoint", { ...proxied, endpoint: "http://localhost.test" }, /https: URL/],
  ["allowInsecureEndpoint", { ...proxied, allowInsecureEndpoint: 1 }, /true or false/],
  ["allowInsecureEndpoint", { ...proxied, region: "eu-west-1", credentials() {}, allowInsecureEndpoint: true }, /https:/],
  ["credentials", { ...target, region: "eu-west-1", credentials: "hunter2" }, /accessKeyId.*got string/],
  ["credentials", { ...target, region: "eu-west-1", credentials: null }, /got null/],
  ["credentials", { ...target, region: "eu-west-1", credentials: { accessKeyId: "hunter2" } }, /got object/],
  ["credentials", { ...target, region: "eu-west-1", credentials: { accessKeyId: "hunter2", secretAccessKey: "hunter2 " } }, /got object/],
  ["region", { ...target, credentials() {} }, /for which the credentials sign/],
  ["region", { ...proxied, credentials() {} }, /for which the credentials sign/],
  ["sign", { ...target, region: "eu-west-1", credentials() {}, sign() {} }, /not both/],
  ["requestCredentials", { ...target, region: "eu-west-1", credentials() {}, requestCredentials: "include" }, /cookies/],
  ["useFipsEndpoint", { ...proxied, useFipsEndpoint: true }, /goes with a region/],
  ["useDualstackEndpoint", { ...proxied, region: "eu-west-1", credentials() {}, useDualstackEndpoint: true }, /goes with a region/],
  ["useFipsEndpoint", { ...target, region: "eu-west-1", credentials() {}, useFipsEndpoint: "yes" }, /true or false/],
  ["region", { ...proxied, region: "eu-west-1" }, /not both/],
  ["region", { ...proxied, region: "eu-west-1", sign() {} }, /not both/],
  ["region", { ...target, region: "EU (Ireland)", sign() {} }, /eu-west-1.*got string/],
  ["headers", { ...proxied, sign() {}, headers: {} }, /not both/],
  ["requestCredentials", { ...proxied, sign() {}, requestCredentials: "include" }, /not both/],
  ["sign", { ...target, region: "eu-west-1", sign: {} }, /a function, got object/],
  ["headers", { ...proxied, headers: "authorization: hunter2" }, /an object of headers.*got string/],
  ["requestCredentials", { ...proxied, requestCredentials: "yes" }, /"omit" or "same-origin" or "include"/],
  ["requiredMinimumPollIntervalInSeconds", { ...proxied, requiredMinimumPollIntervalInSeconds: 14 }, /from 15 to 86400, got 14/],
  ["requiredMinimumPollIntervalInSeconds", { ...proxied, requiredMinimumPollIntervalInSeconds: 86401 }, /got 86401/],
  ["requiredMinimumPollIntervalInSeconds", { ...proxied, requiredMinimumPollIntervalInSeconds: 15.5 }, /whole.*got 15.5/],
  ["requiredMinimumPollIntervalInSeconds", { ...proxied, requiredMinimumPollIntervalInSeconds: "60" }, /got string/],
  ["requiredMinimumPollIntervalInSeconds", { ...proxied, requiredMinimumPollIntervalInSeconds: NaN }, /got NaN/],
  ["maximumBodyBytes", { ...proxied, maximumBodyBytes: 0 }, /got 0/],
  ["headersTimeoutInMilliseconds", { ...proxied, headersTimeoutInMilliseconds: Infinity }, /got Infinity/],
  ["idleTimeoutInMilliseconds", { ...proxied, idleTimeoutInMilliseconds: -1 }, /got -1/],
  ["totalTimeoutInMilliseconds", { ...proxied, totalTimeoutInMilliseconds: 2 ** 31 }, /2147483647/],
  ["requireValidJson", { ...proxied, requireValidJson: 1 }, /true or false, got 1/],
  ["keepAlive", { ...proxied, keepAlive: "yes" }, /true or false/],
  ["fetch", { ...proxied, fetch: "fetch" }, /a function/],
  ["logger", { ...proxied, logger: {} }, /info\(\) and warn\(\)/],
  ["logger", { ...proxied, logger: false }, /info\(\) and warn\(\)/],
  ["validate", { ...proxied, validate: "hunter2" }, /a function.*Standard Schema.*got string/],
  ["validate", { ...proxied, validate: null }, /got null/],
  ["validate", { ...proxied, validate: { parse() {}, "~standard": { version: 1 } } }, /got object/],
  ["validateTimeoutInMilliseconds", { ...proxied, validateTimeoutInMilliseconds: 0 }, /got 0/],
  ["validateTimeoutInMilliseconds", { ...proxied, validateTimeoutInMilliseconds: "5000" }, /got string/],
  ["store", { ...proxied, store: "hunter2" }, /getItem\(\).*setItem\(\).*removeItem\(\).*got string/],
  ["store", { ...proxied, store: null }, /got null/],
  ["store", { ...proxied, store: new Map() }, /got object/],
  ["store", { ...proxied, store: { getItem() {}, setItem() {} } }, /got object/],
  ["exclusive", { ...proxied, store, exclusive: 1 }, /true or false, got 1/],
  ["sessionKey", { ...proxied, store, sessionKey: "" }, /1 to 1024 characters/],
  ["sessionKey", { ...proxied, store, sessionKey: "x".repeat(1025) }, /got string/],
  ["sessionKey", { ...proxied, store, sessionKey: 7 }, /got 7/],
  ["sessionKey", { ...proxied, store, sessionKey: "hunter2\n" }, /got string/],
  // What is kept would get to whoever comes next.
  ["sessionKey", { ...proxied, store, headers: { authorization: "hunter2" } }, /account and user.*got undefined/],
  ["sessionKey", { ...proxied, store, headers() {} }, /account and user/],
  ["sessionKey", { ...proxied, store, exclusive: true, requestCredentials: "include" }, /account and user/],
  ["sessionKey", { ...proxied, store, requestCredentials: "same-origin" }, /account and user/],
  ["sessionKey", { ...target, store, region: "eu-west-1", sign() {} }, /account and user/],
  ["sessionKey", { ...proxied, store, sign() {}, sessionKey: undefined }, /account and user/],
  ["sessionKey", { ...target, store, region: "eu-west-1", credentials: { accessKeyId: "hunter2", secretAccessKey: "hunter2" } }, /account and user/],
  ["sessionKey", { ...target, store, region: "eu-west-1", credentials() {} }, /account and user/],
  ["bootstrap", { ...proxied, bootstrap: "hunter2" }, /what snapshot\(\) gives.*got string/],
  ["bootstrap", { ...proxied, bootstrap: null }, /got null/],
  ["bootstrap", { ...proxied, bootstrap: [] }, /got an array/],
  ["bootstrap", { ...proxied, bootstrap: { content: { secret: "hunter2" } } }, /got object/],
  ["bootstrap", { ...proxied, bootstrap: { base64: "hunter2!" } }, /got object/],
  ["bootstrap", { ...proxied, bootstrap: { content: "{hunter2", contentType: "application/json" } }, /JSON that parses/],
  ["bootstrap", { ...proxied, bootstrap: { content: "{}", receivedAt: "yesterday" } }, /got object/],
  ["bootstrap", { ...proxied, bootstrap: { content: "{}" }, validate: () => false }, /that validate does not refuse \(it gave false\)/],
  ["mode", { ...proxied, mode: "hunter2" }, /"automatic" or "lazy" or "manual", got string/],
  ["mode", { ...proxied, mode: true }, /got true/],
  ["whenCold", { ...proxied, whenCold: "fail" }, /"wait" or "reject"/],
  ["hiddenPollIntervalInSeconds", { ...proxied, hiddenPollIntervalInSeconds: -1 }, /from 0 to 86400, got -1/],
  ["hiddenPollIntervalInSeconds", { ...proxied, hiddenPollIntervalInSeconds: 86401 }, /got 86401/],
  ["hiddenPollIntervalInSeconds", { ...proxied, hiddenPollIntervalInSeconds: null }, /got null/],
  ["prices", { ...proxied, prices: 1 }, /by request, configurationReceived, got 1/],
  ["prices", { ...proxied, prices: null }, /got null/],
  ["prices", { ...proxied, prices: { requests: 1 } }, /numbers from 0 on/],
  ["prices", { ...proxied, prices: { request: -1 } }, /numbers from 0 on/],
  ["prices", { ...proxied, prices: { request: "1" } }, /numbers from 0 on/],
  ["limits", { ...proxied, limits: { requestsPerMinute: 1 } }, /by requestsPerHour, requestsPerDay,.*got object/],
  ["limits", { ...proxied, limits: { sessionsPerDay: NaN } }, /numbers from 0 on/],
  ["limits", { ...proxied, limits: { pricePerHour: true } }, /numbers from 0 on/],
  ["limits", { ...proxied, limits: 5 }, /got 5/],
  ["onRequest", { ...proxied, onRequest: {} }, /a function, got object/],
  ["onResponse", { ...proxied, onResponse: "hunter2" }, /a function, got string/],
];

export default (test) => {
  test("what is wrong is named, with what is expected", (t) => {
    for (const [option, options, message] of wrong) {
      const what = `${option}, ${message}`;
      const error = throws(() => new t.package.ConfigurationClient(options), "invalid-option", what);
      ok(error instanceof t.package.AppConfigError && error instanceof Error, what);
      equal(error.name, "AppConfigError");
      equal(error.option, option, what);
      matches(error.message, message, what);
      ok(error.message.startsWith(`option ${option}: `), error.message);
      ok(!/hunter2/.test(error.message + error.stack), "a text that was given is never shown");
    }
  });

  test("what is right is taken", (t) => {
    const right = [
      proxied,
      { ...proxied, endpoint: new URL("http://127.0.0.1:2774/a/b/") },
      { ...proxied, headers: {}, requestCredentials: "include" },
      { ...proxied, headers: undefined, sign: undefined, region: undefined, logger: undefined },
      { ...target, region: "us-gov-west-1", sign() {} },
      { ...proxied, sign: async () => ({}) },
      ...["http://localhost:1/", "http://config.localhost", "http://127.8.9.10", "http://[::1]:2774/a"].map((endpoint) => ({ ...target, endpoint })),
      { ...proxied, endpoint: "http://config.test", allowInsecureEndpoint: true },
      { ...target, region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b", sessionToken: undefined }, headers: {} },
      { ...target, region: "eu-west-1", credentials: async () => ({}), useFipsEndpoint: true, useDualstackEndpoint: false },
      { ...proxied, region: "eu-west-1", credentials: async () => ({}), useFipsEndpoint: false },
      { ...proxied, application: "名".repeat(128), logger: null, keepAlive: false, requireValidJson: false },
      { ...proxied, requiredMinimumPollIntervalInSeconds: 15, maximumBodyBytes: 1, totalTimeoutInMilliseconds: 2147483647 },
      { ...proxied, logger: console, fetch },
      { ...proxied, validate() {}, validateTimeoutInMilliseconds: 1 },
      { ...proxied, validate: Object.assign(() => {}, { "~standard": { version: 1, vendor: "tests", validate() {} } }) },
      { ...proxied, store },
      { ...proxied, store, exclusive: true, sessionKey: "名 1", headers: { authorization: "x" }, requestCredentials: "include" },
      { ...proxied, store, requestCredentials: "omit", headers: undefined },
      { ...target, store, sessionKey: "x".repeat(1024), region: "eu-west-1", sign() {} },
      { ...proxied, store: undefined, headers: {}, sessionKey: undefined },
      { ...proxied, bootstrap: { content: "a: 1", contentType: "application/yaml", versionLabel: undefined, receivedAt: new Date() } },
      { ...proxied, bootstrap: { base64: "/w==", receivedAt: 0 }, requireValidJson: false },
      { ...proxied, bootstrap: { content: "{", contentType: "application/json" }, requireValidJson: false },
      ...["automatic", "lazy", "manual", undefined].map((mode) => ({ ...proxied, mode, whenCold: "reject" })),
      { ...proxied, hiddenPollIntervalInSeconds: 0, prices: {}, limits: { requestsPerHour: 0, pricePerDay: 0.5, sessionsPerHour: Infinity } },
      { ...proxied, onRequest() {}, onResponse() {}, prices: { request: 0, configurationReceived: 1 } },
    ];
    for (const options of right) equal(new t.package.ConfigurationClient(options).status, "idle");
  });

  test("a relative endpoint is one of the page's origin, and elsewhere refused", (t) => {
    const make = () => new t.package.ConfigurationClient({ ...target, endpoint: "/config" });
    if (t.isBrowser) equal(make().status, "idle");
    else equal(throws(make, "invalid-option").option, "endpoint");
  });

  test("what start() and refresh() are given is checked as well", async (t) => {
    const client = t.client({ fetch: () => t.fail() });
    for (const method of ["start", "refresh"]) {
      for (const [option, options] of [
        ["timeout", { timeout: 5 }],
        ["timeoutInMilliseconds", { timeoutInMilliseconds: 0 }],
        ["timeoutInMilliseconds", { timeoutInMilliseconds: "5" }],
        ["signal", { signal: {} }],
        ["options", null],
        ["options", 5],
      ]) {
        const error = await rejects(client[method](options), "invalid-option", `${method}(${JSON.stringify(options)})`);
        equal(error.option, option);
      }
    }
    equal(client.status, "idle");
  });

  test("the options are read once", async (t) => {
    const emulator = t.emulator();
    const options = { ...target, endpoint: "https://upstream.test", fetch: emulator.fetch, logger: null };
    const client = new t.package.ConfigurationClient(options);
    t.after(() => client.stop());
    options.application = "other";
    options.fetch = () => Promise.reject(new Error("never"));
    await t.soon(client.start());
    same(emulator.requests.map(({ application }) => application), ["shop", "shop"]);
  });

  test("undefined options of start() and refresh() count as absent", async (t) => {
    const client = t.client({ fetch: t.emulator().fetch });
    const started = await t.soon(client.start({ signal: undefined, timeoutInMilliseconds: undefined }));
    equal(await t.soon(client.refresh(undefined)), started);
  });
};
