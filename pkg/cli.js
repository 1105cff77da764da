#!/usr/bin/env node
// npx appconfig-edge: so far one command, `emulate`.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const help = `Usage: appconfig-edge emulate FOLDER [options]
       appconfig-edge emulate FILE [options]

Serves a folder, or one file, as AWS AppConfig Data over HTTP, for any client of it. It needs no AWS
account, and takes any credentials, unless it is given some to check signatures by.

Start
  mkdir -p config/shop/prod
  echo '{"checkout": {"enabled": true}}' > config/shop/prod/flags.json
  npx appconfig-edge emulate ./config --interval 5

  This is application "shop", environment "prod", configuration profile "flags". Edit the file, and
  it is deployed; delete it, and it is reverted. Then let a client ask:

  this package's      new ConfigurationClient({ application: "shop", environment: "prod",
                        configurationProfile: "flags", endpoint: "http://127.0.0.1:2774" })
  AWS's SDKs, boto3   AWS_ENDPOINT_URL_APPCONFIGDATA=http://127.0.0.1:2774 in their environment

  Each request is told in a line:

  02:47:12  200  GetLatestConfiguration     shop/prod/flags  session 1 · unchanged · next in 5 s

Files
  FOLDER/application/environment/profile.ext
  FOLDER/application:environment:profile.ext     (as the AWS AppConfig Agent has it)

  The content type follows the extension (.json, .yaml, .txt, .toml, .xml, ...), the version label is
  the time of the last change. What cannot be deployed, such as JSON that does not parse, is told with
  its place, and what was deployed before stays. Feature flags as one writes them ({"version": "1",
  "flags": ..., "values": ...}) are checked, and served in the form that AWS sends.

Options
  --port N          the port (2774); 0 takes any free one
  --host ADDRESS    the address to listen on (127.0.0.1); 0.0.0.0 lets other machines poll
  --interval S      the poll interval in seconds, from 1 (as on AWS: what a session asks for, or 60);
                    who polls before it is over is refused, as on AWS
  --latency MS      how long an answer is on its way (0)
  --replay HOW      what a spent token gets: refused, repeated or empty (refused)
  --fault F         what goes wrong, and how often; see below; may be given many times
  --access-key-id ID, --secret-access-key KEY
                    checks signatures: who signs with another key, wrongly, or more than five minutes
                    off is refused as on AWS. Not from the environment, and not for a real key: who
                    lists this machine's processes can read it
  --session-token T, --region R
                    what such a request has to carry, and to be signed for (any region)
  --id ID=NAME      lets an id stand for a name, as both are accepted on AWS; may be given many times
  --application A   what FILE is deployed to: by default as its name says, in the agent's form, or
  --environment E   application "default", environment "default" and as the profile the file's name
  --profile P       without its extension
  --seed N          makes request ids, and which requests go wrong, repeatable
  --log json        a line of JSON for each event instead of a readable one
  --quiet           tells nothing but its address and what is wrong
  --version, --help

Faults
  throttle, internal-error, unavailable (503)    hang, lost-answer, cut-body
  expired-token, corrupted-token                 html-page, wrong-content-type, compressed
  interval=SECONDS (300)                         hidden-headers (CORS without exposed headers)
  clock-skew=SECONDS (3600)

  --fault throttle         every request             --fault interval=30      with its seconds
  --fault throttle:0.1     a tenth of them           --fault clock-skew=600:0.5

While it runs, for tools on this machine and pages of this very server:

  curl http://127.0.0.1:2774/_emulator/requests      what was asked; also configurations, faults,
                                                     options, clock
  curl http://127.0.0.1:2774/_emulator/faults -H content-type:application/json \\
    -d '{"name": "throttle", "times": 3}'            the next three requests; -X DELETE forgets it
  curl http://127.0.0.1:2774/_emulator/clock -H content-type:application/json \\
    -d '{"advanceInMilliseconds": 86400000}'         a day later
