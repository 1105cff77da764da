// Figures as they are read.

const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

/** A time span in its two largest units: `4 s`, `3 min 20 s`, `2 d 5 h`. */
export function span(milliseconds) {
  let rest = Math.max(0, Math.floor(milliseconds / 1000));
  const first = units.findIndex(([, seconds]) => rest >= seconds);
  if (first < 0) return "0 s";
  const parts = [];
  for (const [name, seconds] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count) parts.push(`${count} ${name}`);
  }
  return parts.join(" ");
}

/** How long ago something was. */
export const ago = (date) => `${span(Date.now() - date)} ago`;

/** How long it is until a time; undefined where it is over. */
export function until(date) {
  const rest = date - Date.now();
  return rest > 0 ? `in ${span(rest + 999)}` : undefined;
}

/** The time of day. */
export const clock = (date) => date.toLocaleTimeString(undefined, { hourCycle: "h23" });

/** A number of bytes. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, count] = bytes < 1e6 ? ["kB", bytes / 1e3] : ["MB", bytes / 1e6];
  return `${count.toFixed(count < 10 ? 1 : 0)} ${unit}`;
}

/** A duration of a request. */
export const duration = (milliseconds) => (milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`);
