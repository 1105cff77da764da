// Inside the Deno process of one contender: prints the first configuration and stays, so that its CPU time can be read.

import { host as once } from "./once-host.mjs";

export function host(contender) {
  return once(contender)(Deno.args[0], (text) => {
    console.log(text);
    setInterval(() => {}, 1000);
  });
}
