// Of many measurements, one.

const sorted = (values) => [...values].sort((a, b) => a - b);

function quantile(values, share) {
  const at = (values.length - 1) * share;
  const all = sorted(values);
  const below = all[Math.floor(at)];
  return below + (all[Math.ceil(at)] - below) * (at % 1);
}

export const median = (values) => quantile(values, 0.5);

/** The mean of the middle half: as robust as the median, and finer where a clock has coarse steps, as Chromium's of 10 ms. */
export function middle(values) {
  const cut = Math.floor(values.length / 4);
  const half = sorted(values).slice(cut, values.length - cut);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}

/** How far the median may be off, as a share of it: its standard error, by the quartiles, which a few outliers do not move. */
export const noise = (values) => ((quantile(values, 0.75) - quantile(values, 0.25)) / 1.349) * 1.2533 / Math.sqrt(values.length) / Math.abs(median(values));

export const round = (value, digits = 0) => Number(value.toFixed(digits));
