// One signature of AWS's own signer.

import { Sha256Js as Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { credentials, region } from "../credentials.mjs";
import { request } from "../requests.mjs";

export async function open() {
  const signer = new SignatureV4({ credentials, region, service: "appconfig", sha256: Sha256, applyChecksum: false });
  let headers;
  return {
    async poll() {
      const { hostname, pathname, searchParams } = new URL(request());
      ({ headers } = await signer.sign({ method: "GET", protocol: "https:", hostname, path: pathname, query: Object.fromEntries(searchParams), headers: { host: hostname } }));
    },
    read: () => headers,
    close() {},
  };
}
