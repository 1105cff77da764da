// The one suite for all runtimes: what a user of the packed package may rely on. It imports nothing of a runtime; each runner brings a
// world (see harness.mjs) with the package as that runtime loads it.

import authentication from "./cases/authentication.mjs";
import configuration from "./cases/configuration.mjs";
import credentials from "./cases/credentials.mjs";
import emulator from "./cases/emulator.mjs";
import errors from "./cases/errors.mjs";
import leftovers from "./cases/leftovers.mjs";
import lifecycle from "./cases/lifecycle.mjs";
import listeners from "./cases/listeners.mjs";
import loading from "./cases/loading.mjs";
import oddities from "./cases/oddities.mjs";
import operations from "./cases/operations.mjs";
import options from "./cases/options.mjs";
import polls from "./cases/polls.mjs";
import refresh from "./cases/refresh.mjs";
import secrets from "./cases/secrets.mjs";
import sockets from "./cases/sockets.mjs";
import start from "./cases/start.mjs";
import stop from "./cases/stop.mjs";
import store from "./cases/store.mjs";
import validate from "./cases/validate.mjs";

const cases = { options, start, polls, refresh, stop, listeners, configuration, authentication, credentials, operations, errors, secrets, loading, sockets, store, validate, lifecycle, leftovers, oddities, emulator };

/**
 * Every test: its name, the function that runs it in a context, and where and when: `needs` names what not every world has (see harness.mjs),
 * the tests of one `lane` run one after the other, and while a test runs that is `alone` nothing else does, because it counts what the whole
 * runtime has.
 */
export const tests = Object.entries(cases).flatMap(([topic, define]) => {
  const found = [];
  define((name, run, options) => found.push({ name: `${topic}: ${name}`, run, ...options }));
  return found;
});

/** The tests that can hold in a world, and those that cannot, each with the world's reason. What a world lacks in silence is a failure. */
export function testsFor({ cannot = {} }) {
  const reason = ({ needs = [] }) => cannot[needs.find((need) => cannot[need])];
  const skipped = tests.filter(reason).map((test) => ({ name: test.name, skipped: reason(test) }));
  return { chosen: tests.filter((test) => !reason(test)), skipped };
}
