//! Time as a value that comes in.

use crate::protocol::date::UnixMilliseconds;

/// A point on a clock that never goes back, in milliseconds since any moment of the host's choice.
///
/// A type of our own because `std::time::Instant::now()` panics on `wasm32-unknown-unknown`, and because a simulator
/// must be able to make one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The point `milliseconds` after the host's moment zero.
    #[must_use]
    pub const fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the host's moment zero.
    #[must_use]
    pub const fn as_milliseconds(self) -> u64 {
        self.0
    }

    /// The point `milliseconds` later.
    #[must_use]
    pub const fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// The point `milliseconds` earlier, but not before the host's moment zero.
    pub(crate) const fn minus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_sub(milliseconds))
    }

    /// Milliseconds from `earlier` until here; 0 where `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The two clocks of a host at one moment.
///
/// The schedule and the time limits follow the first; a token's age is the larger of what the two say, because the
/// first may stand still while a laptop sleeps and the second may be set back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Never goes back.
    pub monotonic: Instant,
    /// The date, which people and NTP may set.
    pub wall: UnixMilliseconds,
}

impl Now {
    /// How long ago `then` was, by the clock that says more.
    pub(crate) fn age_of(self, then: Self) -> u64 {
        self.monotonic.since(then.monotonic).max(self.wall.saturating_sub(then.wall))
    }
}
