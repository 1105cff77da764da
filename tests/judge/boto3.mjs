// boto3 for the judge's tests. Its virtual environment is made once, in target/, from PyPI.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const VERSION = "1.44.5";
const script = fileURLToPath(new URL("./boto3_client.py", import.meta.url));
const environment = fileURLToPath(new URL(`../../target/boto3-${VERSION}`, import.meta.url));

/** Python with boto3, or why there is none. */
async function prepare() {
  const python = path.join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (existsSync(python)) return { python };
  const execute = promisify(execFile);
  // Made elsewhere and renamed, so that what was interrupted is not taken for whole; only `python` and `-m` are used, which survive that.
  const making = `${environment}.${process.pid}`;
  try {
    await execute("python3", ["-m", "venv", making]);
    await execute(path.join(making, path.relative(environment, python)), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `boto3==${VERSION}`], { timeout: 120_000 });
    await rename(making, environment);
    return { python };
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (existsSync(python)) return { python };
    return { skip: `boto3 ${VERSION} cannot be installed with python3: ${(error.stderr || error.message).trim().split("\n").at(-1)}` };
  }
}

const { python, skip = false } = await prepare();
/** Why there is no boto3, or false. */
export { skip };

/** A client at `url`: a function that makes a call, and gives its result. `options` are those of boto3_client.py. */
export function boto3(t, url, options = {}) {
  const child = spawn(python, [script, url, JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => child.kill());
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (operation, input) => {
    child.stdin.write(`${JSON.stringify({ operation, input })}\n`);
    const { value, done } = await lines.next();
    assert.ok(!done, "boto3 ended");
    return JSON.parse(value);
  };
}
