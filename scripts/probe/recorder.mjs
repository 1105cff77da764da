// One request after the other, each kept as it was answered: status, headers, and of an error its names. What is secret (tokens, credentials,
// configurations) is not in what is kept, and `Recorder.guard` takes it out of whatever is told, should a server echo it.

/** The most requests of a run, preflights included. It is kept here, whatever a plan or the package would ask. */
export const MAXIMUM_REQUESTS = 9;
/** The most configurations received, which is what costs: a run that has as many polls no more. */
export const MAXIMUM_CONFIGURATIONS = 2;
/** As AWS prices them, in dollars. */
export const PRICE = { request: 0.0000002, configuration: 0.0008 };

/** What the requests say they come from: a page of another origin. */
export const ORIGIN = "https://appconfig-edge.example";
/** The headers that a browser asks leave for, of those that this package sends. */
export const ASKED_HEADERS = { GET: "authorization,x-amz-date,x-amz-security-token", POST: "authorization,content-type,x-amz-date,x-amz-security-token" };

/** The headers whose values are kept; of the others only that they are there. */
const shown = /^(access-control-[\w-]+|content-type|content-length|content-encoding|date|next-poll-interval-in-seconds|retry-after|cache-control|x-amzn-errortype)$/;
/** A name in an answer: of an exception, a parameter, a problem. */
const name = (value) => (value === undefined ? undefined : /^[\w-]{1,64}$/.test(value) ? String(value) : "…");
const names = (value) => Object.keys(Object(value)).map(name);

export class Recorder {
  answers = [];
  requests = 0;
  configurations = 0;
  #secrets;

  /** `tell` is given each answer, as soon as it is there. */
  constructor(credentials, tell) {
    this.#secrets = Object.values(credentials).filter(Boolean);
    this.tell = tell;
  }

  /** What has been asked so far, in dollars. */
  get price() {
    return this.requests * PRICE.request + this.configurations * PRICE.configuration;
  }

  /**
   * Sends one request: `call` is given the `fetch` to do it with, and may give what the package made of the answer. Gives the answer, and that.
   * A second request within `call` is not sent: the package would ask again where credentials have expired or a clock is off.
   */
  async ask(step, call) {
    const answer = { step };
    let sent = false;
    const fetch = async (url, init) => {
      if (sent || this.requests === MAXIMUM_REQUESTS) {
        answer.wantsMore = true;
        throw new Error("the probe sends one request a step, and nine in all");
      }
      sent = true;
      this.requests += 1;
      const signature = /Signature=(\w+)/.exec(new Headers(init.headers).get("authorization"))?.[1];
      if (signature) this.#secrets.push(signature);
      Object.assign(answer, { method: init.method, path: `/${new URL(url).pathname.split("/").pop()}` });
      const response = await globalThis.fetch(url, init);
      // A copy, because the package reads the other one.
      const body = Buffer.from(await response.clone().arrayBuffer());
      this.#keep(answer, response, body);
      return response;
    };
    const result = {};
    try {
      result.output = await call(fetch);
    } catch (error) {
      result.error = error;
      // Without an answer: why. With one its own words count. A poll whose answer was lost may be one that has to be paid.
      if (answer.status === undefined && answer.method === "GET") this.configurations += 1;
      if (answer.status === undefined) answer.failure = name(error?.code ?? error?.cause?.code ?? error?.name);
    }
    answer.kind = kind(answer);
    if (sent) {
      this.answers.push(answer);
      this.tell(answer);
    }
    return { answer, sent, ...result };
  }

  #keep(answer, response, body) {
    const { status, headers } = response;
    Object.assign(answer, { status, headers: {}, bytes: body.length });
    for (const [header, value] of headers) answer.headers[header] = shown.test(header) ? value.replace(/[^ -~]/g, "?").slice(0, 200) : "…";
    if (answer.method === "OPTIONS") return;
    const isPoll = answer.method === "GET";
    let document = {};
    // A configuration is not looked into.
    if (!isPoll || status >= 300) {
      try {
        document = Object(JSON.parse(body.toString()));
      } catch {}
      answer.members = names(document);
    }
    const token = isPoll ? headers.get("next-poll-configuration-token") : document.InitialConfigurationToken;
    if (typeof token === "string" && token) {
      this.#secrets.push(token);
      answer.token = { length: token.length, alphabet: alphabet(token) };
    }
    if (isPoll && status < 300 && body.length > 0) this.configurations += 1;
    if (status < 300) return;
    const inHeader = headers.get("x-amzn-errortype");
    const type = inHeader ?? document.__type ?? document.code;
    answer.exception = name(String(type ?? "").split(":")[0].split("#").pop() || undefined);
    answer.typeIn = inHeader !== null ? "x-amzn-errortype" : document.__type !== undefined ? "__type" : document.code !== undefined ? "code" : undefined;
    answer.reason = name(document.Reason);
    answer.problems = Object.entries(Object(document.Details?.InvalidParameters)).map(([parameter, it]) => [name(parameter), name(it?.Problem)]);
    // As the service once said it, without details.
    answer.saysTooEarly = document.Message === "Request too early" || undefined;
    answer.resourceType = name(document.ResourceType);
    answer.referencedBy = names(document.ReferencedBy);
  }

  /** A text without anything that shares twelve characters with a token or a credential. */
  guard(text) {
    const echoes = (run) => this.#secrets.some((secret) => {
      for (let i = 0; i + 12 <= run.length; i += 1) if (secret.includes(run.slice(i, i + 12))) return true;
      return false;
    });
    return String(text).replace(/[^\s"'|,;:<>()]{12,}/g, (run) => (echoes(run) ? "…" : run));
  }
}

function alphabet(token) {
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return token.length % 4 === 0 ? "base64" : "base64 without padding";
  return /^[\w-]+={0,2}$/.test(token) ? "base64url" : "other characters than base64";
}

/** What became of a request, in one word. */
function kind({ method, status, token, bytes, problems = [], saysTooEarly, exception }) {
  if (method === "OPTIONS") return "preflight";
  if (status === 200 || status === 201 || status === 204) return !token ? "strange" : method === "POST" ? "session" : bytes > 0 ? "content" : "empty";
  if (status === 404) return "missing";
  if (saysTooEarly || problems.some(([, problem]) => problem === "PollIntervalNotSatisfied")) return "early";
  return status === 400 && exception === "BadRequestException" ? "refused" : "other";
}
