// npm start [-- --port N]: sets up, builds, and serves the page and the emulator on www/sample-config. The page's address is printed alone
// on a line, and nothing else is an address alone on a line. Ended by SIGINT or SIGTERM, which is how it is meant to end, it exits with 0.

import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { Problem, root, script } from "./run.mjs";
import { ensureNodeModules } from "./setup.mjs";

function port() {
  let values;
  try {
    ({ values } = parseArgs({ options: { port: { type: "string", default: "8080" } } }));
  } catch (error) {
    throw new Problem(`${error.message.split(". ")[0]}: npm start [-- --port N]`);
  }
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Problem(`--port ${values.port}: a number from 0 (any free port) to 65535 is expected`);
  return port;
}

const main = async (close) => {
  const wanted = port();
  const module = path.join(root, "www", "serve.mjs");
  if (!existsSync(module)) throw new Problem("the page cannot be served: www/serve.mjs is missing");
  await ensureNodeModules();
  await build();
  const { serve } = await import(module);
  let server;
  try {
    server = await serve({ port: wanted, host: "127.0.0.1", folder: path.join(root, "www", "sample-config") });
  } catch (error) {
    if (error.code === "EADDRINUSE") throw new Problem(`port ${wanted} is taken: npm start -- --port 0 takes any free one`);
    if (error.code === "EACCES") throw new Problem(`port ${wanted} may not be used by this user: npm start -- --port 0 takes any free one`);
    throw error;
  }
  close(() => server.close());
  console.log("serving www/sample-config: open the page, edit a file there, and watch the update arrive (Ctrl-C ends)");
  console.log(server.url);
};

script(main, { codeOnSignal: 0 });
