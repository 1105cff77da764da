import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { run } from "../../scripts/run.mjs";
import { processes, program, root } from "./program.mjs";

const folder = mkdtempSync(path.join(os.tmpdir(), "appconfig-edge-run-"));
after(() => rmSync(folder, { recursive: true }));
const linux = { skip: process.platform !== "linux" && "it looks into /proc" };

/** A script of ours that starts `command` and waits for it. */
function scriptThatRuns(command, options) {
  const file = path.join(folder, `${Math.random()}.mjs`);
  writeFileSync(file, `import { run, script } from ${JSON.stringify(path.join(root, "scripts/run.mjs"))};
    script(async () => { console.log("started"); await run("bash", ["-c", ${JSON.stringify(command)}]); }, ${JSON.stringify(options ?? {})});`);
  return program(process.execPath, file);
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
  test(`${signal} ends what a script has started, however deep and deaf, with ${code}`, linux, async () => {
    const mark = `90${process.pid}${code}`;
    // One in its parent's group, one in a group of its own, one that does not listen.
    const it = scriptThatRuns(`sleep ${mark} & setsid --wait sleep ${mark} & (trap "" TERM; sleep ${mark}; sleep ${mark}) & wait`);
    await it.printed(/started/);
    while (processes(mark).length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    const begin = Date.now();
    it.kill(signal);
    assert.equal((await it.ended).code, code);
    assert.ok(Date.now() - begin < 4000, `it took ${Date.now() - begin} ms`);
    assert.deepEqual(processes(mark), []);
  });
}

test("a script that ends on purpose by a signal may end with 0", async () => {
  const it = scriptThatRuns("sleep 1000", { codeOnSignal: 0 });
  await it.printed(/started/);
  it.kill("SIGTERM");
  assert.equal((await it.ended).code, 0);
});

test("a program that does not end within its limit is ended", async () => {
  const { code, output } = await run("bash", ["-c", "echo before; sleep 1000"], { show: "no", limitInMinutes: 0.005 });
  assert.equal(code, 124);
  assert.match(output, /^before\nended after/);
});

test("a program that cannot be started is a failure and no exception", async () => {
  assert.equal((await run("there-is-no-such-program", [], { show: "no" })).code, 127);
});

test("a problem is told as one sentence", async () => {
  const file = path.join(folder, "problem.mjs");
  writeFileSync(file, `import { Problem, script } from ${JSON.stringify(path.join(root, "scripts/run.mjs"))};
    script(async () => { throw new Problem("the cheese is missing"); });`);
  const { code, output } = await program(process.execPath, file).ended;
  assert.equal(code, 1);
  assert.equal(output, "the cheese is missing\n");
});

test("the lock file names no host", () => {
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  assert.deepEqual(Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined), []);
});

test("npm test refuses a step that does not exist, and names those that do", async () => {
  const { code, output } = await program(process.execPath, "scripts/test.mjs", "--only", "core,nonsense").ended;
  assert.equal(code, 1);
  assert.match(output, /^no step is called nonsense: there are format, clippy, core, /);
});

test("npm test ends with the sum alone on its last line, and its exit code agrees", async () => {
  const { code, output } = await program(process.execPath, "scripts/test.mjs", "--only", "format").ended;
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(output.trimEnd().split("\n").at(-1));
  assert.equal(Number(passed) + Number(failed), 3);
  assert.equal(code, failed === "0" ? 0 : 1);
});
