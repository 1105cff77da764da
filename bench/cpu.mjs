// CPU time of another process.

import { readdirSync, readFileSync } from "node:fs";

/**
 * In microseconds, all threads together. The scheduler's own count is in nanoseconds; utime and stime in /proc/<pid>/stat come in steps of
 * 10 ms, which would be as much as a cold start costs, so they only serve where a kernel does not have the other.
 */
export function microsecondsOf(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]));
    const sum = threads.reduce((a, b) => a + b, 0);
    if (sum > 0) return sum / 1000;
  } catch {
    // No CONFIG_SCHED_INFO.
  }
  // "pid (name, which may hold spaces) state …": utime and stime are the 14th and 15th, in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
