// The emulator under load: `appconfig-edge emulate` as a process of its own, on one core, asked by a second process over keep-alive connections.

import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../../scripts/build.mjs";
import { find } from "../../scripts/setup.mjs";
import { microsecondsOf } from "../cpu.mjs";
import { small } from "../documents.mjs";
import { round } from "../figures.mjs";

export const title = "The emulator on one core: polls a second, CPU a poll, and memory over time";

const here = path.dirname(fileURLToPath(import.meta.url));
/** As many as may be asked without one of them being early, where the interval is a second. */
const SESSIONS = 50_000;
const WARM_UP = 100_000;
const POLLS = 1_000_000;
const STEPS = 9;

const ways = { quiet: { label: "--quiet", args: ["--quiet"] }, lines: { label: "a line for each request, to a file", args: [] } };

/** A command on one core, where that can be had. */
function pinned(core, command) {
  return os.cpus().length > 1 && find(["taskset"]) ? ["taskset", "-c", String(core), ...command] : command;
}

/** What the process holds, in bytes. */
const memoryOf = (pid) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

async function startEmulator(args) {
  const parent = mkdtempSync(path.join(os.tmpdir(), "appconfig-edge-bench-"));
  const folder = path.join(parent, "config");
  mkdirSync(path.join(folder, "shop", "prod"), { recursive: true });
  writeFileSync(path.join(folder, "shop", "prod", "flags.json"), small);
  const output = path.join(parent, "output");
  const cli = path.join(here, "..", "..", "pkg", "cli.js");
  const [command, ...rest] = pinned(0, [process.execPath, cli, "emulate", folder, "--port", "0", "--interval", "1", ...args]);
  const child = spawn(command, rest, { stdio: ["ignore", openSync(output, "w"), "inherit"] });
  const close = async () => {
    const ended = once(child, "exit");
    child.kill();
    await ended;
    rmSync(parent, { recursive: true });
  };
  for (;;) {
    const url = /http:\/\/[\d.]+:\d+/.exec(readFileSync(output, "utf8"))?.[0];
    if (url) return { url, pid: child.pid, close };
    if (child.exitCode !== null) throw new Error("the emulator ended before it served");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whoever asks, on another core: `poll(count)` resolves when so many polls are answered. */
async function startLoad(url, sessions) {
  const child = fork(path.join(here, "..", "load.mjs"), [url, String(sessions)]);
  const answer = async () => {
    const [message] = await Promise.race([once(child, "message"), once(child, "exit").then(() => [{ error: "the load ended" }])]);
    if (message.error) throw new Error(message.error);
    return message;
  };
  await answer();
  return {
    poll: (count) => {
      child.send(count);
      return answer();
    },
    close: () => child.disconnect(),
  };
}

async function measure(args, { sessions, warmUp, polls, steps }) {
  const emulator = await startEmulator(args);
  const started = memoryOf(emulator.pid);
  try {
    const load = await startLoad(emulator.url, sessions);
    await load.poll(warmUp);
    const memory = [memoryOf(emulator.pid)];
    const before = microsecondsOf(emulator.pid);
    let seconds = 0;
    for (let step = 0; step < steps; step++) {
      seconds += (await load.poll((polls - warmUp) / steps)).seconds;
      memory.push(memoryOf(emulator.pid));
    }
    const microseconds = (microsecondsOf(emulator.pid) - before) / (polls - warmUp);
    load.close();
    return { pollsPerSecond: round((polls - warmUp) / seconds), microseconds: round(microseconds, 1), started, memory, polls };
  } finally {
    await emulator.close();
  }
}

export async function run({ quick }) {
  await build({ names: ["emulator"] });
  const long = { sessions: SESSIONS, warmUp: WARM_UP, polls: POLLS, steps: STEPS };
  const short = { sessions: SESSIONS, warmUp: 60_000, polls: 200_000, steps: 2 };
  // Only one of them needs the million.
  return { quiet: await measure(ways.quiet.args, quick ? short : long), lines: await measure(ways.lines.args, short) };
}

export function table(results) {
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  const cells = ({ pollsPerSecond, microseconds, started, memory, polls }) => [
    pollsPerSecond.toLocaleString("en"),
    `${microseconds.toFixed(0)} µs`,
    Math.floor(1e6 / microseconds).toLocaleString("en"),
    megabytes(started),
    megabytes(memory[0]),
    `${megabytes(memory.at(-1))} after ${polls.toLocaleString("en")}`,
  ];
  return [["", "polls a second", "CPU a poll", "so at most", "RSS at its start", "warmed up", "at the end"], ...Object.entries(ways).map(([name, { label }]) => [label, ...cells(results[name])])];
}
