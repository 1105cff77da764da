// The CPU of an unchanged poll, in Node and in workerd: what a client does all day.

import { noise, median, round } from "../figures.mjs";
import { bundleForWorkerd } from "../hosts/bundle.mjs";
import { startInNode } from "../hosts/node.mjs";
import { configure, startInWorkerd } from "../hosts/workerd.mjs";
import { startService } from "../service.mjs";
import { small } from "../documents.mjs";

export const title = "CPU of an unchanged poll, in µs (and against bare fetch)";

const contenders = {
  fetch: "bare fetch",
  "fetch-bounded": "bare fetch, time limit, no redirect, no cache",
  edge: "appconfig-edge",
  "edge-signed": "appconfig-edge, signed here",
  aws4fetch: "aws4fetch and a loop",
  sdk: "AWS SDK",
  powertools: "Powertools",
};
const WARM_UP = 1500;
const POLLS = 500;

const hosts = {
  node: startInNode,
  workerd: async (name, endpoint) => startInWorkerd(configure(await bundleForWorkerd(name), name, endpoint), name),
};

/** A contender that asked less often than it was told to would win by not running. */
async function counted(service, count, act) {
  const before = (await service.counts()).polls;
  const result = await act();
  const polls = (await service.counts()).polls - before;
  if (polls !== count) throw new Error(`${polls} polls instead of ${count}`);
  return result;
}

async function measure(service, start, rounds) {
  const running = {};
  const costs = {};
  for (const name of Object.keys(contenders)) {
    running[name] = await start(name, `${service.url}/unchanged`);
    if ((await running[name].read()) !== small) throw new Error(`${name}: another configuration`);
    await running[name].poll(WARM_UP);
    costs[name] = [];
  }
  for (let i = 0; i < rounds; i++) {
    for (const name of Object.keys(contenders)) costs[name].push(await counted(service, POLLS, () => running[name].poll(POLLS)));
  }
  for (const name of Object.keys(contenders)) {
    if ((await running[name].read()) !== small) throw new Error(`${name}: another configuration`);
    await running[name].close();
  }
  return costs;
}

export async function run({ quick }) {
  const rounds = quick ? 5 : 40;
  const service = await startService();
  const results = { polls: POLLS * rounds };
  for (const [host, start] of Object.entries(hosts)) {
    const costs = await measure(service, start, rounds);
    results[host] = {};
    for (const [name, values] of Object.entries(costs)) {
      // Against the floor of the same round, so that a machine that is busy for a while does not count.
      const ratios = values.map((value, i) => value / costs.fetch[i]);
      results[host][name] = { microseconds: round(median(values), 1), noise: round(noise(values), 3), ratio: round(median(ratios), 2) };
    }
  }
  service.close();
  return results;
}

export function table(results) {
  const cells = ({ microseconds, ratio, noise: share }) => [microseconds.toFixed(0), `${ratio.toFixed(2)}×`, `±${(share * 100).toFixed(1)} %`];
  return [
    ["", "Node", "", "", "workerd", "", ""],
    ...Object.entries(contenders).map(([name, label]) => [label, ...cells(results.node[name]), ...cells(results.workerd[name])]),
  ];
}
