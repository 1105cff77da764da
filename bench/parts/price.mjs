// What a day of page loads costs at AWS's list price: people who open a page once, three times or ten times a day, one tab after the other, by a
// clock that is turned by hand; and ten tabs at a time, in Chromium.

import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "../../scripts/build.mjs";
import { round } from "../figures.mjs";
import { launch } from "../hosts/chromium.mjs";
import { each, priceOf } from "../meter.mjs";

export const title = "A day of page loads: sessions, configurations received and requests a load, and dollars at AWS's list price";

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "hosts", "visitors.mjs");
const contenders = { sdk: "AWS SDK", edge: "appconfig-edge, without a store", store: "appconfig-edge, with a store" };
/** Of one visitor and day. */
const frequencies = [1, 3, 10];
const amounts = [1000, 100_000, 1_000_000];
/** Of so many days the last one counts: then whoever comes back has been there before. */
const DAYS = 4;
/** A page lives so long, which is as many intervals. */
const MINUTES = 5;
const TABS = 10;

/** Of one load, and what a day of so many costs. */
function priced(share) {
  const { sessions, received, requests } = share;
  const price = Object.fromEntries(amounts.map((amount) => [amount, Number((priceOf(share) * amount).toPrecision(3))]));
  return { sessions: round(sessions, 4), received: round(received, 4), requests: round(requests, 2), price };
}

async function days(name, loads, loadsOfADay, seed) {
  const options = { visitors: Math.ceil(loadsOfADay / loads), loads, days: DAYS, minutes: MINUTES, seed };
  const { stdout } = await promisify(execFile)(process.execPath, ["--no-warnings", file, name, JSON.stringify(options)]);
  const { loads: counted, ...share } = JSON.parse(stdout);
  return { loads: counted, ...priced(share) };
}

async function tabs(persons) {
  // It wants the emulator's module.
  const { visits } = await import("../hosts/tabs.mjs");
  const browser = await launch();
  const results = { persons, chromiumVersion: browser.version };
  try {
    for (const [name, isKept] of [["edge", false], ["store", true]]) {
      const seen = [];
      for (let person = 0; person < persons; person++) seen.push(await visits(browser, { tabs: TABS, intervals: MINUTES, isKept }));
      const [first, again] = [0, 1].map((visit) => priced(each(persons * TABS, seen.map((meters) => meters[visit]))));
      results[name] = { first, again };
    }
  } finally {
    await browser.close();
  }
  return results;
}

export async function run({ quick }) {
  await build({ names: ["emulator"] });
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  console.log(`SEED=${seed}`);
  const results = { seed, days: DAYS, minutes: MINUTES };
  for (const name of Object.keys(contenders)) {
    results[name] = {};
    for (const loads of frequencies) results[name][loads] = await days(name, loads, quick ? 60 : amounts[0], seed);
  }
  results.tabs = await tabs(quick ? 1 : 5);
  return results;
}

export function table(results) {
  const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD", minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
  const cells = ({ sessions, received, requests, price }) => [
    sessions.toFixed(3),
    received.toFixed(3),
    requests.toFixed(2),
    ...amounts.map((amount) => dollars.format(price[amount])),
  ];
  const of = (label, found) => frequencies.map((loads) => [label, String(loads), ...cells(found[loads])]);
  const together = (label, found) => [[label, `${TABS} at once`, ...cells(found.first)], ["  the second time", `${TABS} at once`, ...cells(found.again)]];
  return [
    ["", "loads a visitor", "sessions", "received", "requests", ...amounts.map((amount) => amount.toLocaleString("en"))],
    ...Object.entries(contenders).flatMap(([name, label]) => of(label, results[name])),
    ...["edge", "store"].flatMap((name) => together(contenders[name], results.tabs[name])),
  ];
}
