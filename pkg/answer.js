// What comes in: which headers of an answer count, and what a host has to bring of its body.

/** The most bytes of an answer's text that the engine wants. */
export const MAXIMUM_TEXT = 16384;

// In the order of Response::read in src/protocol/response.rs.
const ofConfiguration = ["next-poll-configuration-token", "next-poll-interval-in-seconds", "content-type", "version-label"];
const ofRefusal = ["x-amzn-errortype", "retry-after", "x-amz-retry-after", "x-amzn-requestid"];

/** Whether an answer to GetLatestConfiguration with this status is a configuration. */
export const isGood = (status) => status === 200 || status === 204;

/** The headers that count; a date to wait for as the seconds until then. */
export const countingHeaders = ({ status, headers }) =>
  (isGood(status) ? ofConfiguration : ofRefusal).map((name) => {
    const value = headers.get(name)?.trim(); // Node leaves the spaces after a value in it
    return /(GMT|Z)$/.test(value) && name === "retry-after" ? Math.max(Math.ceil((Date.parse(value) - Date.now()) / 1000), 0) : value;
  });

/** What Document in src/protocol/document.rs has of a text: whether it is JSON, and by turns the path and the text of each text in its objects. */
export function read(text) {
  const texts = [];
  const walk = (value, path, depth) => {
    if (typeof value === "string" && path) texts.push(path, value);
    else if (value && typeof value === "object" && !Array.isArray(value) && depth) for (const name in value) walk(value[name], path ? `${path}.${name}` : name, depth - 1);
  };
  try {
    walk(JSON.parse(text), "", 4);
    // A NUL parts the texts on their way to the engine.
    return [1, texts.map((it) => it.replaceAll("\0", ""))];
  } catch {
    return [0, []];
  }
}

/** Most polls are answered with nothing: then no stream is made, let alone read. */
const hasStream = (response) => response.headers.get("content-length") !== "0" && response.body;

/** Opens the body: gives its reader, if there is one. */
export const open = (response) => hasStream(response) && response.body.getReader();

/** Refuses what is no answer, as of a caller's own fetch: node-fetch, for one, gives streams of another kind. */
export function expectResponse(response) {
  if (!response?.headers?.get || (hasStream(response) && !response.body.getReader)) throw new TypeError("option fetch: expected a Response whose body is a web stream");
}

/** Refuses a body of fewer bytes than were announced. */
export function expectWhole({ headers, type }, size) {
  // Only where the length is that of these bytes: it counts compressed ones, and browsers hide the encoding across origins.
  if (size < headers.get("content-length") && !headers.get("content-encoding") && type !== "cors") throw new Error("shorter than Content-Length");
}
