// What is watched: an application's profile in an environment. The page's address keeps it, so that a reload shows the same.

const parameters = { application: "application", environment: "environment", configurationProfile: "profile" };
const names = Object.keys(parameters);

export const same = (a, b) => names.every((name) => a?.[name] === b?.[name]);

export const pathOf = (target) => names.map((name) => target[name]).join("/");

/** The target alone, of something that has more members. */
export const targetOf = (it) => Object.fromEntries(names.map((name) => [name, it[name]]));

/** What the page's address says of a target, which may be less than a whole one. */
export function said() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map((name) => [name, query.get(parameters[name])]).filter(([, value]) => value));
}

/** The target to begin with: the one in the address, even if nothing is deployed there; else a deployed one, preferably JSON. */
export function firstOf(configurations) {
  const wanted = said();
  if (names.every((name) => wanted[name])) return wanted;
  const fitting = configurations.filter((it) => Object.keys(wanted).every((name) => it[name] === wanted[name]));
  const found = [fitting, configurations].flatMap((some) => [some.find((it) => it.contentType === "application/json"), some[0]]).find(Boolean);
  return found && targetOf(found);
}

export function keep(target) {
  const url = new URL(location.href);
  for (const name of names) url.searchParams.set(parameters[name], target[name]);
  history.replaceState(null, "", url);
}
