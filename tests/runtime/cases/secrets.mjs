import { ok, rejects, throws } from "../expect.mjs";
import { target } from "../harness.mjs";
import { page, refused, sent, upstream } from "../upstream.mjs";

// What must never be seen. Tokens are long, as AWS's are; a key may be short, and content is anything.
const TOKEN = `SecretToken+/${"QUJD".repeat(200)}==`;
const KEY = "s3cr3t-k3y";
const CONTENT = "s3cr3t-c0ntent";

const opened = () => Response.json({ InitialConfigurationToken: TOKEN }, { status: 201 });
// An access key as AWS makes them: an id of 20 characters, a secret of 40, and the session token of temporary ones.
const credentials = {
  accessKeyId: "ASIAQWERTYUIOPASDFGH",
  secretAccessKey: "ZxCvBnMaSdFgHjKlQwErTyUiOpZxCvBnMaSdFgHj",
  sessionToken: `FwoGZXIvYXdzEPj//////////wEaDK${"mN0pQ5rT".repeat(80)}+a/b==`,
};
const { accessKeyId, secretAccessKey, sessionToken } = credentials;
const marks = [
  TOKEN, encodeURIComponent(TOKEN), TOKEN.slice(0, 24), encodeURIComponent(TOKEN).slice(0, 24), KEY, CONTENT,
  accessKeyId, secretAccessKey, sessionToken, encodeURIComponent(sessionToken), sessionToken.slice(0, 60), sessionToken.slice(-60),
];

/** Everything that somebody could print of a value. */
async function printed(t, value, seen = new Set()) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return [String(value)];
  if (seen.has(value)) return [];
  seen.add(value);
  const texts = [];
  const note = (make) => {
    try {
      texts.push(String(make()));
    } catch {
      // It cannot be shown that way.
    }
  };
  note(() => value);
  note(() => JSON.stringify(value));
  note(() => JSON.stringify(structuredClone(value)));
  if (globalThis.Deno) note(() => Deno.inspect(value, { depth: 9, showHidden: true, getters: true }));
  if (t.inspect) for (const options of [{ depth: 9 }, { depth: 9, showHidden: true, getters: true }]) note(() => t.inspect(value, options));
  // A host's own members (an event's `target`, a client's prototype) lead to the same values again.
  for (let object = value; object && object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    for (const key of Reflect.ownKeys(object)) {
      let member;
      try {
        member = value[key];
      } catch {
        continue;
      }
      // To call `bytes()` is to want them.
      if (typeof member !== "function") texts.push(String(key), ...(await printed(t, member, seen)));
    }
  }
  return texts;
}

/** What was signed with: each of them is a secret as well. */
const signatures = ({ calls }) => calls.map(({ headers }) => /Signature=([0-9a-f]{64})/.exec(headers.get("authorization"))?.[1]).filter(Boolean);

/** Looks for the marks in all that can be printed of these values. */
async function hidden(t, values, what, more = []) {
  const texts = [];
  for (const value of values) texts.push(...(await printed(t, value)));
  for (const text of texts) for (const mark of [...marks, ...more]) ok(!text.includes(mark), `${what}: ${mark.slice(0, 30)} is in ${text.slice(0, 400)}`);
  return texts;
}

/** Runs a client into its first error and looks at all that can be seen of it. */
async function reveals(t, answers, options, what) {
  const lines = [];
  const logger = { info: (line) => lines.push(line), warn: (line) => lines.push(line) };
  const service = upstream(...answers);
  const { client, heard } = t.heard({ fetch: service.fetch, logger, ...options });
  const outcomes = [];
  client.start().then((value) => outcomes.push(value), (error) => outcomes.push(error));
  await heard.nth("error");
  client.stop();
  await heard.nth("statuschange", 2);
  const values = [...lines, client, ...heard.events, ...heard.of("error").map(({ error }) => error), ...outcomes];
  const texts = await hidden(t, values, what, signatures(service));
  ok(texts.length > 20, "there is something to look at");
  return { heard, service };
}

/** Calls both operations with this answer, and looks at all that can be seen of what they give or reject with. */
async function operationsReveal(t, answer, options, what) {
  const { startConfigurationSession, getLatestConfiguration } = t.package;
  const service = upstream(answer);
  const all = { endpoint: "https://upstream.test", fetch: service.fetch, ...options };
  const input = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
  const errors = [];
  for (const call of [() => startConfigurationSession(all, input), () => getLatestConfiguration(all, { ConfigurationToken: TOKEN })]) {
    errors.push(await t.soon(rejects(call(), (error) => error instanceof t.package.AppConfigError, what)));
  }
  const texts = await hidden(t, errors, what, signatures(service));
  ok(texts.length > 10, "there is something to look at");
  return errors;
}

