// A contender in a Node process of its own.

import { fork } from "node:child_process";
import { once } from "node:events";
import { bundleForNode } from "./bundle.mjs";

export async function startInNode(contender, endpoint) {
  const child = fork(await bundleForNode(contender), [], { execArgv: ["--no-warnings"], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`${contender} in Node: ended with ${code}`)));
  ended.catch(() => {}); // at the end it is meant to
  const order = async (name, more = {}) => {
    const answer = once(child, "message");
    child.send({ order: name, ...more });
    const [{ error, ...result }] = await Promise.race([answer, ended]);
    if (error) throw new Error(`${contender} in Node: ${error}`);
    return result;
  };
  await order("open", { endpoint });
  return {
    poll: async (count, reads = false) => (await order("poll", { count, reads })).microseconds,
    read: async () => (await order("read")).value,
    close: () => child.disconnect(),
  };
}
