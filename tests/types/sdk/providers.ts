// The AWS SDK's credentials and providers can be passed as they are: held to its own types.

import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, RuntimeConfigAwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { AppConfigDataClientConfig, GetLatestConfigurationCommandInput, StartConfigurationSessionCommandInput } from "@aws-sdk/client-appconfigdata";
import { ConfigurationClient, type Credentials, type OperationOptions, getLatestConfiguration, startConfigurationSession } from "appconfig-edge";

declare const identity: AwsCredentialIdentity;
declare const provider: AwsCredentialIdentityProvider;
declare const ofRuntime: RuntimeConfigAwsCredentialIdentityProvider;
const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

new ConfigurationClient({ ...target, region: "eu-west-1", credentials: identity });
new ConfigurationClient({ ...target, region: "eu-west-1", credentials: provider });
new ConfigurationClient({ ...target, region: "eu-west-1", credentials: ofRuntime });
export const ours: Credentials = identity;
// And the other way round: what serves us serves the SDK.
export const theirs: AppConfigDataClientConfig["credentials"] = async () => ({ accessKeyId: "a", secretAccessKey: "b", expiration: new Date() });

// The inputs are the SDK's as well.
const options: OperationOptions = { region: "eu-west-1", credentials: provider };
export const session: StartConfigurationSessionCommandInput = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };
const { InitialConfigurationToken } = await startConfigurationSession(options, { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" });
export const input: GetLatestConfigurationCommandInput = { ConfigurationToken: InitialConfigurationToken };
await getLatestConfiguration(options, { ConfigurationToken: InitialConfigurationToken });
