// The types and the JavaScript say the same, and the types work as a user's compiler finds them.
//
// tests/types/members.ts lists every name; the compiler holds it to the types (step `types`), and this to the JavaScript.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { all, between, installed, root, source } from "./place.mjs";

const { folder, home } = installed();
const { code } = transformSync(source("tests/types/members.ts"), { loader: "ts", format: "esm" });
const { exported, members, options, attemptErrorCodes, otherErrorCodes, statuses } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

const load = (file) => import(pathToFileURL(path.join(home, file)));
const entries = { "appconfig-edge": "index.js", "appconfig-edge/slim": "slim.js", "appconfig-edge/emulator": "emulator.js" };
const index = await load("index.js");
const { ConfigurationClient, AppConfigError, getLatestConfiguration, startConfigurationSession } = index;
const { createEmulator } = await load("emulator.js");
const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

const session = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };

const sorted = (names) => [...names].sort();
/** The public members that an object has of its own and of its class. */
const membersOf = (object) => {
  const names = [object, Object.getPrototypeOf(object)].flatMap(Object.getOwnPropertyNames);
  return sorted(names.filter((name) => name !== "constructor" && name !== "isTrusted"));
};

for (const [name, file] of Object.entries(entries)) {
  test(`${name} exports what its types do`, async () => assert.deepEqual(sorted(Object.keys(await load(file))), sorted(Object.keys(exported[name]))));
}

test("every member is in the types, and in the JavaScript", async () => {
  const emulator = createEmulator({ configurations: [{ ...target, content: {} }] });
  const validate = { "~standard": { version: 1, vendor: "own", validate: (value) => ({ value }) } };
  const told = [];
  const client = new ConfigurationClient({
    ...target, endpoint: "https://emulator.test", fetch: emulator.fetch, logger: null, validate, onResponse: (response) => told.push(response),
  });
  const events = [];
  for (const type of ["update", "statuschange"]) client.addEventListener(type, (event) => events.push(event));
  const configuration = await client.start();
  client.stop();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(membersOf(client), sorted(Object.keys(members.ConfigurationClient)));
  assert.equal(client[Symbol.dispose], client.stop);
  assert.deepEqual(membersOf(configuration), sorted(Object.keys(members.Configuration)));
  const [status, update] = [events.find(({ type }) => type === "statuschange"), events.find(({ type }) => type === "update")];
  assert.deepEqual(membersOf(update), Object.keys(members.UpdateEvent));
  assert.deepEqual(membersOf(status), sorted(Object.keys(members.StatusChangeEvent)));
  assert.deepEqual(sorted(Object.keys(client.usage)), sorted(Object.keys(members.Usage)));
  assert.deepEqual(sorted(Object.keys(client.health())), sorted(Object.keys(members.Health)));
  const snapshots = [client.snapshot(), await bytesAlone()].flatMap(Object.keys);
  assert.deepEqual(sorted(new Set(snapshots)), sorted(Object.keys(members.Snapshot)));
  assert.deepEqual(sorted(Object.keys(told[0])), sorted(Object.keys(members.ResponseInformation)));
  assert.deepEqual(membersOf(new index.LimitEvent("requestsPerHour", client.usage)), sorted(Object.keys(members.LimitEvent)));
  assert.deepEqual(membersOf(emulator), sorted(Object.keys(members.Emulator)));
});

/** The snapshot of what is no text. */
async function bytesAlone() {
  const { fetch } = createEmulator({ configurations: [{ ...target, content: new Uint8Array([255]) }] });
  const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch, mode: "manual" });
  await client.start();
  return client.snapshot();
}

test("what was refused has the members that the types say", async () => {
  const { fetch } = createEmulator({ configurations: [{ ...target, content: {} }] });
  const seen = [];
  const schema = { "~standard": { version: 1, vendor: "own", validate: () => ({ issues: [{ message: "no" }] }) } };
  const thrower = () => {
    throw new Error("no");
  };
  for (const validate of [schema, thrower]) {
    const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch, logger: null, mode: "manual", validate });
    await assert.rejects(client.start(), { code: "refused" });
    seen.push(...Object.keys(client.rejected));
  }
  assert.deepEqual(sorted(new Set(seen)), sorted(Object.keys(members.Rejected)));
});

const refused = (status, type, body) => Response.json(body, { status, headers: { "x-amzn-errortype": type, "x-amzn-requestid": "1-2-3" } });

