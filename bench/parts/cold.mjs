// From nothing to the first configuration: a workerd or Deno process, or a page of Chromium, is started, gets it and ends, again and again. What
// one costs that does nothing is taken off.

import path from "node:path";
import { middle, noise, round } from "../figures.mjs";
import { bundleForDeno, bundleForPage, bundleForWorkerd } from "../hosts/bundle.mjs";
import { launch } from "../hosts/chromium.mjs";
import { firstInDeno } from "../hosts/deno.mjs";
import { configure, startInWorkerd } from "../hosts/workerd.mjs";
import { startService } from "../service.mjs";
import { small } from "../documents.mjs";
import { root } from "../../scripts/run.mjs";

export const title = "To the first configuration, in ms over a host that does nothing";

const contenders = { empty: "(a host that does nothing)", fetch: "bare fetch", edge: "appconfig-edge", aws4fetch: "aws4fetch and a loop", sdk: "AWS SDK", powertools: "Powertools" };

/** How a contender is made ready in each host, and what gives `{ text, wall, cpu }` of one start. */
const hosts = {
  async workerd(name, { url }) {
    const file = configure(await bundleForWorkerd(name), name, `${url}/unchanged`);
    return async () => {
      const begin = performance.now();
      const worker = await startInWorkerd(file, name);
      try {
        const text = await worker.read();
        return { text, wall: performance.now() - begin, cpu: worker.cpu() / 1000 };
      } finally {
        await worker.close();
      }
    };
  },
  async deno(name, { url }) {
    const file = await bundleForDeno(name);
    return () => firstInDeno(file, `${url}/unchanged`);
  },
  async chromium(name, { url }, browser) {
    const folder = await bundleForPage(name);
    return () => browser.first(`${url}/page/${path.basename(folder)}/`);
  },
};
/** Powertools is for Node, and imports what browsers have not. */
const inHost = (host) => Object.keys(contenders).filter((name) => host !== "chromium" || name !== "powertools");

export async function run({ quick }) {
  const rounds = quick ? 4 : 60;
  const service = await startService(path.join(root, "target", "bench"));
  const browser = await launch();
  const starts = [];
  for (const host of Object.keys(hosts)) {
    const mine = [];
    for (const name of inHost(host)) mine.push({ host, name, once: await hosts[host](name, service, browser), cpu: [], wall: [] });
    // The contenders of a host by turns; one host after the other, because what a page leaves to do would be counted for a Worker. The first of
    // each is not counted: what it reads from the disk is in the memory for all others.
    for (let i = 0; i <= rounds; i++) {
      for (const { name, once, cpu, wall } of mine) {
        const first = await once();
        if (first.text !== (name === "empty" ? "" : small)) throw new Error(`${name} in ${host}: another configuration: ${first.text}`);
        if (i === 0) continue;
        cpu.push(first.cpu);
        wall.push(first.wall);
      }
    }
    starts.push(...mine);
  }
  const { version } = browser;
  await browser.close();
  service.close();
  const results = { starts: rounds, chromiumVersion: version };
  for (const { host, name, cpu, wall } of starts) {
    const empty = name === "empty" ? undefined : starts.find((it) => it.host === host && it.name === "empty");
    const over = (key, values) => round(middle(values) - (empty ? middle(empty[key]) : 0), 1);
    (results[host] ??= {})[name] = { cpu: over("cpu", cpu), cpuError: round(noise(cpu) * middle(cpu), 2), wall: over("wall", wall) };
  }
  return results;
}

export function table(results) {
  const cells = (name, found) => {
    if (!found) return ["", "", ""];
    const sign = name === "empty" ? "" : "+";
    return [`${sign}${found.cpu.toFixed(1)}`, `±${found.cpuError.toFixed(1)}`, `${sign}${found.wall.toFixed(1)}`];
  };
  return [
    ["", ...Object.keys(hosts).flatMap((host) => [`${host}: CPU`, "", "time"])],
    ...Object.entries(contenders).map(([name, label]) => [label, ...Object.keys(hosts).flatMap((host) => cells(name, results[host][name]))]),
  ];
}
