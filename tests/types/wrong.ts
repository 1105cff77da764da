// Uses that must not compile: each line that is expected to be refused, and is not, is an error.

import {
  AppConfigError,
  BadRequestException,
  type Configuration,
  ConfigurationClient,
  ResourceNotFoundException,
  type SignRequest,
  type StandardSchema,
  getLatestConfiguration,
  startConfigurationSession,
} from "appconfig-edge";
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

// Signed here.
const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const regional = { ...target, region: "eu-west-1", credentials: key };
// @ts-expect-error: for which region?
new ConfigurationClient({ ...target, credentials: key });
// @ts-expect-error: for which region?
new ConfigurationClient({ ...proxied, credentials: key });
// @ts-expect-error: half a key
new ConfigurationClient({ ...regional, credentials: { accessKeyId: "AKIDEXAMPLE" } });
// @ts-expect-error: the names are those of the SDK for JavaScript
new ConfigurationClient({ ...regional, credentials: { AccessKeyId: "AKIDEXAMPLE", SecretAccessKey: "secret" } });
// @ts-expect-error: a provider gives a key
new ConfigurationClient({ ...regional, credentials: async () => undefined });
// @ts-expect-error: a time is a Date
new ConfigurationClient({ ...regional, credentials: async () => ({ ...key, expiration: "2026-01-01" }) });
// @ts-expect-error: nobody gives a provider anything
new ConfigurationClient({ ...regional, credentials: async (profile: string) => ({ ...key, profile }) });
// @ts-expect-error: either credentials or sign
new ConfigurationClient({ ...regional, sign });
// @ts-expect-error: cookies go to a proxy alone
new ConfigurationClient({ ...regional, requestCredentials: "include" });
// @ts-expect-error: an endpoint of one's own is used as it is
new ConfigurationClient({ ...regional, endpoint: "https://vpce.test", useFipsEndpoint: true });
// @ts-expect-error: an endpoint of one's own is used as it is
new ConfigurationClient({ ...proxied, useDualstackEndpoint: true });
// @ts-expect-error: not with credentials
new ConfigurationClient({ ...regional, endpoint: "http://vpce.test", allowInsecureEndpoint: true });
// @ts-expect-error: yes or no
new ConfigurationClient({ ...regional, useFipsEndpoint: "yes" });

// The operations.
const reach = { endpoint: "/config" };
const input = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
// @ts-expect-error: both are needed
startConfigurationSession(reach);
// @ts-expect-error: no way to the service
startConfigurationSession({}, input);
// @ts-expect-error: a client's option
startConfigurationSession({ ...reach, keepAlive: true }, input);
// @ts-expect-error: an identifier is missing
startConfigurationSession(reach, { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod" });
// @ts-expect-error: AWS's names
startConfigurationSession(reach, target);
// @ts-expect-error: a number
startConfigurationSession(reach, { ...input, RequiredMinimumPollIntervalInSeconds: "60" });
// @ts-expect-error: the input is an object
getLatestConfiguration(reach, "token");
// @ts-expect-error: a token there is
getLatestConfiguration(reach, {});
// @ts-expect-error: a signal is not a controller
getLatestConfiguration({ ...reach, signal: new AbortController() }, { ConfigurationToken: "t" });
// @ts-expect-error: perhaps there is none
(await getLatestConfiguration(reach, { ConfigurationToken: "t" })).VersionLabel.length;
// @ts-expect-error: bytes, not a text
(await getLatestConfiguration(reach, { ConfigurationToken: "t" })).Configuration.trim();
// @ts-expect-error: made by the package alone
new BadRequestException();

export function members(bad: BadRequestException, missing: ResourceNotFoundException, error: AppConfigError): void {
  // @ts-expect-error: perhaps there are none
  bad.Details.InvalidParameters;
  // @ts-expect-error: another exception's
  missing.Reason;
  // @ts-expect-error: not every error is an exception
  error.Reason;
}

const client = new ConfigurationClient(proxied);
// @ts-expect-error: without a schema nobody knows what it is
client.configuration?.value.checkout;
// @ts-expect-error: a check says yes or no
new ConfigurationClient({ ...proxied, validate: () => "yes" });
// @ts-expect-error: no schema
new ConfigurationClient({ ...proxied, validate: { parse() {} } });
const schema: StandardSchema<{ limit: number }> = { "~standard": { version: 1, vendor: "own", validate: () => ({ value: { limit: 7 } }) } };
// @ts-expect-error: what a schema gives has a type
new ConfigurationClient({ ...proxied, validate: schema }).configuration?.value.limit.trim();
// @ts-expect-error: it is read only
client.clockOffsetInMilliseconds = 0;
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
