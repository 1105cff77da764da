/// <reference lib="esnext.disposable" />

/**
 * A client for AWS AppConfig Data that polls for days.
 *
 * ```js
 * import { ConfigurationClient } from "appconfig-edge";
 *
 * const client = new ConfigurationClient({
 *   application: "shop", environment: "prod", configurationProfile: "flags",
 *   endpoint: "https://config.example.com", // a proxy that holds the credentials
 * });
 * client.addEventListener("update", ({ configuration }) => render(configuration.json()));
 * await client.start();
 * ```
 */

/** Everything by which `new Headers()` can be made. */
export type HeadersLike = Headers | Record<string, string> | Iterable<readonly [string, string]>;

/** Where the client reports: the first failure of a run, and its end. `console` is one. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  /** What is of use to whoever looks for a fault, such as that a store could not be read. */
  debug?(message: string): void;
}

/**
 * A schema as zod, valibot, arktype and others have it: the part of https://standardschema.dev that is used. Written down here so that no
 * package is needed for it.
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema says of a value. */
export type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: ReadonlyArray<SchemaIssue> };

/** One thing that a schema has against a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** `false`, or something thrown, refuses a configuration. */
export type Validator = (configuration: Configuration) => void | boolean | PromiseLike<void | boolean>;

/** Where something outlives the client: Web Storage, unstorage, or anything with these three. Texts under names; may be asynchronous. */
export interface Store {
  getItem(name: string): unknown;
  setItem(name: string, text: string): unknown;
  removeItem(name: string): unknown;
  /** As the option `exclusive`. */
  readonly exclusive?: boolean | undefined;
}

/** A configuration as a value that JSON can carry: `content`, or where it is no text in UTF-8 `base64`. It has nothing secret beside itself. */
export interface Snapshot {
  readonly content?: string | undefined;
  readonly base64?: string | undefined;
  readonly contentType?: string | undefined;
  readonly versionLabel?: string | undefined;
  /** In milliseconds since 1970. Without it what a store has counts as newer. */
  readonly receivedAt?: number | Date | undefined;
}

/** What a client has asked and received. With a store that keeps sessions, also what earlier clients did. */
export interface Usage {
  readonly requests: number;
  readonly sessions: number;
  /** What AWS prices most: the content of each new session, and each update. */
  readonly configurationsReceived: number;
  /** Of answers' bodies. */
  readonly bytes: number;
  /** Attempts that failed. */
  readonly errors: number;
  /** By AWS's list, in dollars, or by `prices`. */
  readonly estimatedPrice: number;
}

/** What may be used up in an hour or a day; each begins with the first request. */
export interface UsageLimits {
  requestsPerHour?: number;
  requestsPerDay?: number;
  sessionsPerHour?: number;
  sessionsPerDay?: number;
  pricePerHour?: number;
  pricePerDay?: number;
}

/** What `onRequest` is told. */
export interface RequestInformation {
  readonly operation: "StartConfigurationSession" | "GetLatestConfiguration";
}

/** What `onResponse` is told. */
export interface ResponseInformation extends RequestInformation {
  /** The HTTP status; absent where there was no answer. */
  readonly status: number | undefined;
  readonly durationInMilliseconds: number;
  /** Of the body, as far as it was read. */
  readonly sizeInBytes: number;
  /** `x-amzn-RequestId`. */
  readonly requestId: string | undefined;
}

/** How a client is, for a readiness endpoint. */
export interface Health {
  readonly status: ClientStatus;
  /** Since a poll confirmed what is held, or since it was received. */
  readonly ageInMilliseconds: number | undefined;
  /** The last failed attempt's, however long ago. */
  readonly lastError: AppConfigError | undefined;
  /** When the next poll is due. */
  readonly nextPollAt: Date | undefined;
}

/** A configuration that was not taken: it does not parse, or `validate` refused it. */
export interface Rejected {
  readonly versionLabel: string | undefined;
  readonly contentType: string | undefined;
  readonly receivedAt: Date;
  /** Why, in a few words without its content. */
  readonly reason: string;
  /** What the schema said. May quote the configuration. */
  readonly issues?: ReadonlyArray<SchemaIssue>;
  /** What `validate` threw. */
  readonly error?: unknown;
}

