// Of many measurements, one.

const sorted = (values) => [...values].sort((a, b) => a - b);

function quantile(values, share) {
  const at = (values.length - 1) * share;
  const all = sorted(values);
  const below = all[Math.floor(at)];
  return below + (all[Math.ceil(at)] - below) * (at % 1);
}

export const median = (values) => quantile(values, 0.5);

/** How far the median may be off, as a share of it: its standard error, by the quartiles, which a few outliers do not move. */
export const noise = (values) => ((quantile(values, 0.75) - quantile(values, 0.25)) / 1.349) * 1.2533 / Math.sqrt(values.length) / Math.abs(median(values));

export const round = (value, digits = 0) => Number(value.toFixed(digits));
