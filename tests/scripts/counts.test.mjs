import assert from "node:assert/strict";
import { test } from "node:test";
import { count } from "../../scripts/counts.mjs";

test("cargo test is counted over all its binaries", () => {
  const output = [
    "running 3 tests",
    "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
    "test result: FAILED. 5 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
  ].join("\n");
  assert.deepEqual(count("cargo", output, 101), { passed: 8, failed: 2 });
});

test("node --test is counted from its summary, in both of its forms, cancelled tests as failed", () => {
  const spec = "✔ a (1ms)\nℹ tests 4\nℹ suites 0\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\nℹ todo 0\n";
  assert.deepEqual(count("node", spec, 1), { passed: 2, failed: 2 });
  assert.deepEqual(count("node", spec.replaceAll("ℹ", "#"), 1), { passed: 2, failed: 2 });
  assert.deepEqual(count("node", "\x1b[34mℹ pass 7\x1b[39m\n\x1b[34mℹ fail 0\x1b[39m\n", 0), { passed: 7, failed: 0 });
});

test("a runtime's runner is counted from its line alone", () => {
  const output = "ℹ pass 9\nruntime deno 2.9.6: 12 passed, 0 failed\n";
  assert.deepEqual(count("runtime", output, 0), { passed: 12, failed: 0 });
  assert.deepEqual(count("runtime", output.replace("0 failed", "3 failed"), 1), { passed: 12, failed: 3 });
});

test("a plain line is counted once, the last one", () => {
  assert.deepEqual(count("plain", "1 passed, 1 failed\n6 passed, 0 failed\n", 0), { passed: 6, failed: 0 });
});

test("a command may be one test", () => {
  assert.deepEqual(count("exit", "", 0), { passed: 1, failed: 0 });
  assert.deepEqual(count("exit", "", 2), { passed: 0, failed: 1 });
});

test("to fail without a failed test is a failure, and so is to run no test", () => {
  assert.deepEqual(count("cargo", "error: could not compile", 101), { passed: 0, failed: 1 });
  assert.deepEqual(count("cargo", "test result: ok. 3 passed; 0 failed;", 101), { passed: 3, failed: 1 });
  assert.deepEqual(count("node", "ℹ pass 0\nℹ fail 0\n", 0), { passed: 0, failed: 1 });
  assert.deepEqual(count("runtime", "", 0), { passed: 0, failed: 1 });
});
