// The emulator's own requests, under /_emulator/: what is deployed, deploying, reverting, what was asked. Node only.
//
//   GET    /_emulator/configurations                                       what is deployed, and the problems of files that are not, as JSON
//   GET    /_emulator/configurations/{application}/{environment}/{profile} the file's content
//   PUT    the same                                                        writes the file, which deploys it
//   DELETE the same                                                        deletes the file, which reverts it
//   GET    /_emulator/requests                                             the last 1,000 requests, as JSON
//   GET    /_emulator/faults                                               the faults that are still to come, and all that there are, as JSON
//   POST   the same                                                        one more: {"name": "throttle", "times": 3, …}
//   DELETE the same, and /_emulator/faults/{name}                          forgets all, or those of one name
//   GET    /_emulator/options                                              the interval, the latency and what a spent token gets, as JSON
//   PATCH  the same                                                        changes some of them: {"replay": "empty"}
//   GET    /_emulator/clock                                                what the clock says, as JSON
//   POST   the same                                                        moves it forward: {"advanceInMilliseconds": 86400000}
//
// They are for pages of this very server and for tools on this machine. AppConfig Data is open to all origins, these are to none: no CORS header
// is ever sent, and the checks below keep out other machines, and other origins' pages, also those whose name was made to point here (DNS
// rebinding).

import { readBody, send } from "./emulator.body.js";
import { MAXIMUM_BYTES } from "./emulator.files.js";
import { knownFaults } from "./emulator.face.js";
import { FolderError } from "./emulator.folder.js";
import { checked, isJsonType } from "./emulator.options.js";

export const PREFIX = "/_emulator/";

/** Why a request is not of a page of this server or of a tool on this machine, or undefined. */
export function foreign({ headers, socket }) {
  const plain = (address) => address.replace(/^::ffff:/, "");
  const address = plain(socket.localAddress);
  // From this machine to itself both ends have one address, or both are loopback.
  const other = plain(socket.remoteAddress);
  const isLoopback = (it) => it === "::1" || it.startsWith("127.");
  if (other !== address && !(isLoopback(other) && isLoopback(address))) return "expected a request of this machine";
  const hosts = [address.includes(":") ? `[${address}]` : address];
  if (isLoopback(address)) hosts.push("localhost");
  const authorities = hosts.flatMap((host) => [`${host}:${socket.localPort}`, ...(socket.localPort === 80 ? [host] : [])]);
  const host = headers.host?.toLowerCase();
  if (!authorities.includes(host)) return `expected Host to be ${authorities.join(" or ")}`;
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return `expected Origin to be http://${host}`;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return "expected a request of this origin";
}

/** The longest body that says what is to change. */
const MAXIMUM_CHANGE_BYTES = 4096;

/** Which options can be changed while the server runs. */
const changeable = ["intervalInSeconds", "latencyInMilliseconds", "replay"];

/** The object that a request's body is. */
async function readObject(request, example) {
  if (!isJsonType(request.headers["content-type"] ?? "")) throw new FolderError(415, "expected Content-Type to be application/json");
  try {
    const value = JSON.parse(await readBody(request, MAXIMUM_CHANGE_BYTES));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below, as anything else that is no object.
  }
  throw new FolderError(400, `expected ${example}`);
}

/** Does what the emulator may refuse; that is the caller's to mend. */
function attempt(act) {
  try {
    return act();
  } catch (error) {
    throw new FolderError(400, error.message);
  }
}

const FAULT = 'a fault in JSON, such as {"name": "throttle", "times": 3}';
const OPTIONS = 'options in JSON, such as {"intervalInSeconds": 5}';
const CLOCK = 'a time in JSON, such as {"advanceInMilliseconds": 60000}';

/** Plans the fault that a request's body says. */
async function plan(request, emulator) {
  const { name, ...options } = await readObject(request, FAULT);
  if (typeof name !== "string") throw new FolderError(400, `expected ${FAULT}`);
  attempt(() => emulator.fault(name, options));
}

/** Changes the options that a request's body names: all of them or none. `null` stands for what it is where nothing is said. */
async function change(request, emulator) {
  const changes = await readObject(request, OPTIONS);
  const unknown = Object.keys(changes).find((name) => !changeable.includes(name));
  if (unknown !== undefined) throw new FolderError(400, `option ${unknown}: there is no such option to change; there are ${changeable.join(", ")}`);
  const given = Object.entries(changes).map(([name, value]) => [name, value ?? undefined]);
  attempt(() => checked("createEmulator", Object.fromEntries(given)));
  for (const [name, value] of given) emulator[name] = value;
}

