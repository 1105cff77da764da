// The configurations that a client held, the oldest first: a bounded number, and a bounded weight. The newest two always stay.

const MOST = 20;
const MOST_BYTES = 16_000_000;

export class Versions {
  all = [];
  #count = 0;
  #bytes = 0;

  /** Gives it as `{ number, receivedAt, versionLabel, contentType, bytes }`: a configuration would hold its parsed value too. */
  add(configuration) {
    const { receivedAt, versionLabel, contentType } = configuration;
    const version = { number: (this.#count += 1), receivedAt, versionLabel, contentType, bytes: configuration.bytes() };
    this.all.push(version);
    this.#bytes += version.bytes.length;
    while (this.all.length > 2 && (this.all.length > MOST || this.#bytes > MOST_BYTES)) this.#bytes -= this.all.shift().bytes.length;
    return version;
  }
}
