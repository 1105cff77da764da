// The caller's own check of a configuration: a function, or a Standard Schema (https://standardschema.dev) as zod, valibot and arktype have it.

import { AppConfigError } from "./errors.js";

/** Whether an option is one of the two. */
export const isCheck = (value) => typeof value === "function" || typeof value?.["~standard"]?.validate === "function";

/** What a refused configuration is refused for, as far as it may be told: the paths that a schema names, of parts that look like names. */
function reasonOf(issues) {
  const named = (part) => (/^[\w-]{1,40}$/.test((part = String(part?.key ?? part))) ? part : "…");
  const paths = issues.map(({ path }) => (path ?? []).map(named).join("."));
  return `at ${paths.filter(Boolean).slice(0, 3).join(", ") || "its root"}`;
}

/**
 * Asks the check about a configuration. Gives `{ value }`, or `{ reason, issues, error }` where it is refused: the first may be told to anyone. A
 * promise of that only where the check gives one, and not after `limit` milliseconds.
 */
export function validate(check, configuration, limit) {
  const schema = check["~standard"];
  const judge = (result) => {
    if (!schema) return result === false ? { reason: "it gave false" } : {};
    const { issues, value } = result;
    return issues ? { reason: reasonOf(issues), issues } : { value };
  };
  // What was thrown may quote the configuration, but for what is this package's own.
  const refuse = (error) => ({ reason: error instanceof AppConfigError ? error.message : "it threw", error });
  try {
    // A schema gets a copy, because arktype writes its output into what it is given. Before that, what is no JSON says so.
    const result = schema ? schema.validate((configuration.json(), JSON.parse(configuration.text()))) : check(configuration);
    if (typeof result?.then !== "function") return judge(result);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, limit, { reason: `no word from it within ${limit} ms` });
    });
    return Promise.race([Promise.resolve(result).then(judge).catch(refuse), late]).finally(() => clearTimeout(timer));
  } catch (error) {
    return refuse(error);
  }
}
