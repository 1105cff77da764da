// JSON as text: where a mistake is, and the same text laid out for reading. Numbers, names and their order stay as they were written, which
// JSON.parse and JSON.stringify would not leave so.

/** Whether a content type says JSON. */
export const isJsonType = (contentType) => /[/+]json\s*(;|$)/i.test(contentType ?? "");

const space = /[ \t\n\r]*/y;
const token = /[{}[\],:]|"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** The tokens as `{ text, offset }`; the last one may be undefined in its text, where nothing of JSON stands. */
function* tokens(text) {
  for (let offset = 0; ; ) {
    space.lastIndex = offset;
    space.exec(text);
    offset = token.lastIndex = space.lastIndex;
    if (offset >= text.length) return;
    const found = token.exec(text)?.[0];
    yield { text: found, offset };
    if (found === undefined) return;
    offset += found.length;
  }
}

const closing = { "{": "}", "[": "]" };

/** What may stand where, as it is said. */
const names = { value: "a value", name: "a name in double quotes", colon: "a colon", more: "a comma", end: "nothing more" };

/** The offset of the first mistake and what is expected there, or undefined where this finds none. */
function firstMistake(text) {
  const open = [];
  let expected = "value";
  // Right after an opening bracket the closing one may stand, and after a comma it may not.
  let mayClose = false;
  const told = (offset) => {
    const close = (mayClose || expected === "more") && open.length ? `${closing[open.at(-1)]}` : undefined;
    return { offset, expected: [names[expected], close].filter(Boolean).join(" or ") };
  };
  const after = () => (open.length ? "more" : "end");
  for (const { text: it, offset } of tokens(text)) {
    if (open.length && it === closing[open.at(-1)] && (mayClose || expected === "more")) {
      open.pop();
      [expected, mayClose] = [after(), false];
    } else if (expected === "value" && it !== undefined && !/^[}\],:]/.test(it)) {
      if (it in closing) {
        open.push(it);
        [expected, mayClose] = [it === "{" ? "name" : "value", true];
      } else [expected, mayClose] = [after(), false];
    } else if (expected === "name" && it?.[0] === '"') [expected, mayClose] = ["colon", false];
    else if (expected === "colon" && it === ":") expected = "value";
    else if (expected === "more" && it === ",") expected = open.at(-1) === "{" ? "name" : "value";
    else return told(offset);
  }
  if (expected !== "end") return told(text.length);
}

/** What keeps a text from being JSON, as `{ message, offset }` (the offset where it is known), or undefined. */
export function mistakeIn(text) {
  try {
    // The host's own parser decides, as it does in the client and in the emulator; ours knows the place.
    JSON.parse(text);
  } catch (error) {
    const found = firstMistake(text);
    if (!found) return { message: error.message };
    const before = text.slice(0, found.offset).split("\n");
    const there = found.offset < text.length ? text.slice(found.offset).match(/^(?:[\w.+-]+|.)/su)[0].slice(0, 20) : "the end";
    return { message: `line ${before.length}, column ${before.at(-1).length + 1}: expected ${found.expected}, got ${there}`, offset: found.offset };
  }
}

/** The keys of a path such as `$.values["a b"].list[2]`; undefined where it is none. */
function stepsOf(path) {
  const steps = [];
  const step = /\.([A-Za-z_][\w-]*)|\[(\d+|"(?:[^"\\]|\\.)*")\]/y;
  for (let at = (step.lastIndex = 1); at < path.length; at = step.lastIndex) {
    const found = step.exec(path);
    if (!found) return;
    try {
      steps.push(found[1] ?? JSON.parse(found[2]));
    } catch {
      return;
    }
  }
  return path[0] === "$" ? steps : undefined;
}

/**
 * Where the value of a path stands in a JSON text: `{ offset, length, line, column }` of its name, or of the value itself in an array or at
 * the root. Where the path leads no further, the last place on it.
 */
export function placeOf(text, path) {
  const steps = stepsOf(path);
  if (!steps) return;
  const all = [...tokens(text)];
  let at = 0;
  let found = all[0];
  for (const step of steps) {
    const place = typeof step === "number" ? itemIn(all, at, step) : memberIn(all, at, step);
    if (!place) break;
    [at, found] = place;
  }
  if (!found?.text) return;
  const before = text.slice(0, found.offset).split("\n");
  return { offset: found.offset, length: found.text.length, line: before.length, column: before.at(-1).length + 1 };
}

/** The index of the token after the value that begins at this one. */
function after(all, at) {
  for (let depth = 0; at < all.length; at += 1) {
    if (all[at].text in closing) depth += 1;
    else if (all[at].text === "}" || all[at].text === "]") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return at;
}

/** The index of a member's value, and the token of its name; of two members of a name the last one counts. */
function memberIn(all, at, name) {
  if (all[at]?.text !== "{") return;
  let found;
  for (at += 1; all[at]?.text?.[0] === '"'; at = after(all, at + 2) + 1) if (JSON.parse(all[at].text) === name) found = [at + 2, all[at]];
  return found;
}

function itemIn(all, at, index) {
  if (all[at]?.text !== "[") return;
  at += 1;
  for (let i = 0; i < index && all[at] && all[at].text !== "]"; i += 1) at = after(all, at) + 1;
  return all[at] && all[at].text !== "]" ? [at, all[at]] : undefined;
}

/** The JSON text laid out with one member a line; what fits into the width in characters, and holds nothing that does not, stays on its line. */
export function laidOut(text, width = 72) {
  const all = [...tokens(text)].map((it) => it.text);
  // Which opening bracket begins something short.
  const short = new Set();
  const open = [];
  all.forEach((it, i) => {
    if (it in closing) {
      open.push({ from: i, length: 0, mayFit: true });
    } else if (it === "}" || it === "]") {
      const { from, length, mayFit } = open.pop();
      const name = all[from - 1] === ":" ? all[from - 2].length + 2 : 0;
      // With its indentation, its name, its brackets, and a comma.
      const fits = i === from + 1 || (mayFit && 2 * open.length + name + length + 5 <= width);
      if (fits) short.add(from);
      const outer = open.at(-1);
      if (outer) {
        outer.length += length + (all[from] === "{" ? 4 : 2);
        // More than one level in a line is hard to read, but for a list of plain values.
        outer.mayFit &&= fits && all[from] === "[";
      }
    } else if (open.length) open.at(-1).length += it.length + (it === "," || it === ":" ? 1 : 0);
  });
  const lines = [];
  let line = "";
  let depth = 0;
  const end = () => {
    lines.push(line);
    line = "  ".repeat(depth);
  };
  const isShort = [];
  all.forEach((it, i) => {
    if (it in closing) {
      isShort.push(short.has(i));
      line += it;
      if (isShort.at(-1)) line += it === "{" && all[i + 1] !== "}" ? " " : "";
      else {
        depth += 1;
        end();
      }
    } else if (it === "}" || it === "]") {
      if (isShort.pop()) line += it === "}" && all[i - 1] !== "{" ? " }" : it;
      else {
        depth -= 1;
        end();
        line += it;
      }
    } else if (it === ",") {
      line += it;
      if (isShort.at(-1)) line += " ";
      else end();
    } else line += it === ":" ? ": " : it;
  });
  lines.push(line);
  return lines.join("\n");
}
