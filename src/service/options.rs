//! What may differ between one service and another.

use super::{seal, Verifier};

/// What a token gets that was spent already. Nothing public says what the real service does, so a client has to live with all three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// `BadRequestException`, the token counts as corrupted.
    #[default]
    Refused,
    /// What it got before, or what is newer.
    Repeated,
    /// An empty answer with a good next token: what the first answer carried is lost if that did not arrive.
    Empty,
}

impl Replay {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Refused, Self::Repeated, Self::Empty];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Repeated => "repeated",
            Self::Empty => "empty",
        }
    }

    /// The behaviour of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What may differ between one service and another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The poll interval, 1 to 86,400 seconds. `None` is as AWS has it: what the session asked for, or 60. With a number here, a
    /// session gets that, or what it asked for where that is longer.
    pub interval_in_seconds: Option<u32>,
    /// What a spent token gets.
    pub replay: Replay,
    /// Whose signatures are accepted. `None` for anybody's, and for none.
    pub verifier: Option<Verifier>,
    /// The length of tokens: about 840 as the real ones, and anything from 76 to 8,192, in steps of four.
    pub token_characters: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { interval_in_seconds: None, replay: Replay::default(), verifier: None, token_characters: seal::DEFAULT_CHARACTERS }
    }
}
