// When a process ends by itself, which can only be seen from outside. Node only; the programs run in Node and in Deno.

import { program } from "./runner.mjs";

const BLUE = "{\"colour\":\"blue\"}";

/** What each of programs.mjs has to write before "done". */
const expected = {
  idle: [BLUE],
  failing: ["network"],
  polling: ["under way"],
  starting: [BLUE],
  refreshing: ["timed-out"],
  updating: ["blue green"],
  keeping: ["done", "blue", "green"],
  aborting: ["not-ready", "AbortError"],
  sockets: [BLUE],
};

/** What `collecting` has to write before "done", where a flag lets a program collect garbage. */
const collected = ["headers", "idle", "total"].map((limit) => `${limit} timed-out, and the connection is closed`);
collected.push("start() AbortError", "stop(), and the connection is closed");

/** A process that nothing holds ends at once; this is for a busy machine. */
const PROMPTLY = 3000;

async function ends(command, args, name, words, cwd) {
  const lines = [];
  let last;
  const { code, output } = await program(command, args, {
    cwd,
    line: (line) => {
      lines.push(line);
      last = Date.now();
    },
  });
  const lingered = Date.now() - last;
  if (code !== 0) return `expected exit code 0, got ${code}: ${output}`;
  if ([...lines].sort().join() !== [...new Set(["done", ...words])].sort().join()) return `expected ${words}, got ${output}`;
  if (lingered > PROMPTLY) return `it ended ${lingered} ms after its last word`;
}

async function stays(command, args, cwd) {
  const { code, output } = await program(command, args, { cwd, limit: 4000 });
  if (code !== 124) return `expected it to go on, but it ended with ${code}: ${output}`;
  if (!output.includes("waiting")) return `expected it to wait, got ${output}`;
}

/** Runs all of them by `command`, two at a time, and tells how it went. `collect` is the flag that lets a program collect garbage. */
export async function runPrograms(runtime, command, flags, { cwd, server, tell, collect }) {
  const runs = [
    ...Object.entries(expected).map(([name, words]) => [name, () => ends(command, [...flags, "suite/programs.mjs", name, server], name, words, cwd)]),
    ["waiting", () => stays(command, [...flags, "suite/programs.mjs", "waiting"], cwd)],
    ...(collect ? [["collecting", () => ends(command, [...flags, collect, "suite/programs.mjs", "collecting", server], "collecting", collected, cwd)]] : []),
    ["require()", () => ends(command, [...flags, "suite/require.cjs"], "require", [BLUE], cwd)],
  ];
  const work = async () => {
    for (let run; (run = runs.shift()); ) {
      const begin = Date.now();
      tell({ name: `process: ${run[0]}`, error: await run[1](), milliseconds: Date.now() - begin });
    }
  };
  await Promise.all([work(), work()]);
}
