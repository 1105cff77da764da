// What is asked, in which order, and why. Two plans, each of at most nine requests and two configurations received.
//
// The usual one opens a session with the shortest interval that there is (15 s) and lets each request show more than one thing:
//
//   1  a session                      the answer's form, the token's length and alphabet; with `Origin`, so also the CORS headers
//   2  preflight of a poll            unsigned: whether a browser would be let through
//   3  the first poll                 its headers, the interval told; a configuration is received, the one that has to be paid
//   4  the next token, at once        too early: the error's form, and its parameter's name
//      -- the interval is waited for
//   5  the same token                 was it spent by 4? Where not, this is the unchanged answer, with its headers
//   6  that token, spent now          as a client does whose answer was lost a moment ago
//      -- the interval is waited for, so that "too early" cannot hide the answer
//   7  the initial token              the only spent one that had brought content: content again (a second configuration received), empty
//                                     or refused. Last of the polls, because nobody knows what it does to the session
//   8  a session for a profile that does not exist, 404
//   9  preflight of a session
//
// Where nothing is deployed, 4 to 7 are one request: the same token again, after its 404.
//
// The other one (--revert) is about a deployment that is taken back in a session's middle, which somebody has to do by hand:
//
//   1  a session, without an interval asked for: the default one is told by
//   2  the first poll
//      -- somebody takes the deployment back
//   3  polls until one gets 404, three at most (for some seconds the old answer can come)
//   6  the same token again, at once
//      -- somebody deploys again
//   7  the same token until the answer is no 404, three at most: was it spent?

import { ASKED_HEADERS, MAXIMUM_CONFIGURATIONS, MAXIMUM_REQUESTS, ORIGIN } from "./recorder.mjs";

/** Longer intervals are not waited for, in seconds. */
const PATIENCE = 120;
/** On top of the interval, in milliseconds: the answer took time to come. */
const MARGIN = 1000;
/** The profile that nobody has. */
const NOBODYS = "appconfig-edge-probe-does-not-exist";

export const plans = {
  usual: {
    run: usual,
    lines: [
      "POST /configurationsessions     a session, with an interval of 15 s",
      "OPTIONS /configuration          the preflight of a poll from a browser",
      "GET /configuration              the first poll",
      "GET /configuration              the next one at once, too early",
      "GET /configuration              the same token, after the interval",
      "GET /configuration              a token that is spent, at once",
      "GET /configuration              the initial token, which is spent too, after the interval",
      "POST /configurationsessions     a session for a profile that does not exist",
      "OPTIONS /configurationsessions  the preflight of a session from a browser",
    ],
  },
  revert: {
    run: revert,
    lines: [
      "POST /configurationsessions     a session, without an interval asked for",
      "GET /configuration              the first poll; then you take the deployment back",
      "GET /configuration              polls until one gets 404, three at most",
      "GET /configuration              the same token at once; then you deploy again",
      "GET /configuration              the same token, three times at most, until the answer is no 404",
    ],
  },
};

/**
 * The requests of a plan. `operations` are those of the package, `connection` its options without `fetch`, `input` the three identifiers;
 * `pause(milliseconds)` waits, and `person(sentence)` resolves as soon as somebody did what the sentence says.
 */
export class Run {
  #ready = 0;
  #interval;

  constructor({ recorder, operations, connection, input, pause, person, tell }) {
    Object.assign(this, { recorder, operations, connection, input, pause, person, tell });
  }

