// The suite in `wrangler dev`, which bundles and serves as its users have it: PACKAGE_TARBALL=… node tests/runtime/run-wrangler.mjs

import { writeFileSync } from "node:fs";
import path from "node:path";
import { within } from "./expect.mjs";
import { installed, nodeOf, root } from "./package.mjs";
import { keep, program, reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";
import { clients, runInside, runOutside } from "./workers.mjs";

const { folder } = installed();
const { server, elsewhere, closed, close } = await startServer();
const { tell, finish } = reporter("wrangler");

// It wants a newer Node than the repository does.
const node = nodeOf("24");
const wrangler = path.join(root, "tests/runtime/versions/node_modules/wrangler/bin/wrangler.js");
// Nothing of it asks the network for anything that the suite needs.
const env = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1", HOME: folder, XDG_CONFIG_HOME: folder, FORCE_COLOR: "0", NO_UPDATE_NOTIFIER: "1" };

/** Serves worker.mjs as somebody does who has just written it; gives its address and what ends it. */
async function serve(name) {
  const config = path.join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify({
    name,
    main: "suite/worker.mjs",
    compatibility_date: "2026-10-01",
    send_metrics: false,
    define: { WORLD: JSON.stringify({ server, elsewhere, closed, clients }) },
    kv_namespaces: [{ binding: "KV", id: "kept" }],
    durable_objects: { bindings: [{ name: "POLLER", class_name: "Poller" }] },
    migrations: [{ tag: "v1", new_classes: ["Poller"] }],
  }));
  let ready;
  const url = new Promise((resolve, reject) => (ready = { resolve, reject }));
  const line = (text) => {
    if (process.env.VERBOSE) console.log(`[${name}] ${text}`);
    const address = text.match(/Ready on (http:\/\/[\w.:]+)/)?.[1];
    if (address) ready.resolve(address);
  };
  const args = ["dev", "--local", "--config", config, "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0", "--show-interactive-dev-session=false", "--persist-to", path.join(folder, `.${name}`)];
  const end = keep(node, [wrangler, ...args], { cwd: folder, env, failed: ready.reject, line });
  return { url: await within(60_000, url, "an address from wrangler dev"), end };
}

const { output } = await program(node, [wrangler, "--version"], { cwd: folder, env });
const [inner, outer] = [await serve("inner"), await serve("outer")];
await Promise.all([runInside({ worker: inner.url, tell }), runOutside({ worker: outer.url, server, tell })]);
await Promise.all([inner.end(), outer.end()]);
await close();
finish(output.match(/\d+\.\d+\.\d+/)?.[0] ?? "unknown");
