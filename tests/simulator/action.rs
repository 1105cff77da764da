//! What happens around a client: deployments, people, clocks, outages.

use super::dice::{Dice, Stream};
use super::fault::Outage;
use super::life::{Life, Mode, Parameters};

macro_rules! actions {
    ($($loop:literal $refreshes:literal $variant:ident $name:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Action { $($variant,)* }

        impl Action {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];
            const OF_LOOP: &'static [(u32, Self)] = &[$(($loop, Self::$variant),)*];
            const OF_REFRESHES: &'static [(u32, Self)] = &[$(($refreshes, Self::$variant),)*];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

impl Action {
    /// Whether a record of one client has no word for it.
    pub(crate) fn is_beyond_records(self) -> bool {
        use Action as A;
        matches!(self, A::DeployRefused | A::Hide | A::GoOffline | A::Limit | A::Suspend | A::Evict | A::Rival)
    }
}

// The weights in a life with a loop, and in one of refreshes.
actions! {
    60 25 Deploy "deployment",
     6  2 DeployLabel "deployment of another label alone",
     6  2 DeployType "deployment of another content type alone",
     4  1 DeployAgain "deployment of the same once more",
     6  2 DeployMalformed "deployment that does not parse",
     3  1 DeployTooLarge "deployment that is too large",
     3  1 DeployEmpty "deployment without a byte",
     5  2 DeployRefused "deployment that the caller's own check refuses",
    10  4 RollBack "return to an earlier deployment",
     3  1 Withdraw "deployment reverted, nothing left (404)",
     5  2 Interval "another interval",
     6  1 StopAndStart "stop, and start again",
    20 150 Refresh "refresh",
     4  2 Wake "a timer that nobody set",
     6  3 Nonsense "answer to an id that was never used",
     5  2 SetDate "date set",
     5  2 Sleep "machine sleeps",
    10  5 Outage "outage begins",
     8  0 Hide "nobody looks for a while",
     5  0 GoOffline "no network for a while",
     4  2 Limit "limit of the caller's own used up for a while",
     8  8 Suspend "owner stops, unheard, and is gone",
     8 12 Evict "owner is gone without a word",
     5  3 Rival "second owner by mistake",
}

/// What happens next, and when.
pub(crate) struct Actions {
    pub(crate) next_at: u64,
    pub(crate) number: u64,
    gap: u64,
    seed: u64,
    weights: &'static [(u32, Action)],
}

impl Actions {
    pub(crate) fn new(life: &Life, parameters: &Parameters, time: u64) -> Self {
        let weights = if parameters.mode == Mode::Loop { Action::OF_LOOP } else { Action::OF_REFRESHES };
        Self { next_at: time, number: 0, gap: parameters.gap, seed: life.seed, weights }
    }

    /// The action that is due, with dice for its details.
    pub(crate) fn take(&mut self) -> (u64, Action, Dice) {
        let mut dice = Dice::of(self.seed, Stream::Action, self.number);
        // Sometimes two at once, or nearly.
        self.next_at += if dice.one_in(8) { dice.below(2000) } else { dice.below(2 * self.gap) };
        self.number += 1;
        (self.number - 1, dice.weighted(self.weights), dice)
    }
}

/// An outage that is under way.
#[derive(Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) outage: Outage,
    pub(crate) until: u64,
}

impl Weather {
    pub(crate) fn new(time: u64, dice: &mut Dice) -> Self {
        let length = if dice.one_in(50) { dice.magnitude(3_600_000, 100_000_000) } else { dice.magnitude(2000, 1_200_000) };
        Self { outage: dice.pick(&Outage::ALL), until: time + length }
    }
}
