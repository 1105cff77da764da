// AWS's endpoint of eu-west-1: the emulator behind a check of the signature, computed here anew.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";

export const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const origin = "https://appconfigdata.eu-west-1.amazonaws.com";
const allowed = ["authorization", "content-type", "x-amz-date", "x-amz-security-token"];

const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function signature(request, body, date, names) {
  const url = new URL(request.url);
  const query = [...url.searchParams].map((pair) => pair.map(encode).join("=")).sort().join("&");
  const headers = names.map((name) => `${name}:${name === "host" ? url.host : request.headers.get(name)}\n`).join("");
  const canonical = [request.method, url.pathname, query, headers, names.join(";"), sha256(body)].join("\n");
  const scope = `${date.slice(0, 8)}/eu-west-1/appconfig/aws4_request`;
  const key = [...scope.split("/")].reduce(hmac, `AWS4${secret}`);
  return { scope, signature: hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n")).toString("hex") };
}

/** Gives a function that answers a signed `Request` as the emulator would; anything wrong with it throws. `asked` tells of each. */
export function awsOf(emulator, { ignored = /^$/, asked = () => {} } = {}) {
  return async (request) => {
    assert.equal(new URL(request.url).origin, origin);
    for (const [name] of request.headers) if (!ignored.test(name)) assert.ok(allowed.includes(name), `the header ${name}`);
    const body = request.method === "GET" ? "" : await request.text();
    const [, credential, names, given] = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(request.headers.get("authorization"));
    const right = signature(request, body, request.headers.get("x-amz-date"), names.split(";"));
    assert.equal(credential, `AKIDEXAMPLE/${right.scope}`);
    assert.equal(given, right.signature);
    asked({ request, body });
    return emulator.fetch(request.url, { method: request.method, body: body || undefined });
  };
}
