// createEmulator: the whole of it, in every runtime; through its own fetch, and without a client of ours but where requests have to be signed.

import { equal, ok, same } from "../expect.mjs";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const identifiers = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
const DAY = 86_400_000;

/** A session: `poll` gives what was answered, and takes the next token where there is one. */
async function open(emulator) {
  const answer = await emulator.fetch("https://emulator.test/configurationsessions", { method: "POST", body: JSON.stringify(identifiers) });
  equal(answer.status, 201);
  let { InitialConfigurationToken: token } = await answer.json();
  const where = () => `https://emulator.test/configuration?configuration_token=${encodeURIComponent(token)}`;
  return {
    where,
    async poll(init) {
      const { status, headers, body, ...rest } = await read(await emulator.fetch(where(), init));
      token = headers["next-poll-configuration-token"] ?? token;
      return { status, headers, text: body, ...rest };
    },
  };
}

const read = async (answer) => ({ status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() });

/** What a promise is rejected with. */
const rejected = (promise) => promise.then(() => undefined, (error) => error);

export default (test) => {
  test("deploys, reverts, and tells what was asked", async (t) => {
    const emulator = t.createEmulator({ configurations: [{ ...target, content: { colour: "blue" }, versionLabel: "v1" }], intervalInSeconds: 5, seed: 1, now: () => 0 });
    const session = await open(emulator);
    const first = await session.poll();
    same([first.status, first.text, first.headers["content-type"], first.headers["version-label"]], [200, '{"colour":"blue"}', "application/json", "v1"]);
    equal(first.headers["next-poll-interval-in-seconds"], "5");
    equal((await session.poll()).status, 400, "too early");
    emulator.advance(5000);
    const unchanged = await session.poll();
    same([unchanged.status, unchanged.text, unchanged.headers["content-type"], unchanged.headers["version-label"]], [200, "", "application/json", undefined]);
    emulator.deploy({ ...target, content: new Uint8Array([104, 105]), contentType: "text/plain" });
    emulator.advance(5000);
    equal((await session.poll()).text, "hi");
    ok(emulator.revert(target));
    emulator.advance(5000);
    const gone = await session.poll();
    same([gone.status, JSON.parse(gone.text).ResourceType], [404, "Configuration"]);
    emulator.advance(DAY);
    const expired = await session.poll();
    equal(JSON.parse(expired.text).Details.InvalidParameters.configuration_token.Problem, "Expired");
    same(emulator.requests.map(({ status, operation, session }) => [status, operation[0], session]), [
      [201, "S", 1], [200, "G", 1], [400, "G", 1], [200, "G", 1], [200, "G", 1], [404, "G", 1], [400, "G", 1],
    ]);
    same([emulator.now, emulator.configurations.length], [DAY + 15_000, 0]);
  });

  test("takes a Request as fetch does, and feature flags as one writes them", async (t) => {
    const written = { version: "1", flags: { beta: { attributes: { code: { constraints: { type: "string", pattern: "^[A-Z]+$" } } } } }, values: { beta: { enabled: true, code: "AB", _createdAt: "2026" } } };
    const emulator = t.createEmulator({ configurations: [{ ...target, content: written }] });
    const asked = new Request("https://emulator.test/base/configurationsessions", { method: "POST", body: JSON.stringify(identifiers) });
    const { InitialConfigurationToken: token } = await (await emulator.fetch(asked)).json();
    const answer = await emulator.fetch(new Request(`https://emulator.test/base/configuration?configuration_token=${encodeURIComponent(token)}`));
    equal(await answer.text(), '{"beta":{"enabled":true,"code":"AB"}}');
    written.values.beta.code = "ab";
    const error = await rejected((async () => emulator.deploy({ ...target, content: written }))());
    same([error.code, error.message], ["invalid-option", 'option content: $.values.beta.code: expected a text that matches ^[A-Z]+$, got "ab"']);
  });

  test("goes wrong as it is asked to, by each name", async (t) => {
    const content = "x".repeat(2000);
    const poll = async (name, options) => {
      const emulator = t.createEmulator({ configurations: [{ ...target, content }] });
      const session = await open(emulator);
      emulator.fault(name, options);
      equal(emulator.faults.length, 1, name);
      const answer = await session.poll().catch((error) => ({ error }));
      same([emulator.faults.length, emulator.requests.at(-1).fault], [0, name], name);
      return answer;
    };
    for (const [name, status] of [["throttle", 429], ["internal-error", 500], ["unavailable", 503], ["expired-token", 400], ["corrupted-token", 400], ["clock-skew", 403]]) equal((await poll(name)).status, status, name);
    equal((await poll("html-page")).headers["content-type"], "text/html; charset=utf-8");
    equal((await poll("wrong-content-type")).headers["content-type"], "application/octet-stream");
    equal((await poll("interval", { seconds: 7 })).headers["next-poll-interval-in-seconds"], "7");
    same(Object.keys((await poll("hidden-headers")).headers), ["content-type"]);
    const compressed = await poll("compressed");
    same([compressed.text === content, compressed.headers["content-encoding"], Number(compressed.headers["content-length"]) < 200], [true, "gzip", true]);
    equal((await poll("lost-answer")).error?.name, "TypeError");
    // What breaks off a stream comes through text() as it is; in Firefox as an abort.
    equal((await poll("cut-body")).error?.name, t.runtime === "firefox" ? "AbortError" : "TypeError");
    const emulator = t.createEmulator({ configurations: [{ ...target, content }] });
    const session = await open(emulator);
    emulator.fault("hang");
    const controller = new AbortController();
    const hanging = rejected(session.poll({ signal: controller.signal }));
    controller.abort(new Error("enough"));
    equal((await hanging).message, "enough");
    equal((await session.poll()).text, content, "what hung spent no token");
  });

  test("what a spent token gets, how long an answer takes, and standing faults can be changed", async (t) => {
    const emulator = t.createEmulator({ configurations: [{ ...target, content: "x" }] });
    for (const [replay, outcome] of [["refused", [400]], ["repeated", [200, "x"]], ["empty", [200, ""]]]) {
      emulator.replay = replay;
      const where = (await open(emulator)).where();
      await emulator.fetch(where);
      const { status, body } = await read(await emulator.fetch(where));
      same(status === 200 ? [status, body] : [status], outcome, replay);
    }
    emulator.fault("throttle", { rate: 1 });
    for (let count = 0; count < 3; count += 1) equal((await emulator.fetch("https://emulator.test/configuration")).status, 429);
    emulator.fault("hang");
    emulator.clearFaults("throttle");
    same(emulator.faults.map(({ name, times }) => [name, times]), [["hang", 1]]);
    emulator.clearFaults();
    emulator.latencyInMilliseconds = 30;
    const controller = new AbortController();
    const waiting = rejected(emulator.fetch("https://emulator.test/configuration", { signal: controller.signal }));
    controller.abort(new Error("enough"));
    equal((await waiting).message, "enough");
    equal((await emulator.fetch("https://emulator.test/configuration")).status, 400);
  });

  test("signatures are checked where it has keys, by header and in the query", async (t) => {
    const key = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret/key+", sessionToken: "token+/==" };
    const emulator = t.createEmulator({ configurations: [{ ...target, content: "x" }], credentials: [key], region: "eu-west-1" });
    const start = (secretAccessKey) => t.soon(t.client({ fetch: emulator.fetch, endpoint: undefined, region: "eu-west-1", credentials: { ...key, secretAccessKey } }).start());
    equal((await start(key.secretAccessKey)).text(), "x");
    equal((await rejected(start("another"))).exception, "InvalidSignatureException");
    const asked = "https://emulator.test/configuration?configuration_token=x";
    equal((await read(await emulator.fetch(asked))).headers["x-amzn-errortype"], "MissingAuthenticationTokenException");
    const query = "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAEXAMPLE&X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host&X-Amz-Signature=0";
    equal((await read(await emulator.fetch(asked + query))).headers["x-amzn-errortype"], "IncompleteSignatureException");
    same(emulator.requests.slice(0, 2).map(({ status }) => status), [201, 200]);
  });
};
