// The service that all are measured against, in a process of its own: canned answers, so that it costs little and the same for everybody.
// http://127.0.0.1:PORT/unchanged and /large are endpoints; /unchanged answers its first poll with a small document and every other with
// nothing, /large every poll with another 2 MB. A token says by its first character which answer comes next. Under /page/ it serves the files
// below the folder that it is given, so that a page's endpoint is of its own origin.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { documents, INTERVAL_IN_SECONDS, small } from "./documents.mjs";

const SMALL = "A", NOTHING = "B", LARGE = "C", OTHER = "D";

// 840 characters of base64, + / = among them, as the service's own are. A pool of them: what is random costs time, too.
const pool = Array.from({ length: 64 }, () => randomBytes(629).toString("base64").slice(1));
let turn = 0;
const token = (kind) => kind + pool[turn++ % pool.length];

const large = documents();
const first = { unchanged: SMALL, large: LARGE };
const next = {
  [SMALL]: [NOTHING, Buffer.from(small)],
  [NOTHING]: [NOTHING, Buffer.alloc(0)],
  [LARGE]: [OTHER, large[0]],
  [OTHER]: [LARGE, large[1]],
};

const counts = { sessions: 0, polls: 0, connections: 0 };

const [, , folder] = process.argv;

/** A page of a contender: /page/NAME/ and its script. */
async function page(url, response) {
  const [, , name, file] = url.split("/");
  if (file === "") return response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>${name}</title><link rel="icon" href="data:,"><script type="module" src="main.mjs"></script>`);
  response.writeHead(200, { "content-type": "text/javascript" }).end(await readFile(path.join(folder, path.basename(name), path.basename(file))));
}

const server = createServer((request, response) => {
  const { url, method } = request;
  if (url === "/counts") return response.end(JSON.stringify(counts));
  if (url.startsWith("/page/")) return page(url, response).catch(() => response.writeHead(404).end());
  const scenario = url.slice(1, url.indexOf("/", 1));
  if (method === "POST" && url.endsWith("/configurationsessions") && first[scenario]) {
    counts.sessions++;
    request.resume();
    const body = JSON.stringify({ InitialConfigurationToken: token(first[scenario]) });
    return response.writeHead(201, { "content-type": "application/json", "content-length": body.length }).end(body);
  }
  const kind = url.split("/configuration?configuration_token=")[1]?.[0];
  if (method !== "GET" || !next[kind]) return response.writeHead(404).end();
  counts.polls++;
  const [following, body] = next[kind];
  response.writeHead(200, {
    "next-poll-configuration-token": token(following),
    "next-poll-interval-in-seconds": String(INTERVAL_IN_SECONDS),
    "content-type": "application/json",
    "content-length": body.length,
  });
  response.end(body);
});
server.on("connection", () => counts.connections++);
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
