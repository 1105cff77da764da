// The package by require(): the same classes as by import.

const appconfig = require("appconfig-edge");
const { createEmulator } = require("appconfig-edge/emulator");
const slim = require("appconfig-edge/slim");

const target = { application: "shop", environment: "prod", configurationProfile: "flags" };

async function main() {
  if ((await import("appconfig-edge")).ConfigurationClient !== appconfig.ConfigurationClient) throw new Error("two packages");
  if (slim.AppConfigError !== appconfig.AppConfigError) throw new Error("two packages");
  const emulator = createEmulator({ configurations: [{ ...target, content: { colour: "blue" } }] });
  const client = new appconfig.ConfigurationClient({ ...target, endpoint: "https://emulator.test", fetch: emulator.fetch });
  console.log((await client.start()).text());
  console.log("done");
}

main();
