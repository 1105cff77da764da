// Assertions for any runtime: node:assert is not everywhere. Each throws an Error that says what was expected.

/** A value as a message shows it. */
function shown(value) {
  if (typeof value === "string") return JSON.stringify(value.length > 300 ? `${value.slice(0, 300)}…` : value);
  if (value instanceof Error) return `${value.name} ${value.code ?? ""}: ${value.message}`;
  if (typeof value === "object" && value !== null) {
    try {
      const text = JSON.stringify(value, (_, member) => (typeof member === "bigint" ? `${member}n` : member));
      return text.length > 600 ? `${text.slice(0, 600)}…` : text;
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}

const fail = (message, what) => {
  throw new Error(what ? `${what}: ${message}` : message);
};

export function ok(value, what = "expected it to hold") {
  if (!value) throw new Error(what);
}

export function equal(got, expected, what) {
  if (!Object.is(got, expected)) fail(`expected ${shown(expected)}, got ${shown(got)}`, what);
}

/** Equal as data: arrays, plain objects, bytes and dates member by member. */
export function same(got, expected, what) {
  if (!alike(got, expected)) fail(`expected ${shown(expected)}, got ${shown(got)}`, what);
}

function alike(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && +a === +b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key]));
}

export function matches(text, pattern, what) {
  if (typeof text !== "string" || !pattern.test(text)) fail(`expected ${pattern}, got ${shown(text)}`, what);
}

function judge(error, expected, what) {
  if (typeof expected === "string" && error?.code !== expected) fail(`expected an error ${expected}, got ${shown(error)}`, what);
  if (expected instanceof RegExp) matches(error?.message, expected, what);
  if (typeof expected === "function" && !expected(error)) fail(`got another error: ${shown(error)}`, what);
  return error;
}

/** Calls and gives what is thrown; `expected` is its code, a pattern of its message, or a predicate. */
export function throws(call, expected, what) {
  let value;
  try {
    value = call();
  } catch (error) {
    return judge(error, expected, what);
  }
  fail(`expected an error ${expected ?? ""}, got ${shown(value)}`, what);
}

/** The same for a promise. */
export async function rejects(promise, expected, what) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return judge(error, expected, what);
  }
  fail(`expected a rejection ${expected ?? ""}, got ${shown(value)}`, what);
}

/** Settles as `promise` does, and rejects if that takes more than `milliseconds`. */
export function within(milliseconds, promise, what = "what was waited for") {
  let timer;
  const late = new Promise((_, reject) => {
    // Made here: after the timer the stack would tell nothing.
    const error = new Error(`${what} did not come within ${milliseconds} ms`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
