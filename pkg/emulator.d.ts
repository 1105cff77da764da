/**
 * The service for tests: AWS AppConfig Data as it was seen to answer, without a network, a port or an account.
 *
 * ```js
 * import { ConfigurationClient } from "appconfig-edge";
 * import { createEmulator } from "appconfig-edge/emulator";
 *
 * const emulator = createEmulator({ intervalInSeconds: 1 });
 * const flags = { application: "shop", environment: "prod", configurationProfile: "flags" };
 * emulator.deploy({ ...flags, content: { checkout: { enabled: true } } });
 *
 * const client = new ConfigurationClient({ ...flags, endpoint: "https://emulator.test", fetch: emulator.fetch });
 * ```
 */

/**
 * The type of a configuration profile, in AWS's words. Feature flags are given in the form that one writes, with definitions and values
 * (`{"version": "1", "flags": …, "values": …}`), and served in the one that AWS sends: a disabled flag without attributes, no dates and
 * descriptions, of a flag with variants the default one with its name in `_variant`. What breaks AWS's rules (constraints, lengths, names,
 * counts, the form of a variant's rule) is refused with its place: `$.values.checkout.colour: expected one of "red", "blue", got "green"`.
 */
export type ProfileType = "AWS.AppConfig.FeatureFlags" | "AWS.Freeform";

/** Where a configuration is deployed: names of 1 to 128 characters. */
export interface Target {
  application: string;
  environment: string;
  configurationProfile: string;
}

/** What is deployed. */
export interface Deployment extends Target {
  /**
   * The configuration, at most 4 MB: a text, bytes, or any other value, which is deployed as its JSON. An empty one cannot be told from an
   * unchanged one by any client, as on AWS.
   */
  content: unknown;
  /** By default `text/plain` for a text, `application/octet-stream` for bytes, `application/json` for any other value. */
  contentType?: string;
  /** 1 to 64 characters, not all of them digits. Without one, answers have none, as on AWS. */
  versionLabel?: string;
  /**
   * By default JSON in the form of written feature flags is taken for that, and all else is served as it is. `"AWS.AppConfig.FeatureFlags"`
   * refuses what is none, `"AWS.Freeform"` serves even that as it is.
   */
  type?: ProfileType;
}

/** A deployment as {@link Emulator.configurations} lists it. */
export interface DeployedConfiguration extends Target {
  contentType: string;
  versionLabel?: string;
  bytes: number;
}

/** An access key whose signatures are accepted; what AWS's SDKs give as credentials is one. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** What each request has to carry beside its signature, where the key is a temporary one. */
  readonly sessionToken?: string | undefined;
  /** When a temporary key ends, on the emulator's clock: from then on requests get `ExpiredTokenException`. */
  readonly expiration?: Date | undefined;
}

/** What {@link createEmulator} takes. */
export interface EmulatorOptions {
  /** What is deployed from the beginning. */
  configurations?: Deployment[];
  /** What goes wrong from the beginning, as {@link Emulator.fault} has it: `[{ name: "throttle", rate: 0.1 }]`. */
  faults?: PlannedFault[];
  /** Ids of applications, environments and profiles, each with the name it stands for: `{ a1b2c3d: "shop" }`. Both are accepted, as on AWS. */
  ids?: Record<string, string>;
  /**
   * The poll interval, 1 to 86,400 seconds; a session that asked for a longer one gets that. By default as on AWS: what the session asked
   * for, or 60. A poll before the interval is over is refused.
   */
  intervalInSeconds?: number;
  /** How long an answer is on its way, 0 to 600,000 ms; 0 by default. */
  latencyInMilliseconds?: number;
  /**
   * What a token gets that was spent already, which is not documented for AWS: `"refused"` (the default), `"repeated"` (what it got before,
   * or what is newer), or `"empty"` (an answer as if nothing had changed).
   */
  replay?: "refused" | "repeated" | "empty";
  /** With the same seed and the same times, the same requests get the same tokens and request ids. */
  seed?: number;
  /** The length of tokens, 76 to 8,192 characters. By default 840, about that of the real ones. */
  tokenCharacters?: number;
  /** The clock, in milliseconds since 1970; by default `Date.now`. */
  now?: () => number;
  /**
   * The keys by which signatures are checked, in the `authorization` header or, pre-signed, in the query: who is not among them, signs wrongly, or
   * is more than five minutes off by the emulator's clock gets 403 and the exception that AWS has for that. Without keys anybody is
   * served, signed or not. They are kept where no log, no error, no record of a request and no inspection of the emulator shows them.
   */
  credentials?: AccessKey | readonly AccessKey[];
  /** The region for which requests have to be signed; by default any. Goes with `credentials`. */
  region?: string;
}

