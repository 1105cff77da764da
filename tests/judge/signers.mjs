// Those who sign requests, each with the two operations and one way to tell what came: `{ status, text, token, exception, message }`.
//
// `open(t, url, { credentials, region, offInMilliseconds })` gives `{ start, poll }`; `offInMilliseconds` is how far the clock is ahead that they sign by.

import { AppConfigDataClient, GetLatestConfigurationCommand, StartConfigurationSessionCommand } from "@aws-sdk/client-appconfigdata";
import { AwsClient } from "aws4fetch";
import { getLatestConfiguration, startConfigurationSession } from "../../pkg/index.js";
import { boto3, skip } from "./boto3.mjs";

const names = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };

function sdk(t, url, { credentials, region, offInMilliseconds = 0 }) {
  const client = new AppConfigDataClient({ region, endpoint: url, credentials, maxAttempts: 1, systemClockOffset: offInMilliseconds });
  t.after(() => client.destroy());
  const send = async (command) => {
    try {
      const answer = await client.send(command);
      const text = answer.Configuration?.transformToString() ?? "";
      return { status: answer.$metadata.httpStatusCode, text, token: answer.InitialConfigurationToken ?? answer.NextPollConfigurationToken };
    } catch (error) {
      return { status: error.$metadata?.httpStatusCode, exception: error.name, message: error.message };
    }
  };
  return {
    start: () => send(new StartConfigurationSessionCommand(names)),
    poll: (token) => send(new GetLatestConfigurationCommand({ ConfigurationToken: token })),
  };
}

function python(t, url, options) {
  const call = boto3(t, url, options);
  const send = async (operation, input) => {
    const { ResponseMetadata, Error: refusal, ...answer } = await call(operation, input);
    if (refusal) return { status: ResponseMetadata.HTTPStatusCode, exception: refusal.Code, message: refusal.Message };
    return { status: ResponseMetadata?.HTTPStatusCode, text: answer.Configuration ?? "", token: answer.InitialConfigurationToken ?? answer.NextPollConfigurationToken, ...answer };
  };
  return {
    start: () => send("start_configuration_session", names),
    poll: (token) => send("get_latest_configuration", { ConfigurationToken: token }),
  };
}

/** aws4fetch, whose signature goes into the header or, with `signQuery`, into the URL. */
const aws4fetch = (signQuery, given = fetch) => (t, url, { credentials, region, offInMilliseconds = 0 }) => {
  const client = new AwsClient({ ...credentials, region, service: "appconfig", retries: 0 });
  const send = async (path, init) => {
    const datetime = new Date(Date.now() + offInMilliseconds).toISOString().replace(/[:-]|\.\d{3}/g, "");
    const answer = await given(await client.sign(url + path, { ...init, aws: { datetime, signQuery } }));
    if (!answer.ok) return { status: answer.status, exception: answer.headers.get("x-amzn-errortype"), message: (await answer.json()).message };
    if (answer.status === 201) return { status: 201, text: "", token: (await answer.json()).InitialConfigurationToken };
    return { status: answer.status, text: await answer.text(), token: answer.headers.get("next-poll-configuration-token") };
  };
  return {
    start: () => send("/configurationsessions", { method: "POST", body: JSON.stringify(names), headers: { "content-type": "application/json" } }),
    poll: (token) => send(`/configuration?configuration_token=${encodeURIComponent(token)}`, {}),
  };
};

/** This package's own, which corrects a clock by itself and so takes none that is off. */
const own = (given = fetch) => (t, url, { credentials, region }) => {
  const options = { endpoint: url, credentials, region, fetch: given };
  const send = async (operation, input) => {
    try {
      const answer = await operation(options, input);
      const text = answer.Configuration ? new TextDecoder().decode(answer.Configuration) : "";
      return { status: answer.InitialConfigurationToken ? 201 : 200, text, token: answer.InitialConfigurationToken ?? answer.NextPollConfigurationToken };
    } catch (error) {
      return { status: error.status, exception: error.exception, message: error.message };
    }
  };
  return {
    start: () => send(startConfigurationSession, names),
    poll: (token) => send(getLatestConfiguration, { ConfigurationToken: token }),
  };
};

export const signers = [
  { name: "the AWS SDK", open: sdk },
  { name: "boto3", open: python, skip },
  { name: "aws4fetch", open: aws4fetch(false) },
  { name: "aws4fetch, pre-signed", open: aws4fetch(true) },
  { name: "this package", open: own(), correctsClock: true },
];

/** Those that take a `fetch`. */
export const signersOver = (given) => [
  { name: "aws4fetch", open: aws4fetch(false, given) },
  { name: "aws4fetch, pre-signed", open: aws4fetch(true, given) },
  { name: "this package", open: own(given) },
];
