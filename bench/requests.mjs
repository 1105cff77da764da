// What is signed. In a file of its own: the tokens take milliseconds to make, which a cold start would pay.

/** The URL of a poll, with a token of 840 characters that differs from call to call: nothing to be cached. */
export function request() {
  turn = (turn + 1) % tokens.length;
  return `https://appconfigdata.eu-west-1.amazonaws.com/configuration?configuration_token=${tokens[turn]}`;
}
let turn = 0;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const tokens = Array.from({ length: 64 }, (_, i) => encodeURIComponent(Array.from({ length: 840 }, (_, j) => letters[(i * 31 + j * j * 17) % 64]).join("")));
