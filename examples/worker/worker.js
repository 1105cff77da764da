// A shop's front door: each request is answered by the flags of this moment.
import { env } from "cloudflare:workers";
import { ConfigurationClient } from "appconfig-edge";

// At global scope, so that all requests of an isolate share it. The constructor does no I/O.
const client = new ConfigurationClient({
  application: "shop",
  environment: "prod",
  configurationProfile: "flags",
  endpoint: env.APPCONFIG_ENDPOINT, // of wrangler.jsonc: a proxy that signs
  headersTimeoutInMilliseconds: 2000, // a new isolate's first visitor waits for two answers, and for neither of them longer
});

/** The flags that are held; where none ever came, none is on. */
async function flags(ctx) {
  const refreshing = client.refresh().catch(() => undefined); // polls if a poll is due; the client logs why one failed
  ctx.waitUntil(refreshing); // lets the poll end after the response
  const configuration = client.configuration ?? (await refreshing); // waits only where nothing is held
  return configuration?.json() ?? {};
}

export default {
  async fetch(request, env, ctx) {
    const { maintenance, "express-delivery": express } = await flags(ctx);
    if (maintenance?.enabled) return new Response("We are closed for a moment.\n", { status: 503, headers: { "retry-after": "60" } });
    return new Response(express?.enabled ? `We are open. Express delivery: ${express.fee}\n` : "We are open.\n");
  },
};
