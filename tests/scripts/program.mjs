// A program under test: what it has printed so far, its end, and what is below it.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

export function program(command, ...args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const waiting = new Set();
  const look = () => waiting.forEach((wait) => wait());
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part) => {
      output += part;
      look();
    });
  }
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, output })));
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    ended,
    output: () => output,
    lines: () => output.split("\n"),
    /** Resolves with the match as soon as the output matches, and rejects if the program ends before. */
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const wait = () => {
          const match = pattern.exec(output);
          if (!match) return;
          waiting.delete(wait);
          resolve(match);
        };
        waiting.add(wait);
        wait();
        ended.then(() => reject(new Error(`it ended without printing ${pattern}:\n${output}`)));
      }),
  };
}

/** The processes that have this text in their command line. */
export function processes(text) {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  });
}
