// The page's address: which endpoint, which profiles, which prices. A reload shows the same, and a link shows it to somebody else.
//
//   ?application=shop&environment=prod&profile=flags     the profile that is shown, or part of it
//   &watch=shop/prod/texts&watch=…                       all that are watched, where there are several; each part percent-encoded
//   &endpoint=http://localhost:2774                      another endpoint than the emulator that serves the page
//   &request-price=0.0000002&configuration-price=0.0008  other prices than AWS's, in dollars

import { checkedEndpoint } from "./endpoint.js";
import { awsPrices, mistakeInPrice, plain } from "./prices.js";
import { mistakeInName, names, same } from "./target.js";

const parameters = { application: "application", environment: "environment", configurationProfile: "profile" };
const prices = { request: "request-price", configuration: "configuration-price" };

/** So many clients are watched at once at most: each polls. */
export const MOST_WATCHED = 8;

function watchedIn(text) {
  const parts = text.split("/");
  if (parts.length !== 3) throw new Error("expected application/environment/profile");
  let target;
  try {
    target = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(parts[i])]));
  } catch {
    throw new Error("a name is not percent-encoded UTF-8");
  }
  for (const name of names) if (mistakeInName(target[name])) throw new Error(mistakeInName(target[name]));
  return target;
}

/**
 * What an address says: `{ mistakes, endpoint, wanted, targets, prices }`. `wanted` are the names of the shown profile, perhaps not all;
 * `targets` are those to watch. What is wrong is in `mistakes`, one sentence each, and nothing is guessed instead.
 */
export function read(href) {
  const { origin, searchParams } = new URL(href);
  const said = { mistakes: [], endpoint: undefined, wanted: {}, targets: [], prices: { ...awsPrices } };
  const attempt = (name, text, take) => {
    try {
      take(text);
    } catch ({ message }) {
      said.mistakes.push(`${name}=${text.length > 60 ? `${text.slice(0, 60)}…` : text} in the address: ${message}.`);
    }
  };
  for (const name of new Set(searchParams.keys())) {
    const isKnownOnce = name === "endpoint" || [...Object.values(parameters), ...Object.values(prices)].includes(name);
    if (isKnownOnce && searchParams.getAll(name).length > 1) said.mistakes.push(`${name} stands in the address more than once.`);
  }
  const endpoint = searchParams.get("endpoint");
  if (endpoint !== null) {
    attempt("endpoint", endpoint, (text) => {
      const url = checkedEndpoint(text);
      // The very server of the page is no other one.
      if (url.origin !== origin || url.pathname !== "/") said.endpoint = url.href.replace(/\/$/, "");
    });
  }
  for (const name of names) {
    const text = searchParams.get(parameters[name]);
    if (!text) continue;
    attempt(parameters[name], text, () => {
      if (mistakeInName(text)) throw new Error(mistakeInName(text));
      said.wanted[name] = text;
    });
  }
  for (const text of searchParams.getAll("watch")) {
    attempt("watch", text, () => {
      const target = watchedIn(text);
      if (!said.targets.some((it) => same(it, target))) said.targets.push(target);
    });
  }
  if (names.every((name) => said.wanted[name]) && !said.targets.some((it) => same(it, said.wanted))) said.targets.push({ ...said.wanted });
  if (said.targets.length > MOST_WATCHED) said.mistakes.push(`The address names ${said.targets.length} profiles: expected at most ${MOST_WATCHED}.`);
  for (const name in prices) {
    const text = searchParams.get(prices[name]);
    if (text === null) continue;
    attempt(prices[name], text, () => {
      if (mistakeInPrice(text)) throw new Error(mistakeInPrice(text));
      said.prices[name] = Number(text);
    });
  }
  return said;
}

/** The address that says this; what else is in it stays. */
export function write(href, { targets, shown, prices: wanted }) {
  const url = new URL(href);
  for (const name of names) {
    if (shown) url.searchParams.set(parameters[name], shown[name]);
    else url.searchParams.delete(parameters[name]);
  }
  url.searchParams.delete("watch");
  if (targets.length > 1) for (const it of targets) url.searchParams.append("watch", names.map((name) => encodeURIComponent(it[name])).join("/"));
  for (const name in prices) {
    if (wanted[name] === awsPrices[name]) url.searchParams.delete(prices[name]);
    else url.searchParams.set(prices[name], plain(wanted[name]));
  }
  // A slash and a colon may stand in a query, and are read more easily.
  url.search = url.searchParams.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");
  return url.href;
}
