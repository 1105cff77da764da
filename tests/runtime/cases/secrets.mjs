import { ok } from "../expect.mjs";
import { page, refused, sent, upstream } from "../upstream.mjs";

// What must never be seen. Tokens are long, as AWS's are; a key may be short, and content is anything.
const TOKEN = `SecretToken+/${"QUJD".repeat(200)}==`;
const KEY = "s3cr3t-k3y";
const CONTENT = "s3cr3t-c0ntent";

const opened = () => Response.json({ InitialConfigurationToken: TOKEN }, { status: 201 });
const marks = [TOKEN, encodeURIComponent(TOKEN), TOKEN.slice(0, 24), encodeURIComponent(TOKEN).slice(0, 24), KEY, CONTENT];

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
  const texts = lines;
  for (const value of [client, ...heard.events, ...heard.of("error").map(({ error }) => error), ...outcomes]) texts.push(...(await printed(t, value)));
  ok(texts.length > 20, "there is something to look at");
  for (const text of texts) for (const mark of marks) ok(!text.includes(mark), `${what}: ${mark.slice(0, 30)} is in ${text.slice(0, 400)}`);
}

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

  test("a client shows nothing of its options", async (t) => {
    const options = { endpoint: undefined, region: "eu-west-1", sign: Object.assign(() => ({}), { key: KEY }) };
    for (const client of [t.client({ headers: { authorization: KEY } }), t.client(options)]) {
      for (const text of await printed(t, client)) ok(!text.includes(KEY), text);
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
