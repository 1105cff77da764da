// 100 clients of a Worker, on timers of real time: there is no other there. The module that traps on demand lies beside it.

import { createEmulator } from "appconfig-edge/emulator";
import { ConfigurationClient, initialize } from "appconfig-edge/slim";
import module from "./trapping.wasm";

await initialize(module);
const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const emulator = createEmulator({ intervalInSeconds: 1, replay: "repeated", configurations: [{ ...target, content: { colour: "blue" }, versionLabel: "v1" }] });
const tokens = [];
let armed = false;

const fetchOf = (name) => async (url, init) => {
  const response = await emulator.fetch(url, init);
  const token = new URL(url).searchParams.get("configuration_token");
  if (token) tokens.push({ name, token });
  if (!armed || name !== 7 || !token) return response;
  armed = false;
  const headers = new Headers(response.headers);
  headers.set("version-label", "trap-panic");
  return new Response(response.body, { status: response.status, headers });
};
const clients = Array.from({ length: 100 }, (_, name) => new ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: fetchOf(name), logger: null }));
const labels = (all) => [...new Set(all.map(({ versionLabel }) => versionLabel))];
const refreshed = () => Promise.all(clients.map((client) => client.refresh()));
const due = () => new Promise((resolve) => setTimeout(resolve, 1300));

export default {
  async fetch() {
    const first = labels(await refreshed());
    await due();
    armed = true;
    // First it alone: what others had asked by then would be asked again.
    const trapped = labels([await clients[7].refresh(), ...(await refreshed())]);
    emulator.deploy({ ...target, content: { colour: "green" }, versionLabel: "v2" });
    await due();
    const last = labels(await refreshed());
    const twice = tokens.filter(({ token }, i) => tokens.findIndex((it) => it.token === token) < i).map(({ name }) => name);
    const sessions = emulator.requests.filter(({ operation }) => operation === "StartConfigurationSession").length;
    return Response.json({ first, trapped, armed, last, sessions, twice, statuses: [...new Set(clients.map(({ status }) => status))] });
  },
};
