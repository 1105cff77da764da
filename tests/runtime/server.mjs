// A server that behaves badly in known ways, for what must be seen over real sockets. Node only; each runner starts one.
//
// The path is /{scenario}/{visit}/{operation}: a visit is one client of one test. Unless its scenario says otherwise, a session is opened,
// the first poll goes wrong as the scenario is called, and all that follows is good. /mend/{scenario}/{visit} ends what goes on until then.

import http from "node:http";
import net from "node:net";
import { gzipSync } from "node:zlib";
import { large } from "./samples.mjs";

const blue = Buffer.from("{\"colour\":\"blue\"}");
const green = Buffer.from("{\"colour\":\"green\"}");

let tokens = 0;
const headers = (more) => ({
  "content-type": "application/json",
  "next-poll-configuration-token": `token-${++tokens}`,
  "next-poll-interval-in-seconds": "1",
  "cache-control": "max-age=3600", // no cache may keep a poll all the same
  ...more,
});

const good = (response, body = blue, more) => response.writeHead(200, headers({ "content-length": body.length, ...(body.length > 0 && { "version-label": "v1" }), ...more })).end(body);
const unchanged = (response) => good(response, Buffer.alloc(0));
const begin = (response, more) => {
  response.writeHead(200, headers(more));
  response.write(blue.subarray(0, 8));
};

/** Each answers the n-th poll of a visit; without an answer of its own, `good` and then unchanged. */
const scenarios = {
  good: (response, n) => (n === 1 ? good(response) : n === 2 ? good(response, green) : unchanged(response)),
  hang: (response, n) => n === 1,
  "hang-body": (response, n) => n === 1 && (begin(response, { "content-length": 100 }), true),
  trickle: (response, n) => {
    if (n !== 1) return;
    begin(response);
    const timer = setInterval(() => response.write("x"), 50);
    response.on("close", () => clearInterval(timer));
    return true;
  },
  cut: (response, n) => n === 1 && (begin(response, { "content-length": 100 }), setTimeout(() => response.destroy(), 20), true),
  "cut-chunked": (response, n) => n === 1 && (begin(response), setTimeout(() => response.destroy(), 20), true),
  // Browsers ask again by themselves, up to ten times.
  reset: (response, n, visit) => !visit.mended && (response.socket.resetAndDestroy(), true),
  redirect: (response, n, visit) => n === 1 && response.writeHead(302, { location: `${visit.elsewhere}/stolen/${visit.name}` }).end("{}"),
  page: (response, n) => n === 1 && response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Log in</title>"),
  204: (response, n) => n > 1 && response.writeHead(204, headers()).end(),
  gzip: (response, n) => {
    if (n !== 1) return;
    const body = gzipSync(JSON.stringify({ text: "x".repeat(100_000) }));
    return good(response, body, { "content-encoding": "gzip" });
  },
  // Gzip makes a body this short longer.
  "gzip-short": (response, n) => n === 1 && good(response, gzipSync(blue), { "content-encoding": "gzip" }),
  large: (response, n) => n === 1 && good(response, Buffer.from(JSON.stringify(large()))),
  chunked: (response, n) => n === 1 && (response.writeHead(200, headers()), response.write(blue.subarray(0, 5)), response.end(blue.subarray(5)), true),
  busy: (response, n) => n === 1 && response.writeHead(503, { "retry-after": "1", "content-type": "text/html" }).end("<h1>Busy</h1>"),
  // For a client that several requests share: each poll takes its time, and the second brings something new.
  slow: (response, n) => setTimeout(() => (n === 1 ? good(response) : n === 2 || n === 3 ? good(response, green) : unchanged(response)), 300),
  silent: () => true,
  "slow-then-silent": (response, n) => n > 1 || setTimeout(good, 300, response),
  // As often as people poll, nearly.
  rare: (response, n) => good(response, n === 1 ? blue : green, { "next-poll-interval-in-seconds": "15" }),
  gone: (response, n) => n > 1 && (response.socket.resetAndDestroy(), true),
};

const EXPOSED = "Next-Poll-Configuration-Token, Next-Poll-Interval-In-Seconds, Version-Label, Date, x-amzn-RequestId, x-amzn-ErrorType, Retry-After";
/** The CORS headers of a scenario, for pages of another origin. */
function crossOrigin(scenario, origin) {
  if (scenario === "forbidden") return {};
  const allowed = { "access-control-allow-origin": origin, "access-control-allow-headers": "content-type, x-tenant", "access-control-allow-methods": "GET, POST" };
  if (scenario !== "hidden") allowed["access-control-expose-headers"] = EXPOSED;
  if (scenario === "credentials") allowed["access-control-allow-credentials"] = "true";
  return allowed;
}

/** Starts it on two ports, two origins, of loopback. `pages(request, response)` may answer first. */
export async function startServer({ pages = () => false } = {}) {
  const visits = new Map();
  const sockets = new Set();
  const origins = [];

  const visitOf = (name) => {
    if (!visits.has(name)) visits.set(name, { name, requests: 0, sessions: 0, polls: 0, closed: 0, stolen: 0, preflights: 0, tokens: [], cookies: [] });
    return visits.get(name);
  };

  const answer = async (request, response) => {
    if (await pages(request, response)) return;
    const url = new URL(request.url, origins[0]);
    const [, scenario, ...rest] = url.pathname.split("/");
    const { origin } = request.headers;
    if (scenario === "calls") {
      const cors = origin ? { "access-control-allow-origin": "*" } : {};
      return response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store", ...cors }).end(JSON.stringify(visitOf(rest.join("/"))));
    }
    if (scenario === "mend") {
      visitOf(rest.join("/")).mended = true;
      return response.writeHead(204).end();
    }
    if (scenario === "stolen") {
      visitOf(rest.join("/")).stolen += 1;
      return response.writeHead(200).end();
    }
    const visit = visitOf(`${scenario}/${rest[0]}`);
    visit.requests += 1;
    visit.elsewhere = origins[1];
    visit.cookies.push(request.headers.cookie ?? "");
    if (origin) for (const [name, value] of Object.entries(crossOrigin(scenario, origin))) response.setHeader(name, value);
    if (request.method === "OPTIONS") {
      visit.preflights += 1;
      return response.writeHead(204).end();
    }
    response.on("close", () => (visit.closed += response.writableFinished ? 0 : 1));
    request.resume();
    if (rest[1] === "configurationsessions") {
      visit.sessions += 1;
      if (scenario === "silent") return;
      if (scenario === "missing") return response.writeHead(404, { "x-amzn-errortype": "ResourceNotFoundException" }).end("{}");
      return response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ InitialConfigurationToken: "first" }));
    }
    if (rest[1] !== "configuration") return response.writeHead(404).end();
    visit.polls += 1;
    visit.tokens.push(url.searchParams.get("configuration_token"));
    if (scenarios[scenario]?.(response, visit.polls, visit)) return;
    if (visit.good) unchanged(response);
    else good(response);
    visit.good = true;
  };

  const servers = [0, 1].map(() => http.createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  }));
  for (const server of servers) {
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    });
    server.on("clientError", (_, socket) => socket.destroy());
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    origins.push(`http://127.0.0.1:${server.address().port}`);
  }
  // A port where nothing listens: it was ours a moment ago.
  const nothing = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => nothing.on("listening", resolve));
  const closed = `http://127.0.0.1:${nothing.address().port}`;
  await new Promise((resolve) => nothing.close(resolve));

  return {
    server: origins[0],
    elsewhere: origins[1],
    closed,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
