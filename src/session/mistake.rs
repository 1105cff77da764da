//! Deliberate mistakes, to prove that the simulator notices each (`tests/simulator/`, feature `mistakes`).

/// One mistake that a poller can be told to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, unreachable_pub)] // the names say it; public with the feature only
pub enum Mistake {
    TwoAtOnce,
    TakesLateAnswers,
    NoTimeLimit,
    DropsTokenOnAnyError,
    KeepsOldTokens,
    NoBudget,
    PollsEarly,
    IgnoresRetryAfter,
    HammersAfterFailures,
    TakesAnyBody,
    ForgetsConfiguration,
    UpdatesWithoutChange,
    PollsAfterStop,
    GivesUp,
    NeverVerifies,
    VerifiesAlways,
    StandsStill,
    LeaksToken,
}
