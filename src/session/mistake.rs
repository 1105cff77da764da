//! Deliberate mistakes, to prove that the simulator notices each (`tests/simulator/`, feature `mistakes`).

macro_rules! mistakes {
    ($($name:ident)*) => {
        /// One mistake that a poller can be told to make.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, unreachable_pub)] // the names say it; public with the feature only
        pub enum Mistake { $($name,)* }

        #[cfg(feature = "mistakes")]
        impl Mistake {
            /// All mistakes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

mistakes! {
    TwoAtOnce
    NoTimeLimit
    DropsTokenOnAnyError
    KeepsOldTokens
    VerifiesAlways
    NoBudget
    ForgetsWaste
    PollsEarly
    IgnoresRetryAfter
    HammersAfterFailures
    TakesLateAnswers
    TakesAnyBody
    ForgetsConfiguration
    UpdatesWithoutChange
    IgnoresLabels
    PollsAfterStop
    GivesUp
    NeverVerifies
    StandsStill
    RollsDiceOfItsOwn
    LeaksToken
    SplitsText
    SavesNothing
    SavesTooLate
    SavesFailures
    ForgetsReplays
    ForgetsVerifying
    ForgetsBudget
    PollsBeforeSavedDue
    IgnoresHidden
    IgnoresOffline
    IgnoresLimit
    ComesBackLate
    RefreshRests
    ForgetsLastRequest
    TakesRefused
}
