// Every name that the types declare, and no other: the compiler holds these lists to the types, and tests/package/types.test.mjs holds them
// to the JavaScript. A member that is added to one alone fails one of the two.

import type {
  AppConfigError,
  AppConfigErrorCode,
  AttemptErrorCode,
  BadRequestException,
  ClientStatus,
  Configuration,
  ConfigurationClient,
  ConfigurationClientOptions,
  Credentials,
  FailureEvent,
  GetLatestConfigurationRequest,
  GetLatestConfigurationResponse,
  Health,
  LimitEvent,
  OperationOptions,
  Rejected,
  ResourceNotFoundException,
  ResponseInformation,
  SignRequest,
  Snapshot,
  StartConfigurationSessionRequest,
  StartConfigurationSessionResponse,
  StatusChangeEvent,
  UpdateEvent,
  Usage,
  UsageLimits,
  WaitOptions,
} from "appconfig-edge";
import type * as entry from "appconfig-edge";
import type * as emulator from "appconfig-edge/emulator";
import type { Emulator, EmulatorOptions } from "appconfig-edge/emulator";
import type * as slim from "appconfig-edge/slim";

type Names<T> = Record<T extends string ? T : never, true>;
/** The members of all members of a union. */
type Keys<T> = T extends unknown ? keyof T : never;

const client = {
  AppConfigError: true, BadRequestException: true, ConfigurationClient: true, FailureEvent: true, InternalServerException: true,
  LimitEvent: true, ResourceNotFoundException: true, StatusChangeEvent: true, ThrottlingException: true, UpdateEvent: true, durableObjectStore: true,
  getLatestConfiguration: true, startConfigurationSession: true,
} satisfies Names<keyof typeof entry>;
export const exported = {
  "appconfig-edge": client,
  "appconfig-edge/slim": { ...client, initialize: true } satisfies Names<keyof typeof slim>,
  "appconfig-edge/emulator": { createEmulator: true } satisfies Names<keyof typeof emulator>,
};

export const members = {
  /** Besides what every EventTarget has, and Symbol.dispose. */
  ConfigurationClient: {
    status: true, configuration: true, rejected: true, usage: true, clockOffsetInMilliseconds: true, start: true, refresh: true, updates: true, stop: true,
    health: true, snapshot: true, forget: true, addEventListener: true, removeEventListener: true,
  } satisfies Names<Exclude<keyof ConfigurationClient, "dispatchEvent">>,
  /** With a schema. */
  Configuration: {
    bytes: true, text: true, json: true, contentType: true, versionLabel: true, receivedAt: true, source: true, value: true,
  } satisfies Names<keyof Configuration>,
  Rejected: { versionLabel: true, contentType: true, receivedAt: true, reason: true, issues: true, error: true } satisfies Names<keyof Rejected>,
  Usage: { requests: true, sessions: true, configurationsReceived: true, bytes: true, errors: true, estimatedPrice: true } satisfies Names<keyof Usage>,
  Health: { status: true, ageInMilliseconds: true, lastError: true, nextPollAt: true } satisfies Names<keyof Health>,
  Snapshot: { content: true, base64: true, contentType: true, versionLabel: true, receivedAt: true } satisfies Names<keyof Snapshot>,
  ResponseInformation: {
    operation: true, status: true, durationInMilliseconds: true, sizeInBytes: true, requestId: true,
  } satisfies Names<keyof ResponseInformation>,
  UpdateEvent: { configuration: true } satisfies Names<Exclude<keyof UpdateEvent, keyof Event>>,
  LimitEvent: { limit: true, usage: true } satisfies Names<Exclude<keyof LimitEvent, keyof Event>>,
  FailureEvent: { error: true } satisfies Names<Exclude<keyof FailureEvent, keyof Event>>,
  StatusChangeEvent: { status: true, previousStatus: true } satisfies Names<Exclude<keyof StatusChangeEvent, keyof Event>>,
  AppConfigError: {
    code: true, operation: true, retryAt: true, status: true, limit: true, requestId: true, exception: true, reason: true, invalidParameters: true,
    resourceType: true, referencedBy: true, option: true, contentType: true, place: true,
  } satisfies Names<Exclude<keyof AppConfigError, keyof Error | "cause">>,
  /** Besides those of every error. */
  BadRequestException: { Reason: true, Details: true } satisfies Names<Exclude<keyof BadRequestException, keyof AppConfigError>>,
  ResourceNotFoundException: { ResourceType: true, ReferencedBy: true } satisfies Names<Exclude<keyof ResourceNotFoundException, keyof AppConfigError>>,
  SignRequest: {
    operation: true, input: true, method: true, url: true, headers: true, body: true, signal: true, clockOffsetInMilliseconds: true,
  } satisfies Names<Keys<SignRequest>>,
  StartConfigurationSessionResponse: { InitialConfigurationToken: true } satisfies Names<keyof StartConfigurationSessionResponse>,
  GetLatestConfigurationResponse: {
    NextPollConfigurationToken: true, NextPollIntervalInSeconds: true, ContentType: true, Configuration: true, VersionLabel: true,
  } satisfies Names<keyof GetLatestConfigurationResponse>,
  Emulator: {
    fetch: true, deploy: true, revert: true, configurations: true, requests: true, intervalInSeconds: true, latencyInMilliseconds: true, replay: true, now: true,
    advance: true, fault: true, faults: true, clearFaults: true,
  } satisfies Names<keyof Emulator>,
};

