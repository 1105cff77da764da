// The CPU of one signature of a poll, in Node and in workerd, and what a hundred thousand of them leave behind in Node.

import { noise, median, round } from "../figures.mjs";
import { bundleForWorkerd } from "../hosts/bundle.mjs";
import { startInNode } from "../hosts/node.mjs";
import { configure, startInWorkerd } from "../hosts/workerd.mjs";

export const title = "CPU of one signature, in µs";

const contenders = { "sign-edge": "appconfig-edge", "sign-smithy": "@smithy/signature-v4", "sign-aws4fetch": "aws4fetch" };
const WARM_UP = 3000;
const COUNT = 1000;

const hosts = {
  node: startInNode,
  workerd: async (name, endpoint) => startInWorkerd(configure(await bundleForWorkerd(name), name, endpoint), name),
};

export async function run({ quick }) {
  const rounds = quick ? 5 : 40;
  const results = { signatures: COUNT * rounds };
  for (const [host, start] of Object.entries(hosts)) {
    const running = {};
    const costs = {};
    for (const name of Object.keys(contenders)) {
      running[name] = await start(name, "");
      await running[name].poll(WARM_UP);
      const signed = JSON.parse(await running[name].read());
      if (!/^AWS4-HMAC-SHA256 Credential=.+, Signature=[0-9a-f]{64}$/.test(signed.authorization)) throw new Error(`${name}: no signature`);
      costs[name] = [];
    }
    for (let i = 0; i < rounds; i++) {
      for (const name of Object.keys(contenders)) costs[name].push(await running[name].poll(COUNT));
    }
    results[host] = {};
    for (const name of Object.keys(contenders)) {
      results[host][name] = { microseconds: round(median(costs[name]), 1), noise: round(noise(costs[name]), 3) };
      await running[name].close();
    }
  }
  return results;
}

export function table(results) {
  const cells = ({ microseconds, noise: share }) => [microseconds.toFixed(1), `±${(share * 100).toFixed(1)} %`];
  return [["", "Node", "", "workerd", ""], ...Object.entries(contenders).map(([name, label]) => [label, ...cells(results.node[name]), ...cells(results.workerd[name])])];
}
