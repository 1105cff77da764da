// The page and the emulator as one server, so that all is of one origin: the page's files, the built package under /pkg/, AppConfig Data
// from a folder, and the requests that deploy.

import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { send } from "../pkg/emulator.body.js";
import { startEmulator } from "../pkg/emulator.http.js";
import { line } from "../pkg/emulator.log.js";
import { checkedEndpoint } from "./endpoint.js";

const here = path.dirname(fileURLToPath(import.meta.url));
/** Below which path which folder is served. */
const folders = { "/pkg/": path.join(here, "..", "pkg"), "/": here };
/** What is served at all; this file and the sample configuration are not. */
const types = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  wasm: "application/wasm",
};

const headers = {
  "cache-control": "no-cache",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
};

/** What the page may do: it asks this server alone, and the other endpoint that its address names. */
function policy(query) {
  let other = "";
  try {
    other = ` ${checkedEndpoint(query.get("endpoint") ?? "").origin}`;
  } catch {
    // The page says what is wrong with it.
  }
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    `connect-src 'self'${other}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The file of a path, or undefined. Names are plain, so a path leads nowhere but down; and no link leads away. */
async function find(where) {
  const prefix = Object.keys(folders).find((it) => where.startsWith(it));
  const rest = where.slice(prefix.length) || "index.html";
  const type = types[/\.([a-z]+)$/.exec(rest)?.[1]];
  if (!type || !rest.split("/").every((part) => /^\w[\w.-]*$/.test(part))) return;
  try {
    const root = await realpath(folders[prefix]);
    const file = await realpath(path.join(root, rest));
    if (file.startsWith(root + path.sep)) return { type, body: await readFile(file) };
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "EISDIR"].includes(error.code)) throw error;
  }
}

async function site(request, response, where) {
  const policed = { ...headers, "content-security-policy": policy(new URLSearchParams(request.url.replace(/^[^?]*/, ""))) };
  const text = (status, sentence, more) => send(response, status, { ...policed, ...more, "content-type": "text/plain; charset=utf-8" }, Buffer.from(`${sentence}\n`));
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "expected GET", { allow: "GET, HEAD" });
  const found = await find(where);
  if (!found) return text(404, "there is no such file");
  send(response, 200, { ...policed, "content-type": found.type }, found.body);
}

/** What happens to the configuration is told; that the page polls is to be seen in the page. */
function tell(event) {
  if (event.type === "problem") console.error(line(event));
  else if (event.type === "deployed" || event.type === "reverted") console.log(line(event));
}

/** Serves; gives `{ url, emulator, close }`. */
export function serve({ port = 8080, host = "127.0.0.1", folder = path.join(here, "sample-config"), intervalInSeconds = 5, ...options } = {}) {
  return startEmulator({ tell, ...options, port, host, folder, intervalInSeconds, site });
}
