// Configurations as people really deploy them, made here so that every runtime has them without a file.

const encoder = new TextEncoder();

/** Numbers that look random and are the same every time. */
function numbers(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const names = ["checkout", "search", "basket", "banner", "pricing", "login", "review", "export", "sharing", "editor"];
const colours = ["blue", "green", "amber", "violet"];

/** A feature-flag profile of 100 flags in the form in which GetLatestConfiguration answers it: one that is off has no attributes. */
export function flags() {
  const random = numbers(1);
  return Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => {
      const enabled = random(4) > 0;
      const attributes = { colour: colours[random(4)], limit: random(1000), ratio: random(1000) / 1000, audiences: [names[random(10)], names[random(10)]] };
      return [`${names[i % 10]}-${Math.floor(i / 10)}`, enabled ? { enabled, ...attributes, ...(random(5) ? {} : { _variant: "treatment" }) } : { enabled }];
    }),
  );
}

/** An object whose JSON has two million bytes, as many as a hosted configuration may have without asking. */
export function large() {
  const random = numbers(2);
  const rows = [];
  for (let size = 0; size < 1_999_000; ) {
    const row = { id: rows.length, name: `Größe ${names[random(10)]} ${random(1e6)}`, price: random(1e7) / 100, tags: [colours[random(4)], null, random(2) > 0] };
    size += encoder.encode(JSON.stringify(row)).length + 1;
    rows.push(row);
  }
  return { rows };
}

export const text = "Grüße aus dem Lager: 12 Paletten\nEtikett\t“neu” ✓\n";

export const yaml = `# Who may see what
features:
  checkout: &on { enabled: true, rollout: 0.25 }
  search: *on
message: |
  Two lines,
  and a colon: here.
empty:
`;

/** All bytes there are, and none of it is UTF-8. */
export const binary = Uint8Array.from({ length: 1024 }, (_, i) => (i * 7) & 0xff);

export const bytesOf = (value) => encoder.encode(typeof value === "string" ? value : JSON.stringify(value));
