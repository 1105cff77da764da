// How many tests passed and failed, read from what a test program printed. Each form is named, because a runner may print two of them.

const forms = {
  /** cargo test and wasm-bindgen-test, once per test binary. */
  cargo: (output) => sum(output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)),
  /** node --test, its spec or TAP reporter; a cancelled test has not passed. */
  node: (output) => {
    const last = (word) => Number([...output.matchAll(new RegExp(`^(?:ℹ|#) ${word} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
    return { passed: last("pass"), failed: last("fail") + last("cancelled") };
  },
  /** The last line of a runtime's runner. */
  runtime: (output) => sum(output.matchAll(/^runtime \S+ \S+: (\d+) passed, (\d+) failed$/gm)),
  /** The last line of our own scripts. */
  plain: (output) => sum([...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].slice(-1)),
  /** The command is one test. */
  exit: (_, code) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }),
};

function sum(matches) {
  const total = { passed: 0, failed: 0 };
  for (const [, passed, failed] of matches) {
    total.passed += Number(passed);
    total.failed += Number(failed);
  }
  return total;
}

/** The counts of one command. One that fails without a failed test, or that ran none at all, is one failure. */
export function count(form, output, code) {
  // Colours would hide the beginning of a line.
  const { passed, failed } = forms[form](output.replace(/\x1b\[[0-9;]*m/g, "").replaceAll("\r\n", "\n"), code);
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}