/** Echoes in every way that a service, or what stands before it, could. */
const echo = (status, name, texts) => (call) => {
  const said = texts(call).join(" | ");
  const members = {
    Message: `the request was refused: ${said}`,
    Reason: said,
    Details: { InvalidParameters: { [said]: { Problem: said }, a: { Problem: said } } },
    ResourceType: said,
    ReferencedBy: { a: said, [said]: "b" },
  };
  return refused(status, name, members)();
};
const signed = (given = credentials, more = undefined) => ({ endpoint: undefined, region: "eu-west-1", credentials: given, ...more });

/** What the service writes where a signature does not match: all that was signed. */
const mismatch = ({ headers, url, method }) =>
  refused(403, "InvalidSignatureException", {
    message: `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'${method}
${new URL(url).pathname}
${new URL(url).search.slice(1)}
${[...headers].map(([name, value]) => `${name}:${value}`).join("\n")}

host;x-amz-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'`,
  })();

/** Each of these throws in the caller's code, with all that it knows. */
const words = `cannot use ${accessKeyId} ${secretAccessKey} ${sessionToken}, or AccessKeyId=${accessKeyId}&SecretAccessKey=${secretAccessKey}`;
const throwing = [
  () => Promise.reject(new Error(words)),
  () => { throw new Error(words); },
  () => Promise.reject(words),
  () => Promise.reject(credentials),
  () => Promise.reject([accessKeyId, secretAccessKey]),
  () => Promise.reject(Object.assign(new Error("expired"), { credentials, cause: new Error(words), url: `https://sts.test/?${words}` })),
  () => Promise.reject(Object.assign(new Error(`GET https://sts.test/?AccessKeyId=${accessKeyId} failed`), { name: secretAccessKey, code: accessKeyId })),
  () => Promise.reject(Object.assign(new Error(JSON.stringify(credentials)), { name: `Refused(${accessKeyId})` })),
  () => Promise.reject({ get message() { throw new Error(words); } }),
];

const echoing = (text) => () => Promise.reject(Object.assign(new TypeError(`fetch failed for ${text}`), { cause: new Error(text), url: text }));
const url = (token) => `https://config.test/configuration?configuration_token=${encodeURIComponent(token)}`;

