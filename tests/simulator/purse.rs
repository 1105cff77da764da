//! Invariant 3: three sessions at once, one back every ten minutes; one that yields nothing doubles that wait, to an hour.

use super::violation::{law, Violation};

const AT_ONCE: u32 = 3;
const MINUTE: u64 = 60_000;

/// Times are the client's monotonic ones, in milliseconds.
#[derive(Clone)]
pub(crate) struct Purse {
    left: u32,
    wait: u64,
    /// When the wait for the next session began.
    since: u64,
}

impl Purse {
    pub(crate) fn new() -> Self {
        Self { left: AT_ONCE, wait: 10 * MINUTE, since: 0 }
    }

    fn settle(&mut self, now: u64) {
        while self.left < AT_ONCE && now >= self.since + self.wait {
            self.left += 1;
            self.since += self.wait;
        }
    }

    /// From when on a session may be opened; 0 for now.
    pub(crate) fn next(&mut self, now: u64) -> u64 {
        self.settle(now);
        if self.left > 0 {
            0
        } else {
            self.since + self.wait
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
            self.since = now;
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
