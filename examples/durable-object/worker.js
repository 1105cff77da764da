// One object polls for all: however many pages look on, AppConfig sees one client, and each page sees a change at once.
import { DurableObject } from "cloudflare:workers";
import { ConfigurationClient } from "appconfig-edge";

export class Flags extends DurableObject {
  #listeners = new Set();
  #client = new ConfigurationClient({
    application: "shop",
    environment: "prod",
    configurationProfile: "flags",
    endpoint: this.env.APPCONFIG_ENDPOINT, // of wrangler.jsonc: a proxy that signs
  });

  constructor(ctx, env) {
    super(ctx, env);
    this.#client.addEventListener("update", ({ configuration }) => {
      for (const listener of this.#listeners) send(listener, configuration);
    });
  }

  /** Takes a listener in: it is sent what is held, then every newer one. */
  fetch(request) {
    if (request.headers.get("upgrade") !== "websocket") return new Response("expected a WebSocket\n", { status: 426 });
    const [theirs, ours] = Object.values(new WebSocketPair());
    ours.accept(); // and not ctx.acceptWebSocket(): who hibernates does not poll
    ours.addEventListener("close", () => this.#leave(ours));
    ours.addEventListener("error", () => this.#leave(ours));
    this.#listeners.add(ours);
    if (this.#client.configuration) send(ours, this.#client.configuration);
    this.#client.start().catch(() => {}); // the client logs what is wrong, and polls on
    return new Response(null, { status: 101, webSocket: theirs });
  }

  #leave(listener) {
    this.#listeners.delete(listener);
    // Its timer would keep the object in memory with nobody there to listen, and that is paid by the second.
    if (this.#listeners.size === 0) this.#client.stop();
  }
}

/** All flags, for anybody who asks: where not all of them are for everybody's eyes, choose here. */
const send = (listener, configuration) => listener.send(JSON.stringify(configuration.json()));

const page = `<!doctype html><title>Flags</title><link rel="icon" href="data:,"><pre>…</pre><script>
  (function listen() {
    const socket = new WebSocket("/updates");
    socket.onmessage = ({ data }) => (document.querySelector("pre").textContent = JSON.stringify(JSON.parse(data), null, 2));
    socket.onclose = () => setTimeout(listen, 1000 + 4000 * Math.random()); // the object was moved, or deployed anew: not all at once
  })();
</script>`;

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/updates") return env.FLAGS.get(env.FLAGS.idFromName("flags")).fetch(request);
    if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    return new Response("there is / and /updates\n", { status: 404 });
  },
};
