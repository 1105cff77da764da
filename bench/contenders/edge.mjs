// This package.

import { ConfigurationClient } from "appconfig-edge";
import { advance } from "../clock.mjs";
import { INTERVAL_IN_SECONDS, names } from "../documents.mjs";

const isWorkerd = globalThis.navigator?.userAgent === "Cloudflare-Workers";

export async function open(endpoint, options = {}) {
  const client = new ConfigurationClient({ ...names, endpoint, logger: null, ...options });
  // As in the README: a loop where there is a background, refresh() in a Worker.
  if (isWorkerd) await client.refresh();
  else await client.start();
  return {
    read: () => client.configuration.json(),
    poll() {
      // With the jitter, which adds a tenth at most.
      advance(INTERVAL_IN_SECONDS * 1200);
      return client.refresh();
    },
    close: () => client.stop(),
  };
}
