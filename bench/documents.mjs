// What is configured: the names, the interval, a small document, and two of 2 MB that differ in one place.

export const names = { application: "shop", environment: "prod", configurationProfile: "flags" };
export const INTERVAL_IN_SECONDS = 60;
export const small = JSON.stringify({ checkout: { enabled: true, colour: "blue" }, beta: { enabled: false } });

const MEGABYTES = 2;

/** Flags with the usual mixture of attributes, until there is enough of it. */
function flags(revision) {
  const all = { revision };
  for (let i = 0, size = 0; size < MEGABYTES * 1e6; i++) {
    const flag = { enabled: i % 3 === 0, share: i / 7, colour: ["blue", "green", "red"][i % 3], audience: [`group-${i}`, "käufer"], note: `Flag number ${i}, "quoted"` };
    all[`flag-${i}`] = flag;
    size += JSON.stringify(flag).length + 15;
  }
  return Buffer.from(JSON.stringify(all));
}

export const documents = () => [flags(1), flags(2)];
