//! Invariant 3: three sessions at once, one back every ten minutes; one that yields nothing doubles that wait, to an hour.

use appconfig_edge::session::Now;

use super::books::{date_of, signed, until};
use super::observer::at;
use super::violation::{law, Violation};

const AT_ONCE: u32 = 3;
const MINUTE: u64 = 60_000;

/// Times are the client's monotonic ones, in milliseconds.
#[derive(Clone)]
pub(crate) struct Purse {
    left: u32,
    wait: u64,
    /// When the wait for the next session began.
    since: i64,
}

/// The same by the date.
#[derive(Clone)]
pub(crate) struct Kept {
    left: u32,
    wait: u64,
    next: i64,
}

impl Purse {
    pub(crate) fn new() -> Self {
        Self { left: AT_ONCE, wait: 10 * MINUTE, since: 0 }
    }

    fn settle(&mut self, now: u64) {
        while self.left < AT_ONCE && signed(now) >= self.since + signed(self.wait) {
            self.left += 1;
            self.since += signed(self.wait);
        }
    }

    /// From when on a session may be opened; 0 for now.
    pub(crate) fn next(&mut self, now: u64) -> u64 {
        self.settle(now);
        if self.left > 0 {
            0
        } else {
            u64::try_from(self.since + signed(self.wait)).unwrap_or(0)
        }
    }

    pub(crate) fn keep(&self, now: Now) -> Kept {
        let mut it = self.clone();
        it.settle(at(now));
        Kept { left: it.left, wait: it.wait, next: date_of(now, 0) + it.since + signed(it.wait) }
    }

    /// Goes on with what another client had left. A date that was set back costs one wait at most.
    pub(crate) fn resume(&mut self, now: Now, kept: &Kept) {
        let (wait, passed) = (signed(kept.wait), signed(now.wall) - kept.next);
        (self.left, self.wait) = (kept.left, kept.wait);
        if passed < 0 {
            self.since = signed(at(now) + until(now, kept.next, kept.wait)) - wait;
        } else {
            let more = u32::try_from(1 + passed / wait).unwrap_or(AT_ONCE).min(AT_ONCE);
            self.left = (self.left + more).min(AT_ONCE);
            self.since = signed(at(now)) - passed % wait;
        }
    }

    pub(crate) fn check(&mut self, now: u64) -> Result<(), Violation> {
        let next = self.next(now);
        law!(3, next <= now, "a session is asked for {} ms before the budget allows one", next - now);
        Ok(())
    }

    /// A session was opened, and its costly first poll follows.
    pub(crate) fn pay(&mut self, now: u64) {
        self.settle(now);
        if self.left == AT_ONCE {
            self.since = signed(now);
        }
        self.left = self.left.saturating_sub(1);
    }

    pub(crate) fn wasted(&mut self, now: u64) {
        self.settle(now);
        self.wait = (self.wait * 2).min(60 * MINUTE);
    }

    pub(crate) fn earned(&mut self, now: u64) {
        self.settle(now);
        self.wait = 10 * MINUTE;
    }
}
