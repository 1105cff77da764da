// What all runners have in common: how results are told, and how a program of ours is run. Node only.

import { spawn } from "node:child_process";
import path from "node:path";

/** Collects results; `finish` tells the sum in the line that `npm test` reads, and sets the exit code. */
export function reporter(runtime) {
  let passed = 0;
  let failed = 0;
  const skips = new Map();
  const begin = Date.now();
  return {
    tell({ name, error, skipped, milliseconds }, where) {
      const full = where ? `${name} [${where}]` : name;
      if (skipped) {
        const reason = where ? `${skipped} [${where}]` : skipped;
        skips.set(reason, [...(skips.get(reason) ?? []), name]);
      } else if (error) {
        failed += 1;
        console.log(`FAILED ${full}\n${error.replace(/^/gm, "    ")}`);
      } else {
        passed += 1;
        if (process.env.VERBOSE) console.log(`ok ${full} (${milliseconds} ms)`);
      }
    },
    finish(version) {
      for (const [reason, names] of skips) console.log(`skipped: ${reason}\n${names.map((it) => `    ${it}\n`).join("")}`.trimEnd());
      console.log(`in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
      console.log(`runtime ${runtime} ${version}: ${passed} passed, ${failed} failed`);
      process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
    },
  };
}

/** What no runtime but a browser has, as a world says it in `cannot`. */
export const notABrowser = { origins: "only browsers keep a page from what other origins answer" };

/** Starts a program in a group of its own: npm's deno is a script that starts the real one, a browser has many processes, and all have to end. */
function begin(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  process.on("exit", kill);
  child.on("close", () => process.off("exit", kill));
  return { child, kill };
}

/** Runs a program; gives its exit code (124 if it had to be ended), what it wrote, and how long it ran. `line` gets each line as it comes. */
export function program(command, args, { cwd, env, limit = 20_000, line } = {}) {
  return new Promise((resolve, reject) => {
    const start = Date.now();
    const { child, kill } = begin(command, args, { cwd, env });
    let output = "";
    let rest = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, limit);
    const take = (isOutput) => (part) => {
      output += part;
      if (!isOutput || !line) return;
      const lines = (rest + part).split("\n");
      rest = lines.pop();
      lines.forEach(line);
    };
    child.stdout.setEncoding("utf8").on("data", take(true));
    child.stderr.setEncoding("utf8").on("data", take(false));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? signal), output, milliseconds: Date.now() - start });
    });
  });
}

/**
 * Starts a program that goes on until it is ended. `failed` is told if it ends by itself; `line` gets each line. Gives what ends it, and
 * resolves when it has.
 */
export function keep(command, args, { cwd, env, failed, line = () => {} } = {}) {
  const { child, kill } = begin(command, args, { cwd, env });
  let output = "";
  let rest = "";
  const take = (part) => {
    output = (output + part).slice(-3000);
    const lines = (rest + part).split("\n");
    rest = lines.pop();
    lines.forEach(line);
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  const ended = new Promise((resolve) => {
    child.on("error", (error) => (failed(error), resolve()));
    child.on("close", (code, signal) => (failed(new Error(`${path.basename(command)} ended by itself with ${code ?? signal}:\n${output}`)), resolve()));
  });
  return async () => {
    failed = () => {};
    kill();
    await ended;
  };
}

const MARK = "result ";

/** Runs inside.mjs in a runtime that is a program, and tells its results; gives what the runtime says of itself. */
export async function inside(command, args, { world, cwd, tell }) {
  let version = "unknown";
  let done = false;
  const { code, output } = await program(command, [...args, "suite/inside.mjs"], {
    cwd,
    env: { WORLD: JSON.stringify(world) },
    limit: 120_000,
    line: (line) => {
      if (!line.startsWith(MARK)) return console.log(line);
      const result = JSON.parse(line.slice(MARK.length));
      if (result.version) version = result.version;
      else if (result.done) done = true;
      else tell(result);
    },
  });
  const error = !done ? `it ended with ${code} before its end:\n${output.slice(-3000)}` : code !== 0 ? `it ended with ${code}:\n${output.slice(-3000)}` : undefined;
  tell({ name: "the suite runs to its end, without an uncaught error, and the process ends by itself", error });
  return version;
}
