// Small programs, each of which has to end, or not, in its own way: `node programs.mjs NAME`. What is expected of each is in processes.mjs.

import { ConfigurationClient } from "appconfig-edge";
import { createEmulator } from "appconfig-edge/emulator";
import { opened, sent, unreachable, upstream } from "./upstream.mjs";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const options = { ...target, endpoint: "https://upstream.test", logger: null };
/** No answer, and nothing that would hold a process. */
const silent = () => new Promise(() => {});
const blue = "{\"colour\":\"blue\"}";
const { argv } = globalThis.process ?? (await import("node:process")).default;

function emulated(more) {
  const emulator = createEmulator({ intervalInSeconds: 1, configurations: [{ ...target, content: { colour: "blue" } }] });
  return { emulator, client: new ConfigurationClient({ ...options, fetch: emulator.fetch, ...more }) };
}

const programs = {
  /** The next poll is in an hour, and nobody waits for it. */
  async idle() {
    const client = new ConfigurationClient({ ...options, fetch: upstream(opened(), sent(blue, { interval: 3600 })).fetch });
    console.log((await client.start()).text());
  },

  /** The same, and the attempt after a failure. */
  async failing() {
    const client = new ConfigurationClient({ ...options, fetch: unreachable });
    await client.refresh().catch((error) => console.log(error.code));
    client.start().catch(() => {});
    client.stop();
  },

  /** A poll is under way, and nobody waits for it. */
  async polling() {
    const service = upstream(opened(), sent(blue), silent);
    const client = new ConfigurationClient({ ...options, fetch: service.fetch });
    await client.start();
    const hold = setInterval(() => {}, 1000);
    await service.called(3);
    clearInterval(hold);
    console.log("under way");
  },

  /** A start() waits through an answer that never comes; nothing but the client's timers holds the process. */
  async starting() {
    const client = new ConfigurationClient({ ...options, fetch: upstream(silent, opened(), sent(blue)).fetch, headersTimeoutInMilliseconds: 300 });
    console.log((await client.start()).text());
  },

  /** The same for refresh(). */
  async refreshing() {
    const client = new ConfigurationClient({ ...options, fetch: upstream(opened(), silent).fetch, headersTimeoutInMilliseconds: 300 });
    await client.refresh().catch((error) => console.log(error.code));
  },

  /** And for updates(): the second value comes an interval later. */
  async updating() {
    const { emulator, client } = emulated();
    await client.start();
    emulator.deploy({ ...target, content: { colour: "green" } });
    const colours = [];
    for await (const configuration of client.updates()) {
      colours.push(configuration.json().colour);
      if (colours.length === 2) break;
    }
    console.log(colours.join(" "));
  },

  /** Nobody waits, but the client was told to hold the process. */
  async keeping() {
    const { emulator, client } = emulated({ keepAlive: true });
    client.addEventListener("update", ({ configuration }) => {
      console.log(configuration.json().colour);
      if (configuration.json().colour === "blue") return emulator.deploy({ ...target, content: { colour: "green" } });
      client.stop();
    });
    await client.start();
  },

  /** A start() that will not be answered for long holds the process. */
  async waiting() {
    const client = new ConfigurationClient({ ...options, fetch: unreachable });
    console.log("waiting");
    await client.start();
  },

  /** Who no longer waits holds nothing. */
  async aborting() {
    const client = new ConfigurationClient({ ...options, fetch: silent });
    await client.start({ timeoutInMilliseconds: 100 }).catch((error) => console.log(error.code));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await client.start({ signal: controller.signal }).catch((error) => console.log(error.name));
  },

  /** Over real sockets, which the runtime keeps open for a while. */
  async sockets(server) {
    const client = new ConfigurationClient({ ...options, endpoint: `${server}/good/process-${Date.now()}` });
    console.log((await client.start()).text());
  },

  /**
   * Time limits, an aborted start() and stop() over real sockets, while everything that can be is collected again and again: that a request is given up is
   * seen at the server, which never ends its answers.
   */
  async collecting(server) {
    setInterval(globalThis.gc, 5);
    const limits = { headersTimeoutInMilliseconds: 15_000, idleTimeoutInMilliseconds: 15_000, totalTimeoutInMilliseconds: 15_000 };
    let made = 0;
    const visit = (scenario, own) => {
      const path = `${scenario}/process-${Date.now()}-${++made}`;
      const client = new ConfigurationClient({ ...options, endpoint: `${server}/${path}`, ...limits, ...own });
      const calls = async () => (await fetch(`${server}/calls/${path}`)).json();
      const reached = async (name) => {
        while ((await calls())[name] < 1) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      return { client, reached };
    };
    /** Who is told of a failure is all that holds the client. */
    const limited = async (scenario, own) => {
      const { client, reached } = visit(scenario, own);
      const { error } = await new Promise((resolve) => {
        client.addEventListener("error", resolve, { once: true });
        client.start().catch(() => {});
      });
      await reached("closed");
      client.stop();
      console.log(`${error.limit} ${error.code}, and the connection is closed`);
    };
    const stopped = async () => {
      const { client, reached } = visit("silent");
      const controller = new AbortController();
      const started = client.start({ signal: controller.signal });
      await reached("requests");
      controller.abort();
      await started.catch((error) => console.log(`start() ${error.name}`));
      client.stop();
      await reached("closed");
      console.log("stop(), and the connection is closed");
    };
    await Promise.all([
      limited("silent", { headersTimeoutInMilliseconds: 1000 }),
      limited("hang-body", { idleTimeoutInMilliseconds: 1000 }),
      limited("trickle", { totalTimeoutInMilliseconds: 2000 }),
      stopped(),
    ]);
    // What the runtime keeps open for a while is another program's matter.
    console.log("done");
    (globalThis.Deno ?? globalThis.process).exit(0);
  },
};

const [name, ...words] = argv.slice(2);
await programs[name](...words);
console.log("done");