/** What can go wrong on demand; see {@link Emulator.fault}. */
export type FaultName =
  /** `ThrottlingException`, 429. */
  | "throttle"
  /** `InternalServerException`, 500. */
  | "internal-error"
  /** `BadRequestException`, the token counts as expired. GetLatestConfiguration only. */
  | "expired-token"
  /** `BadRequestException`, the token counts as corrupted. GetLatestConfiguration only. */
  | "corrupted-token"
  /** The request is answered and its token spent, and `fetch` rejects. */
  | "lost-answer"
  /** No answer comes; `fetch` settles when its signal aborts. */
  | "hang"
  /** 503 and a page, from something on the way; the token is not spent. */
  | "unavailable"
  /** 200 and a page, from something on the way, as in networks where one has to sign in; the token is not spent. */
  | "html-page"
  /** The request is answered and its token spent, and the connection breaks in the middle of the body. */
  | "cut-body"
  /** `application/octet-stream`, or `text/plain` where that is the right one. GetLatestConfiguration only. */
  | "wrong-content-type"
  /** Another interval, of five minutes or `seconds`, in this answer alone; who polls earlier is refused. GetLatestConfiguration only. */
  | "interval"
  /**
   * A clock that is an hour, or `seconds`, ahead, and its `Date`: `InvalidSignatureException`, 403, and the token is not spent. Where signatures
   * are checked, who signs by that clock is served.
   */
  | "clock-skew"
  /** The body comes compressed: `Content-Length` is not its length. Over HTTP only to who accepts gzip. */
  | "compressed"
  /** A page of another origin cannot read the token and the interval: there is no `Access-Control-Expose-Headers`. */
  | "hidden-headers";

/** When a fault happens. */
export interface FaultOptions {
  /** With how many requests; 1 by default, and `Infinity` where there is a `rate`. */
  times?: number;
  /** With which operation; with both by default. */
  operation?: OperationName;
  /** How likely it is with each request, above 0 and up to 1. By the seed, so a run can be repeated. */
  rate?: number;
  /** Of `"interval"` and `"clock-skew"`; of the latter also below 0. */
  seconds?: number;
}

/** A fault that is still to come. */
export interface PlannedFault extends FaultOptions {
  name: FaultName;
}

export type OperationName = "StartConfigurationSession" | "GetLatestConfiguration";

/** A request and its answer. Nothing in it is secret: no token, no content. */
export interface EmulatorRequest {
  /** When, in milliseconds since 1970 on the emulator's clock. */
  readonly at: number;
  /** The answer's `x-amzn-RequestId`. */
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly operation?: OperationName;
  /** The number of the session, counted from 1. */
  readonly session?: number;
  readonly application?: string;
  readonly environment?: string;
  readonly configurationProfile?: string;
  /** The answer's status; 0 where none was given. */
  readonly status: number;
  /** The length of the answer's body. */
  readonly bytes: number;
  /** Whether a poll was told that nothing is new. */
  readonly unchanged: boolean;
  readonly versionLabel?: string;
  readonly intervalInSeconds?: number;
  /** The exception's name. */
  readonly exception?: string;
  /** The exception's sentence. */
  readonly message?: string;
  /** What was wrong with the token. */
  readonly problem?: "Corrupted" | "Expired" | "PollIntervalNotSatisfied";
  /** What was not found. */
  readonly resourceType?: "Application" | "ConfigurationProfile" | "Deployment" | "Environment" | "Configuration";
  /** The fault that was asked for and happened here. */
  readonly fault?: FaultName;
}

/** An emulated service. It has no timers of its own and needs no closing. */
export interface Emulator {
  /**
   * Answers as the service does. Pass it to whatever takes a `fetch`. The origin does not matter, and neither does what stands in the path
   * before the operation: that is the endpoint's own.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Deploys; every request from now on sees it. */
  deploy(deployment: Deployment): void;
  /** Takes a deployment back: polls get 404 for it. `false` where nothing was deployed. */
  revert(target: Target): boolean;
  /** What is deployed, in the order of the names. */
  readonly configurations: DeployedConfiguration[];
  /** The last 1,000 requests, the newest last. */
  readonly requests: EmulatorRequest[];
  /** The poll interval that is told from the next answer on; see {@link EmulatorOptions.intervalInSeconds}. */
  intervalInSeconds: number | undefined;
  /** How long an answer is on its way, from the next request on. */
  latencyInMilliseconds: number;
  /** What a spent token gets from now on; see {@link EmulatorOptions.replay}. */
  replay: "refused" | "repeated" | "empty";
  /** What the emulator's clock says, in milliseconds since 1970. */
  readonly now: number;
  /** Moves the emulator's clock forward: an interval is over, a token's 24 hours end. */
  advance(milliseconds: number): void;
  /**
   * Lets something go wrong with the next request, or with more. Several faults wait in line: of those that fit a request the first happens.
   */
  fault(name: FaultName, options?: FaultOptions): void;
  /** The faults that are still to come; one without an end has no `times`. */
  readonly faults: PlannedFault[];
  /** Forgets the faults that have not happened yet: those of this name, or all. */
  clearFaults(name?: FaultName): void;
}

/** Makes an emulated service. What is wrong in the options is an error with the code `invalid-option`. */
export function createEmulator(options?: EmulatorOptions): Emulator;
