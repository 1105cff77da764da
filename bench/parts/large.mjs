// The CPU of a poll that brings another 2 MB of JSON, in Node.

import { noise, median, round } from "../figures.mjs";
import { startInNode } from "../hosts/node.mjs";
import { startService } from "../service.mjs";

export const title = "CPU of a poll that brings another 2 MB of JSON, in Node, in ms (and against bare fetch with JSON.parse)";

// json() freezes what it gives, deeply: nobody's change to it is everybody's. Who reads as text or bytes does not pay for that.
const contenders = {
  fetch: { label: "bare fetch and JSON.parse", module: "fetch" },
  edge: { label: "appconfig-edge (it parses to validate)", module: "edge" },
  read: { label: "appconfig-edge, and json() is read", module: "edge", reads: true },
  sdk: { label: "AWS SDK and JSON.parse", module: "sdk" },
};
const WARM_UP = 20;
const POLLS = 10;

export async function run({ quick }) {
  const rounds = quick ? 3 : 15;
  const service = await startService();
  const running = {};
  const costs = {};
  for (const [name, { module }] of Object.entries(contenders)) {
    running[name] = await startInNode(module, `${service.url}/large`);
    await running[name].poll(WARM_UP);
    costs[name] = [];
  }
  for (let i = 0; i < rounds; i++) {
    for (const [name, { reads }] of Object.entries(contenders)) costs[name].push(await running[name].poll(POLLS, reads));
  }
  // Every poll brought another, so after as many of them all hold the same.
  const held = new Set(await Promise.all(Object.values(running).map((it) => it.read())));
  if (held.size !== 1) throw new Error("not all hold the same configuration");
  for (const it of Object.values(running)) it.close();
  service.close();
  const results = { polls: POLLS * rounds };
  for (const [name, values] of Object.entries(costs)) {
    const ratios = values.map((value, i) => value / costs.fetch[i]);
    results[name] = { milliseconds: round(median(values) / 1000, 1), noise: round(noise(values), 3), ratio: round(median(ratios), 2) };
  }
  return results;
}

export function table(results) {
  return [
    ["", "Node", "", ""],
    ...Object.entries(contenders).map(([name, { label }]) => {
      const { milliseconds, ratio, noise: share } = results[name];
      return [label, milliseconds.toFixed(1), `${ratio.toFixed(2)}×`, `±${(share * 100).toFixed(1)} %`];
    }),
  ];
}
