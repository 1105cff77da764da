// The emulator's own requests, which are there for this page alone: what is deployed, its text, and deploying.

const base = "/_emulator/configurations";

/** What went wrong, as a sentence for a person; `status` is HTTP's where there was an answer. */
export class EmulatorError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const pathOf = ({ application, environment, configurationProfile }) =>
  [base, ...[application, environment, configurationProfile].map(encodeURIComponent)].join("/");

async function ask(path, init = {}) {
  let response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new EmulatorError(error.name === "TimeoutError" ? "the emulator did not answer within 10 seconds" : "the emulator does not answer: is it still running?");
  }
  if (response.ok) return response;
  // The emulator says why in JSON; anything else is not the emulator's.
  const said = await response.json().then(({ message }) => message, () => undefined);
  throw new EmulatorError(typeof said === "string" ? said : `${init.method ?? "GET"} ${path} was answered with HTTP ${response.status}`, response.status);
}

/** What is deployed: `{ application, environment, configurationProfile, contentType, versionLabel, bytes, file }` each. */
export async function list() {
  const response = await ask(base);
  const value = await response.json().catch(() => undefined);
  if (!Array.isArray(value?.configurations)) throw new EmulatorError(`GET ${base} was answered with something else than a list of configurations`, response.status);
  return value.configurations;
}

/** The file of a target: `{ contentType, bytes }`, or undefined where there is none. */
export async function read(target) {
  try {
    const response = await ask(pathOf(target));
    return { contentType: response.headers.get("content-type"), bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}

/** Deploys a text; gives what is deployed then, as `list` does. */
export async function deploy(target, contentType, text) {
  const response = await ask(pathOf(target), { method: "PUT", headers: { "content-type": contentType }, body: text });
  return response.json();
}
