// A server that reads a flag for each request, from memory.
import { ConfigurationClient } from "appconfig-edge";

const client = new ConfigurationClient({
  application: "shop",
  environment: "prod",
  configurationProfile: "flags",
  endpoint: Deno.env.get("APPCONFIG_ENDPOINT"), // a proxy that signs, or the emulator
});

// Where nothing can be had in time it serves all the same, as if every flag were off, and polls on.
await client.start({ timeoutInMilliseconds: 5000 }).catch(({ message }) => console.error(`no configuration yet: ${message}`));

Deno.serve(() => {
  const { "live-chat": chat } = client.configuration?.json() ?? {};
  return new Response(chat?.enabled ? `Live chat from ${chat.opens} to ${chat.closes}\n` : "No live chat today\n");
});
