// What may be behind a failure that a browser says nothing about: where an endpoint is another origin's, "no answer" is often an answer that the
// page may not read.

export const exposed = "Next-Poll-Configuration-Token, Next-Poll-Interval-In-Seconds, Version-Label";

/** Whether anything answers at an address, readable or not. */
async function answers(endpoint) {
  try {
    await fetch(endpoint, { mode: "no-cors", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

/** A sentence on a failure of a client at another origin's endpoint, or an empty one. `hasAnswered`: it could be read before. */
export async function hintOn({ code }, endpoint, hasAnswered) {
  const { origin, protocol } = new URL(endpoint);
  if (origin === location.origin) return "";
  if (code === "headers-hidden") return `The endpoint allows this page (CORS) but hides what the client has to read. It has to send: Access-Control-Expose-Headers: ${exposed}`;
  if (code !== "network" || hasAnswered) return "";
  if (location.protocol === "https:" && protocol === "http:") return `A page that came by https: may not ask ${origin}, which is http:.`;
  if (!(await answers(endpoint))) return `Nothing answers at ${origin}: check the address, and that it runs.`;
  return (
    `Something answers at ${origin}, and this page may not read it (CORS). It has to send: Access-Control-Allow-Origin: ${location.origin}, and for the ` +
    `POST's preflight Access-Control-Allow-Headers: content-type; and Access-Control-Expose-Headers: ${exposed}`
  );
}
