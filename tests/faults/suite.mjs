// The tests of this suite: each says which of the faults it is about, by their ids in ../shared/oracles/faults.json.

import body from "./cases/body.mjs";
import credentials from "./cases/credentials.mjs";
import data from "./cases/data.mjs";
import empty from "./cases/empty.mjs";
import http from "./cases/http.mjs";
import loop from "./cases/loop.mjs";
import outage from "./cases/outage.mjs";
import runtime from "./cases/runtime.mjs";
import time from "./cases/time.mjs";
import token from "./cases/token.mjs";

const cases = { token, empty, time, http, credentials, data, loop, runtime, body, outage };

/** `{ name, faults, run, driven }`: with `driven` the client's time goes on when it is told to, otherwise it is the host's. */
export const tests = Object.entries(cases).flatMap(([topic, define]) => {
  const found = [];
  const add = (options) => (name, faults, run) => found.push({ name: `${topic}: ${name}`, file: `tests/faults/cases/${topic}.mjs`, faults, run, ...options });
  define({ driven: add({ driven: true }), real: add({ driven: false }) });
  return found;
});
