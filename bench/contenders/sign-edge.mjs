// One signature of this package, as each request of a client with `credentials` takes it.

import "internal:entry";
import { authorize } from "internal:credentials.js";
import { instantiate } from "internal:module.js";
import { credentials, region } from "../credentials.mjs";
import { request } from "../requests.mjs";

export async function open() {
  await instantiate();
  const options = { credentials, region, clockOffset: 0 };
  let headers;
  return {
    async poll() {
      headers = await authorize(options, request());
    },
    read: () => headers,
    close() {},
  };
}
