// What two lists of texts have in common, by the algorithm of Myers (1986): the fewest that are taken away and put in.

/** How many differences are looked for: the time grows with their square. Beyond that, all between the equal ends counts as different. */
const MOST_DIFFERENCES = 1000;

/** The pairs `[i, j]` of equal items in the order of both lists. */
export function matches(a, b) {
  let begin = 0;
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < a.length - begin && end < b.length - begin && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const pairs = [];
  for (let i = 0; i < begin; i += 1) pairs.push([i, i]);
  pairs.push(...between(a.slice(begin, a.length - end), b.slice(begin, b.length - end)).map(([i, j]) => [i + begin, j + begin]));
  for (let i = end; i > 0; i -= 1) pairs.push([a.length - i, b.length - i]);
  return pairs;
}

function between(a, b) {
  if (a.length === 0 || b.length === 0) return [];
  const most = Math.min(a.length + b.length, MOST_DIFFERENCES);
  // The furthest x on each diagonal, and what it was before each step, to find the way back.
  const furthest = new Int32Array(2 * most + 3);
  const steps = [];
  for (let d = 0; d <= most; d += 1) {
    steps.push(furthest.slice(most + 1 - d - 1, most + 1 + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const at = most + 1 + k;
      let x = k === -d || (k !== d && furthest[at - 1] < furthest[at + 1]) ? furthest[at + 1] : furthest[at - 1] + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest[at] = x;
      if (x >= a.length && x - k >= b.length) return back(a, b, steps);
    }
  }
  return [];
}

function back(a, b, steps) {
  const pairs = [];
  let [x, y] = [a.length, b.length];
  for (let d = steps.length - 1; d >= 0; d -= 1) {
    // Diagonal k stands at k + d + 1.
    const before = steps[d];
    const k = x - y;
    const at = k + d + 1;
    const from = k === -d || (k !== d && before[at - 1] < before[at + 1]) ? k + 1 : k - 1;
    const startX = d === 0 ? 0 : before[from + d + 1];
    const startY = d === 0 ? 0 : startX - from;
    while (x > startX && y > startY) pairs.push([(x -= 1), (y -= 1)]);
    [x, y] = [startX, startY];
  }
  return pairs.reverse();
}

/** Lines around a difference that are shown too. */
const CONTEXT = 3;

/**
 * The rows of two texts side by side: `{ kind, old, new }`, each side `{ number, text }` or undefined, `kind` one of same, changed, added,
 * removed, or skipped with a `count` of equal lines. At most `most` rows; `more` says how many differences are left out.
 */
export function compareLines(oldText, newText, most) {
  const [a, b] = [oldText, newText].map((text) => text.split(/\r\n|\n/));
  const counts = { added: 0, removed: 0, changed: 0 };
  const all = [];
  const side = (list, i) => ({ number: i + 1, text: list[i] });
  let [i, j] = [0, 0];
  for (const [p, q] of [...matches(a, b), [a.length, b.length]]) {
    for (; i < p && j < q; i += 1, j += 1) all.push({ kind: "changed", old: side(a, i), new: side(b, j) });
    for (; i < p; i += 1) all.push({ kind: "removed", old: side(a, i) });
    for (; j < q; j += 1) all.push({ kind: "added", new: side(b, j) });
    if (p < a.length) all.push({ kind: "same", old: side(a, i++), new: side(b, j++) });
  }
  const near = new Uint8Array(all.length);
  all.forEach(({ kind }, at) => {
    if (kind === "same") return;
    counts[kind] += 1;
    near.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  const rows = [];
  let more = 0;
  all.forEach((row, at) => {
    if (rows.length >= most) more += row.kind === "same" ? 0 : 1;
    else if (near[at]) rows.push(row);
    else if (rows.at(-1)?.kind === "skipped") rows.at(-1).count += 1;
    else rows.push({ kind: "skipped", count: 1 });
  });
  return { rows, counts, more };
}
