// The pages of the test, and beside them a service that is as strict as AWS about tokens: each is good for one poll, and a second one is refused.

import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { installed } from "../runtime/package.mjs";

/** How long anything may take that has no limit of its own: this runs beside other tests. */
export const DEADLINE = 15_000;

const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
const { home } = installed();
const page = readFileSync(new URL("page.html", import.meta.url));

/** Starts it. `sessions` and `polls` are lists of who asked (`?tab=` of the page's address) and when; `refused` counts tokens that came twice. */
export async function startService() {
  const waiting = new Set();
  const tokens = new Map(); // each with the version that its session has seen
  let number = 0;

  const service = {
    sessions: [],
    polls: [],
    refused: 0,
    version: 1,
    interval: 1,
    /** Called with each poll, before it is answered; what it gives is waited for. */
    hold: undefined,
    /** Resolves as soon as `fits` does, which is looked at after each request. */
    until(fits, what, limit = DEADLINE) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!fits()) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`${what} did not come within ${limit} ms: ${service}`));
        }, limit);
        waiting.add(look);
        look();
      });
    },
    /** Resolves after so many more polls have been answered. */
    polled(count = 1) {
      const from = service.answered;
      return service.until(() => service.answered >= from + count, `${count} more polls`);
    },
    answered: 0,
    toString: () => `${service.sessions.length} sessions, ${service.polls.length} polls by ${service.polls.slice(-8).map(({ tab }) => tab)}, ${service.refused} refused`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };

  const issue = (seen) => {
    tokens.set(`token-${++number}`, seen);
    return `token-${number}`;
  };

  async function answer(request, response) {
    const url = new URL(request.url, service.url);
    const tab = new URL(request.headers.referer ?? service.url).searchParams.get("tab");
    const send = (status, headers, body) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    if (url.pathname === "/page" || url.pathname === "/elsewhere") return send(200, { "content-type": "text/html" }, url.pathname === "/page" ? page : "<!doctype html><title>elsewhere</title>");
    if (url.pathname.startsWith("/package/")) {
      const file = path.join(home, path.normalize(url.pathname.slice(9)));
      return send(200, { "content-type": types[path.extname(file)] ?? "text/plain", "cache-control": "max-age=600" }, readFileSync(file));
    }
    if (url.pathname === "/configurationsessions") {
      service.sessions.push({ tab, at: performance.now() });
      return send(201, {}, JSON.stringify({ InitialConfigurationToken: issue(0) }));
    }
    if (url.pathname !== "/configuration") return send(404, {}, "{}");
    const token = url.searchParams.get("configuration_token");
    const seen = tokens.get(token);
    tokens.delete(token);
    service.polls.push({ tab, at: performance.now(), token });
    await service.hold?.(tab);
    if (seen === undefined) {
      service.refused++;
      const details = { InvalidParameters: { configuration_token: { Problem: "Expired" } } };
      return send(400, { "x-amzn-errortype": "BadRequestException" }, JSON.stringify({ Reason: "InvalidParameters", Details: details }));
    }
    const { version } = service;
    const headers = { "next-poll-configuration-token": issue(version), "next-poll-interval-in-seconds": `${service.interval}` };
    send(200, { ...headers, ...(seen < version && { "version-label": `v${version}` }) }, seen < version ? JSON.stringify({ version }) : "");
    service.answered++;
  }

  const server = http.createServer((request, response) => {
    request.resume();
    answer(request, response)
      .catch((error) => {
        if (error.code !== "ENOENT") console.error(error);
        response.writeHead(404).end();
      })
      .finally(() => {
        for (const look of waiting) look();
      });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  service.url = `http://127.0.0.1:${server.address().port}`;
  return service;
}