/** What every request has. An option that is `undefined` counts as absent. */
export interface RequestOptions {
  /** The largest configuration that is taken, in bytes: 4,194,304 by default. */
  maximumBodyBytes?: number | undefined;
  /** The time until an answer's headers, in milliseconds, what `credentials`, `headers` and `sign` take included: 10,000 by default. */
  headersTimeoutInMilliseconds?: number | undefined;
  /** The time that an answer may go without a byte, in milliseconds: 10,000 by default. */
  idleTimeoutInMilliseconds?: number | undefined;
  /** The time for a whole request, in milliseconds: 120,000 by default. */
  totalTimeoutInMilliseconds?: number | undefined;
  /** Called in place of the global `fetch`. Its answer's body has to be a web stream. */
  fetch?: ((url: string, init: RequestInit) => Response | PromiseLike<Response>) | undefined;
}

/** What a client has, whichever way it authenticates. */
export interface CommonOptions<Value = unknown> extends RequestOptions {
  /** The application's id or name, 1 to 128 characters. */
  application: string;
  /** The environment's id or name, 1 to 128 characters. */
  environment: string;
  /** The configuration profile's id or name, 1 to 128 characters. */
  configurationProfile: string;
  /**
   * Asks the service for no shorter poll interval than this, 15 to 86,400 seconds. By default the service decides (60). What it answers is
   * obeyed in any case.
   */
  requiredMinimumPollIntervalInSeconds?: number | undefined;
  /** Whether a configuration whose content type says JSON has to parse before it is held. `true` by default. */
  requireValidJson?: boolean | undefined;
  /**
   * Whether a started client holds a Node or Deno process. By default it does only while somebody waits in `start()`, `refresh()` or
   * `updates()`.
   */
  keepAlive?: boolean | undefined;
  /** `console` by default, `null` for none. */
  logger?: Logger | null | undefined;
  /**
   * Checks each configuration before it is held: a schema, whose output is then {@link Configuration.value}, or a function. One that is refused
   * is an `error` of the code `refused` and {@link ConfigurationClient.rejected}; what was held stays.
   */
  validate?: StandardSchema<Value> | Validator | undefined;
  /** How long an asynchronous check may take, 5,000 by default; then the configuration counts as refused. Keep it below `idleTimeoutInMilliseconds`. */
  validateTimeoutInMilliseconds?: number | undefined;
  /**
   * Keeps the configuration for later clients, and where it has one writer the session as well: `localStorage` and `sessionStorage`, of which tabs share
   * one session under a Web Lock, or with `exclusive`.
   */
  store?: Store | undefined;
  /** The caller's word that no other client writes to this store at the same time: so a session is kept there. */
  exclusive?: boolean | undefined;
  /**
   * Parts what is kept for different accounts and users. Has to be there with a store and `headers`, `sign`, `credentials` or cookies.
   */
  sessionKey?: string | undefined;
  /** A configuration to begin with, as {@link ConfigurationClient.snapshot} gives it. */
  bootstrap?: Snapshot | undefined;
  /**
   * `automatic` (default): polls from `start()` on. `lazy`: a read of `configuration` after the due time starts a refresh, and gives what is
   * held. `manual`: `refresh()` alone. In the last two `start()` resolves with what is held, or makes one attempt.
   */
  mode?: "automatic" | "lazy" | "manual" | undefined;
  /**
   * What a `refresh()` in a Cloudflare Worker does while nothing is held and another request polls: `wait` (default) looks for what that brings,
   * `reject` rejects with `not-ready` at once.
   */
  whenCold?: "wait" | "reject" | undefined;
  /** From one poll to the next, at least, while no tab is visible, 300 by default. 0: none. */
  hiddenPollIntervalInSeconds?: number | undefined;
  /** For `usage`, each: AWS's list prices in dollars by default. */
  prices?: { request?: number; configurationReceived?: number } | undefined;
  /** Once one is used up the client is slowed down to a request in fifteen minutes, until that hour or day is over, and tells it by the event `limit`. */
  limits?: UsageLimits | undefined;
  /** Called before each request. */
  onRequest?: ((request: RequestInformation) => void) | undefined;
  /** Called after each request, whatever came of it. */
  onResponse?: ((response: ResponseInformation) => void) | undefined;
}

