// Tokens: spent and unanswered, used twice, too old, shared, of any characters and lengths.

import { equal, ok } from "../../runtime/expect.mjs";
import { blue, green, same } from "../life.mjs";
import { badToken, wire } from "../service.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How an answer is lost after the service has given it. */
const losses = {
  "before its headers": (it) => (it.honest(), it.reset()),
  "within its headers": (it) => it.raw(wire(it.honest()).head.subarray(0, 40), "reset"),
  "within its body": (it) => {
    const { head, body } = wire(it.honest());
    return it.raw(Buffer.concat([head, body.subarray(0, 5)]), "reset");
  },
  "because it comes too late": (it) => (it.honest(), it.hold()),
};

export default ({ driven, real }) => {
  for (const [where, lose] of Object.entries(losses)) {
    for (const [replay, sessions] of [["refused", 2], ["again", 1], ["empty", 2]]) {
      const then = { refused: "the token is refused", again: "the token gets the same again", empty: "the token gets an empty answer" }[replay];
      driven(`an answer is lost: ${where}, then ${then}`, ["token-01", "http-05"], async (life) => {
        const both = await life.begin();
        const { service } = life;
        service.replay = replay;
        service.deploy(green);
        service.break(lose);
        let then;
        both.client.addEventListener("error", () => (then ??= both.client.configuration.text()));
        await life.until(() => both.heard.errors.length === 1, "an error");
        equal(then, JSON.stringify(blue), "what is held when it is told");
        await life.recovers(both, green, life.recovery);
        equal(service.sessions, sessions, "sessions");
        // And on it goes.
        service.deploy(blue);
        await life.recovers(both, blue);
        equal(service.sessions, sessions, "sessions");
      });
    }
  }

  driven("the first answer of all is lost, to a session or to its first poll", ["token-01", "token-08"], async (life) => {
    await life.serve();
    const { service } = life;
    service.break((it) => (it.honest(), it.reset()), { of: null });
    service.break((it) => (it.honest(), it.reset()));
    service.replay = "again";
    const both = life.client();
    const start = life.call(both.client.start());
    await life.recovers(both, blue);
    ok(await life.soon(start));
    equal(both.heard.codes().join(), "network,network");
    equal(service.sessions, 2, "one of which nobody ever knew");
    equal(service.received, 1, "configurations that were paid for");
  });

  for (const replay of ["refused", "again"]) {
    driven(`a request comes twice, and the second copy is ${replay === "again" ? "answered like the first" : "refused"}`, ["token-02"], async (life) => {
      const both = await life.begin();
      const { service } = life;
      service.replay = replay;
      service.deploy(green);
      service.break((it) => {
        it.honest();
        return it.reply(service.poll(it));
      });
      await life.recovers(both, green);
      equal(service.sessions, replay === "again" ? 1 : 2);
    });
  }

  driven("a request comes twice, and the second copy gets an empty answer: what comes next is not lost", ["token-02"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    service.replay = "empty";
    service.break((it) => {
      it.honest();
      return it.reply(service.poll(it));
    });
    await life.clock.run(2 * MINUTE);
    service.deploy(green);
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  for (const standsStill of [false, true]) {
    driven(`a token is a day old after a sleep${standsStill ? " in which the clock stood still" : ""}: one new session, and no error`, ["token-03", "time-02"], async (life) => {
      const both = await life.begin();
      const { service, clock } = life;
      await clock.run(10 * MINUTE);
      const before = service.requests;
      service.deploy(green);
      clock.sleep(25 * HOUR, { standsStill });
      // Who wakes polls once it looks: with a clock that stood still, when the poll is due by it.
      await life.recovers(both, green);
      equal(service.requests - before, 2, "a session and its first poll");
      equal(both.heard.codes().join(), "");
      equal(service.sessions, 2);
    });
  }

  driven("the service says that a token has expired before its time", ["token-03"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    service.deploy(green);
    service.wallAhead += 25 * HOUR;
    await life.recovers(both, green);
    equal(both.heard.codes().join(), "token-refused");
    equal(service.sessions, 2);
    await clock.run(HOUR);
    equal(service.sessions, 2);
  });

  driven("an interval of a day: the session is renewed in time, and nothing is ever refused", ["token-03", "time-04", "time-05"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    service.interval = 86_400;
    const both = await life.begin();
    for (let day = 1; day <= 5; day++) {
      service.deploy({ day });
      await life.recovers(both, { day }, 26 * HOUR);
    }
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 6);
    ok(clock.timers.size === 1);
  });

  driven("two clients have two sessions, and no token in common", ["token-04"], async (life) => {
    const one = await life.begin();
    const two = await life.begin();
    const { service, clock } = life;
    await clock.run(30 * MINUTE);
    const tokensOf = (name) => service.exchanges.filter(({ client, token }) => client === name && token).map(({ token }) => token);
    const mine = new Set(tokensOf(one.heard.name));
    ok(tokensOf(two.heard.name).every((token) => !mine.has(token)));
    equal(service.sessions, 2);
  });

  driven("somebody else spends a client's token, again and again: it gets new sessions within the budget", ["token-04"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const steal = () => service.spend(service.exchanges.findLast(({ next }) => next).next);
    for (let n = 1; n <= 6; n++) {
      await clock.run(30 * MINUTE);
      steal();
      service.deploy({ n });
      await life.recovers(both, { n }, life.recovery);
    }
    equal(service.sessions, 7);
    ok(both.heard.codes().every((code) => code === "token-refused"));
  });

  driven("tokens of any characters come back as they were given", ["token-05"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const ascii = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n));
    const suffixes = ["%2B%25", "a%20b", "+/==", "..", "//", "?x=1&y=2#z", "%", "%zz", "\"'<>\\^`{|}", ...ascii];
    service.tokenEnd = () => suffixes[service.requests % suffixes.length];
    service.interval = 1;
    const both = await life.begin();
    await clock.run(suffixes.length * 1200);
    ok(service.requests > suffixes.length);
    equal(both.heard.codes().join(), "", "the service knows each of them again");
    equal(service.sessions, 1);
  });

  driven("an initial token may have characters that no header has", ["token-05"], async (life) => {
    await life.serve();
    const { service } = life;
    for (const suffix of ["é", "☃", "\u{1f600}", "\u00a0"]) {
      let tokens = 0;
      service.tokenEnd = () => (tokens++ === 0 ? suffix : "");
      const both = await life.begin();
      equal(both.heard.codes().join(), "", suffix);
      both.client.stop();
    }
    equal(service.sessions, 4);
  });

  driven("a service that gives the same token each time, or very long ones", ["token-07"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    service.tokenLength = 8192 - 40;
    const long = await life.begin();
    await clock.run(5 * MINUTE);
    service.deploy(green);
    await life.recovers(long, green);
    service.tokenLength = 20;
    // The token of the next answer is the one that was asked with.
    service.break((it) => {
      const answer = it.honest();
      const next = answer.headers["next-poll-configuration-token"];
      service.rename(next, it.token);
      return it.reply({ ...answer, headers: { ...answer.headers, "next-poll-configuration-token": it.token } });
    }, { times: 10 });
    service.deploy(blue);
    await life.recovers(long, blue);
    await clock.run(5 * MINUTE);
    service.deploy(green);
    await life.recovers(long, green);
    equal(long.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("polled too early, by the service's clock: the token stays, and the interval is waited for", ["token-09"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    service.deploy(green);
    for (let n = 0; n < 3; n++) service.break((it) => it.send(badToken("PollIntervalNotSatisfied")));
    await life.recovers(both, green, 6 * MINUTE);
    equal(both.heard.codes().join(), "too-early,too-early,too-early");
    const polls = service.exchanges.filter(({ token }) => token).slice(1);
    ok(polls.slice(0, 4).every(({ token }) => token === polls[0].token), "the same token");
    ok(polls.slice(1, 4).every(({ at }, n) => at - polls[n].at >= 60_000), "an interval between them");
    equal(service.sessions, 1);
    await clock.run(5 * MINUTE);
    equal(both.client.status, "ready");
  });

  real("over the host's own time: refused, lost, cut, and all is well within seconds", ["token-01", "token-03", "loop-01"], async (life) => {
    const both = await life.begin();
    const { service } = life;
    const faults = [
      (it) => it.reply({ ...badToken("Expired"), refusesToken: true }),
      (it) => (it.honest(), it.reset()),
      (it) => it.raw(wire(it.honest()).head, "reset"),
    ];
    for (const [n, fault] of faults.entries()) {
      service.break(fault);
      service.replay = n === 1 ? "refused" : "again";
      service.deploy({ n });
      await life.recovers(both, { n });
      equal(both.heard.errors.length >= n + 1, true, "each is told");
    }
    equal(service.sessions, 3);
  });
};
