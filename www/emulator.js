// The emulator's own requests, which are there for this page alone: what is deployed, its text, deploying, and what is to go wrong.

const configurations = "/_emulator/configurations";
const faults = "/_emulator/faults";

/** What went wrong, as a sentence for a person; `status` is HTTP's where there was an answer. */
export class EmulatorError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const pathOf = ({ application, environment, configurationProfile }) =>
  [configurations, ...[application, environment, configurationProfile].map(encodeURIComponent)].join("/");

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

/** A list that an answer has as a member. */
async function listIn(path, member, init) {
  const response = await ask(path, init);
  const value = await response.json().catch(() => undefined);
  if (!Array.isArray(value?.[member])) throw new EmulatorError(`${path} was answered with something else than a list of ${member}`, response.status);
  return value;
}

/**
 * What is deployed: `configurations` with `{ application, environment, configurationProfile, contentType, versionLabel, bytes, file }` each, and
 * the `problems` of what cannot be.
 */
export async function list() {
  const { configurations: deployed, problems } = await listIn(configurations, "configurations");
  return { configurations: deployed, problems: Array.isArray(problems) ? problems : [] };
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

/** `faults`: those still to come; `known`: all that there are, as `{ name, operation, seconds }`. */
export const listFaults = () => listIn(faults, "faults");

/** Plans one more: `{ name, times, rate, operation, seconds }`, of which only the name has to be there. Gives what `listFaults` gives. */
export const planFault = (fault) => listIn(faults, "faults", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fault) });

/** Forgets those of a name, or all. */
export const clearFaults = (name) => ask(name ? `${faults}/${encodeURIComponent(name)}` : faults, { method: "DELETE" });