export default (test) => {
  test("the host's errors are told without the URL, and so without the token", async (t) => {
    await reveals(t, [opened, echoing(url(TOKEN))], {}, "a URL");
    await reveals(t, [opened, echoing(`error sending request for url (${url(TOKEN)}): connection reset`)], {}, "Deno's words");
    await reveals(t, [opened, echoing(`/configuration?configuration_token=${encodeURIComponent(TOKEN)}`)], {}, "a path");
    await reveals(t, [opened, echoing(TOKEN)], {}, "the token");
  });

  test("what the service says is told without the token", async (t) => {
    for (const status of [400, 403, 500]) {
      for (const token of [TOKEN, encodeURIComponent(TOKEN)]) {
        const members = {
          Message: `the token ${token} is no good`,
          Reason: token,
          Details: { InvalidParameters: { [token]: { Problem: token } } },
          ResourceType: token,
          ReferencedBy: { a: token },
        };
        await reveals(t, [opened, refused(status, token, members, { "x-amzn-requestid": token }), page(500)], {}, `status ${status}`);
      }
    }
  });

  test("pages and contents are not quoted", async (t) => {
    await reveals(t, [opened, page(200, CONTENT)], {}, "a page");
    await reveals(t, [opened, page(502, `<p>${CONTENT} ${TOKEN}</p>`)], {}, "a proxy's page");
    await reveals(t, [opened, sent(`{"password": ${CONTENT}`)], {}, "bad JSON");
    await reveals(t, [opened, sent(CONTENT, { type: "text/plain" })], { maximumBodyBytes: 5 }, "a large body");
    await reveals(t, [() => Response.json({ token: CONTENT }, { status: 201 })], {}, "a session without a token");
  });

  test("headers and signatures are not told", async (t) => {
    const denied = refused(403, "AccessDeniedException", { Message: "not you" });
    await reveals(t, [denied], { headers: { authorization: `Bearer ${KEY}` } }, "headers");
    await reveals(t, [denied], { headers: () => ({ authorization: `Bearer ${KEY}` }) }, "a headers function");
    // A header's value that cannot be sent is quoted by the host.
    await reveals(t, [opened], { headers: { authorization: `Bearer\n${KEY}` } }, "an impossible header");
    await reveals(t, [opened], { headers: async () => ({ authorization: `Bearer\n${KEY}` }) }, "an impossible header of a function");
    await reveals(t, [opened], { headers: () => ({ [`Bearer ${KEY}`]: "authorization" }) }, "an impossible name");
    await reveals(t, [opened], { headers: () => KEY }, "a text instead of headers");
    const signed = { endpoint: undefined, region: "eu-west-1" };
    await reveals(t, [denied], { ...signed, sign: () => ({ authorization: KEY }) }, "a signature");
    await reveals(t, [denied], { ...signed, sign: ({ url: it }) => `${it}?X-Amz-Signature=${KEY}` }, "a pre-signed URL");
    await reveals(t, [opened], { ...signed, sign: () => `https://evil.test/?X-Amz-Signature=${KEY}` }, "another origin");
    await reveals(t, [opened], { ...signed, sign: () => KEY }, "a text that is no URL");
    await reveals(t, [opened], { ...signed, sign: () => [KEY] }, "a list that is no headers");
  });

  test("credentials and signatures are not told, whatever the service echoes", async (t) => {
    const told = [
      () => [accessKeyId, secretAccessKey, sessionToken],
      ({ headers }) => [...headers.values()],
      ({ headers }) => [headers.get("authorization").split("Signature=")[1]],
    ];
    for (const [status, name] of [[403, "AccessDeniedException"], [403, "ExpiredTokenException"], [403, "InvalidSignatureException"], [400, "BadRequestException"], [404, "ResourceNotFoundException"], [500, "InternalServerException"], [403, "IncompleteSignature"]]) {
      for (const texts of told) {
        for (const given of [credentials, async () => credentials]) {
          const { heard, service } = await reveals(t, [echo(status, name, texts)], signed(given), `${status} ${name}`);
          ok(service.calls.every(({ headers }) => headers.get("x-amz-security-token") === sessionToken) && heard.of("error").length > 0, "the marks were in use");
        }
        await operationsReveal(t, echo(status, name, texts), signed(async () => credentials), `${status} ${name}`);
      }
    }
    await reveals(t, [mismatch], signed(), "a mismatch");
    await operationsReveal(t, mismatch, signed(), "a mismatch");
    // Encoded as nobody encodes them but in a sentence.
    const encoded = ({ headers }) => refused(403, "AccessDeniedException", { Message: [...headers].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join(" ") })();
    await reveals(t, [encoded], signed(), "encoded");
    await operationsReveal(t, encoded, signed(), "encoded");
    // A request's id and an exception's name that are none.
    const odd = ({ headers }) => refused(403, headers.get("authorization").slice(-64), {}, { "x-amzn-requestid": sessionToken })();
    await reveals(t, [odd], signed(), "a name and an id");
    await operationsReveal(t, odd, signed(), "a name and an id");
  });

  test("what a provider throws or gives is told without what may be a key", async (t) => {
    for (const provider of throwing) {
      for (const options of [signed(provider), { headers: provider }, { endpoint: undefined, region: "eu-west-1", sign: provider }]) {
        await reveals(t, [opened], options, String(provider));
        for (const error of await operationsReveal(t, opened, options, String(provider))) ok(error.code === "not-sent", error.code);
      }
    }
    const junk = [
      { ...credentials, secretAccessKey: undefined },
      { ...credentials, accessKeyId: `${accessKeyId}\n` },
      { ...credentials, sessionToken: { token: sessionToken } },
      { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey },
      words, [accessKeyId, secretAccessKey], null,
    ];
    for (const value of junk) {
      await reveals(t, [opened], signed(async () => value), JSON.stringify(value));
      await operationsReveal(t, opened, signed(async () => value), JSON.stringify(value));
    }
  });

  test("what the host says of a signed request is told without its headers", async (t) => {
    const saying = (text) => (call) => Promise.reject(Object.assign(new TypeError(text(call)), { cause: new Error(text(call)), request: call }));
    for (const text of [
      ({ headers }) => `fetch failed with ${JSON.stringify(Object.fromEntries(headers))}`,
      ({ headers }) => [...headers].flat().join(" "),
      ({ headers, url: it }) => `${it} ${headers.get("authorization")}`,
      ({ headers }) => headers.get("authorization").slice(-64),
      ({ url: it }) => new URL(it).search,
    ]) {
      await reveals(t, [saying(text)], signed(), String(text));
      await reveals(t, [opened, saying(text)], signed(), String(text));
      await operationsReveal(t, saying(text), signed(), String(text));
    }
  });

  test("the operations' errors tell no token and no content", async (t) => {
    const all = { Message: `the token ${TOKEN} is no good`, Reason: TOKEN, Details: { InvalidParameters: { [TOKEN]: { Problem: TOKEN } } }, ResourceType: TOKEN, ReferencedBy: { a: TOKEN } };
    for (const status of [400, 403, 404, 429, 500]) {
      const answer = (call) => (call.token ? refused(status, TOKEN, all, { "x-amzn-requestid": TOKEN }) : refused(status, "BadRequestException", {}))();
      await operationsReveal(t, answer, {}, `status ${status}`);
    }
    await operationsReveal(t, echoing(url(TOKEN)), {}, "a URL");
    await operationsReveal(t, echoing(`/configuration?configuration_token=${encodeURIComponent(TOKEN)}`), {}, "a path");
    for (const status of [200, 201, 203, 206, 502]) await operationsReveal(t, page(status, CONTENT), {}, `a page with ${status}`);
    await operationsReveal(t, () => Response.json({ token: CONTENT, InitialConfigurationToken: [CONTENT], Message: CONTENT, Reason: CONTENT }), {}, "no token");
    await operationsReveal(t, refused(403, "AccessDeniedException"), { headers: { authorization: `Bearer ${KEY}` } }, "headers");
    await operationsReveal(t, opened, { headers: () => ({ authorization: `Bearer\n${KEY}` }) }, "an impossible header");
    await operationsReveal(t, opened, { endpoint: undefined, region: "eu-west-1", sign: () => `https://evil.test/?X-Amz-Signature=${KEY}` }, "another origin");
  });

  test("what is refused at once is told without its value", async (t) => {
    const proxied = { ...target, endpoint: "https://config.test" };
    const wrong = [
      { ...target, region: "eu-west-1", credentials: secretAccessKey },
      { ...target, region: "eu-west-1", credentials: [accessKeyId, secretAccessKey] },
      { ...target, region: "eu-west-1", credentials: { accessKeyId, secretAccessKey: `${secretAccessKey} ` } },
      { ...target, region: "eu-west-1", credentials: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } },
      { ...target, region: accessKeyId, credentials },
      { ...proxied, credentials },
      { ...proxied, region: "eu-west-1", credentials, sign() {} },
      { ...proxied, region: "eu-west-1", credentials, requestCredentials: KEY },
      { ...proxied, endpoint: `https://${accessKeyId}:${secretAccessKey}@config.test` },
      { ...proxied, endpoint: `https://config.test/?key=${KEY}` },
      { ...proxied, endpoint: `https://[${KEY}]` },
      { ...proxied, headers: `authorization: ${KEY}` },
      { ...proxied, application: [KEY] },
      { ...proxied, application: `${KEY}\n` },
      { ...proxied, logger: { KEY } },
    ];
    const { ConfigurationClient, getLatestConfiguration, startConfigurationSession } = t.package;
    const input = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
    for (const options of wrong) {
      const errors = [throws(() => new ConfigurationClient(options), "invalid-option", JSON.stringify(options))];
      const { application, environment, configurationProfile, logger, ...access } = options;
      if (typeof application === "string" && !application.includes(KEY) && !logger) errors.push(await rejects(startConfigurationSession(access, input), "invalid-option", JSON.stringify(access)));
      await hidden(t, errors, JSON.stringify(options));
    }
    const errors = [
      await rejects(getLatestConfiguration({ endpoint: "https://config.test" }, { ConfigurationToken: `${TOKEN} ${KEY}` }), "invalid-option"),
      await rejects(getLatestConfiguration({ endpoint: "https://config.test" }, TOKEN), "invalid-option"),
      await rejects(startConfigurationSession({ endpoint: "https://config.test" }, { ...input, ApplicationIdentifier: `${KEY}\n` }), "invalid-option"),
    ];
    await hidden(t, errors, "an input");
  });

  test("a client shows nothing of its options", async (t) => {
    const options = { endpoint: undefined, region: "eu-west-1", sign: Object.assign(() => ({}), { key: KEY }) };
    const provider = Object.assign(async () => credentials, { credentials });
    const clients = [t.client({ headers: { authorization: KEY } }), t.client(options), t.client(signed()), t.client(signed(provider))];
    await hidden(t, clients, "before it is used");
    // Nor after it has signed, with all that it tells.
    for (const given of [credentials, provider]) {
      const service = upstream(opened, sent(JSON.stringify({ a: 1 })));
      const { client, heard } = t.heard({ fetch: service.fetch, ...signed(given) });
      await t.soon(client.start());
      await hidden(t, [client, ...heard.events, Object.getPrototypeOf(client), client.constructor], "after it was used", signatures(service));
      ok(signatures(service).length === 2, "it has signed");
      client.stop();
    }
  });

  test("what is held is only shown to who asks for it", async (t) => {
    const service = upstream(opened, sent(JSON.stringify(CONTENT)));
    const { client, heard } = t.heard({ fetch: service.fetch });
    const configuration = await t.soon(client.start());
    configuration.json();
    for (const value of [client, configuration, ...heard.events]) {
      for (const text of await printed(t, value)) for (const mark of marks) ok(!text.includes(mark), text.slice(0, 400));
    }
  });
};
