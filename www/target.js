// What is watched: an application's profile in an environment.

export const names = ["application", "environment", "configurationProfile"];

export const same = (a, b) => names.every((name) => a?.[name] === b?.[name]);

export const pathOf = (target) => names.map((name) => target[name]).join("/");

/** A target as it is read by a person. */
export const titleOf = (target) => names.map((name) => target[name]).join(" / ");

/** The target alone, of something that has more members. */
export const targetOf = (it) => Object.fromEntries(names.map((name) => [name, it[name]]));

/** What is wrong with an identifier, or undefined. The service takes 1 to 128 characters; control characters are nobody's name. */
export function mistakeInName(text) {
  if (!text) return "expected 1 to 128 characters, got none";
  if ([...text].length > 128) return `expected 1 to 128 characters, got ${[...text].length}`;
  if (/[\u0000-\u001f\u007f]/.test(text)) return "expected no control characters";
}

/** The target to begin with: one that fits what is asked for and is deployed, preferably JSON. */
export function firstOf(configurations, wanted = {}) {
  const fitting = configurations.filter((it) => Object.keys(wanted).every((name) => it[name] === wanted[name]));
  const found = [fitting, configurations].flatMap((some) => [some.find((it) => it.contentType === "application/json"), some[0]]).find(Boolean);
  return found && targetOf(found);
}
