// What happened to one client, the oldest first. It is bounded: a page that stays open for days does not grow. Nothing in it holds a
// configuration.

/** More than that nobody scrolls. */
export const MOST = 500;

export class History {
  entries = [];
  /** Counts the changes. */
  revision = 0;

  add(entry) {
    entry.at ??= new Date();
    this.entries.push(entry);
    if (this.entries.length > MOST) this.entries.shift();
    this.touch(entry);
    return entry;
  }

  /** An entry has changed. */
  touch(entry) {
    entry.revision = this.revision += 1;
  }

  clear() {
    // What is under way is told when it is over.
    this.entries = this.entries.filter((it) => it.kind === "request" && it.milliseconds === undefined);
    this.revision += 1;
  }

  get requests() {
    return this.entries.filter(({ kind }) => kind === "request");
  }
}

/** What became of a request: `pending`, `failed`, `session`, `unchanged` or `configuration`. */
export function outcomeOf({ milliseconds, fault, code, status, operation, bytes }) {
  if (milliseconds === undefined) return "pending";
  if (fault || code || !(status >= 200 && status < 300)) return "failed";
  if (operation === "StartConfigurationSession") return "session";
  return bytes === 0 ? "unchanged" : "configuration";
}

/** How late a request may be by its own: what the client adds to the interval at random, and a busy machine. */
const lateness = (interval) => interval / 10 + 1500;

/** The time that nobody explains between the last request and one that begins now, as an entry, or undefined. */
export function gapBefore(at, last, hasStopped) {
  if (last?.endedAt === undefined) return;
  const due = last.nextAt ?? last.endedAt;
  if (at - due <= lateness(due - last.endedAt) && !(hasStopped && at - last.endedAt > 1500)) return;
  return { kind: "gap", at, milliseconds: at - last.endedAt, hasStopped };
}
