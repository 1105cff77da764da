//! What can go wrong with one request, and what can go wrong for a while.

use super::dice::Dice;

macro_rules! faults {
    ($($weight:literal $variant:ident $name:literal,)*) => {
        /// Something that goes wrong with one request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault { $($variant,)* }

        impl Fault {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];
            const WEIGHTED: &'static [(u32, Self)] = &[$(($weight, Self::$variant),)*];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

faults! {
    // What the network does.
    4 RequestLost "request lost, nothing comes back",
    4 AnswerLost "answer lost, nothing comes back",
    3 ConnectionRefused "connection refused",
    3 ConnectionReset "connection reset before the answer",
    3 BodyCut "body cut, and noticed",
    3 BodyCutUnnoticed "body cut, and only its parser notices",
    2 AnswerSlow "answer slow, within the limits",
    3 AnswerLate "answer too late, its request was abandoned",
    3 RequestLate "request reaches the service after it was abandoned",
    2 TrickleWhole "answer trickles in, within the limits",
    1 TrickleEndless "answer trickles on beyond the limits",
    2 TrickleStalls "answer begins and stalls",
    3 AnswerTwice "answer delivered twice",
    3 RequestTwice "request delivered twice",
    2 NotSent "not sent: what authenticates it failed",
    2 SurroundingsDie "dies with its surroundings, timers and all",
    2 RedirectHidden "redirect, its status hidden",
    3 OwnerDies "owner dies amid a request that the service sees",
    3 OwnerDiesUnseen "owner dies amid a request that gets lost",
    // A success that is none, or an odd one.
    3 PageAsSuccess "200 with somebody's page",
    2 EmptyPage "204 without a next token",
    3 TokenMissing "200 without a next token",
    3 TokenUnusable "200 with an unusable next token",
    2 HeadersHidden "200 with its headers hidden",
    2 IntervalAbsurd "absurd interval",
    2 OddSuccess "another 2xx than the right one",
    // AWS's exceptions, true or not.
    2 Expired "400 token expired",
    2 Corrupted "400 token corrupted",
    2 UnknownProblem "400 with an unknown problem",
    2 TooEarly "400 too early, by its problem",
    2 TooEarlySentence "400 too early, by its sentence",
    2 Throttled400 "400 throttled, by any name",
    2 Credentials400 "400 credentials, by any name",
    2 ClockSkew400 "400 clock, by any name",
    2 Denied "403 access denied",
    2 Credentials403 "403 credentials expired",
    2 ClockSkew403 "403 clock",
    2 Missing "404 resource not found",
    2 Throttled "429 throttled",
    2 Internal "500 internal server exception",
    // Anybody else.
    2 Page400 "400 page",
    2 Json400 "400 with some JSON",
    2 CutJson400 "400 with cut JSON",
    2 Unauthorized401 "401 page",
    2 Forbidden403 "403 page",
    2 Missing404 "404 page",
    2 Proxy407 "407 page",
    2 Timeout408 "408 page",
    2 Other4xx "another 4xx",
    2 TooMany429 "429 page",
    2 Failure5xx "500 to 504 page",
    2 Exotic5xx "another 5xx",
    2 Redirect "3xx",
    2 OddStatus "a status that is none",
    // What they say of waiting.
    2 RetryAfterSeconds "Retry-After in seconds",
    2 RetryAfterDate "Retry-After as a date",
    2 RetryAfterMilliseconds "x-amz-retry-after",
    2 RetryAfterAbsurd "absurd Retry-After",
    // What they say at all.
    3 TokenEchoed "error that echoes the token",
    2 ConfigurationAsError "error with a configuration as its body",
    3 RandomBytes "random bytes as headers and text",
}

impl Fault {
    pub(crate) fn any(dice: &mut Dice) -> Self {
        dice.weighted(Self::WEIGHTED)
    }
}

/// Something that goes wrong for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    Dark,
    Flaky,
    Slow,
    Portal,
    Gateway,
    Denied,
    Missing,
    Throttled,
    Tokens,
    Anything,
}

impl Outage {
    pub(crate) const ALL: [Self; 10] = [
        Self::Dark,
        Self::Flaky,
        Self::Slow,
        Self::Portal,
        Self::Gateway,
        Self::Denied,
        Self::Missing,
        Self::Throttled,
        Self::Tokens,
        Self::Anything,
    ];

    /// What it does to one request; some get through all the same.
    pub(crate) fn fault(self, dice: &mut Dice) -> Option<Fault> {
        use Fault as F;
        let all: &[F] = match self {
            Self::Dark => &[F::RequestLost, F::ConnectionRefused],
            Self::Flaky => &[F::AnswerLost, F::RequestLost, F::ConnectionReset, F::BodyCut, F::RequestLate],
            Self::Slow => &[F::AnswerSlow, F::AnswerLate, F::TrickleWhole, F::TrickleStalls, F::TrickleEndless],
            Self::Portal => &[F::PageAsSuccess, F::Redirect, F::Forbidden403, F::EmptyPage, F::RedirectHidden],
            Self::Gateway => &[F::Failure5xx, F::Failure5xx, F::Internal, F::RetryAfterSeconds, F::Exotic5xx],
            Self::Denied => &[F::Denied, F::Credentials403, F::ClockSkew403, F::Unauthorized401, F::Credentials400],
            Self::Missing => &[F::Missing, F::Missing, F::Missing404],
            Self::Throttled => &[F::Throttled, F::Throttled400, F::TooMany429, F::RetryAfterMilliseconds],
            Self::Tokens => &[F::Corrupted, F::Expired, F::TokenMissing, F::TokenUnusable, F::Json400],
            Self::Anything => Fault::ALL,
        };
        (self != Self::Flaky || dice.one_in(2)).then(|| dice.pick(all))
    }
}
