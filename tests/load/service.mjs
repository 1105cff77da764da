// The emulator in a process of its own, over HTTP: `fork(service.mjs, [PACKAGE, INTERVAL])`, the interval in seconds. Sends `{ url }`; after that each
// message is answered when it is done: `{ away: true }` and `{ away: false }` take the service away and bring it back (connections are refused, and
// those that are open are closed), `{ deploy: colour }` deploys, and `{ requests: true }` gives the times of all requests so far.

import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, interval] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(folder, name)));
const { createEmulator } = await load("emulator.js");
const { answer } = await load("emulator.face.js");
const { readBody } = await load("emulator.body.js");

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const emulator = createEmulator({ intervalInSeconds: Number(interval), configurations: [{ ...target, content: { colour: "blue" } }] });
const requests = [];
let connections = 0;

async function respond(request, response) {
  requests.push(Date.now());
  const [called, query = ""] = request.url.split("?");
  const body = request.method === "POST" ? await readBody(request, 65536) : new Uint8Array();
  const result = await emulator[answer]({ method: request.method, path: called, query, headers: request.rawHeaders, body });
  response.writeHead(result.status, Object.fromEntries([...result.headers, ["content-length", result.body.length]])).end(result.body);
}

const server = http.createServer((request, response) => void respond(request, response).catch(() => response.destroy()));
server.on("connection", () => connections++);
const listen = (port) => new Promise((resolve) => server.listen({ port, host: "127.0.0.1", backlog: 4096 }, resolve));
await listen(0);
const { port } = server.address();
process.send({ url: `http://127.0.0.1:${port}` });

process.on("message", async (message) => {
  if (message.deploy) emulator.deploy({ ...target, content: { colour: message.deploy } });
  if (message.away === true) {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
  if (message.away === false) await listen(port);
  const { user, system } = process.cpuUsage();
  process.send(message.requests ? { at: Date.now(), requests, connections, worked: Number(((user + system) / 1e6).toFixed(1)) } : { at: Date.now() });
});
process.on("disconnect", () => process.exit(0));
