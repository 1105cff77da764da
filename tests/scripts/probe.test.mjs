// npm run probe:aws against the emulator: what it concludes of each way to answer, that it never asks more than it says, and that nothing
// secret is in what it tells or writes. Where it runs in this process, waiting moves the emulator's clock.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { before, describe, test } from "node:test";
import { startEmulator } from "../../pkg/emulator.http.js";
import { probe } from "../../scripts/probe.mjs";
import { conclude } from "../../scripts/probe/facts.mjs";
import { plans } from "../../scripts/probe/plan.mjs";
import { fill, NOT_VERIFIED } from "../../scripts/probe/report.mjs";
import { program, root } from "./program.mjs";

const limit = { timeout: 60_000 };
// Marks that share no twelve characters: one would hide the other.
const keys = { accessKeyId: "ASIAPLANTEDKEYID0000", secretAccessKey: "sEcReT/planted+0123456789abcdefghijklmnop", sessionToken: "IQoJtemporary+planted/zyxwvutsrqponmlkjihg==" };
const CONTENT = "configuration-that-is-nobodys-business";
const LABEL = "label-that-is-nobodys-business";
const names = { region: "eu-west-1", application: "shop-of-nobodys-business", environment: "prod", profile: "flags" };

before(() => program(process.execPath, "scripts/build.mjs").ended);

/**
 * The emulator with one configuration, behind a server that counts what comes and knows the tokens that went out. `short` takes the interval that is
 * asked for away, so that the emulator's own counts; `instead(request, response)` may answer in its place.
 */
async function serve(t, { short, comes = () => {}, instead, ...options } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "probe-"));
  const emulated = await startEmulator({ folder, port: 0, ...options });
  const target = { application: names.application, environment: names.environment, configurationProfile: names.profile };
  const deploy = () => emulated.emulator.deploy({ ...target, content: { mark: CONTENT }, versionLabel: LABEL });
  deploy();
  const requests = [];
  const secrets = new Set([CONTENT, LABEL, ...Object.values(keys)]);
  const front = http.createServer(async (request, response) => {
    let body = Buffer.concat(await request.toArray());
    requests.push(`${request.method} ${request.url.split("?")[0]}`);
    comes(request);
    if (request.headers.authorization) secrets.add(/Signature=(\w{64})/.exec(request.headers.authorization)[1]);
    if (instead) return instead(request, response, body);
    if (short && request.method === "POST") body = Buffer.from(JSON.stringify({ ...JSON.parse(body), RequiredMinimumPollIntervalInSeconds: undefined }));
    const { host, connection, "content-length": length, ...headers } = request.headers;
    const onward = http.request(emulated.url + request.url, { method: request.method, headers }, async (answer) => {
      const parts = await answer.toArray().catch(() => undefined);
      if (!parts) return response.destroy();
      const whole = Buffer.concat(parts);
      for (const [, token] of whole.toString().matchAll(/"InitialConfigurationToken":"([^"]+)"/g)) secrets.add(token);
      if (answer.headers["next-poll-configuration-token"]) secrets.add(answer.headers["next-poll-configuration-token"]);
      response.writeHead(answer.statusCode, answer.headers).end(whole);
    });
    onward.on("error", () => response.destroy());
    onward.end(body);
  });
  await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    await emulated.close();
    await new Promise((resolve) => (front.close(resolve), front.closeAllConnections()));
    rmSync(folder, { recursive: true, force: true });
  });
  const report = path.join(folder, "..", `${path.basename(folder)}.json`);
  t.after(() => rmSync(report, { force: true }));
  return { url: `http://127.0.0.1:${front.address().port}`, emulator: emulated.emulator, requests, secrets, report, deploy, revert: () => emulated.emulator.revert(target) };
}

/** What always holds: fewer than ten requests, two configurations, as many as are told, and no secrets. */
function holds({ requests, secrets }, output, report, polls) {
  assert.ok(requests.length < 10, `${requests.length} requests`);
  assert.equal(report?.requests ?? 0, requests.length);
  assert.ok((report?.configurations ?? 0) <= 2);
  if (polls !== undefined) assert.equal(report.configurations, polls);
  for (const secret of secrets) {
    // Not whole, and no piece of it either.
    for (let i = 0; i + 16 <= secret.length; i += 8) assert.ok(!`${output}${JSON.stringify(report)}`.includes(secret.slice(i, i + 16)), `a piece of ${secret} is in\n${output}`);
  }
  const told = JSON.stringify(report ?? "");
  assert.ok(!told.includes(names.application), "an identifier is in the report");
}

