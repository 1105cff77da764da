//! Troubles on demand: what a client must live through, and what a healthy service does not do by itself.

use alloc::collections::VecDeque;

use super::Refusal;
use crate::protocol::{Operation, Problem};

/// A trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// ThrottlingException, 429.
    Throttle,
    /// InternalServerException, 500.
    InternalError,
    /// GetLatestConfiguration: the token counts as expired.
    ExpiredToken,
    /// GetLatestConfiguration: the token counts as corrupted.
    CorruptedToken,
    /// The request is answered, its token spent, and the answer never arrives.
    LostAnswer,
    /// The request is not answered, and its connection stays open.
    Hang,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Throttle, Self::InternalError, Self::ExpiredToken, Self::CorruptedToken, Self::LostAnswer, Self::Hang];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::InternalError => "internal-error",
            Self::ExpiredToken => "expired-token",
            Self::CorruptedToken => "corrupted-token",
            Self::LostAnswer => "lost-answer",
            Self::Hang => "hang",
        }
    }

    /// The fault of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The refusal that it amounts to, if it is one.
    pub(super) fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Throttle => Some(Refusal::Throttled),
            Self::InternalError => Some(Refusal::Internal),
            Self::ExpiredToken => Some(Refusal::Token(Problem::Expired)),
            Self::CorruptedToken => Some(Refusal::Token(Problem::Corrupted)),
            Self::LostAnswer | Self::Hang => None,
        }
    }

    fn fits(self, operation: Operation) -> bool {
        operation == Operation::GetLatestConfiguration || !matches!(self, Self::ExpiredToken | Self::CorruptedToken)
    }
}

/// The troubles to come, each for a number of requests.
#[derive(Default)]
pub(super) struct Faults(VecDeque<(Fault, Option<Operation>, u32)>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault, operation: Option<Operation>, times: u32) {
        if times > 0 {
            self.0.push_back((fault, operation, times));
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first one that waits for such a request.
    pub(super) fn take(&mut self, operation: Operation) -> Option<Fault> {
        let at = self.0.iter().position(|(fault, only, _)| fault.fits(operation) && only.is_none_or(|only| only == operation))?;
        let (fault, _, times) = self.0.get_mut(at)?;
        let fault = *fault;
        *times -= 1;
        if *times == 0 {
            self.0.remove(at);
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_name(fault.name()), Some(fault));
        }
        assert_eq!(Fault::from_name("earthquake"), None);
    }

    #[test]
    fn each_waits_for_a_request_that_it_fits() {
        use Operation::{GetLatestConfiguration as Get, StartConfigurationSession as Start};
        let mut faults = Faults::default();
        faults.add(Fault::ExpiredToken, None, 1);
        faults.add(Fault::Throttle, Some(Start), 2);
        faults.add(Fault::Hang, None, 0);
        assert_eq!(faults.take(Start), Some(Fault::Throttle));
        assert_eq!(faults.take(Get), Some(Fault::ExpiredToken));
        assert_eq!(faults.take(Get), None);
        assert_eq!(faults.take(Start), Some(Fault::Throttle));
        assert_eq!(faults.take(Start), None);
    }
}
