// The suite in workerd: PACKAGE_TARBALL=… node tests/runtime/run-workerd.mjs

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { installed } from "./package.mjs";
import { reporter } from "./runner.mjs";
import { startServer } from "./server.mjs";
import { clients, runInside, runOutside } from "./workers.mjs";

const { folder } = installed();
const { server, elsewhere, closed, close } = await startServer();
const { tell, finish } = reporter("workerd");

/** Bundles as wrangler does: the condition `workerd`, and a .wasm file as a module. */
async function worker(name, compatibilityDate) {
  const outdir = path.join(folder, name);
  await build({
    entryPoints: [path.join(folder, "suite", `${name}.mjs`)],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    external: ["cloudflare:*"],
    define: { WORLD: JSON.stringify({ server, elsewhere, closed, clients }) },
    logLevel: "warning",
  });
  const files = readdirSync(outdir).sort((a, b) => Number(b.endsWith(".mjs")) - Number(a.endsWith(".mjs")));
  const modules = files.map((file) => ({
    type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: path.join(outdir, file),
    contents: readFileSync(path.join(outdir, file)),
  }));
  const durableObjects = name === "worker" ? { POLLER: "Poller" } : {};
  const miniflare = new Miniflare({ modules, modulesRoot: outdir, compatibilityDate, durableObjects, kvNamespaces: ["KV"], host: "127.0.0.1", port: 0 });
  return { miniflare, url: (await miniflare.ready).origin };
}

const { version } = createRequire(import.meta.url)("workerd/package.json");
const newest = `${version.split(".")[1].replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3")}`;
const [inner, outer] = [await worker("worker", newest), await worker("worker", newest)];
const slim = await worker("worker-slim", "2024-01-01");

await Promise.all([runInside({ worker: inner.url, tell }), runOutside({ worker: outer.url, server, tell })]);
const answer = await fetch(slim.url).then((response) => response.text());
tell({ name: "worker: slim at an old compatibility date", error: answer === "{\"configuration\":{\"colour\":\"blue\"}}" ? undefined : answer });

await Promise.all([inner.miniflare.dispose(), outer.miniflare.dispose(), slim.miniflare.dispose()]);
await close();
finish(version);
