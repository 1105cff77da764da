// Certificates for loopback, made here: what TLS refuses is tried with a service that is all right otherwise.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const tlv = (tag, ...parts) => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts) => tlv(0x30, ...parts);
const oid = (hex) => tlv(6, Buffer.from(hex, "hex"));
const utc = (date) => tlv(0x17, Buffer.from(date.toISOString().replace(/^..|[-:T]|\.\d+/g, "")));
const name = (text) => sequence(tlv(0x31, sequence(oid("550403"), tlv(12, Buffer.from(text)))));
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const pem = (der) => `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
const DAY = 86_400_000;

function make(subject, issuer, extensions, { from, to }) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const body = sequence(
    tlv(0xa0, tlv(2, Buffer.from([2]))),
    tlv(2, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name(issuer?.subject ?? subject),
    sequence(utc(from), utc(to)),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", body, issuer?.privateKey ?? privateKey);
  const cert = pem(sequence(body, ecdsaWithSha256, tlv(3, Buffer.from([0]), signature)));
  return { subject, privateKey, cert, key: privateKey.export({ type: "pkcs8", format: "pem" }) };
}

const lifetime = (from, to) => ({ from: new Date(Date.now() + from * DAY), to: new Date(Date.now() + to * DAY) });
const critical = tlv(1, Buffer.from([255]));

/** An authority, for NODE_EXTRA_CA_CERTS. */
export const authority = () => make("Authority of a test", undefined, [sequence(oid("551d13"), critical, tlv(4, sequence(tlv(1, Buffer.from([255])))))], lifetime(-2, 2));

/** A certificate of that authority, or without one of its own, for a host; `days` is when it ends. */
export function certificate(issuer, { host = "localhost", days = 1 } = {}) {
  const names = sequence(oid("551d11"), tlv(4, sequence(tlv(0x82, Buffer.from(host)))));
  return make(host, issuer, [names], lifetime(-2, days));
}
