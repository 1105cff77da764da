// What is demanded of many clients of one service that was away for a while, and whether it held.

/** Bytes that a client may hold beside its configuration. */
export const MOST_BYTES = 4000;
/** How many times the steady rate of requests may be the peak, counted in seconds, once the service is back. */
export const MOST_PEAK = 3;

/** Within how many milliseconds of an outage's end everybody has the newest configuration. */
export const bound = (interval) => Math.max(2 * interval, 40_000);

/** The most requests in one second, of those from `begin` to `end`, which are in milliseconds. */
export function peak(requests, begin, end) {
  const seconds = new Map();
  for (const at of requests) if (at >= begin && at < end) seconds.set(Math.floor((at - begin) / 1000), (seconds.get(Math.floor((at - begin) / 1000)) ?? 0) + 1);
  return Math.max(0, ...seconds.values());
}

/**
 * `requests` are the times at which the clients asked, `newest` those at which each had the configuration that was deployed while the service was
 * away, from `away` to `back`; `interval` is in milliseconds.
 */
export function figures({ clients, interval, requests, newest, away, back, end }) {
  // Jitter adds a twentieth on average.
  const steady = clients / ((interval * 1.05) / 1000);
  const round = (value) => Number(value.toFixed(1));
  const times = (most) => `${most} requests a second, ${round(most / steady)} times the steady ${Math.round(steady)}`;
  const [before, during, after] = [peak(requests, away - interval, away), peak(requests, away, back), peak(requests, back, end)];
  const latest = newest.length > 0 ? Math.max(...newest) - back : Infinity;
  const problems = [];
  if (after > MOST_PEAK * steady) problems.push(`a herd: after the outage ${times(after)}, expected at most ${MOST_PEAK} times`);
  if (newest.length < clients) problems.push(`${clients - newest.length} of ${clients} clients never had the newest configuration`);
  if (latest > bound(interval)) problems.push(`the last client had the newest configuration ${latest / 1000} s after the outage, expected at most ${bound(interval) / 1000} s`);
  const lines = [
    `peak in the interval before the outage: ${times(before)}`,
    `peak while it lasted: ${times(during)}`,
    `peak after it: ${times(after)} (at most ${MOST_PEAK} times)`,
    `everybody on the newest configuration ${round(latest / 1000)} s after it (at most ${bound(interval) / 1000} s)`,
  ];
  return { problems, lines };
}
