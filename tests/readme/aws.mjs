// AWS's endpoint of eu-west-1: an emulator that verifies signatures, behind a look at what else is sent.

import assert from "node:assert/strict";

export const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
/** What an emulator is made of that takes this key, for this region. */
export const verifying = { credentials: key, region: "eu-west-1" };
const origin = "https://appconfigdata.eu-west-1.amazonaws.com";
const allowed = ["authorization", "content-type", "x-amz-date", "x-amz-security-token"];

/** Gives a function that answers a `Request` to AWS as `emulator` does; one that goes elsewhere, or has more headers than it should, throws. `asked` tells of each. */
export function awsOf(emulator, { ignored = /^$/, asked = () => {} } = {}) {
  return async (request) => {
    assert.equal(new URL(request.url).origin, origin);
    for (const [name] of request.headers) if (!ignored.test(name)) assert.ok(allowed.includes(name), `the header ${name}`);
    const body = request.method === "GET" ? undefined : await request.text();
    const answer = await emulator.fetch(request.url, { method: request.method, headers: request.headers, body });
    asked({ body });
    return answer;
  };
}