/** The probe in this process: `{ output, seen(fact), failure }`. `waits` and `asks` are called with each wait and each question. */
async function observe(server, { revert = false, waits = () => {}, asks = () => {}, more } = {}) {
  const lines = [];
  const given = { ...names, endpoint: server.url, revert, json: server.report, ...more };
  const pause = async (milliseconds) => {
    server.emulator.advance(milliseconds);
    await waits();
  };
  const failure = await probe(given, { keys, ask: async (sentence) => asks(sentence), pause, print: (line) => lines.push(line) }).then(() => undefined, (error) => error.message);
  const output = [...lines, failure].join("\n");
  const report = server.requests.length > 0 ? JSON.parse(readFileSync(server.report, "utf8")) : undefined;
  const seen = (start) => {
    const found = report.facts.filter(({ fact }) => fact.startsWith(start));
    assert.equal(found.length, 1, start);
    return found[0];
  };
  return { output, report, seen, failure };
}

const ordinary = [
  "POST /configurationsessions",
  "OPTIONS /configuration",
  ...Array(5).fill("GET /configuration"),
  "POST /configurationsessions",
  "OPTIONS /configurationsessions",
];

const replays = {
  refused: { kind: "refused: 400, BadRequestException", configurations: 1 },
  repeated: { kind: "empty, as if", initial: "content: 200", configurations: 2 },
  empty: { kind: "empty, as if", configurations: 1 },
};
for (const [replay, { kind, initial = kind, configurations }] of Object.entries(replays)) {
  test(`where a spent token is ${replay}, that is what it sees`, limit, async (t) => {
    const server = await serve(t, { replay });
    const { output, report, seen, failure } = await observe(server);
    assert.equal(failure, undefined);
    assert.deepEqual(server.requests, ordinary);
    holds(server, output, report, configurations);
    assert.ok(seen("what a spent token gets at once").seen.startsWith(kind), seen("what a spent token gets at once").seen);
    assert.ok(seen("what a spent initial token").seen.startsWith(initial), seen("what a spent initial token").seen);
    assert.match(seen("what a spent initial token").seen, /\(before: 200, \d+ bytes\)$/);
    for (const { fact, agrees, seen } of report.facts) assert.notEqual(agrees, false, `${fact}: ${seen}`);
    assert.deepEqual(report.facts.filter(({ seen }) => seen === undefined).map(({ fact }) => fact), [
      "the interval is 60 s where none was asked for",
      "where nothing is deployed a poll gets 404, `Configuration`",
      "a 404 does not spend the token",
    ]);
  });
}

test("the emulator answers as the facts have it, and each fact says what was seen", limit, async (t) => {
  const { seen } = await observe(await serve(t));
  const expected = {
    "`StartConfigurationSession`": "201, members: InitialConfigurationToken",
    "tokens are": "840 characters of base64",
    "the interval is the one": "15 s",
    "a first poll": `200, ${JSON.stringify({ mark: CONTENT }).length} bytes; Content-Type application/json, Version-Label present, interval 15, next token present`,
    "a poll too early is": "400, BadRequestException, InvalidParameters, configuration_token: PollIntervalNotSatisfied; members: Message, Reason, Details",
    "the parameter in": "`configuration_token`",
    "a poll too early does": "after the interval the same token got 200, 0 bytes",
    "unchanged is": "200, 0 bytes; Content-Type application/json, Version-Label absent, interval 15, next token present",
    "an exception's name": "in `x-amzn-errortype`, with a tail after a colon; 400 BadRequestException, 404 ResourceNotFoundException",
    "an unknown profile": "404, ResourceNotFoundException, ConfigurationProfile; ReferencedBy: ConfigurationProfileIdentifier",
    "every answer has": "of 7 answers 0 without Date, 0 without x-amzn-RequestId",
  };
  for (const [start, what] of Object.entries(expected)) assert.deepEqual({ ...seen(start), fact: start }, { fact: start, agrees: true, seen: what });
  assert.match(seen("whether AWS's own host").seen, /^yes: \/configuration 204, allow-origin \*, .*; \/configurationsessions 204, allow-origin \*/);
  assert.match(seen("whether a page of another").seen, /^yes: of 3 answers 3 allow the origin; exposed: Next-Poll-Configuration-Token, /);
});