/** AWS's own endpoint for a region. */
interface RegionalEndpoint {
  /** Such as `"eu-west-1"`. */
  region: string;
  /** Whether it is the one with FIPS 140 cryptography. */
  useFipsEndpoint?: boolean | undefined;
  /** Whether it is the one that IPv6 reaches as well. */
  useDualstackEndpoint?: boolean | undefined;
  endpoint?: undefined;
  allowInsecureEndpoint?: undefined;
}

/** Another address, used as it is. */
interface OwnEndpoint {
  useFipsEndpoint?: false | undefined;
  useDualstackEndpoint?: false | undefined;
}

/** Through a proxy that holds the credentials. */
export interface Proxied extends OwnEndpoint {
  /** The proxy's https: address, without query and fragment; http: for this machine. In a page it may be relative, such as `"/config"`. */
  endpoint: string | URL;
  /** Sent with every request. A function is called for each attempt. */
  headers?: HeadersLike | (() => HeadersLike | PromiseLike<HeadersLike>) | undefined;
  /** Whether a browser sends cookies, as `credentials` of fetch. `"omit"` by default; without a meaning elsewhere. */
  requestCredentials?: "omit" | "same-origin" | "include" | undefined;
  /** Takes an http: address of another machine: everybody on the way can read and change what is sent. `false` by default. */
  allowInsecureEndpoint?: boolean | undefined;
  region?: undefined;
  sign?: undefined;
  credentials?: undefined;
}

/** Signed by the caller, for each attempt anew. */
interface PresignedAnywhere {
  /**
   * Authenticates a request, within `headersTimeoutInMilliseconds`. What it throws, or gives besides a {@link Signed}, fails the attempt as
   * `not-sent`.
   */
  sign: (request: SignRequest) => Signed | PromiseLike<Signed>;
  headers?: undefined;
  requestCredentials?: undefined;
  credentials?: undefined;
}

/** Signed by the caller, for the service in a region. */
export interface PresignedForRegion extends PresignedAnywhere, RegionalEndpoint {}

/** Signed by the caller, for another address. */
export interface PresignedForEndpoint extends PresignedAnywhere, OwnEndpoint {
  /** An absolute https: address, without query and fragment; http: for this machine. */
  endpoint: string | URL;
  /** Takes an http: address of another machine: everybody on the way can read and change what is sent. `false` by default. */
  allowInsecureEndpoint?: boolean | undefined;
  region?: undefined;
}

/** An access key, as the AWS SDK's providers give it. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** When they expire: five minutes before, they are asked for again. */
  readonly expiration?: Date | undefined;
}

/** Signed here, by Signature Version 4. */
interface SignedAnywhere {
  /**
   * An access key, or a function that gives one, such as a provider of the AWS SDK. The function is asked again before its credentials expire,
   * and once after a refusal. Clients that share it ask once.
   */
  credentials: Credentials | (() => Credentials | PromiseLike<Credentials>);
  /** Sent with every request, unsigned. A function is called for each attempt. */
  headers?: HeadersLike | (() => HeadersLike | PromiseLike<HeadersLike>) | undefined;
  requestCredentials?: undefined;
  sign?: undefined;
}

/** Signed here, for the service in a region. */
export interface SignedForRegion extends SignedAnywhere, RegionalEndpoint {}

/** Signed here, for another address, such as that of a VPC endpoint. */
export interface SignedForEndpoint extends SignedAnywhere, OwnEndpoint {
  /** An absolute https: address, without query and fragment; http: for this machine. */
  endpoint: string | URL;
  /** The region that is signed for, such as `"eu-west-1"`. */
  region: string;
  allowInsecureEndpoint?: false | undefined;
}

/** The ways to the service. */
export type Access = Proxied | PresignedForRegion | PresignedForEndpoint | SignedForRegion | SignedForEndpoint;

export interface ProxiedOptions<Value = unknown> extends CommonOptions<Value>, Proxied {}
export type PresignedOptions<Value = unknown> = CommonOptions<Value> & (PresignedForRegion | PresignedForEndpoint);
export type SignedOptions<Value = unknown> = CommonOptions<Value> & (SignedForRegion | SignedForEndpoint);

