//! When the next request may go out.

use super::time::Instant;
use crate::random::Random;

/// The longest wait of the backoff where the interval is shorter, in milliseconds.
const BACKOFF: u64 = 20_000;
/// The wait after 401, 403 and 404 that is doubled no further, in milliseconds. With a tenth of jitter it leaves of the
/// five minutes in which recovery is due what its requests take.
const SLOWEST: u64 = 270_000;
/// The longest wait after 401, 403 and 404 all the same, in milliseconds.
const LONGEST: u64 = 300_000;
/// The interval before the service has named one, in milliseconds.
const ASSUMED_INTERVAL: u64 = 60_000;

/// The time from one attempt after a failure to the next, in milliseconds, drawn anew each time: between 7 and 17 twentieths of
/// the interval, so that clients that failed together do not come together again, and all that fail are at most three times
/// as many in a second as without failures. At least 7.5 to 15 seconds: a recovery that needs two attempts has both within two
/// intervals or forty seconds. At most 42 to 102: with an interval of hours nobody wants to wait for one.
const ATTEMPT_AFTER: [(u64, u64, u64); 2] = [(7, 7_500, 42_000), (17, 15_000, 102_000)];
/// Who was never answered has four attempts at once, because somebody may be waiting for the first configuration, and then one every 15 to 22
/// seconds: eight a minute, and with the first polls of the four sessions that the budget allows in a minute twelve.
const FIRST_ATTEMPT_AFTER: [u64; 2] = [15_000, 22_000];
const FIRST_ATTEMPTS_AHEAD: u64 = 45_000;

/// How soon to ask again after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Now: what failed is known and the next request mends it.
    AtOnce,
    /// Full jitter: between 0 and `min(2^(n-1) s, max(interval, 20 s))` for the n-th failure in a row.
    Backoff,
    /// After an interval: the service said that it was asked too early.
    Interval,
    /// The interval, doubled each time, up to five minutes: somebody has to change something first.
    Slow,
}

/// The waits between requests.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// What the last answer asked for, in milliseconds.
    interval: Option<u64>,
    failures: u32,
    slow_failures: u32,
    not_before: Instant,
    /// When the next attempt will be back.
    rested: Instant,
}

impl Schedule {
    pub(crate) fn new() -> Self {
        Self { interval: None, failures: 0, slow_failures: 0, not_before: Instant::default(), rested: Instant::default() }
    }

    /// The interval in milliseconds.
    pub(crate) fn interval(&self) -> u64 {
        self.interval.unwrap_or(ASSUMED_INTERVAL)
    }

    /// Goes on with the interval that another poller was told.
    pub(crate) fn resume(&mut self, interval: u64) {
        self.interval = Some(interval);
    }

    /// Lets no request go out before `at`.
    pub(crate) fn delay(&mut self, at: Instant) {
        self.not_before = self.not_before.max(at);
    }

    /// Whether the last attempt failed.
    pub(crate) fn failing(&self) -> bool {
        self.failures > 0
    }

    /// From when on any request may go out, whatever is due.
    pub(crate) fn not_before(&self) -> Instant {
        self.not_before
    }

    /// The same for requests that count as attempts after a failure.
    pub(crate) fn not_before_attempt(&self) -> Instant {
        if self.failing() {
            let ahead = if self.interval.is_some() { 0 } else { FIRST_ATTEMPTS_AHEAD };
            self.not_before.max(self.rested.minus(ahead))
        } else {
            self.not_before
        }
    }

    /// A request went out that is more than the first poll of a session.
    pub(crate) fn sent(&mut self, now: Instant, random: &mut Random) {
        if self.failing() {
            let (from, [least, most]) = match self.interval {
                Some(interval) => (now, ATTEMPT_AFTER.map(|(twentieths, least, most)| (interval / 20 * twentieths).max(least).min(most))),
                None => (self.rested.max(now), FIRST_ATTEMPT_AFTER),
            };
            self.rested = from.plus(least + random.up_to(most - least));
        }
    }

    /// An answer was taken in, which asks for `interval` milliseconds.
    pub(crate) fn succeeded(&mut self, now: Instant, interval: u64) {
        if self.interval.is_none() {
            self.rested = self.rested.minus(FIRST_ATTEMPTS_AHEAD);
        }
        self.interval = Some(interval);
        self.failures = 0;
        self.slow_failures = 0;
        self.not_before = now;
    }

    /// An attempt failed; `retry_after` is what the answer asked for, in milliseconds.
    pub(crate) fn failed(&mut self, now: Instant, pace: Pace, retry_after: Option<u64>, random: &mut Random) {
        let slow = |n: u32, random: &mut Random| {
            let wait = (self.interval() << n.min(20)).min(SLOWEST.max(self.interval()));
            wait.saturating_add(random.up_to(wait / 10)).min(LONGEST)
        };
        let wait = match pace {
            Pace::AtOnce => 0,
            Pace::Interval => slow(0, random),
            Pace::Slow => slow(self.slow_failures, random),
            Pace::Backoff => random.up_to((1000 << self.failures.min(40)).min(self.interval.unwrap_or(0).max(BACKOFF))),
        };
        self.slow_failures = if pace == Pace::Slow { self.slow_failures.saturating_add(1) } else { 0 };
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.plus(wait.max(retry_after.unwrap_or(0)));
        if pace == Pace::AtOnce {
            // What mends it has a budget of its own.
            self.rested = now;
        }
    }

