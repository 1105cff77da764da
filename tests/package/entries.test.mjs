// Every way into the package: by import, by require(), through a bundler.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { installed } from "./place.mjs";

const { folder, home } = installed();
const require = createRequire(path.join(folder, "user.cjs"));

/** What `import(name)` gives to a module in the user's folder. */
async function imported(name) {
  const file = path.join(folder, `import-${name.replace(/\W/g, "-")}.mjs`);
  writeFileSync(file, `export * from "${name}";`);
  return import(pathToFileURL(file));
}

const client = [
  "AppConfigError", "BadRequestException", "ConfigurationClient", "FailureEvent", "InternalServerException", "LimitEvent", "ResourceNotFoundException",
  "StatusChangeEvent", "ThrottlingException", "UpdateEvent", "durableObjectStore", "getLatestConfiguration", "startConfigurationSession",
];
const entries = {
  "appconfig-edge": client,
  "appconfig-edge/slim": [...client, "initialize"].sort(),
  "appconfig-edge/emulator": ["createEmulator"],
};

for (const [name, names] of Object.entries(entries)) {
  test(`${name} is the same by import and by require()`, async () => {
    const byImport = await imported(name);
    const byRequire = require(name);
    assert.deepEqual(Object.keys(byImport).sort(), names);
    for (const member of names) assert.equal(byRequire[member], byImport[member]);
  });
}

test("the module and the manifest have a path of their own", async () => {
  assert.equal(require.resolve("appconfig-edge/appconfig-edge.wasm"), path.join(home, "wasm", "client.wasm"));
  const file = path.join(folder, "resolve.mjs");
  writeFileSync(file, `export default import.meta.resolve("appconfig-edge/appconfig-edge.wasm?module");`);
  assert.equal((await import(pathToFileURL(file))).default, `${pathToFileURL(path.join(home, "wasm", "client.wasm"))}?module`);
  assert.equal(require("appconfig-edge/package.json").name, "appconfig-edge");
});

test("nothing else can be imported", () => {
  for (const name of ["client.js", "errors.js", "index.js", "wasm/client.js", "emulator.face.js", "cli.js"]) {
    assert.throws(() => require.resolve(`appconfig-edge/${name}`), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
  }
});

async function bundled(contents, options = {}) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    treeShaking: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
    logLevel: "silent",
    outdir: folder,
    ...options,
  });
  const [{ inputs }] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
  const files = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([name]) => path.basename(name));
  return { code: outputFiles.at(-1).text, files };
}

test("slim never carries the module", async () => {
  const { code, files } = await bundled(`export * from "appconfig-edge/slim";`);
  assert.ok(!files.some((name) => /inline/.test(name)), files.join());
  assert.ok(!/AGFzbQ/.test(code), "no base64 of a module");
  assert.ok(code.length < 45_000, `${code.length} characters`);
});

test("the client never carries the emulator, nor the emulator the client's module", async () => {
  const client = await bundled(`export * from "appconfig-edge";`);
  assert.ok(!client.files.some((name) => /emulator/.test(name)), client.files.join());
  const emulator = await bundled(`export * from "appconfig-edge/emulator";`);
  assert.ok(!emulator.files.some((name) => /^client/.test(name)), emulator.files.join());
});

test("who imports the client alone does not carry the operations, nor the other way round", async () => {
  const client = await bundled(`export { ConfigurationClient } from "appconfig-edge/slim";`);
  assert.ok(client.files.includes("client.js") && !client.files.includes("operations.js"), client.files.join());
  assert.ok(!/ThrottlingException/.test(client.code));
  const operations = await bundled(`export { getLatestConfiguration, startConfigurationSession, ThrottlingException } from "appconfig-edge/slim";`);
  assert.ok(operations.files.includes("operations.js") && !operations.files.some((name) => /^(driver|waiter|events|listener|configuration)\.js$/.test(name)), operations.files.join());
});

test("a bundler keeps the module of who imports the class alone", async () => {
  const program = `
    import { ConfigurationClient } from "appconfig-edge";
    import { createEmulator } from "appconfig-edge/emulator";
    const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
    const emulator = createEmulator({ configurations: [{ ...target, content: "hello" }] });
    const client = new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: emulator.fetch });
    export const text = (await client.start()).text();
    client.stop();`;
  const { code, files } = await bundled(program);
  assert.ok(files.includes("client.inline.js") && files.includes("emulator.inline.js"), files.join());
  const file = path.join(folder, "bundle.mjs");
  writeFileSync(file, code);
  assert.equal((await import(pathToFileURL(file))).text, "hello");
});

test("for workerd the module is imported as one", async () => {
  const { files } = await bundled(`export * from "appconfig-edge"; export * from "appconfig-edge/emulator";`, {
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
  });
  assert.ok(!files.some((name) => /inline/.test(name)), files.join());
});

test("a bundler without a configuration needs nothing of Node", async () => {
  for (const name of Object.keys(entries)) {
    const { code } = await bundled(`export * from "${name}";`);
    assert.ok(!/["']node:|import\.meta|\brequire\(/.test(code), name);
  }
});