/** What a {@link ConfigurationClient} is made of. They are checked by name; what is wrong is an error `invalid-option`. */
export type ConfigurationClientOptions<Value = unknown> = ProxiedOptions<Value> | PresignedOptions<Value> | SignedOptions<Value>;

interface AnySignRequest {
  readonly url: string;
  /** What is sent besides what `sign` adds. */
  readonly headers: Record<string, string>;
  /** Aborts when nobody waits for the signature any more. */
  readonly signal: AbortSignal;
  /** What to add to this host's clock to have the service's: 0, unless a signature was refused for its time. */
  readonly clockOffsetInMilliseconds: number;
}

/** The request that `sign` authenticates; its service name for Signature Version 4 is `appconfig`. */
export type SignRequest =
  | (AnySignRequest & {
      readonly operation: "StartConfigurationSession";
      readonly input: StartConfigurationSessionRequest;
      readonly method: "POST";
      readonly body: string;
    })
  | (AnySignRequest & {
      readonly operation: "GetLatestConfiguration";
      readonly input: GetLatestConfigurationRequest;
      readonly method: "GET";
      readonly body: undefined;
    });

/**
 * What `sign` gives: headers to add, a `Request` whose headers are taken, or a pre-signed URL. Origin, path, method and parameters have to
 * stay; only parameters that begin with `X-Amz-` may be added.
 */
export type Signed = HeadersLike | Request | string | URL;

/** What `start()` and `refresh()` take. */
export interface WaitOptions {
  /** Ends the wait; the promise rejects with its reason. Polling goes on. */
  signal?: AbortSignal | undefined;
  /** Ends the wait: what is held counts then, and with nothing held the promise rejects with `not-ready`. Polling goes on. */
  timeoutInMilliseconds?: number | undefined;
}

/**
 * How things stand. `idle`: not started. `starting`: nothing to serve yet. `ready`: what is held is current. `stale`: it is served, but a poll
 * that was due has not confirmed it. `stopped`: it is not polled any more. `failed`: the WebAssembly module trapped three times within an hour; a
 * `start()` an hour later begins anew.
 */
export type ClientStatus = "idle" | "starting" | "ready" | "stale" | "stopped" | "failed";

/** A configuration as it was received. It never changes: a new one is another object. */
export interface Configuration<Value = unknown> {
  /** A copy of the bytes, a new one each time. */
  bytes(): Uint8Array<ArrayBuffer>;
  /** The bytes as text in UTF-8. */
  text(): string;
  /**
   * The bytes as JSON, whatever the content type: the same value each time, frozen throughout. Throws `not-json` where they are not JSON.
   * `T` is not checked.
   */
  json<T = unknown>(): T;
  /** The `Content-Type`, where there was one. */
  readonly contentType: string | undefined;
  /** The label of the hosted version, where it has one. */
  readonly versionLabel: string | undefined;
  readonly receivedAt: Date;
  /** Where it came from: a poll, a `store`, another tab, or the option `bootstrap`. */
  readonly source: "network" | "store" | "tab" | "bootstrap";
  /** The output of the schema that `validate` is; absent without one. Of a bootstrap not where the schema is asynchronous. */
  readonly value: Value;
}

/** {@link ConfigurationClient.configuration} changed: content, content type or version label differ from what was held. */
export class UpdateEvent<Value = unknown> extends Event {
  constructor(configuration: Configuration<Value>);
  readonly configuration: Configuration<Value>;
}

/** One of the caller's own `limits` is used up. */
export class LimitEvent extends Event {
  constructor(limit: keyof UsageLimits, usage: Usage);
  readonly limit: keyof UsageLimits;
  readonly usage: Usage;
}

/** An attempt to poll failed. What is held stays, and the client goes on by itself. */
export class FailureEvent extends Event {
  constructor(error: AttemptError);
  readonly error: AttemptError;
}

/** {@link ConfigurationClient.status} changed. */
export class StatusChangeEvent extends Event {
  constructor(status: ClientStatus, previousStatus: ClientStatus);
  readonly status: ClientStatus;
  readonly previousStatus: ClientStatus;
}

