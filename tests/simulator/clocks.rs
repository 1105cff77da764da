//! Three clocks: the time as it is, and the two that a client sees of it.

use appconfig_edge::session::{Instant, Now};

/// 2025-01-01T00:00:00Z, in milliseconds.
const EPOCH: i64 = 1_735_689_600_000;

pub(crate) struct Clocks {
    /// As it is: the service's clock, in milliseconds.
    pub(crate) time: u64,
    /// What the client's monotonic clock has missed while the machine was asleep.
    missed: u64,
    /// How wrong the client's date is.
    error: i64,
    /// Where the monotonic clock of the client at hand began: that of each one begins anew.
    pub(crate) origin: i64,
}

impl Clocks {
    pub(crate) fn new() -> Self {
        Self { time: 1_000_000, missed: 0, error: 0, origin: 0 }
    }

    pub(crate) fn now(&self) -> Now {
        let wall = EPOCH + i64::try_from(self.time).unwrap_or(i64::MAX / 2) + self.error;
        let monotonic = (self.time - self.missed).saturating_add_signed(-self.origin);
        Now { monotonic: Instant::from_milliseconds(monotonic), wall: u64::try_from(wall).unwrap_or(0) }
    }

    /// Nothing ever happens in the past; what was due while the machine slept happens when it wakes.
    pub(crate) fn advance_to(&mut self, time: u64) {
        self.time = self.time.max(time);
    }

    /// When the monotonic clock will show `instant`.
    pub(crate) fn time_at(&self, instant: Instant) -> u64 {
        (instant.as_milliseconds() + self.missed).saturating_add_signed(self.origin)
    }

    /// Where a monotonic clock begins that shows `start` now.
    pub(crate) fn origin_of(&self, start: u64) -> i64 {
        i64::try_from(self.time - self.missed).unwrap_or(0) - i64::try_from(start).unwrap_or(0)
    }

    /// The machine sleeps; its monotonic clock may sleep with it.
    pub(crate) fn sleep(&mut self, milliseconds: u64, monotonic_sleeps: bool) {
        self.time += milliseconds;
        if monotonic_sleeps {
            self.missed += milliseconds;
        }
    }

    /// Somebody sets the date.
    pub(crate) fn set_date(&mut self, by: i64) {
        self.error += by;
    }
}
