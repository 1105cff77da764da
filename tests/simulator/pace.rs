//! Invariant 4: how soon the next request may be, and how late at most.

use std::collections::VecDeque;

use appconfig_edge::session::Now;

use super::books::{date_of, until};
use super::observer::at;
use super::violation::{law, Violation};

const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;
const LONGEST: u64 = 5 * MINUTE;
const A_MINUTE: usize = 12;

/// What kind of wait a failure is followed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// A refused token: the next session is at once.
    None,
    Backoff,
    /// Too early: an interval.
    Interval,
    /// 401, 403, 404.
    Slow,
}

/// Times are the client's monotonic ones, in milliseconds.
#[derive(Clone)]
pub(crate) struct Pace {
    /// What the last success asked for, or the required minimum if that is longer.
    interval: Option<u64>,
    minimum: u64,
    /// When this session's last success came.
    confirmed: Option<u64>,
    failures: u32,
    slow_failures: u32,
    not_before: u64,
    /// The latest time for the next attempt, as far as the last failure says.
    latest: u64,
    /// The last requests after a failure.
    attempts: VecDeque<u64>,
    /// Until when the last of them may hold up the next one.
    crowded_until: u64,
    /// The earliest and the latest time for the next poll, as far as failures do not matter.
    due: (u64, u64),
}

/// What is kept of it, by the date.
#[derive(Clone)]
pub(crate) struct Kept {
    interval: u64,
    /// Where it is not due at once.
    due: Option<(i64, i64)>,
}

impl Pace {
    pub(crate) fn new(minimum: u32) -> Self {
        let minimum = u64::from(minimum) * 1000;
        Self {
            interval: None,
            minimum,
            confirmed: None,
            failures: 0,
            slow_failures: 0,
            not_before: 0,
            latest: 0,
            attempts: VecDeque::new(),
            crowded_until: 0,
            due: (0, 0),
        }
    }

    pub(crate) fn keep(&self, now: Now) -> Kept {
        let due = Some(self.due).filter(|it| it.1 > 0).map(|it| (date_of(now, it.0), date_of(now, it.1)));
        Kept { interval: self.interval(), due }
    }

    /// Goes on with another client's interval, and with its next poll unless that is due at once. Waits after failures end with a client.
    pub(crate) fn resume(&mut self, now: Now, kept: &Kept) {
        self.interval = Some(kept.interval);
        if let Some((earliest, latest)) = kept.due {
            // A date that was set back costs an interval at most.
            let due = |date: i64| at(now) + until(now, date, kept.interval * 11 / 10);
            self.due = (due(earliest).min(at(now) + DAY - 15 * MINUTE), due(latest));
        }
    }

    /// The latest time for the next request.
    pub(crate) fn latest(&self, now: u64) -> u64 {
        match (self.is_failing(), self.is_crowded(now)) {
            (false, _) => self.due.1,
            (true, false) => self.due.1.max(self.latest),
            (true, true) => self.due.1.max(self.latest).max(self.crowded_until),
        }
    }

    pub(crate) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Whether the last attempt may hold up the next one.
    pub(crate) fn is_crowded(&self, now: u64) -> bool {
        now < self.crowded_until
    }

    /// Whether the next poll is not due yet.
    pub(crate) fn is_fresh(&self, now: u64) -> bool {
        self.confirmed.is_some_and(|it| now <= it + self.interval())
    }

    /// The service's own default where none is known.
    pub(crate) fn interval(&self) -> u64 {
        self.interval.unwrap_or(MINUTE)
    }

    fn recent_attempts(&mut self, now: u64) -> usize {
        while self.attempts.front().is_some_and(|it| it + MINUTE <= now) {
            self.attempts.pop_front();
        }
        self.attempts.len()
    }

    /// A request is sent.
    pub(crate) fn request(&mut self, now: u64, is_poll: bool) -> Result<(), Violation> {
        law!(4, now >= self.not_before, "a request {} ms before the wait after the last failure is over", self.not_before - now);
        let due = if is_poll { self.due.0 } else { 0 };
        law!(4, now >= due, "a poll {} ms before the interval is over", due - now);
        if self.is_failing() {
            let recent = self.recent_attempts(now);
            law!(4, recent < A_MINUTE, "attempt {} after failures within a minute", recent + 1);
            self.attempts.push_back(now);
            self.crowded_until = now + (self.interval() / 20 * 17).clamp(15_000, 102_000);
        }
        Ok(())
    }

    pub(crate) fn opened(&mut self) {
        (self.confirmed, self.due) = (None, (0, 0));
    }

    pub(crate) fn succeeded(&mut self, now: u64, seconds: u32) {
        self.interval = Some((u64::from(seconds) * 1000).max(self.minimum));
        self.confirmed = Some(now);
        self.due = (now + self.interval(), now + self.interval() * 11 / 10);
        (self.failures, self.slow_failures, self.not_before) = (0, 0, 0);
    }

    pub(crate) fn failed(&mut self, now: u64, wait: Wait, retry_after: u64) {
        let doubled = |n: u32| self.interval().saturating_mul(1 << n.min(20));
        let (least, most) = match wait {
            Wait::None => (0, 0),
            Wait::Backoff => (0, (1000 << self.failures.min(40)).min(self.interval.unwrap_or(0).max(20_000))),
            Wait::Interval => (self.interval().min(LONGEST), (self.interval() * 11 / 10).min(LONGEST)),
            // A tenth below five minutes for the jitter.
            Wait::Slow => (doubled(self.slow_failures).min(LONGEST * 9 / 10), LONGEST.min(doubled(self.slow_failures) * 11 / 10)),
        };
        self.slow_failures = if wait == Wait::Slow { self.slow_failures + 1 } else { 0 };
        self.failures += 1;
        self.not_before = now + least.max(retry_after);
        if wait == Wait::None {
            self.crowded_until = now;
        }
        self.latest = now + most.max(retry_after);
    }

    /// After a failure: whether the next attempt is soon enough; `gate` is what else it may have to wait for.
    pub(crate) fn check_wait(&mut self, now: u64, next: u64, gate: u64) -> Result<(), Violation> {
        let latest = self.latest.max(gate).max(self.crowded_until);
        law!(
            4,
            next <= latest,
            "after failure {} the next attempt is in {} ms instead of at most {}",
            self.failures,
            next - now,
            latest - now
        );
        Ok(())
    }

    /// After a success: whether jitter only adds, at most a tenth, and never past the token's day.
    /// `spaced`: it may be later for another reason.
    pub(crate) fn check_due(&self, now: u64, next: u64, day: u64, gate: u64, spaced: bool) -> Result<(), Violation> {
        let interval = self.interval();
        law!(4, next >= now + interval, "the next poll is {} ms before the interval is over", now + interval - next);
        let latest = (now + interval * 11 / 10).max(gate);
        law!(4, next <= latest, "the next poll is {} ms after the interval and a tenth are over", next - latest);
        law!(4, spaced || next < day || now + interval >= day - 15 * MINUTE, "the next poll is {} ms past the token's day", next - day);
        Ok(())
    }
}
