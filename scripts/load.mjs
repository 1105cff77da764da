// npm run load [-- --clients 10000 --interval 30 --outage 60 --limit 60]: many clients in one process and an emulator in another, over real sockets and in real time.
// They start at once; after five intervals the service is away for a while, and meanwhile something is deployed. The exit code is 1 where they are a herd
// when it is back, where one of them has not the newest configuration in time, and where a client holds too much. Seconds everywhere.
// `--limit` is the clients' time limit to the headers and without a byte. It is longer than the package's own ten seconds, because one process of Node takes about
// seventeen seconds of a core to ask for ten thousand first configurations at once: with ten they give each other up before they are answered.

import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { bound, figures, MOST_BYTES } from "../tests/load/figures.mjs";
import { idle } from "../tests/load/place.mjs";
import { build } from "./build.mjs";
import { Problem, root, script } from "./run.mjs";

const here = path.join(root, "tests", "load");
const folder = path.join(root, "pkg");
/** How many intervals pass before the outage. */
const CALM = 5;
/** Within what all have to have started: who starts among so many others may need more than one attempt. */
const START = 300;

function options() {
  const usage = "npm run load [-- --clients N --interval N --outage N --limit N]";
  const named = (value) => ({ type: "string", default: value });
  let values;
  try {
    ({ values } = parseArgs({ options: { clients: named("10000"), interval: named("30"), outage: named("60"), limit: named("60") } }));
  } catch (error) {
    throw new Problem(`${error.message.split(". ")[0]}: ${usage}`);
  }
  for (const [name, text] of Object.entries(values)) if (!/^[1-9]\d*$/.test(text)) throw new Problem(`--${name}: expected a whole number from 1, got ${text}: ${usage}`);
  return [values.clients, values.interval, values.outage, values.limit].map(Number);
}

/** A process that is asked and answers. */
function start(name, words, close) {
  const child = fork(path.join(here, name), words.map(String));
  close(() => child.kill());
  const message = async () => {
    const [answer] = await Promise.race([once(child, "message"), once(child, "exit").then(([code]) => Promise.reject(new Problem(`${name} ended by itself with ${code}`)))]);
    return answer;
  };
  return { child, message, ask: (question) => (child.send(question), message()) };
}

script(async (close) => {
  const [clients, interval, outage, limit] = options();
  await build();
  // Each client may need a socket of its own when all ask at once, and the service has the other end.
  const files = Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }));
  if (files < clients + 100) throw new Problem(`${clients} clients need as many open files, and the limit is ${files}: raise it (ulimit -n) or say --clients`);

  const problems = [];
  const held = await idle(folder, clients);
  const beside = held.client - held.configuration;
  console.log(`${clients} idle clients hold ${held.client} bytes each, ${beside} beside their configuration (at most ${MOST_BYTES})`);
  if (beside > MOST_BYTES) problems.push(`a client holds ${beside} bytes beside its configuration, expected at most ${MOST_BYTES}`);

  const service = start("service.mjs", [folder, interval], close);
  const { url } = await service.message();
  const crowd = start("clients.mjs", [folder, url, clients, limit], close);
  const begun = Date.now();
  const started = await Promise.race([crowd.message(), wait(START * 1000, undefined, { ref: false })]);
  if (!started) throw new Problem(`not all ${clients} clients had a configuration within ${START} s: ${JSON.stringify(await crowd.ask({}))}`);
  const first = await service.ask({ requests: true });
  console.log(`all started at once had their configuration after ${started.started / 1000} s: ${first.requests.length} requests on ${first.connections} connections, failures ${JSON.stringify(started.errors)}; of a core's time the clients took ${started.worked} s and the service ${first.worked} s`);

  await wait(Math.max(0, begun + CALM * interval * 1000 - Date.now()));
  const calm = await crowd.ask({});
  const { at: away } = await service.ask({ deploy: "green", away: true });
  console.log(`the service is away for ${outage} s; failures before ${JSON.stringify(calm.errors)}`);
  await wait(outage * 1000);
  const { at: back } = await service.ask({ away: false });
  console.log(`the service is back; this takes ${Math.round((bound(interval * 1000) + interval * 1000) / 1000)} s more`);
  await wait(bound(interval * 1000) + interval * 1000);

  const { newest, errors, status } = await crowd.ask({});
  const { requests, connections, at: end } = await service.ask({ requests: true });
  const seen = figures({ clients, interval: interval * 1000, requests, newest, away, back, end });
  // While connections are refused the service sees nobody.
  for (const line of seen.lines.filter((line) => !line.startsWith("peak while"))) console.log(line);
  console.log(`${requests.length} requests on ${connections} connections, failures ${JSON.stringify(errors)}, status ${JSON.stringify(status)}`);
  problems.push(...seen.problems);
  for (const problem of problems) console.log(`FAILED ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
  service.child.disconnect();
  crowd.child.disconnect();
});