`;

/** What is the user's to mend. */
class Usage extends Error {}

function number(values, name, least, most) {
  const text = values[name];
  if (text === undefined) return;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) throw new Usage(`--${name}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`);
  return value;
}

function oneOf(values, name, ...known) {
  if (values[name] !== undefined && !known.includes(values[name])) throw new Usage(`--${name}: expected ${known.join(" or ")}, got ${JSON.stringify(values[name])}`);
  return values[name];
}

function parse(args) {
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  const texts = { type: "string", multiple: true };
  const options = { application: text, environment: text, profile: text, id: texts, fault: texts, "access-key-id": text, "secret-access-key": text, "session-token": text, region: text, port: text, host: text, interval: text, latency: text, replay: text, seed: text, log: text, quiet: flag, version: flag, help: flag };
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new Usage(error.message.split(". ")[0]);
  }
}

/** `ID=NAME`, many times, as an object. */
function ids({ id: all = [] }) {
  const pairs = all.map((text) => /^([^=]+)=(.+)$/s.exec(text)?.slice(1) ?? refuseId(text));
  return Object.fromEntries(pairs);
}

/** `NAME=SECONDS:RATE`, many times; the names are the emulator's to check. */
function faults({ fault: all = [] }) {
  return all.map((text) => {
    const [, name, seconds, rate = "1"] = /^([a-z-]+)(?:=(-?\d{1,8}))?(?::(1|0?\.\d+|1\.0+))?$/.exec(text) ?? [];
    if (!name || Number(rate) === 0) throw new Usage(`--fault: expected NAME, NAME:RATE, NAME=SECONDS or NAME=SECONDS:RATE, such as throttle:0.1, got ${JSON.stringify(text)}`);
    return { name, rate: Number(rate), seconds: seconds && Number(seconds) };
  });
}

/** What signatures are checked by, as `createEmulator` takes it. What was given is not repeated: it may be a secret. */
function trust(values) {
  const given = (name) => {
    const text = values[name];
    if (text !== undefined && !/^[!-~]+$/.test(text)) throw new Usage(`--${name}: expected a text of ASCII characters without spaces`);
    return text;
  };
  const [accessKeyId, secretAccessKey, sessionToken] = [given("access-key-id"), given("secret-access-key"), given("session-token")];
  const { region } = values;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { credentials: { accessKeyId, secretAccessKey, sessionToken }, region };
  const alone = ["access-key-id", "secret-access-key", "session-token", "region"].find((name) => values[name] !== undefined);
  const missing = ["--access-key-id", "--secret-access-key"].filter((name) => values[name.slice(2)] === undefined);
  if (alone) throw new Usage(`--${alone}: expected together with ${missing.join(" and ")}`);
}

function refuseId(text) {
  throw new Usage(`--id: expected ID=NAME, such as a1b2c3d=shop, got ${JSON.stringify(text)}`);
}

async function main(args) {
  const { values, positionals } = parse(args);
  const [command, folder, ...rest] = positionals;
  if (values.version) return console.log(JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8")).version);
  if (values.help || (command === undefined && args.length === 0)) return process.stdout.write(help);
  // Before what repeats a word: of "--secret-access-key= KEY" the key is one.
  const trusted = trust(values);
  if (command !== "emulate") throw new Usage(`expected the command emulate, got ${command === undefined ? "none" : JSON.stringify(command)}`);
  if (folder === undefined || rest.length > 0) throw new Usage(`expected one folder or file, got ${folder === undefined ? "none" : trusted ? rest.length + 1 : [folder, ...rest].join(" ")}`);

  const options = {
    folder,
    target: { application: values.application, environment: values.environment, configurationProfile: values.profile },
    ids: ids(values),
    faults: faults(values),
    ...trusted,
    port: number(values, "port", 0, 65535),
    host: values.host,
    intervalInSeconds: number(values, "interval", 1, 86400),
    latencyInMilliseconds: number(values, "latency", 0, 600000),
    replay: oneOf(values, "replay", "refused", "repeated", "empty"),
    seed: number(values, "seed", 0, Number.MAX_SAFE_INTEGER),
  };
  const asJson = oneOf(values, "log", "json", "text") === "json";
  const [{ startEmulator }, { json, line }] = await Promise.all([import("./emulator.http.js"), import("./emulator.log.js")]);
  const server = await startEmulator({
    ...options,
    tell(event) {
      if (event.type === "problem") console.error((asJson ? json : line)(event));
      else if (!values.quiet) console.log((asJson ? json : line)(event));
    },
  });
  const end = async () => {
    // Whatever still holds on, this ends.
    setTimeout(() => process.exit(0), 1000).unref();
    await server.close();
    process.exit(0);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  const deployed = server.emulator.configurations.length;
  console.log(asJson ? json({ type: "started", url: server.url, folder, deployed }) : `AppConfig Data from ${folder} at ${server.url} (Ctrl-C ends)`);
  if (deployed === 0 && !asJson) console.log("Nothing is deployed yet (a folder needs a file such as shop/prod/flags.json)");
}

main(process.argv.slice(2)).catch((error) => {
  const usage = error instanceof Usage || error.code === "invalid-option";
  // What createEmulator refuses was given with this name, too.
  const message = error.message.replace(/^option (fault|ids?|region)\b/, (_, name) => `--${name.replace(/s$/, "")}`);
  console.error(`appconfig-edge: ${usage || error.code || error.status ? message : error.stack}`);
  if (usage) console.error("appconfig-edge --help tells what there is");
  process.exit(usage ? 2 : 1);
});
