// The emulated service for many clients on one instance, and what makes that instance trap: the build of scripts/build.mjs that does so on demand.

import { takeOver } from "./clock.mjs";

export const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const POLL = "GetLatestConfiguration";

/**
 * A service, a clock, and clients of a package that nobody has used yet. `load()` gives its modules: `slim`, `glue` (with the memory) and `module`
 * (with the number of the instance).
 */
export async function stage({ load, bytes, createEmulator }, { replay = "refused", ...options } = {}) {
  const { slim, glue, module } = await load();
  let flying = 0;
  const clock = takeOver(() => flying > 0);
  const emulator = createEmulator({ intervalInSeconds: 60, replay, seed: 7, ...options });
  emulator.deploy({ ...target, content: { colour: "blue" }, versionLabel: "v1" });
  await slim.initialize(bytes);
  const calls = [];
  const armed = new Map();
  const gates = [];
  const clients = [];

  /** Answers one of the clients. */
  const fetchOf = (name) => async (url, init) => {
    const operation = init.method === "POST" ? "StartConfigurationSession" : POLL;
    const call = { name, operation, token: new URL(url).searchParams.get("configuration_token") };
    calls.push(call);
    flying++;
    try {
      let response = await emulator.fetch(url, init);
      call.status = response.status;
      if (gates.length > 0 && operation === POLL) {
        flying--;
        await gates[0].opened;
        flying++;
      }
      if (armed.has(name) && operation === POLL) {
        const headers = new Headers(response.headers);
        headers.set("version-label", armed.get(name));
        armed.delete(name);
        response = new Response(response.body, { status: response.status, headers });
      }
      return response;
    } finally {
      flying--;
    }
  };

  return {
    slim,
    glue,
    clock,
    emulator,
    calls,
    clients,
    fetchOf,
    instance: () => module.instance,
    /** The next answer to a poll of this client makes the instance panic, or run out of memory. */
    arm: (name, how = "trap-panic") => armed.set(name, how),
    /** A client, and what it tells. */
    client(name, more) {
      const client = new slim.ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: fetchOf(name), logger: null, ...more });
      const events = [];
      for (const type of ["update", "error", "statuschange"]) client.addEventListener(type, (event) => events.push(event));
      const one = { name, client, told: () => events.map((event) => event.status ?? event.error?.code ?? event.type), errors: () => events.filter(({ error }) => error).map(({ error }) => error) };
      clients.push(one);
      return one;
    },
    /** So many started clients that hold the first configuration. */
    async started(count, more) {
      const all = Array.from({ length: count }, (_, name) => this.client(name, more));
      await this.soon(Promise.all(all.map(({ client }) => client.start())));
      return all;
    },
    /** Settles as a promise does, of which everything comes without time passing. */
    async soon(promise) {
      const late = {};
      const value = await Promise.race([promise, clock.settle().then(() => clock.settle()).then(() => late)]);
      if (value === late) throw new Error("it did not come without time passing");
      return value;
    },
    /** Lets time pass until something holds, and no more than a quarter of a second longer. */
    async until(holds) {
      for (let passed = 0; !holds(); passed += 250) {
        if (passed > 100_000) throw new Error(`it never came: ${holds}`);
        await clock.pass(250);
      }
    },
    /** Lets the instance trap by the answer to this client's next poll. */
    async trap(name, how) {
      this.arm(name, how);
      await this.until(() => !armed.has(name));
    },
    /** Holds back answers to polls until `open()`. */
    gate() {
      let open;
      const gate = { opened: new Promise((resolve) => (open = resolve)), open: () => (gates.splice(0), open()) };
      gates.push(gate);
      return gate;
    },
    sessions: () => calls.filter(({ operation }) => operation !== POLL).length,
    /** The tokens that were sent more than once, each with who sent it. */
    repeated() {
      const seen = new Map();
      for (const { name, token } of calls.filter(({ operation }) => operation === POLL)) seen.set(token, [...(seen.get(token) ?? []), name]);
      return [...seen.values()].filter((names) => names.length > 1);
    },
    deploy: (versionLabel) => emulator.deploy({ ...target, content: { colour: versionLabel }, versionLabel }),
    labels: () => [...new Set(clients.map(({ client }) => client.configuration?.versionLabel))],
    end() {
      for (const { client } of clients) client.stop();
      clock.restore();
    },
  };
}