/** Moves the clock forward as a request's body says. */
async function advance(request, emulator) {
  const { advanceInMilliseconds } = await readObject(request, CLOCK);
  attempt(() => emulator.advance(advanceInMilliseconds));
}

/** The target in a path, or undefined where it is not one. */
function targetIn(path) {
  const parts = path.split("/");
  if (parts.length !== 3) return;
  try {
    const [application, environment, configurationProfile] = parts.map(decodeURIComponent);
    return { application, environment, configurationProfile };
  } catch {
    throw new FolderError(400, "a name in the path is not percent-encoded UTF-8");
  }
}

const json = (response, status, value) =>
  send(response, status, { "content-type": "application/json" }, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));

const faults = (emulator) => ({ faults: emulator.faults, known: emulator[knownFaults] });
const options = (emulator) => Object.fromEntries(changeable.map((name) => [name, emulator[name] ?? null]));
const clock = (emulator) => ({ now: new Date(emulator.now).toISOString() });

async function perform(request, response, path, { emulator, folder }) {
  const [resource, rest] = [/^[^/]*/.exec(path)[0], path.replace(/^[^/]*\/?/, "")];
  const target = resource === "configurations" && rest ? targetIn(rest) : undefined;
  const method = request.method === "HEAD" ? "GET" : request.method;
  const call = `${method} ${resource}${target || (resource === "faults" && rest) ? "/" : rest && "?"}`;
  switch (call) {
    case "GET configurations":
      await folder.fresh();
      return json(response, 200, { configurations: folder.list(), problems: folder.problems() });
    case "GET requests":
      return json(response, 200, { requests: emulator.requests });
    case "GET faults":
      return json(response, 200, faults(emulator));
    case "POST faults":
      await plan(request, emulator);
      return json(response, 200, faults(emulator));
    case "DELETE faults":
      emulator.clearFaults();
      return send(response, 204, {});
    case "DELETE faults/":
      attempt(() => emulator.clearFaults(rest));
      return send(response, 204, {});
    case "GET options":
      return json(response, 200, options(emulator));
    case "PATCH options":
      await change(request, emulator);
      return json(response, 200, options(emulator));
    case "GET clock":
      return json(response, 200, clock(emulator));
    case "POST clock":
      await advance(request, emulator);
      return json(response, 200, clock(emulator));
    case "GET configurations/": {
      await folder.fresh();
      const { contentType, bytes } = await folder.read(target);
      // Whatever it is, it is not a page of this origin.
      return send(response, 200, { "content-type": contentType, "content-security-policy": "sandbox; default-src 'none'" }, bytes);
    }
    case "PUT configurations/": {
      const contentType = request.headers["content-type"];
      if (contentType === undefined) throw new FolderError(415, "expected a Content-Type, such as application/json");
      const bytes = await readBody(request, MAXIMUM_BYTES);
      if (!bytes) throw new FolderError(413, `expected at most ${MAXIMUM_BYTES.toLocaleString("en")} bytes`);
      await folder.write(target, contentType, bytes);
      return json(response, 200, folder.list().find((it) => Object.keys(target).every((name) => it[name] === target[name])));
    }
    case "DELETE configurations/":
      await folder.remove(target);
      return send(response, 204, {});
    default:
      throw new FolderError(404, `expected ${calls.map((it) => it.replace(/ (?=[^ ]*$)/, ` ${PREFIX}`)).join(", ")}`);
  }
}

/** What there is, for who asked for something else. */
const calls = [
  "GET configurations",
  "GET, PUT or DELETE configurations/{application}/{environment}/{profile}",
  "GET requests",
  "GET, POST or DELETE faults",
  "DELETE faults/{name}",
  "GET or PATCH options",
  "GET or POST clock",
];

/** Answers a request whose path begins with `PREFIX`; gives the status. */
export async function administer(request, response, path, server) {
  try {
    const reason = foreign(request);
    if (reason) throw new FolderError(403, reason);
    await perform(request, response, path.slice(PREFIX.length), server);
  } catch (error) {
    const status = error instanceof FolderError ? error.status : error.code === "ENOENT" ? 404 : 500;
    if (!response.headersSent) json(response, status, { message: error instanceof FolderError ? error.message : `the request failed: ${error.code ?? error.message}` });
  }
  return response.statusCode;
}
