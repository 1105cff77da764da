// The caller's own check of a configuration: a function, or a Standard Schema (https://standardschema.dev) as zod, valibot and arktype have it.

/** Whether an option is one of the two. */
export const isCheck = (value) => typeof value === "function" || typeof value?.["~standard"]?.validate === "function";

/** What a refused configuration is refused for, as far as it may be told: the paths that a schema names. */
function reasonOf(issues) {
  const paths = issues.map(({ path }) => (path ?? []).map((part) => part?.key ?? part).join("."));
  return paths.filter(Boolean).slice(0, 3).join(", ");
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
  // What was thrown may quote the configuration.
  const refuse = (error) => ({ reason: error.name === "TimeoutError" ? error.message : "it threw", error });
  try {
    const result = schema ? schema.validate(configuration.json()) : check(configuration);
    if (typeof result?.then !== "function") return judge(result);
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new DOMException(`no word from it within ${limit} ms`, "TimeoutError")), limit);
    });
    return Promise.race([result, late]).then(judge).catch(refuse).finally(() => clearTimeout(timer));
  } catch (error) {
    return refuse(error);
  }
}
