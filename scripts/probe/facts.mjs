// The facts: what each request's answer tells of it. The names are those of the rows in docs/facts.md, which says where each is known from and
// what happens where it is otherwise.

import { ORIGIN } from "./recorder.mjs";

const list = (items) => items.join(", ") || "none";
const count = (bytes) => `${bytes.toLocaleString("en")} byte${bytes === 1 ? "" : "s"}`;
const header = (answer, name) => answer.headers?.[name];
const has = (answer, name) => header(answer, name) !== undefined;

/** What was answered, in a line. */
export function describe(answer) {
  const { status, failure, bytes, kind, exception, reason, problems = [], resourceType, headers } = answer;
  if (status === undefined) return `no answer (${failure})`;
  const more =
    kind === "preflight" ? [`allow-origin: ${headers["access-control-allow-origin"] ?? "none"}`]
    : status < 300 ? [count(bytes)]
    : [exception ?? "without an exception's name", reason, ...problems.map(([parameter, problem]) => `${parameter}: ${problem}`), resourceType];
  return [status, ...more].filter(Boolean).join(", ");
}

/** The headers of a poll's answer that count. */
function headers(answer) {
  const told = header(answer, "next-poll-interval-in-seconds");
  return [
    `Content-Type ${header(answer, "content-type") ?? "absent"}`,
    `Version-Label ${header(answer, "version-label") === undefined ? "absent" : "present"}`,
    `interval ${told ?? "absent"}`,
    `next token ${answer.token ? "present" : "absent"}`,
  ].join(", ");
}

/** What a token got that was spent before; `was` is what it had got then. */
function spent(answer, was) {
  const words = { content: "content", empty: "empty, as if nothing had changed", refused: "refused", early: "too early" };
  const then = was ? ` (before: ${describe(was)})` : "";
  return { agrees: /content|empty|refused/.test(answer.kind), seen: `${words[answer.kind] ?? "otherwise"}: ${describe(answer)}${then}` };
}

/** Whether a browser lets a page of another origin go on after this preflight. */
function preflight(answer, method) {
  if (answer.status === undefined) return { answer: describe(answer), lets: false };
  const allow = (what) => header(answer, `access-control-allow-${what}`);
  const allowed = (allow("headers") ?? "").toLowerCase().split(/\s*,\s*/);
  const asked = ["authorization", "x-amz-date", "x-amz-security-token", ...(method === "POST" ? ["content-type"] : [])];
  const missing = asked.filter((name) => !allowed.includes(name) && (name === "authorization" || !allowed.includes("*")));
  const lets = answer.status >= 200 && answer.status < 300 && ["*", ORIGIN].includes(allow("origin")) && missing.length === 0;
  const said = ["origin", "methods"].map((what) => `allow-${what} ${allow(what) ?? "absent"}`).join(", ");
  return { lets, answer: `${answer.path} ${answer.status}, ${said}, headers not allowed: ${list(missing)}` };
}

/** Those that a proxy has to expose for this package: see README.md. */
const needed = ["next-poll-configuration-token", "next-poll-interval-in-seconds", "version-label"];

/**
 * Each fact as `{ fact, seen, agrees }`. `seen` is absent where no request showed it; `agrees` says whether the code takes it so, and is absent
 * where nobody knew what to take.
 */
