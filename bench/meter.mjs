// What the service is asked for, and what AWS's list says that it costs.

import { PRICES } from "../pkg/usage.js";

/** Stands before a service's `fetch`, and counts. Who is refused does something wrong: that belongs into no price, and has to be looked for in `refused`. */
export function meter(service) {
  const asked = { sessions: 0, received: 0, requests: 0 };
  const refused = [];
  const fetch = async (url, init) => {
    const response = await service(url, init);
    const content = await response.clone().text();
    asked.requests++;
    if (!response.ok) refused.push(`${response.status} ${content}`);
    else if (response.status === 201) asked.sessions++;
    else if (content) asked.received++;
    return response;
  };
  return { asked, refused, fetch };
}

/** What these have counted, as shares of so many. */
export function each(count, meters) {
  const refused = meters.flatMap((it) => it.refused);
  if (refused.length > 0) throw new Error(`refused: ${refused[0]} (${refused.length} in all)`);
  const sum = (key) => meters.reduce((all, { asked }) => all + asked[key], 0) / count;
  return { sessions: sum("sessions"), received: sum("received"), requests: sum("requests") };
}

/** In dollars. */
export const priceOf = ({ received, requests }) => received * PRICES.configurationReceived + requests * PRICES.request;
