//! Troubles on demand: what a client must live through, and what a healthy service does not do by itself.

use alloc::collections::VecDeque;

use super::Refusal;
use crate::protocol::date::UnixMilliseconds;
use crate::protocol::{Operation, Problem};
use crate::random::Random;

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
    /// The request is answered, its token spent, and the connection breaks in the middle of the body.
    CutBody,
    /// Something on the way answers instead: 503 and a page.
    Unavailable,
    /// Something on the way answers instead: 200 and a page, as networks do where one has to sign in.
    HtmlPage,
    /// GetLatestConfiguration: the content type is not that of the configuration.
    WrongContentType,
    /// GetLatestConfiguration: the interval until the next poll is another one.
    Interval,
    /// The service's clock is ahead, and the `Date` with it. Where signatures are checked, they are by that clock; where they
    /// are not, the request counts as signed by the right one, and is refused.
    ClockSkew,
    /// The body comes compressed, so that `Content-Length` is not its length.
    Compressed,
    /// Pages of other origins cannot read the headers that count.
    HiddenHeaders,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Throttle,
        Self::InternalError,
        Self::Unavailable,
        Self::ExpiredToken,
        Self::CorruptedToken,
        Self::LostAnswer,
        Self::CutBody,
        Self::Hang,
        Self::HtmlPage,
        Self::WrongContentType,
        Self::Interval,
        Self::ClockSkew,
        Self::Compressed,
        Self::HiddenHeaders,
    ];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::InternalError => "internal-error",
            Self::Unavailable => "unavailable",
            Self::ExpiredToken => "expired-token",
            Self::CorruptedToken => "corrupted-token",
            Self::LostAnswer => "lost-answer",
            Self::CutBody => "cut-body",
            Self::Hang => "hang",
            Self::HtmlPage => "html-page",
            Self::WrongContentType => "wrong-content-type",
            Self::Interval => "interval",
            Self::ClockSkew => "clock-skew",
            Self::Compressed => "compressed",
            Self::HiddenHeaders => "hidden-headers",
        }
    }

    /// The fault of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The refusal that it amounts to, if it is one whatever the request is.
    pub(super) fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Throttle => Some(Refusal::Throttled),
            Self::InternalError => Some(Refusal::Internal),
            Self::ExpiredToken => Some(Refusal::Token(Problem::Expired)),
            Self::CorruptedToken => Some(Refusal::Token(Problem::Corrupted)),
            _ => None,
        }
    }

    /// The one operation that it fits; `None` where it fits both.
    #[must_use]
    pub fn operation(self) -> Option<Operation> {
        let of_polls = matches!(self, Self::ExpiredToken | Self::CorruptedToken | Self::WrongContentType | Self::Interval);
        of_polls.then_some(Operation::GetLatestConfiguration)
    }

    /// The seconds of a plan where nothing else is said; `None` where it has none.
    #[must_use]
    pub fn seconds(self) -> Option<i32> {
        match self {
            Self::Interval => Some(300),
            Self::ClockSkew => Some(3600),
            _ => None,
        }
    }
}

/// A fault to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// What goes wrong.
    pub fault: Fault,
    /// With which operation; with both where this is `None`.
    pub operation: Option<Operation>,
    /// With how many requests; [`Plan::ALWAYS`] for all.
    pub times: u32,
    /// How likely it is with each, from 0 to 1.
    pub rate: f64,
    /// The interval of [`Fault::Interval`], or how far [`Fault::ClockSkew`] is ahead.
    pub seconds: i32,
}

impl Plan {
    /// The `times` that never end.
    pub const ALWAYS: u32 = u32::MAX;

    /// The next request, whichever it is. The interval is five minutes, the clock an hour ahead.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self { fault, operation: None, times: 1, rate: 1.0, seconds: fault.seconds().unwrap_or_default() }
    }

    /// What a clock says that is ahead by its seconds.
    pub(super) fn clock(&self, now: UnixMilliseconds) -> UnixMilliseconds {
        now.saturating_add_signed(i64::from(self.seconds) * 1000)
    }
}

/// The troubles to come.
#[derive(Default)]
pub(super) struct Faults(VecDeque<Plan>);

impl Faults {
    pub(super) fn add(&mut self, plan: Plan) {
        if plan.times > 0 {
            self.0.push_back(plan);
        }
    }

    pub(super) fn clear(&mut self, only: Option<Fault>) {
        self.0.retain(|plan| only.is_some_and(|fault| plan.fault != fault));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Plan> {
        self.0.iter()
    }

    /// The first one that waits for such a request, and that luck does not pass over.
    pub(super) fn take(&mut self, operation: Operation, random: &mut Random) -> Option<Plan> {
        let at = self.0.iter().position(|plan| {
            let fits = |only: Option<Operation>| only.is_none_or(|only| only == operation);
            fits(plan.fault.operation()) && fits(plan.operation) && (plan.rate >= 1.0 || random.unit() < plan.rate)
        })?;
        let plan = self.0.get_mut(at)?;
        let taken = *plan;
        if plan.times != Plan::ALWAYS {
            plan.times -= 1;
        }
        if plan.times == 0 {
            self.0.remove(at);
        }
        Some(taken)
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
        let mut random = Random::new(1);
        faults.add(Plan::new(Fault::ExpiredToken));
        faults.add(Plan { operation: Some(Start), times: 2, ..Plan::new(Fault::Throttle) });
        faults.add(Plan { times: 0, ..Plan::new(Fault::Hang) });
        let mut take = |operation| faults.take(operation, &mut random).map(|plan| plan.fault);
        assert_eq!(take(Start), Some(Fault::Throttle));
        assert_eq!(take(Get), Some(Fault::ExpiredToken));
        assert_eq!(take(Get), None);
        assert_eq!(take(Start), Some(Fault::Throttle));
        assert_eq!(take(Start), None);
    }

    #[test]
    fn one_name_is_forgotten_or_all() {
        let mut faults = Faults::default();
        for fault in [Fault::Throttle, Fault::Hang, Fault::Throttle, Fault::CutBody] {
            faults.add(Plan::new(fault));
        }
        let left = |faults: &Faults| faults.iter().map(|plan| plan.fault).collect::<Vec<_>>();
        faults.clear(Some(Fault::Throttle));
        assert_eq!(left(&faults), [Fault::Hang, Fault::CutBody]);
        faults.clear(None);
        assert_eq!(left(&faults), []);
    }

    #[test]
    fn one_that_is_likely_happens_as_often_as_that() {
        let mut faults = Faults::default();
        let mut random = Random::new(1);
        faults.add(Plan { rate: 0.1, times: Plan::ALWAYS, ..Plan::new(Fault::Throttle) });
        faults.add(Plan { rate: 0.5, times: Plan::ALWAYS, ..Plan::new(Fault::Hang) });
        let mut counts = [0, 0];
        for _ in 0..10_000 {
            match faults.take(Operation::GetLatestConfiguration, &mut random).map(|plan| plan.fault) {
                Some(Fault::Throttle) => counts[0] += 1,
                Some(_) => counts[1] += 1,
                None => {}
            }
        }
        assert!((900..1100).contains(&counts[0]) && (4300..4700).contains(&counts[1]), "{counts:?}");
    }
}