test("a deployment that is taken back while it waits gets its 404 and the same token again", limit, async (t) => {
  const server = await serve(t);
  let taken = false;
  const waits = () => {
    if (!taken) server.revert();
    taken = true;
  };
  const { output, report, seen } = await observe(server, { waits });
  assert.deepEqual(server.requests, ordinary);
  holds(server, output, report, 1);
  assert.deepEqual(seen("where nothing is deployed").seen, "404, ResourceNotFoundException, Configuration; ReferencedBy: ApplicationIdentifier, EnvironmentIdentifier, ConfigurationProfileIdentifier");
  assert.match(seen("a 404 does not").seen, /^the same token at once: 404, ResourceNotFoundException, Configuration; .* was not seen$/);
  assert.equal(seen("a 404 does not").agrees, undefined);
  assert.equal(seen("a poll too early does").agrees, true);
  assert.equal(seen("what a spent token gets at once").seen, undefined);
});

test("where nothing is deployed it looks at the 404 and polls no more", limit, async (t) => {
  // Between the session and its first poll is the preflight.
  const server = await serve(t, { comes: (request) => request.method === "OPTIONS" && server.revert() });
  const { output, report, seen, failure } = await observe(server);
  assert.equal(failure, undefined);
  holds(server, output, report, 0);
  assert.deepEqual(server.requests, ordinary.toSpliced(2, 3));
  assert.equal(seen("where nothing is deployed").seen, "404, ResourceNotFoundException, Configuration; ReferencedBy: ApplicationIdentifier, EnvironmentIdentifier, ConfigurationProfileIdentifier");
  assert.match(seen("a 404 does not").seen, /^the same token at once: 404/);
});

describe("--revert", () => {
  test("sees that a token outlives a 404, and the interval where none is asked for", limit, async (t) => {
    const server = await serve(t);
    const asked = [];
    const asks = (sentence) => {
      asked.push(sentence);
      if (asked.length === 1) server.revert();
      else server.deploy();
    };
    const { output, report, seen, failure } = await observe(server, { revert: true, asks });
    assert.equal(failure, undefined);
    holds(server, output, report, 2);
    assert.deepEqual(server.requests, ["POST /configurationsessions", ...Array(4).fill("GET /configuration")]);
    assert.match(asked.join("\n"), /^Take the deployment back.*\nDeploy it again/);
    assert.deepEqual(seen("the interval is 60 s"), { fact: "the interval is 60 s where none was asked for", agrees: true, seen: "60 s" });
    assert.equal(seen("the interval is the one").seen, undefined);
    assert.match(seen("a 404 does not").seen, /^the same token at once: 404, .*; when it was deployed again 200, \d+ bytes$/);
    assert.equal(seen("a 404 does not").agrees, true);
  });

  test("waits for a revert that comes late, and asks nine times at most", limit, async (t) => {
    const server = await serve(t);
    let waited = 0;
    const waits = () => (waited += 1) === 3 && server.revert();
    const { output, report, seen } = await observe(server, { revert: true, waits });
    holds(server, output, report, 1);
    // Never deployed again: three polls before the 404 at most, and three after it.
    assert.equal(server.requests.length, 9);
    assert.match(seen("a 404 does not").seen, /was not seen$/);
  });

  test("says what it saw where nothing is taken back", limit, async (t) => {
    const server = await serve(t);
    const { output, report, seen } = await observe(server, { revert: true });
    holds(server, output, report, 1);
    assert.equal(server.requests.length, 5);
    assert.match(seen("unchanged is").seen, /^200, 0 bytes/);
    assert.equal(seen("a 404 does not").seen, undefined);
  });
});