  /** Opens a session; gives its token, or nothing. */
  async session(step, more) {
    this.#interval = more.RequiredMinimumPollIntervalInSeconds ?? 60;
    const input = { ...this.input, ...more };
    const call = (fetch) => this.operations.startConfigurationSession(this.#options(fetch), input);
    const { answer, output, error, sent } = await this.recorder.ask(step, call);
    if (!sent) throw error;
    return { kind: answer.kind, token: output?.InitialConfigurationToken, error };
  }

  /** Polls; gives what became of it, and the token for the next poll where there is one. */
  async poll(step, token) {
    if (this.recorder.configurations >= MAXIMUM_CONFIGURATIONS || this.recorder.requests >= MAXIMUM_REQUESTS) {
      this.tell(`not asked, for the price's sake: ${step}`);
      return { kind: "not asked" };
    }
    const call = (fetch) => this.operations.getLatestConfiguration(this.#options(fetch), { ConfigurationToken: token });
    const { answer, output } = await this.recorder.ask(step, call);
    const { kind } = answer;
    if (output) this.#interval = output.NextPollIntervalInSeconds ?? this.#interval;
    if (output || kind === "missing") this.#ready = Date.now() + this.#interval * 1000 + MARGIN;
    return { kind, token: output?.NextPollConfigurationToken };
  }

  /** What a browser would ask first. Nothing in it is signed. */
  preflight(step, method, path) {
    const headers = { origin: ORIGIN, "access-control-request-method": method, "access-control-request-headers": ASKED_HEADERS[method] };
    const signal = AbortSignal.timeout(10_000);
    return this.recorder.ask(step, (fetch) => fetch(this.base + path, { method: "OPTIONS", headers, signal, redirect: "manual" }).then(() => undefined));
  }

  /** Waits until a poll is due; false where that takes too long. */
  async due() {
    const left = this.#ready - Date.now();
    if (this.#interval > PATIENCE) this.tell(`an interval of ${this.#interval} s is not waited for`);
    else if (left > 0) {
      this.tell(`waiting ${Math.ceil(left / 1000)} s: the interval is ${this.#interval} s`);
      await this.pause(left);
    }
    return this.#interval <= PATIENCE;
  }

  #options(fetch) {
    const seen = (url, init) => {
      this.base ??= String(url).replace(/\/configurationsessions$/, "");
      return fetch(url, init);
    };
    return { ...this.connection, headers: { origin: ORIGIN }, fetch: seen };
  }
}

async function usual(run) {
  const { token: initial, error } = await run.session("session", { RequiredMinimumPollIntervalInSeconds: 15 });
  if (!initial) return error;
  await run.preflight("preflight of a poll", "GET", "/configuration");
  const first = await run.poll("first poll", initial);
  if (first.kind === "missing") await run.poll("same token after 404", initial);
  else if (first.token) await spend(run, initial, first.token);
  await run.session("unknown profile", { ConfigurationProfileIdentifier: NOBODYS });
  await run.preflight("preflight of a session", "POST", "/configurationsessions");
}

/** What a token gets too early, in time, and when it is spent. */
async function spend(run, initial, next) {
  const early = await run.poll("early poll", next);
  if (!(await run.due())) return;
  const token = early.token ?? next;
  const third = await run.poll("next poll", token);
  if (third.kind === "missing") await run.poll("same token after 404", token);
  else if (third.token) await run.poll("spent token", token);
  if (await run.due()) await run.poll("spent initial token", initial);
}

async function revert(run) {
  const { token: initial, error } = await run.session("session", {});
  if (!initial) return error;
  const first = await run.poll("first poll", initial);
  if (!first.token) return;
  await run.person("Take the deployment back, so that nothing is deployed for this profile (aws appconfig stop-deployment --allow-revert), then press Enter.");
  let answer = first;
  let token;
  for (let i = 0; i < 3 && answer.token; i += 1) {
    ({ token } = answer);
    if (!(await run.due())) return;
    answer = await run.poll("poll after the revert", token);
  }
  if (answer.kind !== "missing") return;
  await run.poll("same token after 404", token);
  await run.person("Deploy it again, and press Enter when that is complete.");
  for (let i = 0; i < 3 && answer.kind === "missing"; i += 1) {
    if (!(await run.due())) return;
    answer = await run.poll("poll after the new deployment", token);
  }
}
