// Uses that have to compile.

import {
  AppConfigError,
  type AppConfigErrorCode,
  type AttemptError,
  BadRequestException,
  type ClientStatus,
  type Configuration,
  ConfigurationClient,
  type ConfigurationClientOptions,
  type Credentials,
  FailureEvent,
  type GetLatestConfigurationResponse,
  InternalServerException,
  type Logger,
  type OperationOptions,
  type ProxiedOptions,
  ResourceNotFoundException,
  type SignRequest,
  type SignedOptions,
  type StandardSchema,
  type StartConfigurationSessionRequest,
  StatusChangeEvent,
  ThrottlingException,
  UpdateEvent,
  getLatestConfiguration,
  startConfigurationSession,
} from "appconfig-edge";
import { createEmulator } from "appconfig-edge/emulator";
import { ConfigurationClient as SlimClient, initialize } from "appconfig-edge/slim";

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };
interface Flags {
  checkout: { enabled: boolean; colour?: string };
}

// The ways to bring credentials.
const proxied = new ConfigurationClient({ ...target, endpoint: "/config" });
new ConfigurationClient({ ...target, endpoint: new URL("https://config.test"), headers: { authorization: "x" }, requestCredentials: "include" });
new ConfigurationClient({ ...target, endpoint: "/config", headers: () => [["authorization", "x"]] });
new ConfigurationClient({ ...target, endpoint: "/config", headers: async () => new Headers() });
new ConfigurationClient({ ...target, region: "eu-west-1", sign: () => ({ authorization: "x" }) });
new ConfigurationClient({ ...target, endpoint: "https://vpce.test", sign: async ({ url, method, headers, body }) => new Request(url, { method, headers, body: body ?? null }) });
new ConfigurationClient({ ...target, region: "eu-west-1", sign: ({ url }) => new URL(url) });
new ConfigurationClient({ ...target, region: "eu-west-1", useFipsEndpoint: true, useDualstackEndpoint: false, sign: ({ clockOffsetInMilliseconds }) => ({ "x-off": `${clockOffsetInMilliseconds + 1}` }) });
new ConfigurationClient({ ...target, endpoint: "http://config.test", allowInsecureEndpoint: true });
const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
// A provider as the AWS SDK has it: what it gives is read only, and it may take something that nobody gives it.
interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly accountId?: string;
}
declare const identity: Identity;
declare const provider: (properties?: { region(): Promise<string> }) => Promise<Identity>;
const signed: SignedOptions = { ...target, region: "eu-west-1", credentials: key };
new ConfigurationClient(signed);
new ConfigurationClient({ ...signed, credentials: identity, useFipsEndpoint: true, useDualstackEndpoint: true, headers: { "x-api-key": "seven" } });
new ConfigurationClient({ ...target, region: "eu-west-1", credentials: provider, headers: async () => new Headers() });
new ConfigurationClient({ ...target, region: "eu-west-1", endpoint: "https://vpce.test", credentials: async () => ({ ...key, sessionToken: undefined, expiration: new Date() }) });
new ConfigurationClient({ ...target, region: "eu-west-1", credentials: () => key, useFipsEndpoint: undefined, endpoint: undefined });
const credentials: Credentials = identity;

const everything: ProxiedOptions = {
  ...target,
  endpoint: "/config",
  headers: undefined,
  region: undefined,
  sign: undefined,
  requiredMinimumPollIntervalInSeconds: 60,
  requireValidJson: true,
  maximumBodyBytes: 1024,
  headersTimeoutInMilliseconds: 1,
  idleTimeoutInMilliseconds: 1,
  totalTimeoutInMilliseconds: 1,
  keepAlive: true,
  fetch,
  logger: console,
};
const either: ConfigurationClientOptions[] = [everything, signed];
new ConfigurationClient(either[0]!);
new ConfigurationClient({ ...everything, fetch: createEmulator().fetch, logger: null });
createEmulator({ credentials: key });
createEmulator({ credentials: [identity, { ...key, sessionToken: "token", expiration: new Date() }], region: "eu-west-1" });
new ConfigurationClient({ ...everything, fetch: () => new Response() });

