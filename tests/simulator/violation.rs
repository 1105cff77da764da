//! A law of design.md ("What always holds") that was broken.

use std::fmt;

#[derive(Clone, Debug)]
pub(crate) struct Violation {
    /// The number in design.md; 0 for what this crate says of itself beyond it.
    pub(crate) invariant: usize,
    pub(crate) what: String,
}

impl Violation {
    /// Whether the same law is broken in the same way, as far as the words before the first number tell.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let words = |it: &'_ Self| it.what.split(|c: char| c.is_ascii_digit()).next().map(str::to_owned);
        self.invariant == other.invariant && words(self) == words(other)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant {} ({}): {}", self.invariant, NAMES[self.invariant], self.what)
    }
}

/// In a few words each.
pub(crate) const NAMES: [&str; 11] = [
    "the crate's own documentation",
    "one request in flight, limits applied by every input",
    "a token is used until it is spent, sessions only with a reason",
    "the budget of sessions",
    "intervals, backoff, Retry-After",
    "the last good configuration, in order",
    "update means different",
    "silence after stop",
    "recovery in time",
    "timeouts ahead that lead on, determinism",
    "no panic, no secret",
];

/// Returns a [`Violation`] of the law with this number unless the condition holds.
macro_rules! law {
    ($invariant:expr, $holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err($crate::violation::Violation { invariant: $invariant, what: format!($($what)+) });
        }
    };
}
pub(crate) use law;
