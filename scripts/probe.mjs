// npm run probe:aws -- --region R --application A --environment E --profile P [--yes]: asks AWS AppConfig Data itself, with the user's own
// credentials, how it answers where that is only inferred or was seen by others: docs/facts.md. Without --yes it tells what it would ask and
// what that costs at most, and asks nothing. scripts/probe/plan.mjs has the requests, and why they are these.
//
// Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN and from nowhere else. No credential, token or
// configuration is printed or written.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { conclude, describe } from "./probe/facts.mjs";
import { plans, Run } from "./probe/plan.mjs";
import { MAXIMUM_CONFIGURATIONS, MAXIMUM_REQUESTS, PRICE, Recorder } from "./probe/recorder.mjs";
import { fill, table } from "./probe/report.mjs";
import { Problem, root, script } from "./run.mjs";
import { ensureNodeModules } from "./setup.mjs";

const usage = "npm run probe:aws -- --region R --application A --environment E --profile P [--revert] [--yes] [--write] [--json FILE] [--endpoint URL]";
const factsFile = path.join(root, "docs", "facts.md");
const dollars = (amount) => `$${amount.toFixed(7)}`;

function given() {
  let values;
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  try {
    const options = { region: text, application: text, environment: text, profile: text, endpoint: text, json: text, revert: flag, write: flag, yes: flag };
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new Problem(`${error.message.split(". ")[0]}: ${usage}`);
  }
  const missing = ["region", "application", "environment", "profile"].filter((name) => !values[name]);
  if (values.yes && missing.length > 0) throw new Problem(`${missing.map((name) => `--${name}`).join(", ")}: expected, none was given: ${usage}`);
  if (values.write && values.endpoint !== undefined) {
    throw new Problem(`--write is for what AWS itself answered, and --endpoint ${values.endpoint} is not AWS; --json FILE writes a report of it`);
  }
  return { ...values, missing };
}

/** Those of the environment. Nothing else is looked into: no files, no metadata service. */
function credentials({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken }) {
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  const how = 'eval "$(aws configure export-credentials --format env)" puts them there';
  throw new Problem(`expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, and AWS_SESSION_TOKEN with temporary ones; ${how}`);
}

function tellPlan({ lines }, { region = "R", application = "A", environment = "E", profile = "P", endpoint, revert }) {
  const most = dollars(MAXIMUM_REQUESTS * PRICE.request + MAXIMUM_CONFIGURATIONS * PRICE.configuration);
  const each = [dollars(PRICE.request), dollars(PRICE.configuration)];
  console.log(`This asks ${endpoint ?? `AWS AppConfig Data in ${region}`} for ${application}/${environment}/${profile}:\n`);
  lines.forEach((line, i) => console.log(`  ${revert ? "-" : i + 1}  ${line}`));
  const received = `${MAXIMUM_CONFIGURATIONS} configurations received (${each[1]} each)`;
  console.log(`\nAt most ${MAXIMUM_REQUESTS} requests (${each[0]} each) and ${received}: ${most} at AWS's list price.`);
  console.log("They may call appconfig:StartConfigurationSession and appconfig:GetLatestConfiguration, and change nothing.");
  console.log(revert ? "Use a profile of its own, deployed once. It takes some minutes, and you are asked to revert and to deploy.\n" : "It takes about 35 seconds.\n");
}

/** Answers of a person: lines of the standard input. */
function person(close) {
  const input = createInterface({ input: process.stdin, terminal: false });
  const lines = input[Symbol.asyncIterator]();
  const end = () => input.close();
  close(end);
  return {
    end,
    async ask(sentence) {
      console.log(sentence);
      const { value, done } = await lines.next();
      if (done) throw new Problem("nobody answers: the standard input has ended");
      return value.trim();
    },
  };
}

/** Why no session was opened. */
function refusal(answer, error) {
  if (!answer.wantsMore) return error?.message;
  const clocks = `the answer's Date is ${answer.headers.date ?? "absent"}, here it is ${new Date().toUTCString()}`;
  return `${describe(answer)}: the credentials have expired, or this machine's clock is off (${clocks})`;
}

/** Asks, tells what it sees, and writes what it is told to. `keys` are the credentials, `ask(sentence)` is somebody's, `pause` waits. */
export async function probe(options, { keys, ask, pause = delay, print = console.log }) {
  const { region, application, environment, profile, endpoint, revert } = options;
  const operations = await import("../pkg/index.js");
  const recorder = new Recorder(keys, (answer) => say(`${recorder.requests}  ${answer.method} ${answer.path}, ${answer.step}: ${describe(answer)}`));
  const say = (text) => print(recorder.guard(text));
  const input = { ApplicationIdentifier: application, EnvironmentIdentifier: environment, ConfigurationProfileIdentifier: profile };
  const run = new Run({ recorder, operations, connection: { region, endpoint, credentials: keys }, input, pause, person: ask, tell: say });
  const when = new Date().toISOString().slice(0, 10);
  let error;
  try {
    error = await plans[revert ? "revert" : "usual"].run(run);
  } catch (thrown) {
    // Where nothing was sent, an option is wrong.
    throw new Problem(recorder.guard(recorder.requests === 0 || thrown instanceof Problem ? thrown.message : thrown.stack));
  } finally {
    if (recorder.requests > 0) {
      const seen = conclude(recorder.answers);
      const { requests, configurations, answers } = recorder;
      say(`\n${table(seen)}\n`);
      say(`requests: ${requests}, configurations received: ${configurations}; ${dollars(recorder.price)} at AWS's list price`);
      const report = { when, region, endpoint: endpoint === undefined ? "AWS" : "another", requests, configurations, facts: seen, answers };
      // npm runs this in the repository's folder, wherever it was called.
      const file = options.json !== undefined && path.resolve(process.env.INIT_CWD ?? ".", options.json);
      if (file) write(file, recorder.guard(`${JSON.stringify(report, undefined, 2)}\n`), print);
      if (options.write) write(factsFile, recorder.guard(fill(readFileSync(factsFile, "utf8"), seen, { when, where: region })), print);
    }
  }
  const [first] = recorder.answers;
  if (first.kind !== "session") throw new Problem(recorder.guard(`no session was opened: ${refusal(first, error)}`));
}

function write(file, text, print) {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Problem(`${file} cannot be written: ${error.code}`);
  }
  print(`written: ${file}`);
}

async function main(close) {
  const options = given();
  tellPlan(plans[options.revert ? "revert" : "usual"], options);
  if (options.missing.length > 0) return console.log(`Nothing was sent. ${usage}`);
  if (!options.yes && !process.stdin.isTTY) return console.log("Nothing was sent. With --yes it is.");
  const keys = credentials(process.env);
  const somebody = person(close);
  try {
    if (!options.yes && !/^y(es)?$/i.test(await somebody.ask("Send them? [y/N]"))) return console.log("Nothing was sent.");
    await ensureNodeModules();
    await build({ names: ["client"] });
    await probe(options, { keys, ask: somebody.ask });
  } finally {
    somebody.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) script(main);
