// The 106 faults, in words of our own, and what answers for each beside the tests in cases/, which say by themselves which faults they are about:
//
// - `tests`: tests elsewhere, each `[file, name]`;
// - `none`: why a fault cannot come to this client.

const simulator = ["tests/simulator/main.rs", "every_invariant_holds_for_ten_million_polls"];
const session = (name) => ["tests/session.rs", name];
const judge = (file, name) => [`tests/judge/${file}.test.mjs`, name];
const runtime = (file, name) => [`tests/runtime/cases/${file}.mjs`, name];
const workers = (name) => ["tests/runtime/workers.mjs", name];

const tabs = (file, name) => [`tests/tabs/${file}.test.mjs`, name];
/** The fault of something that does not exist: a relay of this project's. */
const relay = (what) => `it is a relay's, which this package does not have: ${what}`;

export const faults = {
  "token-01": {
    fault: "the service has spent the token, and its answer is lost",
    tests: [
      simulator,
      session("a_lost_answer_is_asked_for_again_before_a_new_session_is_opened"),
      runtime("polls", "a lost answer is asked for again with the same token"),
    ],
  },
  "token-02": {
    fault: "something on the way sends a poll twice",
    tests: [
      simulator,
      session("an_empty_answer_to_a_token_that_may_be_spent_is_verified_by_a_new_session"),
      judge("sdk", "replayed, where that is repeated or empty"),
    ],
  },
  "token-03": {
    fault: "a token is older than its 24 hours",
    tests: [
      simulator,
      session("an_interval_of_a_day_plans_a_new_session_without_an_error"),
      session("a_laptop_that_slept_for_two_days_opens_one_session"),
    ],
  },
  "token-04": {
    fault: "two pollers use the same token",
    tests: [
      simulator,
      tabs("owner", "ten tabs open one session, and all of them see every update, whatever happens to the owner"),
      tabs("races", "an owner that does not know yet that it is none any more is not believed, and believes the later one"),
    ],
  },
  "token-05": {
    fault: "a token with characters that an address encodes",
    tests: [
      runtime("operations", "a token of any characters goes to the service as it came from it"),
      ["tests/sigv4.rs", "requests_are_signed_as_botocore_signs_them"],
    ],
  },
  "token-06": {
    fault: "an answer without a next token",
    tests: [simulator, session("hidden_headers_have_an_error_of_their_own"), runtime("sockets", "another origin that hides the headers")],
  },
  "token-07": { fault: "the same next token twice, or a very long one", tests: [simulator] },
  "token-08": { fault: "sessions can be opened, polls always fail", tests: [simulator, session("sessions_have_a_budget")] },
  "token-09": { fault: "the service says that a poll was too early", tests: [simulator, session("too_early_keeps_the_token_and_waits_for_an_interval")] },
  "token-10": { fault: "a refusal with a problem or reason that nobody knows yet", tests: [simulator] },
  "empty-01": {
    fault: "an empty answer: unchanged",
    tests: [
      simulator,
      session("an_empty_answer_is_unchanged_whatever_its_headers"),
      runtime("polls", "unchanged answers change nothing, in each of their forms"),
    ],
  },
  "empty-02": {
    fault: "what an empty answer brings beside its body is forgotten",
    tests: [simulator, runtime("polls", "each poll spends the token of the answer before, whatever is in it")],
  },
  "empty-03": { fault: "the very first answer is empty", tests: [simulator, runtime("start", "rejects on an empty and on a too large configuration")] },
  "empty-04": { fault: "a version that really has no bytes", tests: [simulator] },
  "empty-05": { fault: "a new session brings what is held", tests: [simulator, session("an_update_is_what_differs")] },
  "time-01": { fault: "the date jumps", tests: [simulator] },
  "time-02": {
    fault: "the machine or the page sleeps",
    tests: [simulator, session("a_laptop_that_slept_for_two_days_opens_one_session"), tabs("visibility", "a sleep ends with one poll")],
  },
  "time-03": {
    fault: "a hidden page's timers come late",
    tests: [simulator, tabs("visibility", "hidden tabs poll no more often than hiddenPollIntervalInSeconds, and at once when one is seen again")],
  },
  "time-04": { fault: "a delay that a host's timer cannot hold", tests: [simulator] },
  "time-05": {
    fault: "an interval that is absurd or missing",
    tests: [
      simulator,
      runtime("operations", "an interval that is none is read as a client reads it, so that no loop is told to run at once or never"),
    ],
  },
  "time-06": { fault: "the interval changes in mid-session", tests: [simulator, runtime("polls", "the interval of each answer counts")] },
  "time-07": {
    fault: "the clock that signs is off",
    tests: [
      runtime("credentials", "a clock that is off is corrected once, by Date"),
      judge("signature", "who goes by the Date of a refusal is served: the AWS SDK and this package's client"),
    ],
  },
  "time-08": {
    fault: "the answer's date is hidden or old",
    tests: [
      runtime("credentials", "where Date is hidden the time in AWS's message counts"),
      runtime("credentials", "a Date that is absurd, out of a cache, or near enough is not believed"),
    ],
  },
  "time-09": { fault: "replicas whose clocks differ" },
  "time-10": {
    fault: "a clock that stands still between requests (workerd)",
    tests: [
      workers("a poll whose waitUntil was forgotten is abandoned by the clock and taken over"),
      session("a_poll_that_died_is_abandoned_by_the_clock_and_its_late_answer_dropped"),
    ],
  },
  "time-11": { fault: "a timer that comes a little early", tests: [simulator] },
  "time-12": { fault: "dates at the edges: 1970, 2038, leap days" },
  "runtime-01": {
    fault: "one request waits for what another began (workerd)",
    tests: [
      workers("with nothing held, one of twenty polls and all get the configuration"),
      workers("those who waited for a poll whose client is gone get theirs"),
    ],
  },
  "runtime-02": {
    fault: "a client is made at a Worker's global scope",
    tests: [
      runtime("loading", "nothing happens at import and construction"),
      workers("what is held is served, and a due poll runs after the response"),
    ],
  },
  "runtime-03": {
    fault: "WebAssembly from bytes is forbidden (workerd)",
    tests: [["tests/package/entries.test.mjs", "for workerd the module is imported as one"]],
  },
  "runtime-04": {
    fault: "the process ends amid a poll",
    tests: [
      workers("an object that was put away while it polls is silent, and its next instance begins anew"),
      ["tests/store/restarts.test.mjs", "1,000 lives that are killed: no poll too early; a token that may be spent costs a session at most, within the budget"],
      tabs("owner", "an owner that is killed amid a poll costs one session and no update"),
    ],
  },
  "runtime-05": {
    fault: "a request is cut off amid its body by its surroundings",
    tests: [workers("a poll whose client is gone is taken over by who comes next")],
  },
  "runtime-06": {
    fault: "a page goes into the back/forward cache and returns",
    tests: [tabs("owner", "a follower that is frozen or in the back/forward cache is never given the lock")],
  },
  "runtime-07": {
    fault: "a call is aborted at any stage",
    tests: [
      runtime("start", "rejects with its signal's reason, and the loop goes on"),
      runtime("start", "its signal leaves no listener behind"),
      runtime("refresh", "rejects with its signal's reason"),
    ],
  },
  "runtime-08": {
    fault: "stop() at any stage, twice, and calls after it",
    tests: [
      simulator,
      runtime("stop", "aborts the poll under way and forgets its answer, however it comes"),
      runtime("leftovers", "a stop() while a request is under way leaves no timer"),
      ["tests/runtime/processes.mjs", "idle"],
    ],
  },
  "runtime-09": { fault: "the process may not use the network" },
  "runtime-10": { fault: "the package is there twice", tests: [["tests/runtime/processes.mjs", "require()"]] },
  "runtime-11": {
    fault: "something on the machine blocks the requests",
    tests: [tabs("visibility", "offline nothing is asked and nothing fails, and online brings what is new")],
  },
  "wasm-01": {
    fault: "a listener calls back into the client",
    tests: [runtime("listeners", "may call refresh() and start() at once"), runtime("listeners", "may dispose at once, and start again")],
  },
  "wasm-02": {
    fault: "calls overlap",
    tests: [runtime("refresh", "many at once are one poll"), runtime("start", "several at once share a session and a configuration")],
  },
  "wasm-03": { fault: "the module panics", tests: [["tests/instance/scenarios.mjs", "100 clients on one instance go on after a ${how}"]] },
  "wasm-04": {
    fault: "more bytes than memory",
    tests: [
      runtime("configuration", "maximumBodyBytes is the most that is read, and not a byte less"),
      runtime("sockets", "sends more than is taken"),
      runtime("leftovers", "1,000 clients leave no timer, no listener, no request, and no growth of linear memory after the first hundred"),
      ["tests/instance/scenarios.mjs", "where no memory is left for a fresh instance, that counts as a trap"],
    ],
  },
  "wasm-05": {
    fault: "nesting that exhausts a stack",
    tests: [runtime("configuration", "JSON nested deeply is frozen without exhausting the stack"), ["tests/flags.rs", "no_document_makes_it_panic"]],
  },
  "wasm-06": {
    fault: "people's own code throws, hangs or gives junk",
    tests: [
      runtime("authentication", "sign that throws, rejects, hangs or gives junk is a failed attempt"),
      runtime("authentication", "a headers function that hangs ends at the limit"),
      runtime("errors", "a logger that throws does no harm"),
      runtime("validate", "whatever refuses is an error that tells nothing of the configuration"),
      runtime("validate", "a check that hangs is over after its time limit"),
    ],
  },
  "wasm-07": {
    fault: "a long life leaks",
    tests: [
      runtime("leftovers", "1,000 clients leave no timer, no listener, no request, and no growth of linear memory after the first hundred"),
      runtime("leftovers", "a client that was stopped and dropped is collected"),
      ["tests/package/memory.test.mjs", "signing again and again takes no more memory"],
    ],
  },
  "wasm-08": {
    fault: "the module cannot be loaded",
    tests: [
      runtime("loading", "slim tells what is wrong with what it is given"),
      ["tests/readme/browser.test.mjs", "without the policy's 'wasm-unsafe-eval' the error says so"],
    ],
  },
  "wasm-09": { fault: "numbers that JavaScript cannot hold" },
  "http-01": { fault: "a redirect", tests: [simulator, runtime("sockets", "redirects, and is not followed")] },
  "http-02": { fault: "a portal's page with status 200", tests: [simulator, runtime("sockets", "answers a login page")] },
  "http-03": { fault: "a proxy or a network wants a login", tests: [simulator] },
  "http-04": {
    fault: "a compressed body that is cut, or is not what its headers say",
    tests: [runtime("sockets", "compresses, whatever Content-Length says then")],
  },
  "http-05": {
    fault: "a body that is cut",
    tests: [
      simulator,
      runtime("sockets", "breaks off before the announced end"),
      runtime("sockets", "breaks off without an announced end"),
      runtime("polls", "a body shorter than its Content-Length is none"),
    ],
  },
  "http-06": {
    fault: "an answer that comes by the byte, or never",
    tests: [
      simulator,
      runtime("sockets", "gives a byte at a time, without end"),
      runtime("sockets", "hangs before the headers"),
      runtime("sockets", "hangs in the body"),
    ],
  },
  "http-07": { fault: "a body that has no end", tests: [runtime("operations", "a body that is larger than taken is not taken, and not read to its end")] },
  "http-08": { fault: "a header that is there twice", tests: [simulator] },
  "http-09": { fault: "a header that is not there", tests: [simulator, runtime("sockets", "another origin that hides the headers")] },
  "http-10": { fault: "headers in odd spellings" },
  "http-11": { fault: "line ends in what becomes a request", tests: [runtime("options", "what is wrong is named, with what is expected")] },
  "http-12": { fault: "Retry-After in every form, and in none", tests: [simulator, ["tests/protocol_oracles.rs", "waits_are_read_as_smithy_reads_them"]] },
  "http-13": {
    fault: "throttling",
    tests: [simulator, session("throttling_is_given_the_time_it_asks_for"), ["tests/protocol_oracles.rs", "classes_are_those_of_the_retry_standard"]],
  },
  "http-14": { fault: "5xx", tests: [simulator] },
  "http-15": {
    fault: "401, 403, and what AWS says with them",
    tests: [
      simulator,
      session("access_denied_is_tried_once_more_where_credentials_are_renewed"),
      session("a_400_for_the_clock_is_slow_but_not_final"),
    ],
  },
  "http-16": { fault: "404 in mid-life", tests: [simulator, session("a_reverted_deployment_keeps_the_last_good_configuration")] },
  "http-17": {
    fault: "an error whose body is anything",
    tests: [
      simulator,
      ["tests/protocol_oracles.rs", "answers_are_read_as_botocore_reads_them_or_better"],
      ["tests/protocol_oracles.rs", "error_names_are_read_as_rest_json_1_has_them"],
    ],
  },
  "http-18": {
    fault: "a status that looks like success",
    tests: [simulator, runtime("oddities", "what is answered with another success is no exception, and shows nothing")],
  },
  "http-19": {
    fault: "an answer that a browser hides",
    tests: [runtime("sockets", "another origin that allows nothing"), runtime("errors", "an option fetch that gives something else is told")],
  },
  "http-20": { fault: "a cache answers", tests: [runtime("sockets", "a good service")] },
  "http-21": { fault: "the network, names, or TLS fail", tests: [runtime("sockets", "is not there"), runtime("sockets", "resets the connection")] },
  "http-22": {
    fault: "endpoints of all kinds",
    tests: [
      ["tests/protocol_oracles.rs", "endpoints_are_those_of_the_rule_set"],
      ["tests/protocol_oracles.rs", "every_region_is_in_its_partition"],
      runtime("credentials", "FIPS, dual-stack and an endpoint of one's own are where the rules say"),
    ],
  },
  "http-23": { fault: "signed for another region" },
  "http-24": { fault: "an error with status 200, a configuration with an error's", tests: [simulator] },
  "creds-01": { fault: "credentials expire in mid-life", tests: [runtime("credentials", "after a refusal for expiry a provider is asked again, once")] },
  "creds-02": {
    fault: "a provider is slow, fails, or gives half",
    tests: [
      runtime("credentials", "a provider that throws at once, or never settles, is asked again by the next attempt"),
      runtime("credentials", "a provider is asked once, also by clients that share it, as long as its credentials are good"),
    ],
  },
  "creds-03": { fault: "credentials change between signature and request" },
  "creds-04": { fault: "a key with what no header can carry", tests: [runtime("secrets", "what is refused at once is told without its value")] },
  "creds-05": { fault: "a signer signs something else", tests: [runtime("authentication", "sign cannot send the request elsewhere, nor make it another")] },
  "creds-06": { fault: "expiry and signature go by different clocks" },
  "data-01": {
    fault: "bytes that are no text",
    tests: [
      runtime("configuration", "a byte order mark does not keep JSON from being read"),
      runtime("configuration", "binary passes through untouched"),
      runtime("configuration", "json() of bytes that are not UTF-8 throws as well"),
    ],
  },
  "data-02": { fault: "JSON that does not parse", tests: [simulator, session("json_that_does_not_parse_is_asked_for_once_more_and_then_believed")] },
  "data-03": { fault: "names that every object has" },
  "data-04": { fault: "numbers at the edges" },
  "data-05": { fault: "deep nesting", tests: [runtime("configuration", "JSON nested deeply is frozen without exhausting the stack")] },
  "data-06": { fault: "a content type that lies or is missing", tests: [runtime("configuration", "what counts as JSON is checked before it is held")] },
  "data-07": { fault: "flags as Ion", tests: [["tests/flags.rs", "the_default_variants_of_the_ion_samples_are_ours"]] },
  "data-08": {
    fault: "rules that are hostile or wrong",
    none: "The client evaluates no rules: the service does. What the emulator makes of rules is tested.",
    tests: [
      ["tests/flags.rs", "every_rule_of_the_cases_is_well_formed_and_none_with_a_letter_less"],
      ["tests/flags.rs", "the_limits_are_those_of_the_schema"],
      ["tests/flags.rs", "no_document_makes_it_panic"],
    ],
  },
  "data-09": { fault: "a flag goes, or changes its type" },
  "data-10": { fault: "an older version comes back", tests: [simulator, runtime("polls", "a deployment is an update, and so is its rollback")] },
  "data-11": { fault: "the same bytes again", tests: [simulator] },
  "proxy-01": { fault: "ten thousand clients at once", none: relay("one upstream poll an interval") },
  "proxy-02": { fault: "no upstream at a cold start", none: relay("503 with Retry-After") },
  "proxy-03": { fault: "no upstream, something held", none: relay("what is held, with its age") },
  "proxy-04": {
    fault: "forged tokens",
    tests: [judge("sdk", "corrupted and replayed: refused, and the right one still works")],
  },
  "proxy-05": { fault: "keys are rotated", none: relay("old tokens for a day") },
  "proxy-06": {
    fault: "requests for what is not published",
    tests: [["tests/readme/browser.test.mjs", "the proxy serves a page of another origin, and what it publishes alone"]],
  },
  "proxy-07": { fault: "headers that must not be passed on", none: relay("never forwarded") },
  "proxy-08": {
    fault: "origins that are not allowed",
    tests: [judge("origins", "deploying is for this server's own origin")],
  },
  "proxy-09": {
    fault: "bodies that nobody wants",
    tests: [judge("origins", "what is neither is an unknown operation, and too much of a body is refused")],
  },
  "proxy-10": { fault: "a client that reads slowly", none: relay("bounded memory") },
  "proxy-11": { fault: "names that run together in a key", none: relay("keys with structure") },
  "proxy-12": {
    fault: "an isolate each, a session each",
    tests: [["tests/readme/workers.test.mjs", "a Durable Object polls on between requests"]],
  },
  "loop-01": { fault: "a failure ends the loop", tests: [simulator, runtime("polls", "failures keep what is held, and their end is noticed")] },
  "loop-02": {
    fault: "listeners that throw, come or go while they are told",
    tests: [
      runtime("listeners", "one that throws reaches neither the loop nor the others"),
      runtime("listeners", "are called as on any EventTarget"),
    ],
  },
  "loop-03": { fault: "many who ask become many sessions", tests: [runtime("refresh", "many at once are one poll")] },
  "loop-04": { fault: "a backoff that forgets too soon, or never", tests: [simulator] },
  "loop-05": { fault: "clients take retries from each other" },
  "loop-06": {
    fault: "an interval counted from the wrong end",
    tests: [simulator, runtime("polls", "no poll comes before the interval is over, nor much later")],
  },
};
