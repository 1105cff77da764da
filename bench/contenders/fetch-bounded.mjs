// Bare fetch with what every poll that runs for days has to have: a time limit, no redirects, no caches. Still no error, no schedule. What
// lies between it and bare fetch is the host's price for these; what lies above it is a client's own.

import * as bare from "./fetch.mjs";

export async function bounded(url, init) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10_000);
  try {
    return await fetch(url, { ...init, signal: controller.signal, redirect: "manual", cache: "no-store" });
  } finally {
    clearTimeout(timer);
  }
}

export const open = (endpoint) => bare.open(endpoint, bounded);
