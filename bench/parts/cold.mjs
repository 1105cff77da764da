// From nothing to the first configuration in workerd: a process is started, loads the Worker and answers one request, again and again. What a
// Worker costs that does nothing is taken off.

import { noise, median, round } from "../figures.mjs";
import { bundleForWorkerd } from "../hosts/bundle.mjs";
import { configure, startInWorkerd } from "../hosts/workerd.mjs";
import { startService } from "../service.mjs";
import { small } from "../documents.mjs";

export const title = "To the first configuration in workerd, in ms over a Worker that does nothing";

const contenders = { empty: "(a Worker that does nothing)", fetch: "bare fetch", edge: "appconfig-edge", aws4fetch: "aws4fetch and a loop", sdk: "AWS SDK", powertools: "Powertools" };

async function once(file, name) {
  const begin = performance.now();
  const worker = await startInWorkerd(file, name);
  try {
    const value = await worker.read();
    const milliseconds = performance.now() - begin;
    if (value !== (name === "empty" ? "" : small)) throw new Error(`${name}: another configuration`);
    return { cpu: worker.cpu() / 1000, wall: milliseconds };
  } finally {
    await worker.close();
  }
}

export async function run({ quick }) {
  const rounds = quick ? 8 : 80;
  const service = await startService();
  const files = {};
  const all = {};
  for (const name of Object.keys(contenders)) {
    files[name] = configure(await bundleForWorkerd(name), name, `${service.url}/unchanged`);
    await once(files[name], name);
    all[name] = { cpu: [], wall: [] };
  }
  for (let i = 0; i < rounds; i++) {
    for (const name of Object.keys(contenders)) {
      const { cpu, wall } = await once(files[name], name);
      all[name].cpu.push(cpu);
      all[name].wall.push(wall);
    }
  }
  service.close();
  const results = { starts: rounds };
  for (const [name, { cpu, wall }] of Object.entries(all)) {
    results[name] = { cpu: round(median(cpu) - (name === "empty" ? 0 : median(all.empty.cpu)), 1), wall: round(median(wall) - (name === "empty" ? 0 : median(all.empty.wall)), 1), cpuError: round(noise(cpu) * median(cpu), 2) };
  }
  return results;
}

export function table(results) {
  return [
    ["", "CPU", "", "time"],
    ...Object.entries(contenders).map(([name, label]) => {
      const { cpu, cpuError, wall } = results[name];
      const sign = name === "empty" ? "" : "+";
      return [label, `${sign}${cpu.toFixed(1)}`, `±${cpuError.toFixed(1)}`, `${sign}${wall.toFixed(1)}`];
    }),
  ];
}
