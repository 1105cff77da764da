// What one writes by hand over aws4fetch, with the care of somebody who has read the documentation once: time limits, the service's interval,
// a new session where the token is refused, a backoff. Not: everything in ../../README.md that this package does beside.

import { AwsClient } from "aws4fetch";
import { credentials, region } from "../credentials.mjs";
import { names } from "../documents.mjs";

export class Poller {
  configuration;
  #options;
  #aws;
  #token;
  #interval = 60;
  #failures = 0;
  #timer;

  constructor(options) {
    this.#options = options;
    this.#aws = new AwsClient({ ...options.credentials, region: options.region, service: "appconfig", retries: 0 });
  }

  async #fetch(path, init) {
    const response = await this.#aws.fetch(this.#options.endpoint + path, { ...init, signal: AbortSignal.timeout(10_000) });
    if (response.ok) return response;
    if (response.status === 400) this.#token = undefined;
    throw new Error(`HTTP ${response.status} ${await response.text()}`);
  }

  async poll() {
    if (!this.#token) {
      const { application, environment, configurationProfile } = this.#options;
      const body = JSON.stringify({ ApplicationIdentifier: application, EnvironmentIdentifier: environment, ConfigurationProfileIdentifier: configurationProfile });
      const response = await this.#fetch("/configurationsessions", { method: "POST", headers: { "content-type": "application/json" }, body });
      this.#token = (await response.json()).InitialConfigurationToken;
    }
    const response = await this.#fetch(`/configuration?configuration_token=${encodeURIComponent(this.#token)}`);
    const text = await response.text();
    this.#token = response.headers.get("next-poll-configuration-token") ?? undefined;
    this.#interval = Number(response.headers.get("next-poll-interval-in-seconds")) || 60;
    if (text === "") return;
    this.configuration = JSON.parse(text);
    this.#options.onUpdate?.(this.configuration);
  }

  async run() {
    let wait;
    try {
      await this.poll();
      this.#failures = 0;
      wait = this.#interval * 1000;
    } catch (error) {
      this.#options.onError?.(error);
      wait = Math.random() * Math.min(2 ** this.#failures++ * 1000, 60_000);
    }
    this.#timer = setTimeout(() => this.run(), wait);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}

export async function open(endpoint) {
  const poller = new Poller({ endpoint, region, credentials, ...names });
  await poller.poll();
  return { poll: () => poller.poll(), read: () => poller.configuration, close: () => poller.stop() };
}
