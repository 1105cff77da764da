// appconfig-edge/slim in a Worker, with its module imported as one, at the oldest compatibility date that is to work.

import module from "appconfig-edge/appconfig-edge.wasm";
import { ConfigurationClient, initialize } from "appconfig-edge/slim";

/* global WORLD */
await initialize(module);
const client = new ConfigurationClient({ application: "shop", environment: "prod", configurationProfile: "flags", endpoint: `${WORLD.server}/good/slim`, logger: null });

export default {
  async fetch(request, env, ctx) {
    const refreshed = client.refresh();
    ctx.waitUntil(refreshed);
    return Response.json({ configuration: (client.configuration ?? (await refreshed)).json() });
  },
};
