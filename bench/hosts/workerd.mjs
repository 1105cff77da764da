// A contender in a workerd process of its own: workerd alone, without wrangler or miniflare before it, so that what is measured is the Worker.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import workerd from "workerd";
import { microsecondsOf } from "../cpu.mjs";

// What these are told to set by their own documentation.
const needsNode = new Set(["sdk", "powertools"]);

/** Writes the configuration beside the bundle. */
export function configure({ folder, modules }, contender, endpoint) {
  const list = modules.map((name) => `(name = "${name}", ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "${name}")`);
  const file = path.join(folder, "workerd.capnp");
  writeFileSync(file, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${list.join(", ")}],
      compatibilityDate = "${workerd.compatibilityDate}",
      compatibilityFlags = [${needsNode.has(contender) ? '"nodejs_compat"' : ""}],
      bindings = [(name = "ENDPOINT", text = "${endpoint}")],
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`);
  return file;
}

/** Asks on a connection that is kept: resolves with the text. */
function ask(agent, port, target) {
  return new Promise((resolve, reject) => {
    http.get({ agent, host: "127.0.0.1", port, path: target }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(text));
      });
    }).on("error", reject);
  });
}

export async function startInWorkerd(file, contender) {
  const child = spawn(workerd.default, ["serve", file, "--control-fd=3"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const exited = once(child, "exit");
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const [message] = await Promise.race([once(child.stdio[3], "data"), exited.then(() => Promise.reject(new Error(`${contender}: workerd ended`)))]);
  const { port } = JSON.parse(String(message).split("\n")[0]);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const cpu = () => microsecondsOf(child.pid);
  return {
    cpu,
    async poll(count) {
      const before = cpu();
      await ask(agent, port, `/poll?count=${count}`);
      return (cpu() - before) / count;
    },
    read: () => ask(agent, port, "/"),
    async close() {
      agent.destroy();
      process.off("exit", end);
      end();
      await exited;
    },
  };
}
