// npm run bench [-- part …] [--quick]: measures, prints a table a part, and writes what it measured to bench/results.json. With --quick it
// does less and writes nothing: for seeing that it works.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "../scripts/build.mjs";
import { Problem, root, script } from "../scripts/run.mjs";
import { ensureNodeModules } from "../scripts/setup.mjs";
import { print } from "./table.mjs";

const parts = ["size", "poll", "sign", "large", "cold", "memory", "emulator", "price"];
const file = path.join(root, "bench", "results.json");

/** Each part has its own, because it may have been measured alone. */
function surroundings() {
  const { version } = createRequire(import.meta.url)("workerd/package.json");
  return { date: new Date().toISOString().slice(0, 16) + "Z", node: process.versions.node, workerd: version, cpu: `${os.cpus().length} × ${os.cpus()[0].model}` };
}

function previous() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

script(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean", default: false } } });
  const unknown = positionals.filter((name) => !parts.includes(name));
  if (unknown.length > 0) throw new Problem(`there is no part ${unknown.join(", ")}; there are ${parts.join(", ")}`);
  // Each contender's process has a listener of its own, so that none outlives this one.
  process.setMaxListeners(0);
  await ensureNodeModules();
  await build({ names: ["client"] });
  for (const name of parts) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const part = await import(`./parts/${name}.mjs`);
    const results = await part.run(values);
    console.log(`\n${part.title}`);
    print(part.table(results));
    if (values.quick) continue;
    // In the order of the parts, whichever was measured last.
    const all = { ...previous(), [name]: { ...surroundings(), ...results } };
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(parts.filter((each) => all[each]).map((each) => [each, all[each]])), null, 2)}\n`);
  }
});
