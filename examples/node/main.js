// Follows a flag for as long as the process runs, and ends in order.
import { ConfigurationClient } from "appconfig-edge";

const client = new ConfigurationClient({
  application: "shop",
  environment: "prod",
  configurationProfile: "flags",
  endpoint: process.env.APPCONFIG_ENDPOINT, // a proxy that signs, or the emulator
});

// Ends updates() below, and with it the process: nothing else of the client holds it. `on`, because Ctrl-C may come twice.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => client.stop());

// Not awaited: where nothing can be had yet, that is told, polling goes on, and updates() brings what comes later.
client.start().catch(({ code, message }) => code === "stopped" || console.error(`no configuration yet: ${message}`));

for await (const configuration of client.updates()) {
  const { recommendations } = configuration.json();
  console.log(recommendations?.enabled ? `recommending ${recommendations.count} articles` : "recommending nothing");
}
console.log("stopped");
