//! One client's life: everything about it follows from its seed.

use std::fmt;

use appconfig_edge::session::Limits;

use super::action::Action;
use super::dice::{Dice, Stream};
use super::fault::Fault;
use super::service::Replay;

/// How a client is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Started, and polls by itself; a refresh now and then.
    Loop,
    /// Never started: only refreshes, as in a Worker.
    Refreshes,
}

/// Something that was done in a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// What the world did for the n-th time.
    Action(u64, Action),
    /// What went wrong with the n-th request alone.
    Fault(u64, Fault),
}

/// A deed, and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) time: u64,
    pub(crate) deed: Deed,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.deed {
            Deed::Action(_, action) => action.name(),
            Deed::Fault(_, fault) => fault.name(),
        };
        write!(f, "{:>8}.{:03} {name}", self.time / 1000, self.time % 1000)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    pub(crate) mode: Mode,
    /// The service's, in seconds.
    pub(crate) interval: u32,
    pub(crate) minimum: Option<u32>,
    pub(crate) minimum_is_obeyed: bool,
    pub(crate) replay: Replay,
    pub(crate) renews: bool,
    pub(crate) limits: Limits,
    /// Index into `token::LENGTHS`.
    pub(crate) token_length: usize,
    /// One request in so many goes wrong by itself; 0: none.
    pub(crate) fault_every: u64,
    /// Mean time between two actions, in milliseconds.
    pub(crate) gap: u64,
    /// One timer in so many is early or late; 0: none.
    pub(crate) unpunctual_every: u64,
    /// The life ends after so many requests.
    pub(crate) requests: u64,
    /// Whether a twin gets the same inputs and must give the same outputs.
    pub(crate) has_twin: bool,
    /// What the loop waits while nobody looks, in milliseconds.
    pub(crate) hidden_interval: Option<u64>,
    /// What the store does to one record in so many that is asked for; 0: nothing, and `None`: there is no store.
    pub(crate) store_fails_every: Option<u64>,
}

#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) seed: u64,
    /// Only this is done, each fault to the first request from its time on; everything that the seed says where there is none.
    pub(crate) script: Option<Vec<Item>>,
}

impl Life {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, script: None }
    }

    pub(crate) fn parameters(&self) -> Parameters {
        let mut dice = Dice::of(self.seed, Stream::Parameters, 0);
        let dice = &mut dice;
        let interval = match dice.below(100) {
            0..80 => dice.between_u32(15, 300),
            80..90 => dice.pick(&[15, 30, 60, 300]),
            90..93 => 1,
            93..95 => dice.between_u32(2, 14),
            95..98 => dice.between_u32(301, 86_399),
            _ => 86_400,
        };
        let minimum = dice.one_in(3).then(|| if dice.one_in(20) { dice.between_u32(301, 86_400) } else { dice.between_u32(15, 300) });
        let longest = interval.max(minimum.unwrap_or(0));
        let mode = if dice.one_in(8) { Mode::Refreshes } else { Mode::Loop };
        let often = if mode == Mode::Refreshes { dice.between(1, 4) } else { dice.between(2, 60) };
        let brief = Limits { headers: 4000, idle: 3000, total: 20_000 };
        Parameters {
            mode,
            interval,
            minimum,
            minimum_is_obeyed: !dice.one_in(3),
            replay: dice.pick(&[Replay::Refused, Replay::Again, Replay::Cached, Replay::Empty]),
            renews: dice.one_in(2),
            limits: if dice.one_in(10) { brief } else { Limits::default() },
            token_length: dice.weighted(&[(980, 0), (19, 1), (1, 2)]),
            fault_every: dice.weighted(&[(1, 0), (1, 50), (6, 20), (8, 12), (1, 4)]),
            gap: u64::from(longest.max(10)) * often * if mode == Mode::Refreshes { 400 } else { 1000 },
            unpunctual_every: dice.weighted(&[(8, 0), (1, 100), (1, 5)]),
            requests: match longest {
                0..=300 => dice.between(200, 2000),
                301..=3600 => dice.between(50, 400),
                _ => dice.between(10, 80),
            },
            has_twin: dice.one_in(16),
            hidden_interval: (!dice.one_in(3)).then(|| dice.magnitude(10_000, u64::from(longest.max(60)) * 20_000)),
            store_fails_every: (!dice.one_in(12)).then(|| dice.weighted(&[(3, 0), (2, 6), (1, 2)])),
        }
    }
}
