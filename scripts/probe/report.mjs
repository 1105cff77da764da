// What was seen, for people: on the terminal, and in docs/facts.md.

/** The word of a fact: whether it is as the code takes it. */
const word = ({ seen, agrees }) => (seen === undefined ? "not seen" : agrees === undefined ? "seen" : agrees ? "as assumed" : "OTHERWISE");

/** The facts that were seen, each with what it was, and the names of the others. */
export function table(facts) {
  const line = (it) => `${word(it).padEnd(12)}${it.fact.replaceAll("`", "")}${it.seen === undefined ? "" : `\n${" ".repeat(12)}${it.seen}`}`;
  return facts.toSorted((a, b) => (a.seen === undefined) - (b.seen === undefined)).map(line).join("\n");
}

/** What the last column says of a fact until somebody has seen it. */
export const NOT_VERIFIED = "not verified";

/**
 * The text of docs/facts.md with what was seen in its last column. Rows of facts that were not seen stay as they are.
 *
 * `where` is a region, `when` a date.
 */
export function fill(text, facts, { when, where }) {
  const seen = new Map(facts.filter(({ seen }) => seen !== undefined).map((it) => [it.fact, it]));
  return text.split("\n").map((line) => {
    const cells = line.split(/(?<!\\)\|/);
    const it = seen.get(cells[1]?.trim());
    if (!it || cells.length !== 6) return line;
    cells[4] = ` ${word(it)} (${when}, ${where}): ${it.seen.replaceAll("|", "\\|")} `;
    return cells.join("|");
  }).join("\n");
}
