// A process that follows a flag with a folder as its store, and is killed: node file.mjs ENDPOINT FOLDER

import { ConfigurationClient } from "appconfig-edge";
import { fileStore } from "../file.mjs";

const [endpoint, folder] = process.argv.slice(2);
const client = new ConfigurationClient({
  application: "shop",
  environment: "prod",
  configurationProfile: "flags",
  endpoint,
  store: fileStore(folder),
  exclusive: true,
  keepAlive: true,
  logger: null,
});
const tell = (word, more) => console.log(JSON.stringify({ word, ...more }));
client.addEventListener("update", ({ configuration }) => tell("update", { version: configuration.json().version, source: configuration.source }));
client.addEventListener("error", ({ error }) => tell(error.code));
process.on("SIGTERM", () => client.stop());
await client.start();
tell("started", { usage: client.usage });
