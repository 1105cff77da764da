// AppConfig Data over HTTP, from a folder or a file. Node only, without dependencies.

import http from "node:http";
import { administer, PREFIX } from "./emulator.admin.js";
import { readBody } from "./emulator.body.js";
import { answer, gzip } from "./emulator.face.js";
import { Folder } from "./emulator.folder.js";
import { createEmulator } from "./emulator.js";

/** The port where nothing else is said. 2772 is the AWS AppConfig Agent's and 2773 its Lambda extension's; this is neither. */
export const DEFAULT_PORT = 2774;

/** The longest body of a request to AppConfig Data. */
const MAXIMUM_REQUEST_BYTES = 65536;

/** The method of each path, for the preflight. */
const operations = { "/configurationsessions": "POST", "/configuration": "GET" };

/** What a page of another origin may read. */
const exposed =
  "Next-Poll-Configuration-Token, Next-Poll-Interval-In-Seconds, Version-Label, Content-Type, Date, x-amzn-RequestId, x-amzn-ErrorType, Retry-After";
/** What it may send: what a client of AppConfig Data has to, and nothing else, since the real service promises nothing else. */
const allowed = "authorization, x-amz-date, x-amz-security-token, content-type";

async function appConfigData(request, response, path, query, { emulator, folder }) {
  response.setHeader("access-control-allow-origin", "*");
  const asked = request.headers["access-control-request-method"];
  if (request.method === "OPTIONS" && asked && operations[path]) {
    response.writeHead(204, { "access-control-allow-methods": operations[path], "access-control-allow-headers": allowed, "access-control-max-age": "600" });
    response.end();
    return { type: "preflight", path, asked, origin: request.headers.origin };
  }
  const { method, headers, rawHeaders } = request;
  // One that is too long is no JSON either way. A poll has none, but if it has, its signature is not that of one without.
  const mayHaveBody = method !== "GET" || headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  const body = (mayHaveBody && (await readBody(request, MAXIMUM_REQUEST_BYTES))) || new Uint8Array();
  await folder.fresh();
  const result = await emulator[answer]({ method, path, query, headers: rawHeaders, body });
  await sendResult(request, response, result);
  return { type: "request", ...result.record };
}

/** Sends what the service answers, as its faults have it. */
async function sendResult(request, response, { status, headers, body, delivery }) {
  if (delivery === "lost") return request.socket.destroy();
  if (delivery === "never") return;
  if (delivery !== "hidden") response.setHeader("access-control-expose-headers", exposed);
  for (const [name, value] of headers) response.setHeader(name, value);
  if (!request.complete) response.setHeader("connection", "close");
  if (delivery === "cut") {
    // Of an empty body there is nothing to cut, so one byte is promised.
    response.writeHead(status, { "content-length": Math.max(body.length, 1) });
    response.flushHeaders();
    response.write(body.subarray(0, body.length / 2));
    // What is written is on its way by then.
    return void setTimeout(() => request.socket.destroy(), 20);
  }
  if (delivery === "compressed" && /\bgzip\b/.test(request.headers["accept-encoding"])) {
    body = await gzip(body);
    response.setHeader("content-encoding", "gzip");
  }
  response.writeHead(status, { "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

/**
 * Serves a folder, or a single file as what `target` says. Gives `{ url, emulator, folder, close }`.
 *
 * `tell` is called with what happens: `{ type: "request" | "preflight" | "admin" | "deployed" | "reverted" | "problem", … }`. `site` answers
 * what is neither AppConfig Data nor the emulator's own. What else is given goes to `createEmulator`.
 */
export async function startEmulator({ folder: name, target, port = DEFAULT_PORT, host = "127.0.0.1", tell = () => {}, site, ...options }) {
  const emulator = createEmulator(options);
  const folder = await Folder.open(name, emulator, tell, target);

  const handle = async (request, response) => {
    // Not by URL, which would take "//host/path" apart.
    const [, path, query = ""] = /^([^?]*)\??(.*)$/s.exec(request.url);
    if (path.startsWith(PREFIX)) {
      const status = await administer(request, response, path, { emulator, folder });
      // A page looks again and again; what it changes is worth a line, and what it may not.
      if (request.method !== "GET" || status !== 200) tell({ type: "admin", method: request.method, path, status });
    } else if (site && !operations[path]) {
      await site(request, response, path);
    } else {
      tell(await appConfigData(request, response, path, query, { emulator, folder }));
    }
  };
  const server = http.createServer((request, response) => {
    handle(request, response).catch((error) => {
      // Who went away needs no answer.
      if (!request.destroyed) tell({ type: "problem", file: request.url.split("?")[0], message: String(error?.stack ?? error) });
      response.destroy();
    });
  });
  // Longer than the usual interval: a connection that is closed just when the next poll is sent on it would lose the poll.
  server.keepAliveTimeout = 75_000;

  try {
    await new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host }, resolve);
    });
  } catch (error) {
    folder.close();
    const reason = { EADDRINUSE: `port ${port} is taken: choose another, or 0 for any free one`, EACCES: `port ${port} needs more rights than this user has` };
    throw Object.assign(new Error(reason[error.code] ?? `cannot listen on ${host}, port ${port}: ${error.code ?? error.message}`), { code: error.code });
  }
  const { address, family, port: bound } = server.address();
  const shown = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[address] ?? (family === "IPv6" ? `[${address}]` : address);
  return {
    url: `http://${shown}:${bound}`,
    emulator,
    folder,
    async close() {
      folder.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}
