// Powertools for AWS Lambda, over AWS's own client. It parses what it holds at every get(): there is no asking without.

import { AppConfigProvider } from "@aws-lambda-powertools/parameters/appconfig";
import { credentials, region } from "../credentials.mjs";
import { names } from "../documents.mjs";

export async function open(endpoint) {
  const provider = new AppConfigProvider({ application: names.application, environment: names.environment, clientConfig: { region, endpoint, credentials } });
  let value;
  const poll = async () => {
    // Its own cache would answer instead of the service.
    value = await provider.get(names.configurationProfile, { forceFetch: true, transform: "json" });
  };
  await poll();
  return { poll, read: () => value, close: () => provider.client.destroy() };
}
