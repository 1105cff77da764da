// This package, without a proxy: pre-signed by aws4fetch, which is what the README shows.

import { AwsClient } from "aws4fetch";
import { credentials, region } from "../credentials.mjs";
import * as edge from "./edge.mjs";

export function open(endpoint) {
  const aws = new AwsClient({ ...credentials, region, service: "appconfig" });
  const sign = async ({ url, method, headers, body, signal }) => aws.sign(url, { method, headers, body, signal });
  return edge.open(endpoint, { sign });
}