test("what the operations give is in the types, and in the JavaScript", async () => {
  const emulator = createEmulator({ configurations: [{ ...target, content: {}, versionLabel: "v1" }] });
  const options = { endpoint: "https://emulator.test", fetch: emulator.fetch };
  const opened = await startConfigurationSession(options, session);
  assert.deepEqual(sorted(Object.keys(opened)), sorted(Object.keys(members.StartConfigurationSessionResponse)));
  const polled = await getLatestConfiguration(options, { ConfigurationToken: opened.InitialConfigurationToken });
  assert.deepEqual(sorted(Object.keys(polled)), sorted(Object.keys(members.GetLatestConfigurationResponse)));
});

test("every member of an exception is in the types, and in the JavaScript", async () => {
  const common = new Set(Object.keys(members.AppConfigError));
  for (const [name, status, body] of [
    ["BadRequestException", 400, { Reason: "InvalidParameters", Details: { InvalidParameters: { a: { Problem: "Expired" } } } }],
    ["ResourceNotFoundException", 404, { ResourceType: "Application", ReferencedBy: { ApplicationId: "shop" } }],
    ["InternalServerException", 500, {}],
    ["ThrottlingException", 429, {}],
  ]) {
    const error = await startConfigurationSession({ endpoint: "https://x.test", fetch: async () => refused(status, name, body) }, session).catch((reason) => reason);
    assert.ok(error instanceof index[name] && error instanceof AppConfigError, name);
    assert.deepEqual(sorted(Object.keys(error).filter((member) => !common.has(member))), sorted(Object.keys(members[name] ?? {})), name);
  }
});

test("every member of an error is in the types, and in the JavaScript", async () => {
  const own = new Set();
  const note = (error) => {
    assert.ok(error instanceof AppConfigError);
    for (const name of Object.keys(error)) own.add(name);
  };
  const failing = async (...answers) => {
    const fetch = async () => answers.length > 1 ? answers.shift() : answers[0];
    const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch, logger: null, headersTimeoutInMilliseconds: 50 });
    const event = new Promise((resolve) => client.addEventListener("error", resolve));
    client.start().catch(() => {});
    note((await event).error);
    client.stop();
  };
  await failing(refused(400, "BadRequestException", { Reason: "InvalidParameters", Details: { InvalidParameters: { a: { Problem: "Expired" } } } }));
  await failing(refused(404, "ResourceNotFoundException", { ResourceType: "Application", ReferencedBy: { ApplicationId: "shop" } }));
  await failing(new Promise(() => {}));
  try {
    new ConfigurationClient({});
  } catch (error) {
    note(error);
  }
  const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: createEmulator({ configurations: [{ ...target, content: "{" }] }).fetch });
  try {
    (await client.start()).json();
  } catch (error) {
    note(error);
  }
  client.stop();
  assert.deepEqual(sorted(own), sorted(Object.keys(members.AppConfigError)));
});

test("sign is told what its types say", async () => {
  let told;
  const fetch = async () => new Response();
  const client = new ConfigurationClient({ ...target, region: "eu-west-1", sign: (request) => (told = request) && {}, fetch, logger: null });
  await client.refresh().catch(() => {});
  assert.deepEqual(sorted(Object.keys(told)), sorted(Object.keys(members.SignRequest)));
});

/** The names in "no such option; there are …, got string". */
function known(make) {
  try {
    make();
  } catch (error) {
    return sorted(/there are (.*?)(, got .*)?$/.exec(error.message)[1].split(", "));
  }
}

test("every option is in the types, and in the JavaScript", async () => {
  assert.deepEqual(known(() => new ConfigurationClient({ nonsense: 1 })), sorted(Object.keys(options.ConfigurationClient)));
  // The names in an object of numbers.
  for (const name of ["limits", "prices"]) {
    const given = { ...target, endpoint: "https://emulator.test", [name]: { nonsense: 1 } };
    assert.throws(() => new ConfigurationClient(given), (error) => {
      assert.deepEqual(sorted(/ by (.*), got/.exec(error.message)[1].split(", ")), sorted(Object.keys(options[name])));
      return true;
    });
  }
  assert.deepEqual(known(() => createEmulator({ nonsense: 1 })), sorted(Object.keys(options.createEmulator)));
  const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test" });
  for (const method of ["start", "refresh"]) {
    const error = await client[method]({ nonsense: 1 }).catch((reason) => reason);
    assert.deepEqual(known(() => { throw error; }), sorted(Object.keys(options.start)));
  }
  for (const [operation, input] of [[startConfigurationSession, session], [getLatestConfiguration, { ConfigurationToken: "t" }]]) {
    const told = async (...given) => {
      const error = await operation(...given).catch((reason) => reason);
      return known(() => { throw error; });
    };
    assert.deepEqual(await told({ nonsense: 1 }, input), sorted(Object.keys(options.operation)));
    assert.deepEqual(await told({ endpoint: "https://x.test" }, { nonsense: 1 }), sorted(Object.keys(options[operation.name])));
  }
});

