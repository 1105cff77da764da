//! Invariant 8: when the newest configuration has to be there.

use super::violation::{law, Violation};

/// Times are the client's monotonic ones, in milliseconds.
#[derive(Clone, Default)]
pub(crate) struct Deadline {
    /// When something was last wrong, or changed.
    calm: u64,
    /// A pending `Retry-After`, the next session that the budget allows, the next verification that is allowed.
    gate: u64,
    /// The last failures were 401, 403 or 404.
    slow: bool,
    /// Refreshes after the deadline that brought nothing.
    strikes: u32,
    /// How much of its time the recovery under way has taken before this step, in thousandths.
    taken: u64,
    /// The most that any recovery took, in thousandths of what it may take.
    pub(crate) longest: u64,
    pub(crate) recoveries: u64,
    is_behind: bool,
    /// The longest interval that was in force since the newest configuration was held.
    interval: u64,
}

/// Without a loop, refreshes have to do; so many of them.
const REFRESHES: u32 = 4;

impl Deadline {
    pub(crate) fn disturbed(&mut self, now: u64) {
        self.calm = self.calm.max(now);
    }

    /// A wait after 401, 403 or 404 begins.
    pub(crate) fn slow_down(&mut self) {
        self.slow = true;
    }

    pub(crate) fn gate(&mut self, until: u64) {
        self.gate = self.gate.max(until);
    }

    /// A success that hides nothing: nothing is pending any more.
    pub(crate) fn succeeded(&mut self, now: u64) {
        self.calm = self.start().min(now);
        (self.gate, self.slow) = (0, false);
    }

    fn allowed(&self) -> u64 {
        (2 * self.interval).max(40_000).max(if self.slow { 300_000 } else { 0 })
    }

    fn start(&self) -> u64 {
        self.calm.max(self.gate)
    }

    /// Nobody can demand the newest configuration at the moment.
    pub(crate) fn excused(&mut self) {
        self.is_behind = false;
    }

    /// Before a step while the newest configuration is not held.
    pub(crate) fn check(&mut self, now: u64, interval: u64, running: bool, refreshes: bool) -> Result<(), Violation> {
        self.is_behind = true;
        self.interval = self.interval.max(interval);
        let (start, allowed) = (self.start(), self.allowed());
        self.taken = if running { now.saturating_sub(start) * 1000 / allowed } else { 0 };
        if now <= start + allowed {
            self.strikes = 0;
            return Ok(());
        }
        law!(8, !running, "the newest configuration is not there after {} ms, {allowed} ms are allowed", now - start);
        self.strikes += u32::from(refreshes);
        law!(8, self.strikes <= REFRESHES, "the newest configuration is not there after {REFRESHES} refreshes");
        Ok(())
    }

    /// The newest configuration is held, or there is none.
    pub(crate) fn arrived(&mut self, interval: u64, is_update: bool) {
        if self.is_behind && is_update {
            self.recoveries += 1;
            self.longest = self.longest.max(self.taken);
        }
        (self.is_behind, self.strikes, self.interval) = (false, 0, interval);
    }
}
