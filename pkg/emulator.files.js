// Which file is which configuration, and of which type.

/** The content type of each extension; any other is `application/octet-stream`. YAML's is the one that AWS's console gives. */
const types = {
  json: "application/json",
  yaml: "application/x-yaml",
  yml: "application/x-yaml",
  txt: "text/plain",
  toml: "application/toml",
  xml: "application/xml",
  html: "text/html",
  css: "text/css",
  csv: "text/csv",
  md: "text/markdown",
  properties: "text/plain",
};
const BINARY = "application/octet-stream";
/** What a content type may be called besides. */
const synonyms = { "application/yaml": "yaml", "text/yaml": "yaml", "text/x-yaml": "yaml", "text/json": "json", "text/toml": "toml", "text/xml": "xml" };

/** The most bytes of a configuration, as AWS AppConfig hosts one on request. */
export const MAXIMUM_BYTES = 4 * 1024 * 1024;

/** A media type without its parameters. */
const essence = (contentType) => contentType.split(";")[0].trim().toLowerCase();

const extensionOf = (file) => /\.([^.]+)$/.exec(file)?.[1].toLowerCase();

/** The content type of a file, by its extension. */
export const contentTypeOf = (file) => types[extensionOf(file)] ?? BINARY;

/** Whether a file's content has to be JSON. */
export const isJson = (file) => extensionOf(file) === "json";

/** The extension for a content type, or undefined. */
export function extensionFor(contentType) {
  const type = essence(contentType);
  if (type === BINARY) return "bin";
  return synonyms[type] ?? Object.keys(types).find((extension) => types[extension] === type);
}

/** Whether a file may be what it is sent as. */
export const isOfType = (file, contentType) => contentTypeOf(file) === (types[extensionFor(contentType)] ?? BINARY);

/** A file's profile: its name without its last extension. */
export const profileOf = (file) => file.replace(/(?<=.)\.[^.]+$/, "");

/** What a file in the flat naming of the AWS AppConfig Agent is for: `application:environment:profile.ext`; undefined for another. */
export function flatTarget(file) {
  const parts = profileOf(file).split(":");
  if (parts.length === 3) return { application: parts[0], environment: parts[1], configurationProfile: parts[2] };
}

/** Whether a name is a hidden file, an editor's, or a download's that is not there yet: passed over without a word. */
export const isPassedOver = (name) => /^[.#]|~$|\.(sw[a-z]|tmp|temp|bak|orig|part|crdownload)$/i.test(name);

/** Why `name` can be neither an identifier nor a file's name on all systems, or undefined. */
export function unfitName(name) {
  if (name.length === 0 || [...name].length > 128) return "has to have 1 to 128 characters";
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return "must not have control characters";
  if (/[/\\:]/.test(name)) return "must not have a slash, a backslash or a colon";
  // What is left of bytes that are no text: the file cannot be opened by this name.
  if (name.includes("\ufffd")) return "has to be UTF-8";
  if (name.endsWith(".") || name.trim() !== name) return "must not begin or end with a space, nor end with a dot";
  if (isPassedOver(name)) return "must not look like a hidden or temporary file";
}

/** What is wrong with a file's content, or undefined; `endOfJson` tells where a text stops being JSON. */
export function unfitContent(file, bytes, endOfJson) {
  if (bytes.length > MAXIMUM_BYTES) return `has ${bytes.length.toLocaleString("en")} bytes, expected at most ${MAXIMUM_BYTES.toLocaleString("en")}`;
  if (bytes.length === 0) return "is empty, which no client can tell from unchanged";
  if (!isJson(file)) return;
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "is not JSON: its bytes are not UTF-8";
  }
  try {
    JSON.parse(text);
  } catch (error) {
    // The host says the place as an offset, or not at all.
    const offset = /position (\d+)/.exec(error.message)?.[1];
    const before = offset && text.slice(0, Number(offset)).split("\n");
    const [line, column] = before ? [before.length, before.at(-1).length + 1] : (endOfJson(text) ?? []);
    const sentence = error.message.replace(/ in JSON at position .*$| after JSON at .*$|, (\.\.\.)?".*is not valid JSON$/s, "");
    return `is not JSON: ${line ? `line ${line}, column ${column}: ` : ""}${sentence}`;
  }
}
