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
 * `show` is "no" (its output is collected), "failure" (shown if it fails), "live" (shown as it comes, and collected). `seen` is given each
 * piece of its output as it comes.
 * Resolves with `{ code, output, stdout }` (`output` has both streams) and never rejects: a program that cannot be started has the code 127, one that does not end within its
 * limit is ended and has 124.
 */
export function run(command, args, { cwd = root, env = {}, show = "failure", seen, limitInMinutes } = {}) {
  return new Promise((resolve) => {
    // While all is being ended nothing is begun, and who waits is not told: it would go on with its next step.
    if (ending) return;
    // A group of its own, so that what the program starts (cargo its rustc, say) can be ended together with it.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);
    let late = false;
    const timer = limitInMinutes && setTimeout(() => {
      late = true;
      end([child]);
    }, limitInMinutes * 60_000);
    const parts = [];
    const proper = [];
    const take = (stream) => (part) => {
      parts.push(part);
      if (stream === process.stdout) proper.push(part);
      if (show === "live") stream.write(part);
      seen?.(part);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    child.on("error", (error) => {
      running.delete(child);
      clearTimeout(timer);
      resolve({ code: 127, output: `${command} cannot be started: ${error.message}\n`, stdout: "" });
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      clearTimeout(timer);
      const output = Buffer.concat(parts).toString() + (late ? `ended after ${limitInMinutes} minutes without a result\n` : "");
      if (ending) return;
      if (code !== 0 && show === "failure") process.stderr.write(output);
      resolve({ code: late ? 124 : (code ?? (signal === "SIGINT" ? 130 : 143)), output, stdout: Buffer.concat(proper).toString() });
    });
  });
}

/** As `run`, but resolves with what the program wrote to its standard output; a failure is a `Problem` that says what could not be done. */
export async function must(what, command, args, options) {
  const { code, stdout } = await run(command, args, options);
  if (code !== 0) throw new Problem(`${what} failed (exit code ${code})`);
  return stdout;
}

/** A process and everything below it. Groups do not suffice: chromedriver gives its browser a group of its own. */
export function family(pid) {
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

/** Whether a process runs. One that has ended does not, however long it takes whoever inherited it to notice. */
export function alive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true; // No /proc, or it has just ended: who asks again will see.
  }
}

/** Ends programs that `run` started, with all that they started: asks, waits two seconds, then insists. */
async function end(children) {
  const heads = children.map(({ pid }) => pid).filter((pid) => pid !== undefined);
  const pids = heads.flatMap(family);
  for (const pid of [...heads.map((pid) => -pid), ...pids]) signal(pid, "SIGTERM");
  const wait = async (milliseconds, busy) => {
    for (const limit = Date.now() + milliseconds; busy() && Date.now() < limit; ) await new Promise((resolve) => setTimeout(resolve, 25));
  };
  // Until its last words have come, too.
  await wait(2000, () => pids.some(alive) || children.some((child) => running.has(child)));
  for (const pid of [...heads.map((pid) => -pid), ...pids]) signal(pid, "SIGKILL");
  // That takes a moment on a busy machine, and who called this says next that all is over.
  await wait(1000, () => pids.some(alive));
}

let ending = false;

/**
 * Runs a script's `main`: a `Problem` is told as one sentence; SIGINT, SIGTERM and SIGHUP end all that was started. The exit code is
 * then 130, 143 or 129, as a shell has it, unless `codeOnSignal` says otherwise. `main` is given a function that takes what else is to
 * be closed.
 */
export function script(main, { codeOnSignal } = {}) {
  const closers = [];
  const leave = async (code) => {
    if (ending) return;
    ending = true;
    // Whatever hangs, this ends.
    setTimeout(() => process.exit(code), 5000).unref();
    await Promise.allSettled([end([...running]), ...closers.map(async (close) => close())]);
    process.exit(code);
  };
  for (const [name, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]]) {
    process.on(name, () => leave(codeOnSignal ?? code));
  }
  // npm that is killed outright takes nobody with it. (The scripts in package.json begin with `exec`, because npm passes signals on to its
  // shell alone, and dash then ends without its child.)
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && leave(codeOnSignal ?? 143), 500).unref();
  }
  process.on("exit", () => {
    for (const { pid } of running) if (pid !== undefined) signal(-pid, "SIGKILL");
  });
  const start = async () => {
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major < 20 || (major === 20 && minor < 19)) throw new Problem(`Node ${process.versions.node} is too old: 20.19 or newer is needed`);
    await main((close) => closers.push(close));
  };
  start().catch((error) => {
    if (ending) return;
    console.error(error instanceof Problem ? error.message : error);
    leave(1);
  });
}

/** "3.2 s" or "1 min 34 s" since a time from `Date.now()`. */
export function since(start) {
  const seconds = (Date.now() - start) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