describe("what is otherwise is told as that", () => {
  const cases = {
    "hidden headers": { fault: "hidden-headers", fact: "whether a page of another", seen: /^no: of \d answers \d allow the origin; exposed: none$/ },
    "another content type of what is unchanged": { fault: "wrong-content-type", times: 1, skip: 1, fact: "unchanged is", agrees: false, seen: /Content-Type application\/octet-stream/ },
    "another interval": { fault: "interval", seconds: 20, fact: "the interval is the one", agrees: false, seen: /^20 s$/ },
  };
  for (const [name, { fault, fact, agrees, seen: pattern, skip, ...options }] of Object.entries(cases)) {
    test(name, limit, async (t) => {
      const server = await serve(t);
      const plan = () => server.emulator.fault(fault, { rate: options.times ? undefined : 1, ...options });
      if (!skip) plan();
      let waited = 0;
      const { output, report, seen } = await observe(server, { waits: () => (waited += 1) === skip && plan() });
      holds(server, output, report);
      assert.match(seen(fact).seen, pattern);
      assert.equal(seen(fact).agrees, agrees);
      assert.equal(output.includes("OTHERWISE"), agrees === false);
    });
  }

  test("a host that refuses preflights", limit, async (t) => {
    const server = await serve(t, { instead: (request, response) => response.writeHead(request.method === "POST" ? 201 : 403).end('{"InitialConfigurationToken":"dG9rZW4"}') });
    const { output, report, seen } = await observe(server);
    holds(server, output, report, 0);
    assert.match(seen("whether AWS's own host").seen, /^no: \/configuration 403, allow-origin absent, allow-methods absent, headers not allowed: authorization, x-amz-date, x-amz-security-token; \/configurationsessions 403/);
    assert.match(seen("whether a page of another").seen, /^no: of \d answers 0 allow the origin; exposed: no poll was answered$/);
    assert.equal(seen("tokens are").agrees, false);
  });
});

