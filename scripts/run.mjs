// Running other programs so that none outlives us. Node's own modules only: this runs before anything is installed.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** What is the user's to mend: told as one sentence, without a stack. */
export class Problem extends Error {}

const running = new Set();

/**
 * Runs a program to its end.
 *
 * `show` is "no" (its output is collected), "failure" (shown if it fails), "live" (shown as it comes, and collected).
 * Resolves with `{ code, output }` and never rejects: a program that cannot be started has the code 127.
 */
export function run(command, args, { cwd = root, env = {}, show = "failure" } = {}) {
  return new Promise((resolve) => {
    // A group of its own, so that what the program starts (cargo its rustc, say) can be ended together with it.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);
    const parts = [];
    const take = (stream) => (part) => {
      parts.push(part);
      if (show === "live") stream.write(part);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    child.on("error", (error) => {
      running.delete(child);
      resolve({ code: 127, output: `${command} cannot be started: ${error.message}\n` });
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      const output = Buffer.concat(parts).toString();
      if (code !== 0 && show === "failure" && !ending) process.stderr.write(output);
      resolve({ code: code ?? (signal === "SIGINT" ? 130 : 143), output });
    });
  });
}

/** As `run`, but a failure is a `Problem` that says what could not be done. */
export async function must(what, command, args, options) {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new Problem(`${what} failed: ${[command, ...args].map((word) => path.relative("", word).startsWith("..") ? word : word.replace(root + path.sep, "")).join(" ")}`);
  }
  return result.output;
}

/** A process and everything below it. Groups do not suffice: chromedriver gives its browser a group of its own. */
function family(pid) {
  const children = new Map();
  try {
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        // "pid (name, which may hold spaces and brackets) state parent ..."
        const parent = Number(readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[1]);
        children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
      } catch {
        // It has ended meanwhile.
      }
    }
  } catch {
    // No /proc: the group has to do.
  }
  const members = [pid];
  for (const member of members) members.push(...(children.get(member) ?? []));
  return members;
}

const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
};

/** Ends every program that `run` started: asks, waits two seconds, then insists. */
export async function endAll() {
  const pids = [...running].flatMap(({ pid }) => (pid === undefined ? [] : family(pid)));
  for (const { pid } of running) if (pid !== undefined) signal(-pid, "SIGTERM");
  for (const pid of pids) signal(pid, "SIGTERM");
  const alive = (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const limit = Date.now() + 2000;
  while (Date.now() < limit && pids.some(alive)) await new Promise((resolve) => setTimeout(resolve, 25));
  for (const { pid } of running) if (pid !== undefined) signal(-pid, "SIGKILL");
  for (const pid of pids) signal(pid, "SIGKILL");
}

let ending = false;

/**
 * Runs a script's `main`: a `Problem` is told as one sentence; SIGINT, SIGTERM and SIGHUP end all that was started. The exit code is
 * then 130, 143 or 129, as a shell has it, unless `codeOnSignal` says otherwise. `main` is given a function that takes what else is to
 * be closed.
 */
export function script(main, { codeOnSignal } = {}) {
  const closers = [];
  const end = async (code) => {
    if (ending) return;
    ending = true;
    // Whatever hangs, this ends.
    setTimeout(() => process.exit(code), 5000).unref();
    await Promise.allSettled([endAll(), ...closers.map(async (close) => close())]);
    process.exit(code);
  };
  for (const [name, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]]) {
    process.on(name, () => end(codeOnSignal ?? code));
  }
  process.on("exit", () => {
    for (const { pid } of running) if (pid !== undefined) signal(-pid, "SIGKILL");
  });
  main((close) => closers.push(close)).catch((error) => {
    if (ending) return;
    console.error(error instanceof Problem ? error.message : error);
    end(1);
  });
}

/** "3.2 s" or "1 min 34 s" since a time from `Date.now()`. */
export function since(start) {
  const seconds = (Date.now() - start) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
