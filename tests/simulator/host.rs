//! The host: it keeps the bodies, compares them, and has the one timer.

use appconfig_edge::protocol::Body;
use appconfig_edge::session::Instant;

use super::answer::{Answer, Bytes};
use super::clocks::Clocks;
use super::dice::{Dice, Stream};
use super::service::Quality;

#[derive(Default)]
pub(crate) struct Host {
    held: Option<u32>,
    last_malformed: Option<u32>,
    last_refused: Option<u32>,
    /// The body that the answer at hand came with.
    arrived: Option<u32>,
    pub(crate) timer: Option<Instant>,
    /// When the timer fires, which is not always when it should.
    pub(crate) fires_at: Option<u64>,
    timers: u64,
    pub(crate) is_dead: bool,
}

impl Host {
    /// One that holds these bytes already.
    pub(crate) fn with(held: Option<u32>) -> Self {
        Self { held, ..Self::default() }
    }

    /// Looks at an answer's body before the client sees the answer; at one that nobody awaits it looks in passing.
    pub(crate) fn look(&mut self, answer: &mut Answer, is_awaited: bool) {
        if !matches!(answer.response.status, 200 | 204) {
            return;
        }
        answer.response.body = Some(match answer.bytes {
            Bytes::None | Bytes::Some(_, Quality::Empty) => Body::Empty,
            Bytes::Some(bytes, Quality::Good) if self.held == Some(bytes) => Body::Same,
            Bytes::Some(_, Quality::Good) => Body::New,
            Bytes::Some(_, Quality::TooLarge) => Body::TooLarge,
            Bytes::Some(bytes, Quality::Refused) => {
                let again = self.last_refused == Some(bytes);
                if is_awaited {
                    self.last_refused = Some(bytes);
                }
                Body::Refused { again }
            }
            Bytes::Some(bytes, Quality::Malformed) => {
                let again = self.last_malformed == Some(bytes);
                if is_awaited {
                    self.last_malformed = Some(bytes);
                }
                Body::Malformed { again }
            }
        });
        if let (Bytes::Some(bytes, _), true) = (answer.bytes, is_awaited) {
            self.arrived = Some(bytes);
        }
    }

    /// The client takes the body that it was just told of.
    pub(crate) fn keep(&mut self) {
        (self.held, self.last_malformed, self.last_refused) = (self.arrived, None, None);
    }

    pub(crate) fn set_timer(&mut self, clocks: &Clocks, instant: Option<Instant>, unpunctual_every: u64, seed: u64) {
        if instant != self.timer {
            self.timer = instant;
            self.timers += 1;
            self.fires_at = instant.map(|it| {
                let at = clocks.time_at(it);
                if unpunctual_every == 0 {
                    return at;
                }
                let mut dice = Dice::of(seed, Stream::Timer, self.timers);
                match (dice.one_in(unpunctual_every), dice.below(2)) {
                    (false, _) => at,
                    (true, 0) => at.saturating_sub(dice.magnitude(1, 2000)),
                    (true, _) => at + dice.magnitude(1, 61_000),
                }
            });
        } else if let Some(instant) = instant {
            // It fired early: once more, at its time.
            if self.fires_at.is_none_or(|it| it <= clocks.time) {
                self.fires_at = Some(clocks.time_at(instant));
            }
        }
    }

    /// Whatever the client lived in is gone, until somebody calls.
    pub(crate) fn die(&mut self) {
        (self.is_dead, self.timer, self.fires_at) = (true, None, None);
    }

    /// The clocks were moved apart: the timer follows the monotonic one.
    pub(crate) fn slept(&mut self, clocks: &Clocks) {
        self.fires_at = self.timer.map(|it| clocks.time_at(it).max(clocks.time));
    }
}