test("every code and status is in the types, and in the JavaScript", () => {
  const errors = source("pkg/errors.js");
  assert.deepEqual(Object.keys(attemptErrorCodes), all(between(errors, "const sentences = {", "\n};"), /^ {2}"?([a-z-]+)"?: "/gm));
  const files = readdirSync(home).filter((name) => name.endsWith(".js"));
  const thrown = new Set(files.flatMap((name) => all(readFileSync(path.join(home, name), "utf8"), /AppConfigError\(\s*"([a-z-]+)"/g)));
  assert.deepEqual(sorted(Object.keys(otherErrorCodes)), sorted([...thrown].filter((name) => !(name in attemptErrorCodes))));
  const client = source("pkg/client.js");
  assert.deepEqual(Object.keys(statuses), [...all(between(client, "const statuses = [", "]"), /"(\w+)"/g), ...all(client, /#become\("(\w+)"\)/g)]);
});

const tsc = path.join(root, "node_modules/typescript/bin/tsc");

/** Compiles a user's file against the installed package, with the package's own types checked as well. */
async function compiles(name, file, compilerOptions) {
  const place = path.join(folder, "types", name);
  mkdirSync(path.join(folder, "node_modules/@types"), { recursive: true });
  for (const dependency of ["@types/node", "undici-types"]) {
    try {
      symlinkSync(path.join(root, "node_modules", dependency), path.join(folder, "node_modules", dependency), "dir");
    } catch {
      // It is there.
    }
  }
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(path.join(place, file.name), file.text);
  writeFileSync(path.join(place, "tsconfig.json"), JSON.stringify({
    compilerOptions: { target: "es2022", strict: true, noEmit: true, skipLibCheck: false, types: [], ...compilerOptions },
    files: [file.name],
  }));
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", place]).catch((error) => error);
  assert.equal(stdout, "", name);
}

test("the AWS SDK's own types of credentials and inputs fit", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", path.join(root, "tests/types/sdk")]).catch((error) => error);
  assert.equal(stdout, "");
});

const good = { name: "user.ts", text: readFileSync(path.join(root, "tests/types/good.ts"), "utf8") };
// Node's types have no WebAssembly.
const ofNode = { ...good, text: good.text.replace(/^.*WebAssembly\.compile.*\n/m, "") };
const required = {
  name: "user.cts",
  text: `import appconfig = require("appconfig-edge");
type Options = appconfig.ConfigurationClientOptions;
export const client = (options: Options): appconfig.ConfigurationClient => new appconfig.ConfigurationClient(options);
`,
};
const ofModule = {
  name: "user.ts",
  text: `import { initialize } from "appconfig-edge/slim";
import source from "appconfig-edge/appconfig-edge.wasm";
import imported from "appconfig-edge/appconfig-edge.wasm?module";
await initialize(fetch(source));
await initialize(imported);
`,
};
const dom = { lib: ["es2022", "dom"] };
const node = { lib: ["es2022"], types: ["node"] };

for (const [name, file, compilerOptions] of [
  ["bundler", good, { ...dom, module: "esnext", moduleResolution: "bundler" }],
  ["node16", good, { ...dom, module: "node16", moduleResolution: "node16" }],
  ["nodenext", good, { ...dom, module: "nodenext", moduleResolution: "nodenext" }],
  ["bundler without a browser's types", ofNode, { ...node, module: "esnext", moduleResolution: "bundler" }],
  ["node16 without a browser's types", ofNode, { ...node, module: "node16", moduleResolution: "node16" }],
  ["bundler and an import of the module", ofModule, { ...dom, module: "esnext", moduleResolution: "bundler" }],
  ["node16 and an import of the module", ofModule, { ...dom, module: "node16", moduleResolution: "node16" }],
  ["require() in nodenext", required, { ...node, module: "nodenext", moduleResolution: "nodenext" }],
]) {
  test(`the types work with ${name}`, () => compiles(name, file, compilerOptions));
}
