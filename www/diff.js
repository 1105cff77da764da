// What differs between two values of JSON, by key.

import { matches } from "./lines.js";

/** Beyond that the items of two arrays are compared place by place. */
const MOST_ITEMS = 20_000;

const kindOf = (value) => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);

/** A key as it stands in a path: `.checkout`, or `["a b"]` where it is no plain name. */
const step = (key) => (/^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/**
 * The differences as `{ rows, counts, more }`: a row has a `path` such as `$.checkout.colour` or `$.list[2]`, a `kind` (added, removed, changed)
 * and the values `old` and `new`. What is added or removed is one row, however much is in it. An item of an array has the place that it has in
 * the new one, a removed item that of the old one. At most `most` rows are kept; `more` counts the others.
 */
export function compare(a, b, most = Infinity) {
  const counts = { added: 0, removed: 0, changed: 0 };
  const rows = [];
  let more = 0;
  const tell = (path, kind, values) => {
    counts[kind] += 1;
    if (rows.length < most) rows.push({ path, kind, ...values });
    else more += 1;
  };
  const value = (path, x, y) => {
    if (x === y) return;
    const kind = kindOf(x);
    if (kind !== kindOf(y) || (kind !== "array" && kind !== "object")) tell(path, "changed", { old: x, new: y });
    else if (kind === "array") array(path, x, y);
    else object(path, x, y);
  };
  const object = (path, x, y) => {
    for (const key of Object.keys(x)) {
      if (Object.hasOwn(y, key)) value(path + step(key), x[key], y[key]);
      else tell(path + step(key), "removed", { old: x[key] });
    }
    for (const key of Object.keys(y)) if (!Object.hasOwn(x, key)) tell(path + step(key), "added", { new: y[key] });
  };
  const array = (path, x, y) => {
    const pairs = Math.max(x.length, y.length) > MOST_ITEMS ? [] : matches(x.map(canonical), y.map(canonical));
    let [i, j] = [0, 0];
    for (const [p, q] of [...pairs, [x.length, y.length]]) {
      for (; i < p && j < q; i += 1, j += 1) value(`${path}[${j}]`, x[i], y[j]);
      for (; i < p; i += 1) tell(`${path}[${i}]`, "removed", { old: x[i] });
      for (; j < q; j += 1) tell(`${path}[${j}]`, "added", { new: y[j] });
      [i, j] = [p + 1, q + 1];
    }
  };
  value("$", a, b);
  return { rows, counts, more };
}

/** A text that is equal for equal values, whatever the order of their keys. */
function canonical(value) {
  return JSON.stringify(value, (_, it) => (kindOf(it) === "object" ? Object.fromEntries(Object.keys(it).sort().map((key) => [key, it[key]])) : it));
}
