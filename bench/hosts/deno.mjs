// From nothing to the first configuration in a Deno process.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/run.mjs";
import { microsecondsOf } from "../cpu.mjs";

// The binary itself: what npm puts on the PATH is a Node process before it.
let deno;
async function binary() {
  const { stdout } = await promisify(execFile)(path.join(root, "node_modules", ".bin", "deno"), ["eval", "console.log(Deno.execPath())"]);
  return stdout.trim();
}

/** Resolves with the text that was handed over, the CPU time and the time that it took. */
export async function firstInDeno(file, endpoint) {
  deno ??= await binary();
  const begin = performance.now();
  const child = spawn(deno, ["run", "--allow-all", "--no-prompt", "--node-modules-dir=manual", file, endpoint], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" } });
  const exited = once(child, "exit");
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  try {
    const text = await Promise.race([once(child.stdout, "data").then(String), exited.then(() => Promise.reject(new Error(`${file}: Deno ended`)))]);
    return { text: text.trim(), wall: performance.now() - begin, cpu: microsecondsOf(child.pid) / 1000 };
  } finally {
    process.off("exit", end);
    end();
    await exited;
  }
}