export function sign(request: SignRequest): Record<string, string> {
  // The operation tells what is in the input.
  if (request.operation === "GetLatestConfiguration") {
    const token: string = request.input.ConfigurationToken;
    const nothing: undefined = request.body;
    return { ...request.headers, token: `${token}${nothing}` };
  }
  const minimum: number | undefined = request.input.RequiredMinimumPollIntervalInSeconds;
  const body: string = request.body;
  return { ...request.headers, body, minimum: `${minimum}` };
}

// What it does.
export async function use(client: ConfigurationClient): Promise<void> {
  const controller = new AbortController();
  const started: Configuration = await client.start({ signal: controller.signal, timeoutInMilliseconds: 1000 });
  const refreshed: Configuration = await client.refresh();
  await client.start({ signal: undefined });
  const flags = started.json<Flags>();
  const enabled: boolean = flags.checkout.enabled;
  const unknown: unknown = refreshed.json();
  const bytes: Uint8Array = refreshed.bytes();
  const text: string = refreshed.text();
  const label: string | undefined = refreshed.versionLabel ?? refreshed.contentType;
  const age: number = Date.now() - refreshed.receivedAt.getTime();
  const source: "network" | "store" | "tab" | "bootstrap" = refreshed.source;
  for await (const configuration of client.updates()) console.log(configuration.text());
  const status: ClientStatus = client.status;
  const held: Configuration | undefined = client.configuration;
  const seconds: number = client.clockOffsetInMilliseconds / 1000;
  client.stop();
  {
    using disposed = client;
    disposed.stop();
  }
  const target: EventTarget = client;
  console.log(enabled, unknown, bytes, text, label, age, source, status, held, seconds, target);
}

// What checks a configuration: a schema's output is the type of what is held.
const schema: StandardSchema<Flags> = { "~standard": { version: 1, vendor: "own", validate: (value) => ({ value: value as Flags }) } };
const checked = new ConfigurationClient({ ...target, endpoint: "/config", validate: schema, validateTimeoutInMilliseconds: 100 });
const colour: string | undefined = checked.configuration?.value.checkout.colour;
const ofRegion = new ConfigurationClient({ ...target, region: "eu-west-1", credentials: key, validate: schema });
const ofSigned = new ConfigurationClient({ ...target, region: "eu-west-1", sign: () => ({}), validate: schema });
export async function valueOf(): Promise<boolean[]> {
  for await (const { value } of ofRegion.updates()) if (value.checkout.enabled) break;
  const refused: string | undefined = checked.rejected?.issues?.[0]?.message ?? checked.rejected?.reason;
  console.log(refused, checked.rejected?.error);
  return [(await checked.start()).value.checkout.enabled, (await ofSigned.refresh()).value.checkout.enabled];
}
checked.addEventListener("update", ({ configuration }) => console.log(configuration.value.checkout.enabled));
void use(checked);
new ConfigurationClient({ ...target, endpoint: "/config", validate: (configuration) => configuration.text() !== "" });
new ConfigurationClient({ ...target, endpoint: "/config", validate: async (configuration) => void configuration.json() });

// Events.
proxied.addEventListener("update", (event) => {
  const json: unknown = event.configuration.json();
  const type: string = event.type;
  console.log(json, type);
});
proxied.addEventListener("error", function ({ error }) {
  const attempt: AttemptError = error;
  const at: Date = error.retryAt;
  const operation: string = error.code === "module-failed" ? "none" : error.operation;
  const client: ConfigurationClient = this;
  console.log(attempt, at, operation, client);
}, { once: true, signal: AbortSignal.timeout(1) });
const onStatus = ({ status, previousStatus }: StatusChangeEvent): void => console.log(status === "ready", previousStatus === "stale");
proxied.addEventListener("statuschange", onStatus);
proxied.removeEventListener("statuschange", onStatus);
proxied.addEventListener("update", { handleEvent: (event: UpdateEvent) => console.log(event.configuration) }, true);
proxied.addEventListener("update", null);
proxied.dispatchEvent(new Event("custom"));

