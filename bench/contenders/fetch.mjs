// The floor: fetch and nothing else. No time limit, no error, no schedule; it asks, takes the token, parses what came.

import { names } from "../documents.mjs";

export async function open(endpoint, ask = (...request) => fetch(...request)) {
  const session = await ask(`${endpoint}/configurationsessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ApplicationIdentifier: names.application, EnvironmentIdentifier: names.environment, ConfigurationProfileIdentifier: names.configurationProfile }),
  });
  let token = (await session.json()).InitialConfigurationToken;
  let value;
  const poll = async () => {
    const response = await ask(`${endpoint}/configuration?configuration_token=${encodeURIComponent(token)}`);
    token = response.headers.get("next-poll-configuration-token");
    const text = await response.text();
    if (text) value = JSON.parse(text);
  };
  await poll();
  return { poll, read: () => value, close() {} };
}
