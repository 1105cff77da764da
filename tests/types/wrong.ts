// Uses that must not compile: each line that is expected to be refused, and is not, is an error.

import { AppConfigError, type Configuration, ConfigurationClient, type SignRequest } from "appconfig-edge";
import { initialize } from "appconfig-edge/slim";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
const proxied = { ...target, endpoint: "/config" };
const sign = () => ({});

// @ts-expect-error: options are required
new ConfigurationClient();
// @ts-expect-error: no address at all
new ConfigurationClient(target);
// @ts-expect-error: an identifier is missing
new ConfigurationClient({ application: "shop", environment: "prod", endpoint: "/config" });
// @ts-expect-error: an identifier is no number
new ConfigurationClient({ ...proxied, application: 7 });
// @ts-expect-error: there is no such option
new ConfigurationClient({ ...proxied, pollInterval: 60 });
// @ts-expect-error: a unit that is missing
new ConfigurationClient({ ...proxied, headersTimeout: 60 });
// @ts-expect-error: a region alone cannot be signed
new ConfigurationClient({ ...target, region: "eu-west-1" });
// @ts-expect-error: either endpoint or region
new ConfigurationClient({ ...proxied, region: "eu-west-1", sign });
// @ts-expect-error: either headers or sign
new ConfigurationClient({ ...proxied, sign, headers: {} });
// @ts-expect-error: cookies do not go with a signature
new ConfigurationClient({ ...proxied, sign, requestCredentials: "include" });
// @ts-expect-error: neither endpoint nor region
new ConfigurationClient({ ...target, sign });
// @ts-expect-error: sign gives what authenticates
new ConfigurationClient({ ...target, region: "eu-west-1", sign: () => 7 });
// @ts-expect-error: sign gives something
new ConfigurationClient({ ...target, region: "eu-west-1", sign: async () => {} });
// @ts-expect-error: no such mode
new ConfigurationClient({ ...proxied, requestCredentials: "yes" });
// @ts-expect-error: headers are not a text
new ConfigurationClient({ ...proxied, headers: "authorization: x" });
// @ts-expect-error: a header's value is a text
new ConfigurationClient({ ...proxied, headers: () => ({ limit: 7 }) });
// @ts-expect-error: a logger has two methods
new ConfigurationClient({ ...proxied, logger: { warn() {} } });
// @ts-expect-error: a fetch gives a Response
new ConfigurationClient({ ...proxied, fetch: async () => "text" });

const client = new ConfigurationClient(proxied);
// @ts-expect-error: it has a unit
client.start({ timeout: 1000 });
// @ts-expect-error: a signal is not a controller
client.start({ signal: new AbortController() });
// @ts-expect-error: milliseconds are a number
client.refresh({ timeoutInMilliseconds: "1000" });
// @ts-expect-error: there is no such event
client.addEventListener("updated", () => {});
// @ts-expect-error: an update has no error
client.addEventListener("update", ({ error }) => error);
// @ts-expect-error: an error has no configuration
client.addEventListener("error", ({ configuration }) => configuration);
// @ts-expect-error: it is read only
client.status = "ready";
// @ts-expect-error: it is read only
client.configuration = undefined;
// @ts-expect-error: there is no such status
console.log(client.status === "running");
// @ts-expect-error: perhaps there is none
client.configuration.json();
// @ts-expect-error: what is in it is not known
console.log((await client.start()).json().checkout);
// @ts-expect-error: nothing of the implementation is public
client.prepare();

export function read(configuration: Configuration, error: AppConfigError, request: SignRequest): void {
  // @ts-expect-error: perhaps there is none
  configuration.versionLabel.length;
  // @ts-expect-error: it is read only
  configuration.versionLabel = "v2";
  // @ts-expect-error: there is no such code
  console.log(error.code === "timeout");
  // @ts-expect-error: perhaps there is none
  error.retryAt.getTime();
  // @ts-expect-error: the operation is not known yet
  console.log(request.input.ConfigurationToken);
}
// @ts-expect-error: made by the package alone
new AppConfigError("network", "no");
// @ts-expect-error: an address is not the module
await initialize("/appconfig-edge.wasm");
// @ts-expect-error: something is needed
await initialize();
