// AWS's own client, as its documentation shows it.

import { AppConfigDataClient, GetLatestConfigurationCommand, StartConfigurationSessionCommand } from "@aws-sdk/client-appconfigdata";
import { credentials, region } from "../credentials.mjs";
import { names } from "../documents.mjs";

export async function open(endpoint, options = {}) {
  const client = new AppConfigDataClient({ region, endpoint, credentials, ...options });
  const session = await client.send(
    new StartConfigurationSessionCommand({ ApplicationIdentifier: names.application, EnvironmentIdentifier: names.environment, ConfigurationProfileIdentifier: names.configurationProfile }),
  );
  let token = session.InitialConfigurationToken;
  let value;
  const poll = async () => {
    const answer = await client.send(new GetLatestConfigurationCommand({ ConfigurationToken: token }));
    token = answer.NextPollConfigurationToken;
    if (answer.Configuration?.length > 0) value = JSON.parse(answer.Configuration.transformToString());
  };
  await poll();
  return { poll, read: () => value, close: () => client.destroy() };
}