export interface ConfigurationClientEventMap<Value = unknown> {
  update: UpdateEvent<Value>;
  limit: LimitEvent;
  error: FailureEvent;
  statuschange: StatusChangeEvent;
}

/** A listener; what it throws reaches neither the client nor other listeners. */
export type Listener<E extends Event> = ((this: ConfigurationClient<any>, event: E) => void) | { handleEvent(event: E): void };

/** What `addEventListener` takes. */
export interface ListenerOptions {
  capture?: boolean | undefined;
  once?: boolean | undefined;
  passive?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** EventTarget but for what is typed anew: the types of some runtimes let no subclass narrow it. */
declare const Target: new () => Omit<EventTarget, "addEventListener" | "removeEventListener">;

/** Keeps one configuration current. An `EventTarget`. */
export class ConfigurationClient<Value = unknown> extends Target {
  /** Checks the options, and does nothing else: no request, no timer. */
  constructor(options: ConfigurationClientOptions<Value>);

  readonly status: ClientStatus;
  /** The newest configuration; the last good one also while polls fail, and after `stop()`. */
  readonly configuration: Configuration<Value> | undefined;
  /** The newest configuration where it was not taken; absent again with the next one that is. */
  readonly rejected: Rejected | undefined;
  readonly usage: Usage;
  /** What is added to this host's clock to have the service's: 0, unless a signature was refused for its time. */
  readonly clockOffsetInMilliseconds: number;

  /**
   * Polls from now on, also after a `stop()`. Resolves with what is held, or with the first configuration that comes.
   *
   * With nothing held it rejects with what asking again will not mend (`bad-request`, `not-found`, `access-denied`, `credentials-expired`,
   * `clock-skew`, `headers-hidden`, `invalid-body`, `body-too-large`, `no-configuration`, `refused`), with `not-ready` and with its signal's reason;
   * polling goes on nevertheless, and a later `start()` waits anew. It rejects with `stopped` on a `stop()` and with `module-failed` where
   * the WebAssembly module cannot be loaded.
   */
  start(options?: WaitOptions): Promise<Configuration<Value>>;

  /**
   * Polls if a poll is due, without a `start()` as well, and resolves with what is held afterwards. Rejects only where nothing is: with the
   * error of the attempt, or with `not-ready` after `timeoutInMilliseconds`, 10,000 by default. The normal mode in a Cloudflare Worker:
   *
   * ```js
   * const refreshed = client.refresh();
   * ctx.waitUntil(refreshed.catch(() => {}));
   * const configuration = client.configuration ?? (await refreshed);
   * ```
   */
  refresh(options?: WaitOptions): Promise<Configuration<Value>>;

  /** Gives what is held, then each newer one (the latest where several came), and ends at `stop()`. It does not start the client. */
  updates(): AsyncGenerator<Configuration<Value>, void, void>;

  /** Ends everything: no request, no timer, and no event but `statuschange`. What is held stays readable, and the session is kept. */
  stop(): void;

  health(): Health;

  /** What is held, as the option `bootstrap` of another client takes it; nothing where nothing is held. */
  snapshot(): Snapshot | undefined;

  /** For a logout: stops, and removes what is held and what the store keeps, in all tabs that share it. */
  forget(): Promise<void>;

  /** `stop()`, for `using`. */
  [Symbol.dispose](): void;