export function conclude(answers) {
  const find = (step) => answers.find((answer) => answer.step === step);
  const last = (step) => answers.findLast((answer) => answer.step === step);
  const all = (test) => answers.filter((answer) => answer.status !== undefined && test(answer));
  const [session, first, early, next] = ["session", "first poll", "early poll", "next poll"].map(find);
  const asked = find("preflight of a poll") !== undefined || find("preflight of a session") !== undefined;

  const facts = {
    "`StartConfigurationSession` answers 201 with `InitialConfigurationToken`": () =>
      session?.status < 300 && {
        agrees: session.status === 201 && session.members.includes("InitialConfigurationToken"),
        seen: `${session.status}, members: ${list(session.members)}`,
      },

    "tokens are about 840 characters of standard base64": () => {
      const tokens = all(({ token }) => token).map(({ token }) => token);
      if (tokens.length === 0) return;
      const lengths = tokens.map(({ length }) => length);
      const alphabets = list([...new Set(tokens.map(({ alphabet }) => alphabet))]);
      return {
        agrees: Math.min(...lengths) >= 700 && Math.max(...lengths) <= 1000 && alphabets === "base64",
        seen: `${list([...new Set(lengths)])} characters of ${alphabets}`,
      };
    },

    "the interval is the one asked for: 15 s": () => asked && told(first, 15),
    "the interval is 60 s where none was asked for": () => !asked && told(first, 60),

    "a first poll has content, `Content-Type`, the next token and the interval; `Version-Label` where the version has one": () =>
      first?.status < 300 && {
        agrees: first.status === 200 && first.bytes > 0 && !!first.token && has(first, "content-type") && has(first, "next-poll-interval-in-seconds"),
        seen: `${describe(first)}; ${headers(first)}`,
      },

    "a poll too early is a `BadRequestException` with `PollIntervalNotSatisfied`": () =>
      early?.status && {
        agrees: early.status === 400 && early.exception === "BadRequestException" && early.problems.some(([, problem]) => problem === "PollIntervalNotSatisfied"),
        seen: `${describe(early)}; members: ${list(early.members ?? [])}`,
      },

    "the parameter in `Details.InvalidParameters` is `configuration_token`": () => {
      const parameters = all(({ problems }) => problems?.length).flatMap(({ problems }) => problems.map(([parameter]) => parameter));
      return parameters.length > 0 && {
        agrees: parameters.every((parameter) => parameter === "configuration_token"),
        seen: list([...new Set(parameters)].map((parameter) => `\`${parameter}\``)),
      };
    },

    "a poll too early does not spend its token": () =>
      early?.kind === "early" && next?.status && { agrees: !!next.token || next.kind === "missing", seen: `after the interval the same token got ${describe(next)}` },

    "unchanged is 200, no bytes, `Content-Type`, no `Version-Label`, next token and interval": () => {
      const unchanged = answers.find(({ kind, step }) => kind === "empty" && !/spent/.test(step));
      if (!unchanged) return;
      const asBefore = header(unchanged, "content-type") === header(first, "content-type");
      return {
        agrees: unchanged.status === 200 && asBefore && !has(unchanged, "version-label") && has(unchanged, "next-poll-interval-in-seconds"),
        seen: `${describe(unchanged)}; ${headers(unchanged)}`,
      };
    },

    "what a spent token gets at once: refused, the same again, or empty": () => find("spent token")?.status && spent(find("spent token"), next),
    "what a spent initial token gets after the interval: refused, content, or empty": () => find("spent initial token")?.status && spent(find("spent initial token"), first),

    "an exception's name is in `x-amzn-errortype`": () => {
      const errors = all(({ status, method, exception }) => status >= 400 && method !== "OPTIONS" && exception);
      if (errors.length === 0) return;
      const places = [...new Set(errors.map(({ typeIn }) => typeIn))];
      const tail = errors.some((answer) => /:/.test(header(answer, "x-amzn-errortype") ?? "")) ? ", with a tail after a colon" : "";
      const kinds = [...new Set(errors.map(({ status, exception }) => `${status} ${exception}`))];
      return { agrees: list(places) === "x-amzn-errortype", seen: `in ${list(places.map((place) => `\`${place}\``))}${tail}; ${list(kinds)}` };
    },

    "an unknown profile gets 404 when the session is opened": () => {
      const unknown = find("unknown profile");
      return unknown?.status && {
        agrees: unknown.kind === "missing" && unknown.exception === "ResourceNotFoundException" && unknown.resourceType === "ConfigurationProfile",
        seen: `${describe(unknown)}${unknown.status === 403 ? " (these credentials may ask for no other profile)" : `; ReferencedBy: ${list(unknown.referencedBy ?? [])}`}`,
      };
    },

    "where nothing is deployed a poll gets 404, `Configuration`": () => {
      // A session may be refused for a name that is wrong, which is another matter.
      const isAName = ({ method, resourceType }) => method === "POST" && /^(Application|Environment|ConfigurationProfile)$/.test(resourceType);
      const missing = answers.find((answer) => answer.kind === "missing" && answer.step !== "unknown profile" && !isAName(answer));
      const at = missing?.method === "POST" ? "when the session was opened: " : "";
      return missing && {
        agrees: missing.method === "GET" && missing.exception === "ResourceNotFoundException" && missing.resourceType === "Configuration",
        seen: `${at}${describe(missing)}; ReferencedBy: ${list(missing.referencedBy)}`,
      };
    },

    "a 404 does not spend the token": () => {
      const again = find("same token after 404");
      const back = last("poll after the new deployment");
      if (!again?.status) return;
      const isBack = back?.status && back.kind !== "missing";
      const after = isBack ? `when it was deployed again ${describe(back)}` : "whether it works when something is deployed again was not seen";
      const refused = again.kind === "refused" || back?.kind === "refused";
      return { agrees: refused ? false : back?.token ? true : undefined, seen: `the same token at once: ${describe(again)}; ${after}` };
    },

    "every answer has `Date` and `x-amzn-RequestId`": () => {
      const of = all(({ method }) => method !== "OPTIONS");
      const without = (name) => of.filter((answer) => header(answer, name) === undefined).length;
      const [date, id] = [without("date"), without("x-amzn-requestid")];
      return of.length > 0 && { agrees: date + id === 0, seen: `of ${of.length} answers ${date} without Date, ${id} without x-amzn-RequestId` };
    },

    "whether AWS's own host lets a page of another origin ask (preflight)": () => {
      const [get, post] = [find("preflight of a poll"), find("preflight of a session")];
      if (!get && !post) return;
      const each = [get && preflight(get, "GET"), post && preflight(post, "POST")].filter(Boolean);
      return { seen: `${each.every(({ lets }) => lets) ? "yes" : "no"}: ${each.map((it) => it.answer).join("; ")}` };
    },

    "whether a page of another origin can read the answers and the four headers": () => {
      const of = all(({ method, status }) => method !== "OPTIONS" && status < 300);
      if (of.length === 0) return;
      const readable = of.filter((answer) => ["*", ORIGIN].includes(header(answer, "access-control-allow-origin"))).length;
      const polls = of.filter(({ method }) => method === "GET");
      const exposed = [...new Set(polls.map((answer) => header(answer, "access-control-expose-headers") ?? "none"))];
      const hidden = needed.filter((name) => !exposed.every((it) => it.toLowerCase().split(/\s*,\s*/).includes(name)));
      const can = readable === of.length && polls.length > 0 && hidden.length === 0 ? "yes" : "no";
      return { seen: `${can}: of ${of.length} answers ${readable} allow the origin; exposed: ${exposed.join(" or ") || "no poll was answered"}` };
    },
  };
  return Object.entries(facts).map(([fact, look]) => ({ fact, ...(look() || undefined) }));
}

function told(answer, seconds) {
  const interval = answer?.status < 300 ? header(answer, "next-poll-interval-in-seconds") : undefined;
  return interval !== undefined && { agrees: interval === String(seconds), seen: `${interval} s` };
}
