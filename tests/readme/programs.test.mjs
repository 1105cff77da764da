// The blocks that are programs for Node and Deno, and the commands.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { key } from "./aws.mjs";
import { block, root } from "./blocks.mjs";
import { flags, install, program, serveFolder, until } from "./place.mjs";

const emulators = "http://127.0.0.1:2774";
const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});
const onEnd = (end) => ends.push(end);
let folder;
before(async () => (folder = await install(onEnd)));

/** Writes a block into the folder and runs it. */
async function run(name, text, command = [process.execPath], env) {
  await writeFile(path.join(folder, name), text);
  return program(onEnd, command[0], [...command.slice(1), name], { cwd: folder, env });
}

test("the first example prints both configurations and ends", async () => {
  const it = await run("first.mjs", block("first"));
  assert.equal(await it.ended(), 0, it.output());
  assert.equal(it.output(), "{ checkout: false }\n{ checkout: true }\n");
});

test("Node: prints what is held, then what is newer", async () => {
  const server = await serveFolder(folder, onEnd, '{"a":1}');
  const it = await run("node.mjs", block("node", { [emulators]: server.url }));
  await it.printed(/^\d{4}-\S+ \{ a: 1 \}$/m);
  await server.write('{"a":2}');
  await it.printed(/^\d{4}-\S+ \{ a: 2 \}$/m);
  await it.end();
});