  addEventListener<K extends keyof ConfigurationClientEventMap<Value>>(
    type: K,
    listener: Listener<ConfigurationClientEventMap<Value>[K]> | null,
    options?: boolean | ListenerOptions,
  ): void;
  removeEventListener<K extends keyof ConfigurationClientEventMap<Value>>(
    type: K,
    listener: Listener<ConfigurationClientEventMap<Value>[K]> | null,
    options?: boolean | ListenerOptions,
  ): void;
}

/** Why an attempt to poll failed. */
export type AttemptErrorCode =
  /** No answer: the endpoint cannot be reached, or in a browser does not allow this origin. */
  | "network"
  /** The answer broke off before its end. */
  | "body-cut"
  /** A time limit was over; `limit` says which. */
  | "timed-out"
  /** `credentials`, `headers` or `sign` threw or gave something unusable; nothing was sent. */
  | "not-sent"
  /** The request was refused as invalid. */
  | "bad-request"
  /** The session's token was refused; a client opens a new session by itself. */
  | "token-refused"
  /** Polled before the interval was over. */
  | "too-early"
  /** An identifier is wrong, or nothing is deployed (any more). */
  | "not-found"
  /** The service asks to slow down. */
  | "throttled"
  /** 401 or 403. */
  | "access-denied"
  /** The credentials have expired. */
  | "credentials-expired"
  /** The signature was refused, perhaps because the signer's clock is wrong. */
  | "clock-skew"
  /** 5xx. */
  | "service-error"
  /** The endpoint redirects, which is never followed. */
  | "redirected"
  /** Not an answer of AWS AppConfig Data: a proxy's or a portal's page. */
  | "unexpected-answer"
  /** The browser hides the answer's headers: the endpoint has to send `Access-Control-Expose-Headers`. */
  | "headers-hidden"
  /** The configuration does not parse as JSON, though its content type says so. */
  | "invalid-body"
  /** The configuration is larger than `maximumBodyBytes`. */
  | "body-too-large"
  /** The service sent an empty configuration. */
  | "no-configuration"
  /** `validate` refused the configuration. */
  | "refused";

/** What kind of error it is. A code never changes its meaning. */
export type AppConfigErrorCode =
  | AttemptErrorCode
  /** An option is unknown, missing, of a wrong type, out of range or contradictory; `option` names it. */
  | "invalid-option"
  /** There was no configuration in time. */
  | "not-ready"
  /** The client was stopped. */
  | "stopped"
  /** The WebAssembly module could not be loaded, or trapped three times within an hour. */
  | "module-failed"
  /** `json()` of a configuration that is not JSON; `contentType` and, where the host tells it, `place` say more. */
  | "not-json";

/** Every error of this package. Nothing in it is secret: no token, key, URL or configuration. Members that do not apply are absent. */
export class AppConfigError extends Error {
  /** Made by this package alone. */
  protected constructor();

  readonly name: "AppConfigError" | "BadRequestException" | "InternalServerException" | "ResourceNotFoundException" | "ThrottlingException";
  readonly code: AppConfigErrorCode;

  /** The operation that failed. */
  readonly operation?: "StartConfigurationSession" | "GetLatestConfiguration";
  /** When the next attempt is due; of an operation by itself, when a client would ask again. */
  readonly retryAt?: Date;
  /** The HTTP status. */
  readonly status?: number;
  /** The time limit that was over. */
  readonly limit?: "headers" | "idle" | "total";
  /** `x-amzn-RequestId`, for AWS's support. */
  readonly requestId?: string;
  /** The exception's name, such as `ResourceNotFoundException`. */
  readonly exception?: string;
  /** Of a `BadRequestException`: such as `InvalidParameters`. */
  readonly reason?: string;
  /** Of a `BadRequestException`: each invalid parameter and its problem, such as `Expired`. */
  readonly invalidParameters?: Readonly<Record<string, string>>;
  /** Of a `ResourceNotFoundException`: what was not found, such as `Deployment`. */
  readonly resourceType?: string;
  /** Of a `ResourceNotFoundException`: by which parameters it was named. */
  readonly referencedBy?: Readonly<Record<string, string>>;

  /** The option that is wrong. */
  readonly option?: string;

