// What a browser or a Worker loads: bundled and minified by esbuild, gzip -9, by the same function as `npm run size`.

import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../scripts/run.mjs";
import { bundle, client, weigh } from "../../scripts/size.mjs";

export const title = "Bundles, in bytes";

const contender = (name) => `export * from "${path.join(root, "bench", "contenders", `${name}.mjs`)}";`;

const entries = {
  slim: { label: "appconfig-edge/slim, with its module", contents: `export { ${client}, initialize } from "appconfig-edge/slim";`, module: "client.wasm" },
  edge: { label: "appconfig-edge", contents: `export { ${client} } from "appconfig-edge";` },
  aws4fetch: { label: "aws4fetch and a loop", contents: contender("aws4fetch") },
  sdk: { label: "AWS SDK", contents: contender("sdk") },
  // Node's own modules are left out, so that it can be weighed at all.
  powertools: { label: "Powertools (not in browsers)", contents: contender("powertools"), external: ["node:*"] },
};

export async function run() {
  const results = {};
  for (const [name, { contents, external, module }] of Object.entries(entries)) {
    const parts = [weigh((await bundle(contents, { external })).code)];
    if (module) parts.push(weigh(readFileSync(path.join(root, "pkg", "wasm", module))));
    results[name] = { raw: 0, gzip: 0 };
    for (const { raw, zipped } of parts) {
      results[name].raw += raw;
      results[name].gzip += zipped;
    }
  }
  return results;
}

export function table(results) {
  const number = (value) => value.toLocaleString("en");
  return [["", "raw", "gzip -9"], ...Object.entries(entries).map(([name, { label }]) => [label, number(results[name].raw), number(results[name].gzip)])];
}