// Errors: the code decides, and a switch over it can be exhaustive.
export function explain(error: unknown): string {
  if (!(error instanceof AppConfigError)) return "not ours";
  const problem: string | undefined = error.invalidParameters?.ConfigurationToken ?? error.referencedBy?.ApplicationId;
  switch (error.code) {
    case "network":
    case "timed-out":
      return `${error.limit ?? problem}`;
    case "invalid-option":
      return error.option ?? "";
    case "not-json":
      return error.place ?? "";
    default:
      return `${error.code} ${error.requestId}`;
  }
}
const all: Record<AppConfigErrorCode, true> = {
  network: true, "body-cut": true, "timed-out": true, "not-sent": true, "bad-request": true, "token-refused": true, "too-early": true,
  "not-found": true, throttled: true, "access-denied": true, "credentials-expired": true, "clock-skew": true, "service-error": true,
  redirected: true, "unexpected-answer": true, "headers-hidden": true, "invalid-body": true, "body-too-large": true,
  "no-configuration": true, refused: true, "invalid-option": true, "not-ready": true, stopped: true, "module-failed": true, "not-json": true,
};
const logger: Logger = { info() {}, warn: (message) => console.warn(message.length) };
console.log(all, logger, FailureEvent, colour);

// The two operations by themselves, in each of the ways.
export async function loop(input: StartConfigurationSessionRequest): Promise<void> {
  const options: OperationOptions = { region: "eu-west-1", credentials, maximumBodyBytes: 1024, totalTimeoutInMilliseconds: 1000, fetch, signal: AbortSignal.timeout(1) };
  await startConfigurationSession({ endpoint: "/config", headers: { authorization: "x" }, requestCredentials: "include", signal: undefined }, input);
  await startConfigurationSession({ region: "eu-west-1", sign: ({ headers }) => headers }, { ...input, RequiredMinimumPollIntervalInSeconds: 15 });
  let { InitialConfigurationToken: token } = await startConfigurationSession(options, { ...input, RequiredMinimumPollIntervalInSeconds: undefined });
  try {
    const answer: GetLatestConfigurationResponse = await getLatestConfiguration(options, { ConfigurationToken: token });
    token = answer.NextPollConfigurationToken;
    const wait: number = answer.NextPollIntervalInSeconds * 1000;
    const text: string = new TextDecoder().decode(answer.Configuration);
    const label: string | undefined = answer.VersionLabel ?? answer.ContentType;
    console.log(wait, text, label, answer.Configuration.length > 0);
  } catch (error) {
    if (error instanceof BadRequestException) console.log(error.Details?.InvalidParameters["ConfigurationToken"]?.Problem === "Expired", error.Reason, error.code === "token-refused");
    else if (error instanceof ResourceNotFoundException) console.log(error.ResourceType, error.ReferencedBy?.["ApplicationId"]);
    else if (error instanceof ThrottlingException) console.log(error.retryAt?.getTime());
    else if (error instanceof InternalServerException) console.log(error.requestId, error.name === "InternalServerException");
    else if (error instanceof AppConfigError) console.log(error.code, error.name === "AppConfigError");
  }
}

// The slim entry: the same, and initialize().
await initialize(fetch("/appconfig-edge.wasm"));
await initialize(new Uint8Array(8));
await initialize(new ArrayBuffer(8));
await initialize(await WebAssembly.compile(new Uint8Array(8)));
const slim: ConfigurationClient = new SlimClient({ ...target, endpoint: "/config" });
slim.stop();
