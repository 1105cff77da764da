// Clocks that jump, stand still, or are wrong; timers that come early or late; intervals and waits that are absurd.

import { equal, ok } from "../../runtime/expect.mjs";
import { green } from "../life.mjs";
import { exception, page } from "../service.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The times between polls, in seconds. */
const gaps = (service) => {
  const polls = service.exchanges.filter(({ token }) => token).map(({ at }) => at);
  return polls.slice(1).map((at, n) => (at - polls[n]) / 1000);
};

export default ({ driven }) => {
  driven("the date jumps by hours, forward and back: polls keep to their interval", ["time-01"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    for (const hours of [6, -12, 1, 7, -2]) {
      clock.wallAhead += hours * HOUR;
      // The service has its own date.
      service.wallAhead -= hours * HOUR;
      await clock.run(20 * MINUTE);
    }
    ok(gaps(service).every((gap) => gap >= 60 && gap <= 66.1), gaps(service).join());
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("the date jumps forward by two days: a token may be too old, so one new session", ["time-01", "token-03"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    clock.wallAhead += 48 * HOUR;
    await clock.run(HOUR);
    equal(service.sessions, 2);
    equal(both.heard.codes().join(), "");
    clock.wallAhead -= 96 * HOUR;
    await clock.run(HOUR);
    equal(service.sessions, 2);
    equal(both.client.status, "ready");
  });

  for (const standsStill of [false, true]) {
    driven(`a machine wakes after a night${standsStill ? " in which its clock stood still" : ""}: one poll, and no burst of what was missed`, ["time-02", "time-03"], async (life) => {
      const both = await life.begin();
      const { service, clock } = life;
      await clock.run(5 * MINUTE);
      const before = service.requests;
      service.deploy(green);
      clock.sleep(9 * HOUR, { standsStill });
      await life.recovers(both, green, 67_000);
      await clock.run(59_000);
      ok(service.requests - before <= 2, `${service.requests - before} requests in the first minute`);
      equal(both.heard.codes().join(), "");
      equal(service.sessions, 1);
    });
  }

  driven("a machine sleeps while a poll is under way: it is abandoned by the clock", ["time-02"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    service.deploy(green);
    service.replay = "again";
    service.break((it) => (it.honest(), it.hold()));
    await life.until(() => service.exchanges.filter(({ token }) => token).length === 2, "the poll");
    clock.sleep(8 * HOUR);
    await life.recovers(both, green);
    equal(both.heard.codes().join(), "timed-out");
    equal(service.sessions, 1);
  });

  driven("timers come a minute late, as in a hidden page: late is what polls are, and never early or twice", ["time-03"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    clock.late = 60_000;
    await clock.run(HOUR);
    ok(gaps(service).every((gap) => gap >= 60 && gap <= 127), gaps(service).join());
    service.deploy(green);
    await life.recovers(both, green, 3 * MINUTE);
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  for (const early of [0.4, 1, 30]) {
    driven(`timers come ${early} ms early: no poll does`, ["time-11"], async (life) => {
      const both = await life.begin();
      const { service, clock } = life;
      clock.early = early;
      await clock.run(20 * MINUTE);
      ok(gaps(service).every((gap) => gap >= 60 && gap <= 66.2), gaps(service).join());
      equal(both.heard.codes().join(), "");
      equal(service.sessions, 1);
    });
  }

  driven("intervals that are none are read as a minute, and none makes a hot loop", ["time-04", "time-05"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const numbers = ["0", "-1", "1.5", "1e9", "1000000000", "2147484", "4294967296", "99999999999999999999", "86401", "0x10", "+5"];
    const absurd = [...numbers, "abc", "", " ", "NaN", "Infinity", "60, 60", "5s", "٣", ["60", "60"], ["1", "2"], undefined];
    for (const interval of absurd) {
      service.break((it) => {
        const answer = it.honest();
        const headers = { ...answer.headers };
        delete headers["next-poll-interval-in-seconds"];
        if (interval !== undefined) headers["next-poll-interval-in-seconds"] = [interval].flat().map((it) => Buffer.from(it).toString("latin1"));
        service.due(answer, 60);
        return it.reply({ ...answer, headers });
      });
    }
    await clock.run((absurd.length + 2) * 66_000);
    ok(gaps(service).every((gap) => gap >= 60 && gap <= 66.1), gaps(service).join());
    ok(gaps(service).length > absurd.length);
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("intervals from a second to a day are obeyed, each as the last answer has it", ["time-05", "time-06"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const intervals = [1, 300, 15, 3600, 60, 80_000, 2];
    for (const interval of intervals) {
      service.break((it) => {
        const answer = it.honest();
        service.due(answer, interval);
        return it.reply({ ...answer, headers: { ...answer.headers, "next-poll-interval-in-seconds": String(interval) } });
      });
    }
    await clock.run(27 * HOUR, () => gaps(service).length > intervals.length);
    intervals.forEach((interval, n) => {
      const gap = gaps(service)[n + 1];
      ok(gap >= interval && gap <= interval * 1.1 + 0.01, `${gap} s after ${interval}`);
    });
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });

  driven("a required minimum is obeyed where the service answers less", ["time-05"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    service.interval = 1;
    await life.begin({ requiredMinimumPollIntervalInSeconds: 30 });
    await clock.run(10 * MINUTE);
    ok(gaps(service).every((gap) => gap >= 30 && gap <= 33.1), gaps(service).join());
    equal(JSON.parse(service.exchanges[0].body).RequiredMinimumPollIntervalInSeconds, 30);
    equal(service.sessions, 1);
  });

  driven("Retry-After is waited for, up to five minutes, and what is none is not", ["http-12", "http-13"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const date = (seconds) => new Date(clock.date() + seconds * 1000).toUTCString();
    // [the headers, the least and the most seconds until the next request: without a wait the backoff's own]
    const waits = [
      [() => ({ "retry-after": "120" }), 120, 180],
      [() => ({ "retry-after": date(100) }), 99, 160],
      [() => ({ "retry-after": `${date(10)}, 45` }), 45, 105],
      [() => ({ "retry-after": new Date(clock.date() + 90_000).toISOString() }), 89, 150],
      [() => ({ "x-amz-retry-after": "70000" }), 70, 130],
      [() => ({ "retry-after": "80", "x-amz-retry-after": "9999" }), 80, 140],
      [() => ({ "retry-after": "86400" }), 300, 300],
      [() => ({ "retry-after": "99999999999999999999" }), 300, 300],
      [() => ({ "retry-after": date(86_400) }), 300, 300],
      [() => ({ "retry-after": date(-100) }), 0, 61],
      [() => ({ "retry-after": "-5" }), 0, 61],
      [() => ({ "retry-after": "soon" }), 0, 61],
      [() => ({ "retry-after": "1e3" }), 0, 61],
      [() => ({ "retry-after": "" }), 0, 61],
      [() => ({ "retry-after": ["120", "5"] }), 5, 66],
      [() => ({ "x-amz-retry-after": "abc" }), 0, 61],
    ];
    for (const [n, [headers, least, most]] of waits.entries()) {
      // Something new, because after a 503 an empty answer would have to be verified.
      service.deploy({ n });
      service.break((it) => it.send(n % 2 ? page(503, headers()) : exception(429, "ThrottlingException", {}, headers())));
      const before = service.requests;
      await life.until(() => service.requests > before, "the refusal");
      const at = clock.now();
      await life.until(() => service.requests > before + 1, "the next attempt", 20 * MINUTE);
      const waited = (clock.now() - at) / 1000;
      ok(waited >= least - 0.01 && waited <= most + 1, `${JSON.stringify(headers())}: waited ${waited} s, expected ${least} to ${most}`);
      await life.recovers(both, { n });
    }
    equal(service.sessions, 1);
  });

  driven("an answer that takes long: the next poll is counted from it, and not from its request", ["loop-06"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    for (let n = 0; n < 5; n++) {
      service.break((it) => {
        it.hold();
        clock.later(() => {
          const flight = clock.flightTo(it.request.url);
          if (flight) flight.held = false;
          // The service counts its interval from here.
          service.answered = clock.now();
          it.at = clock.now();
          it.reply();
        }, 9000);
        return true;
      });
    }
    const answered = [];
    await clock.run(10 * MINUTE, () => {
      if (service.answered && answered.at(-1) !== service.answered) answered.push(service.answered);
      return answered.length === 5;
    });
    await clock.run(2 * MINUTE);
    equal(answered.length, 5);
    equal(both.heard.codes().join(), "");
    equal(service.sessions, 1);
  });
};