export const options = {
  ConfigurationClient: {
    application: true, environment: true, configurationProfile: true, endpoint: true, region: true, useFipsEndpoint: true, useDualstackEndpoint: true,
    allowInsecureEndpoint: true, credentials: true, sign: true, headers: true, requestCredentials: true, requiredMinimumPollIntervalInSeconds: true,
    requireValidJson: true, maximumBodyBytes: true, headersTimeoutInMilliseconds: true, idleTimeoutInMilliseconds: true,
    totalTimeoutInMilliseconds: true, keepAlive: true, fetch: true, logger: true, validate: true, validateTimeoutInMilliseconds: true, store: true,
    exclusive: true, sessionKey: true, bootstrap: true, mode: true, whenCold: true, hiddenPollIntervalInSeconds: true, prices: true, limits: true,
    onRequest: true, onResponse: true,
  } satisfies Names<Keys<ConfigurationClientOptions>>,
  limits: {
    requestsPerHour: true, requestsPerDay: true, sessionsPerHour: true, sessionsPerDay: true, pricePerHour: true, pricePerDay: true,
  } satisfies Names<keyof UsageLimits>,
  prices: { request: true, configurationReceived: true } satisfies Names<keyof NonNullable<ConfigurationClientOptions["prices"]>>,
  operation: {
    endpoint: true, region: true, useFipsEndpoint: true, useDualstackEndpoint: true, allowInsecureEndpoint: true, credentials: true, sign: true,
    headers: true, requestCredentials: true, maximumBodyBytes: true, headersTimeoutInMilliseconds: true, idleTimeoutInMilliseconds: true,
    totalTimeoutInMilliseconds: true, fetch: true, signal: true,
  } satisfies Names<Keys<OperationOptions>>,
  credentials: { accessKeyId: true, secretAccessKey: true, sessionToken: true, expiration: true } satisfies Names<keyof Credentials>,
  startConfigurationSession: {
    ApplicationIdentifier: true, EnvironmentIdentifier: true, ConfigurationProfileIdentifier: true, RequiredMinimumPollIntervalInSeconds: true,
  } satisfies Names<keyof StartConfigurationSessionRequest>,
  getLatestConfiguration: { ConfigurationToken: true } satisfies Names<keyof GetLatestConfigurationRequest>,
  start: { signal: true, timeoutInMilliseconds: true } satisfies Names<keyof WaitOptions>,
  createEmulator: {
    configurations: true, faults: true, ids: true, intervalInSeconds: true, latencyInMilliseconds: true, replay: true, seed: true,
    tokenCharacters: true, now: true, credentials: true, region: true,
  } satisfies Names<keyof EmulatorOptions>,
};

/** In the order of the core's numbers. */
export const attemptErrorCodes = {
  network: true, "body-cut": true, "timed-out": true, "not-sent": true, "bad-request": true, "token-refused": true, "too-early": true,
  "not-found": true, throttled: true, "access-denied": true, "credentials-expired": true, "clock-skew": true, "service-error": true,
  redirected: true, "unexpected-answer": true, "headers-hidden": true, "invalid-body": true, "body-too-large": true, "no-configuration": true,
  refused: true,
} satisfies Names<AttemptErrorCode>;
export const otherErrorCodes = {
  "invalid-option": true, "not-ready": true, stopped: true, "module-failed": true, "not-json": true,
} satisfies Names<Exclude<AppConfigErrorCode, AttemptErrorCode>>;
export const statuses = { idle: true, starting: true, ready: true, stale: true, stopped: true, failed: true } satisfies Names<ClientStatus>;