  /** The content type of what is not JSON. */
  readonly contentType?: string | undefined;
  /** Where in it. */
  readonly place?: string | undefined;
}

/**
 * The error of an attempt to poll. It is `module-failed`, and of no operation, where the WebAssembly module trapped three times within an hour:
 * `retryAt` is when a `start()` begins anew.
 */
export type AttemptError = AppConfigError & { readonly retryAt: Date } & (
    | { readonly code: AttemptErrorCode; readonly operation: "StartConfigurationSession" | "GetLatestConfiguration" }
    | { readonly code: "module-failed"; readonly operation?: undefined }
  );

/** How one operation is called: as a client is made, but for what says which configuration it keeps and how. */
export type OperationOptions = RequestOptions &
  Access & {
    /** Ends the request; the promise rejects with its reason. */
    signal?: AbortSignal | undefined;
  };

export interface StartConfigurationSessionRequest {
  /** The application's id or name, 1 to 128 characters. */
  readonly ApplicationIdentifier: string;
  /** The environment's id or name, 1 to 128 characters. */
  readonly EnvironmentIdentifier: string;
  /** The configuration profile's id or name, 1 to 128 characters. */
  readonly ConfigurationProfileIdentifier: string;
  /** 15 to 86,400. */
  readonly RequiredMinimumPollIntervalInSeconds?: number | undefined;
}

export interface StartConfigurationSessionResponse {
  /** For the first poll, within 24 hours. */
  InitialConfigurationToken: string;
}

export interface GetLatestConfigurationRequest {
  /** Of the session, or of its last poll. It is good for one poll. */
  readonly ConfigurationToken: string;
}

export interface GetLatestConfigurationResponse {
  /** For the next poll, within 24 hours. */
  NextPollConfigurationToken: string;
  /** How long the next poll has to wait: 1 to 86,400, and 60 where the service says something else. */
  NextPollIntervalInSeconds: number;
  /** The format of the configuration. */
  ContentType: string | undefined;
  /** Empty where nothing changed since the session's last poll. */
  Configuration: Uint8Array<ArrayBuffer>;
  /** The label of the hosted version, where it has one and the configuration changed. */
  VersionLabel: string | undefined;
}

/**
 * Opens a configuration session. For those who run a loop of their own; a {@link ConfigurationClient} does it by itself.
 *
 * It is one request, and a second one where the first was refused for credentials that a function can renew or for a clock that could be
 * corrected. What fails rejects with an {@link AppConfigError}, and with one of the four exceptions where the service answered it.
 */
export function startConfigurationSession(options: OperationOptions, input: StartConfigurationSessionRequest): Promise<StartConfigurationSessionResponse>;

/**
 * Spends a token: gives what is new since the session's last poll, and the token for the next one. An answer that was lost can be asked for again
 * with the same token.
 *
 * ```js
 * const options = { region: "eu-west-1", credentials: fromNodeProviderChain() };
 * let { InitialConfigurationToken: token } = await startConfigurationSession(options, input);
 * const answer = await getLatestConfiguration(options, { ConfigurationToken: token });
 * token = answer.NextPollConfigurationToken;
 * ```
 */
export function getLatestConfiguration(options: OperationOptions, input: GetLatestConfigurationRequest): Promise<GetLatestConfigurationResponse>;

/** The request is wrong; of a poll, mostly its token: `code` is `token-refused`, `too-early` or `bad-request`. */
export class BadRequestException extends AppConfigError {
  private constructor();
  readonly name: "BadRequestException";
  /** So far always `InvalidParameters`. */
  readonly Reason?: string;
  /** Each invalid parameter, with its problem: `Corrupted`, `Expired` or `PollIntervalNotSatisfied`. */
  readonly Details?: { readonly InvalidParameters: Readonly<Record<string, { readonly Problem: string }>> };
}

/** The service had an internal failure. */
export class InternalServerException extends AppConfigError {
  private constructor();
  readonly name: "InternalServerException";
}

/** Something that the request names is not there. */
export class ResourceNotFoundException extends AppConfigError {
  private constructor();
  readonly name: "ResourceNotFoundException";
  /** `Application`, `ConfigurationProfile`, `Deployment`, `Environment` or `Configuration`. */
  readonly ResourceType?: string;
  /** Which parameters of the request refer to it, with their values. */
  readonly ReferencedBy?: Readonly<Record<string, string>>;
}

/** The service asks to slow down; `retryAt` has what it says of that. */
export class ThrottlingException extends AppConfigError {
  private constructor();
  readonly name: "ThrottlingException";
}

// Nothing is exported but what says so.
export {};

/** A Durable Object's storage, `ctx.storage`, as a store. It has one writer, so the session is kept there as well. */
export function durableObjectStore(storage: {
  get(name: string): Promise<unknown>;
  put(name: string, text: string): Promise<void>;
  delete(name: string): Promise<boolean>;
}): Store;
