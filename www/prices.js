// What requests and received configurations cost at AWS.

/**
 * AWS's public prices in US dollars, as of https://aws.amazon.com/systems-manager/pricing/ (AWS AppConfig): $0.0000002 "each time you request
 * configuration data from AWS AppConfig via API calls", and $0.0008 "each time your requesting target receives configuration data".
 * Said again by AWS at https://repost.aws/questions/QUevHYubJ-TESBPlUxRyujmg/.
 */
export const awsPrices = { request: 0.0000002, configuration: 0.0008 };

/** What is wrong with a price as it was typed, or undefined. */
export function mistakeInPrice(text) {
  const price = Number(text);
  if (text.trim() === "" || !Number.isFinite(price) || price < 0 || price > 1000) return "expected a price in dollars from 0 to 1000, such as 0.0008";
}

/** A price as it is typed: never in powers of ten. */
export const plain = (price) => price.toFixed(12).replace(/\.?0+$/, "");

export function costOf({ requests, received }, prices) {
  const [ofRequests, ofReceived] = [requests * prices.request, received * prices.configuration];
  return { ofRequests, ofReceived, total: ofRequests + ofReceived };
}

/** Dollars: as many digits as it takes to see a single request, and no fewer than two. */
export function dollars(value) {
  const text = value.toFixed(value < 1 ? 7 : 4);
  return `$${text.replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}
