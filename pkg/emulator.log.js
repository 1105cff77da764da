// What happens in an emulator, as a line for a person or for a program.

/** A name from a request must not steer the terminal. */
const plain = (text) => String(text).replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");

const where = ({ application, environment, configurationProfile }) =>
  application === undefined ? undefined : plain([application, environment, configurationProfile].join("/"));
const bytes = (count) => `${count.toLocaleString("en")} bytes`;

function outcome({ status, session, exception, problem, resourceType, message, unchanged, bytes: count, versionLabel, intervalInSeconds, fault }) {
  const parts = [];
  if (session !== undefined) parts.push(`session ${session}`);
  if (status === 201) parts.push("opened");
  else if (status === 200) parts.push(unchanged ? "unchanged" : [bytes(count), versionLabel && plain(versionLabel)].filter(Boolean).join(", "));
  else if (exception) parts.push([exception, problem ?? resourceType].filter(Boolean).join(" "), plain(message).trim());
  if (intervalInSeconds !== undefined) parts.push(`next in ${intervalInSeconds} s`);
  if (fault) parts.push(`fault ${fault}`);
  return parts.join(" · ");
}

/** As wide as the longer one of the two operations' names, so that what follows stands in columns. */
const WIDTH = "StartConfigurationSession".length;

const words = {
  request: (it) => [it.status || "---", it.operation?.padEnd(WIDTH) ?? `${plain(it.method)} ${plain(it.path)}`, where(it), outcome(it)],
  preflight: (it) => [204, `preflight of ${plain(it.asked)} ${it.path}`, `for ${plain(it.origin ?? "no origin")}`],
  admin: (it) => [it.status, `${plain(it.method)} ${plain(it.path)}`],
  deployed: (it) => ["+++", `deployed ${where(it)}`, `${bytes(it.bytes)} · ${it.contentType} · ${it.versionLabel}`],
  reverted: (it) => ["---", `reverted ${where(it)}`],
  problem: (it) => ["!!!", plain(it.file), it.message],
};

/** An event as one readable line. */
export const line = (event, at = new Date()) => [at.toTimeString().slice(0, 8), ...words[event.type](event).filter((it) => it !== undefined && it !== "")].join("  ");

/** An event as one line of JSON. */
export const json = (event, at = new Date()) => JSON.stringify({ time: at.toISOString(), ...event });
