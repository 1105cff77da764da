// The emulator's own requests, under /_emulator/: what is deployed, deploying, reverting, what was asked. Node only.
//
//   GET    /_emulator/configurations                                       what is deployed, as JSON
//   GET    /_emulator/configurations/{application}/{environment}/{profile} the file's content
//   PUT    the same                                                        writes the file, which deploys it
//   DELETE the same                                                        deletes the file, which reverts it
//   GET    /_emulator/requests                                             the last 1,000 requests, as JSON
//   GET    /_emulator/faults                                               the faults that are still to come, as JSON
//   POST   the same                                                        one more: {"name": "throttle", "times": 3, …}
//   DELETE the same                                                        forgets them
//
// They are for pages of this very server alone. AppConfig Data is open to all origins, these are to none: no CORS header is ever sent, and
// the checks below keep out other origins' pages, also those whose name was made to point here (DNS rebinding).

import { readBody, send } from "./emulator.body.js";
import { MAXIMUM_BYTES } from "./emulator.files.js";
import { FolderError } from "./emulator.folder.js";
import { isJsonType } from "./emulator.options.js";

export const PREFIX = "/_emulator/";

/** Why a request is not of a page of this server or of a tool on this machine, or undefined. */
function foreign({ headers, socket }) {
  const address = socket.localAddress.replace(/^::ffff:/, "");
  const hosts = [address.includes(":") ? `[${address}]` : address];
  if (address === "::1" || address.startsWith("127.")) hosts.push("localhost");
  const authorities = hosts.flatMap((host) => [`${host}:${socket.localPort}`, ...(socket.localPort === 80 ? [host] : [])]);
  const host = headers.host?.toLowerCase();
  if (!authorities.includes(host)) return `expected Host to be ${authorities.join(" or ")}`;
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return `expected Origin to be http://${host}`;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return "expected a request of this origin";
}

/** The longest body that says a fault. */
const MAXIMUM_FAULT_BYTES = 4096;

/** Plans the fault that a request's body says. */
async function plan(request, emulator) {
  if (!isJsonType(request.headers["content-type"] ?? "")) throw new FolderError(415, "expected Content-Type to be application/json");
  let fault;
  try {
    fault = JSON.parse(await readBody(request, MAXIMUM_FAULT_BYTES));
  } catch {
    // Told below, as anything else that is no fault.
  }
  if (typeof fault?.name !== "string") throw new FolderError(400, 'expected a fault in JSON, such as {"name": "throttle", "times": 3}');
  const { name, ...options } = fault;
  try {
    emulator.fault(name, options);
  } catch (error) {
    throw new FolderError(400, error.message);
  }
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

async function perform(request, response, path, { emulator, folder }) {
  const [resource, rest] = [/^[^/]*/.exec(path)[0], path.replace(/^[^/]*\/?/, "")];
  const target = resource === "configurations" && rest ? targetIn(rest) : undefined;
  const method = request.method === "HEAD" ? "GET" : request.method;
  const call = `${method} ${resource}${target ? "/" : rest && "?"}`;
  switch (call) {
    case "GET configurations":
      await folder.fresh();
      return json(response, 200, { configurations: folder.list() });
    case "GET requests":
      return json(response, 200, { requests: emulator.requests });
    case "GET faults":
      return json(response, 200, { faults: emulator.faults });
    case "POST faults":
      await plan(request, emulator);
      return json(response, 200, { faults: emulator.faults });
    case "DELETE faults":
      emulator.clearFaults();
      return send(response, 204, {});
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
      throw new FolderError(404, `expected GET ${PREFIX}configurations, GET ${PREFIX}requests, GET, POST or DELETE ${PREFIX}faults, or GET, PUT or DELETE ${PREFIX}configurations/{application}/{environment}/{profile}`);
  }
}

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
