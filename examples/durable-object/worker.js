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

  /** Answers with server-sent events: what is held, then every newer one. */
  fetch() {
    let listener;
    const body = new ReadableStream({
      start: (controller) => {
        this.#listeners.add((listener = controller));
        if (this.#client.configuration) send(listener, this.#client.configuration);
        this.#client.start().catch(() => {}); // the client logs what is wrong, and polls on
      },
      cancel: () => {
        this.#listeners.delete(listener);
        // A loop that nobody listens to would keep the object in memory, which is paid by the second.
        if (this.#listeners.size === 0) this.#client.stop();
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
  }
}

const encoder = new TextEncoder();
/** All flags, for anybody who asks: choose here what is for everybody's eyes. JSON has no line breaks, which would end the event. */
const send = (listener, configuration) => listener.enqueue(encoder.encode(`data: ${JSON.stringify(configuration.json())}\n\n`));

const page = `<!doctype html><title>Flags</title><pre>…</pre><script>
  new EventSource("/updates").onmessage = ({ data }) => (document.querySelector("pre").textContent = JSON.stringify(JSON.parse(data), null, 2));
</script>`;

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/updates") return env.FLAGS.get(env.FLAGS.idFromName("flags")).fetch(request);
    if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    return new Response("there is / and /updates\n", { status: 404 });
  },
};