    /// When the poll after an answer is due: `interval` milliseconds from now and up to a tenth more, so that clients
    /// that started together drift apart; not after `latest`, unless the interval itself demands it.
    pub(crate) fn due(now: Instant, interval: u64, latest: Instant, random: &mut Random) -> Instant {
        let due = now.plus(interval);
        due.plus(random.up_to(interval / 10)).min(latest.max(due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pace: Pace, interval: Option<u64>, rounds: u32) -> Vec<(u64, u64)> {
        let (mut longest, mut shortest) = (vec![0; rounds as usize], vec![u64::MAX; rounds as usize]);
        for seed in 0..2000 {
            let mut schedule = Schedule { interval, ..Schedule::new() };
            let mut random = Random::new(seed);
            for n in 0..rounds as usize {
                schedule.failed(Instant::default(), pace, None, &mut random);
                let wait = schedule.not_before().as_milliseconds();
                longest[n] = longest[n].max(wait);
                shortest[n] = shortest[n].min(wait);
            }
        }
        shortest.into_iter().zip(longest).collect()
    }

    #[test]
    fn backoff_is_full_jitter_up_to_the_interval_or_twenty_seconds() {
        for (interval, cap) in [(None, 20_000), (Some(1000), 20_000), (Some(60_000), 60_000), (Some(86_400_000), 86_400_000)] {
            for (n, (shortest, longest)) in waits(Pace::Backoff, interval, 20).into_iter().enumerate() {
                let limit = (1000 << n).min(cap);
                assert!(
                    shortest <= limit / 50 && longest <= limit && longest >= limit - limit / 50,
                    "{interval:?} {n} {shortest} {longest}"
                );
            }
        }
    }

    #[test]
    fn slow_waits_start_at_the_interval_and_double_to_five_minutes() {
        let hour = waits(Pace::Slow, Some(3_600_000), 2);
        assert_eq!(hour, [(300_000, 300_000); 2]);
        let waits = waits(Pace::Slow, Some(60_000), 5);
        assert!(waits[0].0 >= 60_000 && waits[0].1 <= 66_000 && waits[1].0 >= 120_000 && waits[2].0 >= 240_000);
        assert!(waits.iter().skip(3).all(|(shortest, longest)| *shortest >= 270_000 && *longest <= 297_000));
        assert!(waits.iter().all(|(shortest, longest)| longest - shortest >= shortest / 11), "all of the tenth is used: {waits:?}");
    }

    #[test]
    fn retry_after_lengthens_a_wait_and_never_shortens_it() {
        let mut schedule = Schedule::new();
        schedule.failed(Instant::default(), Pace::AtOnce, Some(7000), &mut Random::new(1));
        assert_eq!(schedule.not_before().as_milliseconds(), 7000);
        schedule.failed(Instant::default(), Pace::Slow, Some(7000), &mut Random::new(1));
        assert!(schedule.not_before().as_milliseconds() >= 60_000);
    }

    #[test]
    fn attempts_are_apart_by_a_part_of_the_interval_that_is_drawn() {
        for (interval, least, most) in [(Some(1000), 7_500, 15_000), (Some(30_000), 10_500, 25_500), (Some(86_400_000), 42_000, 102_000)] {
            let mut random = Random::new(1);
            let mut waits = Vec::new();
            for _ in 0..2000 {
                let mut schedule = Schedule { interval, ..Schedule::new() };
                schedule.sent(Instant::from_milliseconds(1000), &mut random);
                assert_eq!(schedule.not_before_attempt(), Instant::default(), "the first attempt after a success");
                schedule.failed(Instant::default(), Pace::Backoff, None, &mut random);
                assert!(schedule.not_before_attempt().as_milliseconds() <= 1000, "the first one after a failure");
                schedule.sent(Instant::from_milliseconds(1000), &mut random);
                waits.push(schedule.not_before_attempt().as_milliseconds() - 1000);
                schedule.succeeded(Instant::default(), 1000);
                assert_eq!(schedule.not_before_attempt(), Instant::default());
            }
            let (shortest, longest) = (*waits.iter().min().unwrap(), *waits.iter().max().unwrap());
            let slack = (most - least) / 50;
            assert!(
                shortest >= least && shortest <= least + slack && longest <= most && longest >= most - slack,
                "{interval:?} {shortest} {longest}"
            );
        }
    }

    #[test]
    fn who_was_never_answered_has_four_attempts_at_once_and_then_one_every_fifteen_to_twenty_two_seconds() {
        for seed in 0..200 {
            let (mut schedule, mut random) = (Schedule::new(), Random::new(seed));
            let mut times = Vec::new();
            let mut now = Instant::default();
            for _ in 0..20 {
                schedule.failed(now, Pace::Backoff, None, &mut random);
                now = now.max(schedule.not_before_attempt());
                schedule.sent(now, &mut random);
                times.push(now.as_milliseconds());
            }
            assert!(times[..4].iter().all(|at| *at <= 21_000), "{times:?}");
            assert!(times.windows(9).all(|it| it[8] - it[0] >= 60_000), "eight a minute: {times:?}");
        }
    }

    #[test]
    fn jitter_only_adds_and_at_most_a_tenth() {
        let mut random = Random::new(1);
        for _ in 0..2000 {
            let due = Schedule::due(Instant::default(), 60_000, Instant::from_milliseconds(u64::MAX), &mut random).as_milliseconds();
            assert!((60_000..=66_000).contains(&due));
        }
        assert_eq!(
            Schedule::due(Instant::default(), 60_000, Instant::from_milliseconds(60_001), &mut Random::new(3))
                .as_milliseconds()
                .min(60_001),
            60_001
        );
        assert_eq!(Schedule::due(Instant::default(), 60_000, Instant::default(), &mut Random::new(3)).as_milliseconds(), 60_000);
    }
}