test("Deno: serves what is held, with the permission for the network alone", async () => {
  const server = await serveFolder(folder, onEnd, '{"a":1}');
  const text = block("deno", { [emulators]: server.url });
  const command = /^\/\/ (deno run .*) (\S+)$/m.exec(text);
  const deno = path.join(root, "node_modules", ".bin", "deno");
  const it = await run(command[2], text, [deno, ...command[1].split(" ").slice(1)], { DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" });
  const [, url] = await it.printed(/(http:\/\/127\.0\.0\.1:\d+)/);
  assert.deepEqual(await (await fetch(url)).json(), { a: 1 });
  await server.write('{"a":2}');
  await until(async () => (await (await fetch(url)).json()).a === 2, "update");
  await it.end();
});

test("a test with the emulator in it passes", async () => {
  const it = await run("shop.test.mjs", block("node-test"), [process.execPath, "--test", "--test-reporter=tap"], { NODE_TEST_CONTEXT: undefined });
  assert.equal(await it.ended(), 0, it.output());
  assert.match(it.output(), /^# pass 1$/m);
});

/** The environment of a program whose `fetch` reaches AWS's host, where an emulator verifies signatures, and besides `others`, an expression. */
async function preloaded(others = "undefined") {
  await writeFile(path.join(folder, "preload.mjs"), `
    import { awsOf, key, verifying } from ${JSON.stringify(path.join(root, "tests/readme/aws.mjs"))};
    import { createEmulator } from "appconfig-edge/emulator";
    const emulator = createEmulator({ ...verifying, configurations: [{ ...${JSON.stringify(flags)}, content: { a: 1 } }] });
    const aws = awsOf(emulator);
    const others = ${others};
    globalThis.fetch = async (url, init) => (await others?.(String(url), init)) ?? aws(new Request(url, init));
  `);
  // Nothing but these: AWS's own provider looks into files and asks the network otherwise.
  return { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey, AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
}

test("signed here: AWS's own provider gives the key, and every signature is right", async () => {
  const env = await preloaded();
  const it = await run("signed.mjs", block("signed"), [process.execPath, "--import", "./preload.mjs"], env);
  assert.equal(await it.ended(), 0, it.output());
  assert.equal(it.output(), "{ a: 1 }\n");

  const wrong = await run("signed.mjs", block("signed"), [process.execPath, "--import", "./preload.mjs"], { ...env, AWS_SECRET_ACCESS_KEY: "another" });
  assert.notEqual(await wrong.ended(), 0, "another key is refused");
});

test("pre-signed: the signer signs what it publishes, and nothing else", async () => {
  await writeFile(path.join(folder, "signer.mjs"), block("signer"));
  const env = await preloaded(`await import("./signer.mjs").then(({ default: signer }) => (url, init) =>
    url === "https://signer.example.com/" ? signer.fetch(new Request(url, init), { ACCESS_KEY_ID: key.accessKeyId, SECRET_ACCESS_KEY: key.secretAccessKey }) : undefined)`);
  const it = await run("sign.mjs", block("sign"), [process.execPath, "--import", "./preload.mjs"], env);
  assert.equal(await it.ended(), 0, it.output());
  assert.equal(it.output(), "{ a: 1 }\n");

  const other = await run("sign.mjs", block("sign", { '"flags"': '"secrets"' }), [process.execPath, "--import", "./preload.mjs"], env);
  await other.printed(/the signer said 403/);
  await other.end();
});

test("a bootstrap goes from a server to a page", async () => {
  const server = await serveFolder(folder, onEnd, '{"a":"</script>"}');
  const it = await run("bootstrap.mjs", block("bootstrap", { [emulators]: server.url }));
  assert.equal(await it.ended(), 0, it.output());
  assert.equal(it.output(), "{ a: '</script>' } bootstrap\n");
});

test("a schema gives the configuration its value, and refuses another one", async () => {
  const server = await serveFolder(folder, onEnd, '{"checkout":true}');
  const text = block("validate", { [emulators]: server.url, '"zod"': JSON.stringify(path.join(root, "node_modules/zod/index.js")) });
  const it = await run("validate.mjs", text);
  assert.equal(await it.ended(), 0, it.output());
  assert.equal(it.output(), "true blue\n");
  const other = await serveFolder(folder, onEnd, '{"checkout":"yes"}');
  const refused = await run("validate.mjs", text.replace(server.url, other.url));
  assert.notEqual(await refused.ended(), 0);
  assert.match(refused.output(), /refused by validate.*checkout/);
});

test("health, usage and hooks tell what they should", async () => {
  const server = await serveFolder(folder, onEnd, '{"a":1}');
  const it = await run("health.mjs", block("health", { [emulators]: server.url }));
  assert.equal(await it.ended(), 0, it.output());
  assert.equal(it.output(), "StartConfigurationSession 201 true\nGetLatestConfiguration 200 true\nready 2 0.0008004\n");
});

test("the two operations by themselves", async () => {
  const server = await serveFolder(folder, onEnd, '{"a":1}');
  const it = await run("operations.mjs", block("operations", { [emulators]: server.url }));
  assert.equal(await it.ended(), 0, it.output());
  assert.equal(it.output(), '{"a":1}\n1\n');
});

test("the policy allows the two operations, on one configuration", () => {
  const { Statement: [statement, ...more] } = JSON.parse(block("policy"));
  assert.deepEqual(more, []);
  assert.deepEqual(statement.Action, ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"]);
  assert.match(statement.Resource, /^arn:aws:appconfig:[a-z0-9-]+:\d{12}:application\/[a-z0-9]{7}\/environment\/[a-z0-9]{7}\/configuration\/[a-z0-9]{7}$/);
});

test("npx appconfig-edge emulate serves the folder", async () => {
  const it = program(onEnd, "sh", ["-ec", block("emulate", { "--port 2774": "--port 0" })], { cwd: folder, env: { npm_config_offline: "true" } });
  const [, url] = await it.printed(/at (http:\/\/\S+)/);
  const { ConfigurationClient } = await import(path.join(folder, "node_modules/appconfig-edge/index.js"));
  const client = new ConfigurationClient({ ...flags, endpoint: url });
  assert.deepEqual((await client.refresh()).json(), { checkout: true });
  await it.end();
});

test("the native example tells of updates", { timeout: 300_000 }, async () => {
  const server = await serveFolder(folder, onEnd, '{"a":1}');
  const it = program(onEnd, "sh", ["-ec", `exec ${block("native", { [emulators]: server.url })}`]);
  await it.printed(/^updated: 7 bytes, application\/json, \d{4}-.*\n\{"a":1\}$/m, 240_000);
  await server.write('{"a":2}');
  await it.printed(/\{"a":2\}$/m);
  await it.end();
});

test("npm start prints an address where a page is", { timeout: 300_000 }, async () => {
  assert.match(block("start"), /^npm start +#/);
  const it = program(onEnd, "npm", ["start", "--", "--port", "0"], { stop: "SIGTERM" });
  const [, url] = await it.printed(/^(http:\/\/\S+)$/m, 240_000);
  assert.match(await (await fetch(url)).text(), /<h1>appconfig-edge<\/h1>/);
  await it.end();
});

test("npm test exists, and knows its steps", async () => {
  assert.match(block("test"), /^npm test +#/);
  const it = program(onEnd, "npm", ["test", "--", "--only", "nothing"]);
  assert.notEqual(await it.ended(), 0);
  assert.match(it.output(), /no step is called nothing: there are .*readme/);
});

test("the commands that make the package are there, and it is called so", () => {
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const [, commands, name] = /^(.*?) +# makes (\S+):/.exec(block("pack"));
  assert.deepEqual(commands.split(" && "), ["npm ci", "npm run build", "npm pack ./pkg"]);
  assert.ok(existsSync(path.join(root, "package-lock.json")) && manifest.scripts.build);
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "./pkg", "--dry-run", "--json", "--loglevel=error"], { cwd: root, encoding: "utf8" }));
  assert.equal(packed.filename, name);
  assert.equal(path.basename(process.env.PACKAGE_TARBALL), name);
});
