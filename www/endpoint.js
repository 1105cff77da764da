// The address of another endpoint. The server that serves the page takes it from here too: it is what the page's policy then allows.

/** Gives the endpoint's URL, or throws what is wrong with it, as a sentence. */
export function checkedEndpoint(text) {
  if (text.length > 2000) throw new Error(`expected at most 2000 characters, got ${text.length}`);
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new Error("expected an absolute address such as http://localhost:2774");
  }
  if (!/^https?:$/.test(url.protocol)) throw new Error(`expected http: or https:, got ${url.protocol}`);
  if (url.username || url.password) throw new Error("expected no user and no password: an address is no place for them");
  if (/[?#]/.test(text)) throw new Error("expected neither a query nor a fragment");
  // A URL allows more, such as a semicolon, which in a policy would begin another directive.
  if (!/^([a-z\d.-]+|\[[\da-f:.]+\])$/.test(url.hostname)) throw new Error("expected a host of letters, digits, dots and hyphens");
  return url;
}