describe("faults: fewer than ten requests, no secrets", () => {
  for (const fault of ["throttle", "internal-error", "unavailable", "html-page", "clock-skew", "expired-token", "corrupted-token", "lost-answer", "cut-body", "compressed", "interval"]) {
    test(fault, limit, async (t) => {
      const server = await serve(t, { faults: [{ name: fault, rate: 1 }] });
      const { output, report } = await observe(server);
      holds(server, output, report);
      assert.ok(report.requests > 0);
    });
    test(`${fault}, for polls alone`, limit, async (t) => {
      const server = await serve(t, { replay: "repeated", faults: [{ name: fault, rate: 1, operation: "GetLatestConfiguration" }] });
      const { output, report } = await observe(server);
      holds(server, output, report);
      assert.ok(report.requests > 1);
    });
  }

  test("refused credentials, or a clock that is off, cost one request, and it says so", limit, async (t) => {
    const server = await serve(t, { faults: [{ name: "clock-skew", rate: 1 }] });
    const { failure } = await observe(server);
    assert.equal(server.requests.length, 1);
    assert.match(failure, /^no session was opened: 403, InvalidSignatureException: the credentials have expired, or this machine's clock is off/);
  });

  test("whoever brings content with each poll is asked twice", limit, async (t) => {
    let count = 0;
    const instead = (request, response) => {
      count += 1;
      const token = Buffer.from(`token ${count} `.repeat(70)).toString("base64");
      if (request.method === "POST") return response.writeHead(201).end(JSON.stringify({ InitialConfigurationToken: token }));
      response.writeHead(200, { "next-poll-configuration-token": token, "next-poll-interval-in-seconds": "15" }).end(request.method === "GET" ? CONTENT : undefined);
    };
    const server = await serve(t, { instead });
    const { output, report, seen } = await observe(server);
    holds(server, output, report, 2);
    assert.equal(server.requests.filter((it) => it === "GET /configuration").length, 2);
    assert.match(output, /not asked, for the price's sake: spent initial token/);
    assert.equal(seen("a poll too early is").agrees, false);
  });

  for (const status of [200, 400, 403, 404]) {
    test(`a server that echoes all that it was sent, with ${status}`, limit, async (t) => {
      const given = "echoedtoken+/".repeat(60);
      const instead = (request, response, body) => {
        const all = [request.url, decodeURIComponent(request.url), request.headers.authorization, request.headers["x-amz-security-token"], body, given].join(" ");
        const Details = { InvalidParameters: { [given]: { Problem: given }, [all]: { Problem: all } } };
        const document = { __type: given, Reason: all, Message: all, ResourceType: given, [all]: all, ReferencedBy: { [all]: all }, Details };
        const isSession = request.method === "POST" && !String(body).includes("does-not-exist");
        const headers = {
          "x-amzn-errortype": given.slice(0, 60),
          "access-control-allow-origin": all,
          "access-control-allow-headers": given,
          "content-type": given,
          "next-poll-configuration-token": given,
          "cache-control": (request.headers.authorization ?? "").slice(-150),
          "retry-after": request.headers["x-amz-security-token"] ?? "",
          "x-echo": all,
        };
        response.writeHead(isSession ? 201 : status, headers).end(isSession ? JSON.stringify({ InitialConfigurationToken: given, [given]: all }) : JSON.stringify(document));
      };
      const server = await serve(t, { instead });
      server.secrets.add(given);
      const { output, report } = await observe(server);
      holds(server, output, report);
      assert.ok(report.requests >= 5);
    });
  }
});

/** The command, with these credentials in its environment and nothing else of AWS. */
function command(args, { input = "", env = { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey, AWS_SESSION_TOKEN: keys.sessionToken } } = {}) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS_|npm_|NODE_)/.test(name)));
  const child = spawn(process.execPath, ["scripts/probe.mjs", ...args], { cwd: root, env: { ...inherited, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (output += part));
  child.stdin.on("error", () => {});
  if (typeof input === "string") child.stdin.end(input);
  else child.stdout.on("data", () => input(output, child.stdin));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}
const words = ({ url }) => Object.entries({ ...names, endpoint: url }).flatMap(([name, value]) => [`--${name}`, value]);

describe("the command", { concurrency: 4 }, () => {
  test("without --yes tells what it would ask and what that costs, and sends nothing", limit, async (t) => {
    const server = await serve(t);
    for (const more of [[], ["--revert"], ["--json", server.report]]) {
      const { code, output } = await command([...words(server), ...more], { input: "y\n" });
      assert.equal(code, 0);
      assert.match(output, /At most 9 requests \(\$0\.0000002 each\) and 2 configurations received \(\$0\.0008000 each\): \$0\.0016018 at AWS's list price\.\n/);
      for (const line of plans[more.includes("--revert") ? "revert" : "usual"].lines) assert.ok(output.includes(line), line);
      assert.match(output, /\nNothing was sent\. With --yes it is\.\n$/);
    }
    assert.deepEqual(server.requests, []);
    assert.throws(() => readFileSync(server.report), { code: "ENOENT" });
  });

  test("with --yes asks what it told, and writes a report without secrets", limit, async (t) => {
    // A person's interval is 15 s; here it is the emulator's.
    const server = await serve(t, { short: true, intervalInSeconds: 2, replay: "repeated" });
    const { code, output } = await command([...words(server), "--yes", "--json", server.report]);
    assert.equal(code, 0, output);
    assert.deepEqual(server.requests, ordinary);
    const report = JSON.parse(readFileSync(server.report, "utf8"));
    holds(server, output.replaceAll(names.application, ""), report, 2);
    assert.equal(report.endpoint, "another");
    assert.match(output, /\nOTHERWISE +the interval is the one asked for: 15 s\n +2 s\n/);
    assert.match(output, /\nas assumed +a poll too early does not spend its token\n +after the interval the same token got 200, 0 bytes\n/);
    assert.match(output, /\nrequests: 9, configurations received: 2; \$0\.0016018 at AWS's list price\n/);
  });

  test("--revert asks somebody to take the deployment back, and to deploy again", limit, async (t) => {
    const server = await serve(t, { intervalInSeconds: 1 });
    const done = new Set();
    const input = (output, stdin) => {
      for (const [sentence, act] of [["Take the deployment back", server.revert], ["Deploy it again", server.deploy]]) {
        if (!output.includes(sentence) || done.has(sentence)) continue;
        done.add(sentence);
        act();
        stdin.write("\n");
      }
    };
    const { code, output } = await command([...words(server), "--yes", "--revert"], { input });
    assert.equal(code, 0, output);
    assert.equal(server.requests.length, 5);
    assert.match(output, /\nas assumed +a 404 does not spend the token\n +the same token at once: 404, .*; when it was deployed again 200, \d+ bytes\n/);
  });

  test("--revert where nobody answers says so, and what it saw until then", limit, async (t) => {
    const server = await serve(t, { intervalInSeconds: 1 });
    const { code, output } = await command([...words(server), "--yes", "--revert"]);
    assert.equal(code, 1);
    assert.equal(server.requests.length, 2);
    assert.match(output, /as assumed +`?StartConfigurationSession/);
    assert.match(output, /\nnobody answers: the standard input has ended\n$/);
  });

  test("what is wrong is told in one sentence, and nothing is sent", limit, async (t) => {
    const server = await serve(t);
    const cases = [
      [[...words(server), "--yes"], { env: {} }, /\nexpected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, .*\n$/],
      [[...words(server), "--yes", "--write"], {}, /^--write is for what AWS itself answered, and --endpoint http:\S+ is not AWS; .*\n$/],
      [["--yes", "--region", "eu-west-1"], {}, /^--application, --environment, --profile: expected, none was given: npm run probe:aws .*\n$/],
      [["--prfile", "x"], {}, /^Unknown option '--prfile': npm run probe:aws .*\n$/],
      [[...words({ url: "http://192.0.2.1" }), "--yes"], {}, /\noption endpoint: expected an https: URL .*\n$/],
    ];
    for (const [args, options, pattern] of cases) {
      const { code, output } = await command(args, options);
      assert.equal(code, 1, output);
      assert.match(output, pattern);
      assert.ok(!Object.values(keys).some((key) => output.includes(key)), output);
    }
    assert.equal((await command([])).code, 0);
    assert.deepEqual(server.requests, []);
  });

  test("a profile that does not exist is told, after one request", limit, async (t) => {
    const server = await serve(t);
    const { code, output } = await command([...words(server), "--yes", "--profile", "nobodys"]);
    assert.equal(code, 1);
    assert.equal(server.requests.length, 1);
    assert.match(output, /\nno session was opened: StartConfigurationSession: not found: .*\n$/);
  });
});

describe("docs/facts.md", () => {
  const text = readFileSync(path.join(root, "docs", "facts.md"), "utf8");
  const rows = (of) => [...of.matchAll(/^\| (?!fact )(.+?) \| (.+?) \| (.*?) ?\| (.+) \|$/gm)].map(([, ...cells]) => cells);

  test("has a row for each fact of the probe, and says who saw it, or nobody", () => {
    const all = conclude([]).map(({ fact }) => fact);
    const own = rows(text.split("\n## What it cannot see")[0]);
    assert.deepEqual(own.map(([fact]) => fact), all);
    for (const [fact, , , seen] of rows(text)) {
      assert.ok(seen === NOT_VERIFIED || (all.includes(fact) && /^(as assumed|OTHERWISE|seen) \(\d{4}-\d\d-\d\d, [a-z0-9-]+\): ./.test(seen)), `${fact}: ${seen}`);
    }
  });

  test("takes what was seen, also twice, and changes nothing else", () => {
    const [first, second, third] = conclude([]).map(({ fact }) => fact);
    const once = fill(text, [{ fact: first, seen: "200 | 201", agrees: false }, { fact: second }, { fact: third, seen: "15 s", agrees: true }], { when: "2026-11-21", where: "eu-west-1" });
    const cells = Object.fromEntries(rows(once).map(([fact, , , seen]) => [fact, seen]));
    assert.equal(cells[first], "OTHERWISE (2026-11-21, eu-west-1): 200 \\| 201");
    assert.equal(cells[third], "as assumed (2026-11-21, eu-west-1): 15 s");
    const twice = fill(once, [{ fact: first, seen: "201" }], { when: "2026-11-22", where: "us-east-1" });
    assert.equal(Object.fromEntries(rows(twice).map(([fact, , , seen]) => [fact, seen]))[first], "seen (2026-11-22, us-east-1): 201");
    const changed = (a, b) => a.split("\n").filter((line, i) => line !== b.split("\n")[i]).length;
    assert.equal(changed(text, once), 2);
    assert.equal(changed(once, twice), 1);
  });
});
