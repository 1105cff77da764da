// The schemas of three libraries as they are: what their output is, configuration.value is.

import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { ConfigurationClient } from "appconfig-edge";

const target = { application: "shop", environment: "prod", configurationProfile: "flags", endpoint: "/config" };
const regional = { ...target, endpoint: undefined, region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };

/** Holds where two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

const ofZod = new ConfigurationClient({ ...target, validate: z.object({ limit: z.coerce.number(), since: z.string().transform((text) => new Date(text)) }) });
same<typeof ofZod, ConfigurationClient<{ limit: number; since: Date }>>(true);
const ofValibot = new ConfigurationClient({ ...target, validate: v.object({ limit: v.number(), colour: v.optional(v.picklist(["blue", "green"]), "blue") }) });
same<typeof ofValibot, ConfigurationClient<{ limit: number; colour: "blue" | "green" }>>(true);
const ofArktype = new ConfigurationClient({ ...target, validate: type({ limit: "number > 0", "colour?": "'blue' | 'green'", since: "string.date.parse" }) });
same<typeof ofArktype, ConfigurationClient<{ limit: number; colour?: "blue" | "green"; since: Date }>>(true);
const ofPromise = new ConfigurationClient({ ...regional, validate: v.pipeAsync(v.string(), v.transformAsync(async (text) => text.length)) });
same<typeof ofPromise, ConfigurationClient<number>>(true);
same<typeof ofZod.configuration, { value: string } | undefined>(false);

export async function use(): Promise<number> {
  const { value } = await ofZod.start();
  const limit: number = value.limit + value.since.getTime();
  ofArktype.addEventListener("update", ({ configuration }) => console.log(configuration.value.colour === "green"));
  for await (const { value } of ofValibot.updates()) if (value.colour === "blue") return limit;
  return ofPromise.configuration?.value ?? limit;
}
