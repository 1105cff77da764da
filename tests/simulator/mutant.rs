//! Clients that make a mistake on purpose, each of which has to be caught, and by the invariant that it breaks.

use appconfig_edge::session::Mistake;

use super::life::Life;
use super::run::{live, seed_of, Broken};

/// A mistake that is not caught in so many lives is not caught.
const LIVES: u64 = 3000;

/// The number of the invariant that a mistake breaks.
fn broken_by(mistake: Mistake) -> usize {
    match mistake {
        Mistake::SavesFailures => 0,
        Mistake::TwoAtOnce | Mistake::NoTimeLimit => 1,
        Mistake::DropsTokenOnAnyError | Mistake::KeepsOldTokens | Mistake::VerifiesAlways | Mistake::SavesNothing => 2,
        Mistake::NoBudget | Mistake::ForgetsWaste | Mistake::ForgetsBudget => 3,
        Mistake::PollsEarly
        | Mistake::IgnoresRetryAfter
        | Mistake::HammersAfterFailures
        | Mistake::PollsBeforeSavedDue
        | Mistake::IgnoresHidden
        | Mistake::IgnoresOffline
        | Mistake::IgnoresLimit
        | Mistake::ForgetsLastRequest => 4,
        Mistake::TakesLateAnswers | Mistake::TakesAnyBody | Mistake::ForgetsConfiguration | Mistake::TakesRefused => 5,
        Mistake::UpdatesWithoutChange | Mistake::IgnoresLabels => 6,
        Mistake::PollsAfterStop => 7,
        Mistake::GivesUp
        | Mistake::NeverVerifies
        | Mistake::SavesTooLate
        | Mistake::ForgetsReplays
        | Mistake::ForgetsVerifying
        | Mistake::ComesBackLate
        | Mistake::RefreshRests => 8,
        Mistake::StandsStill | Mistake::RollsDiceOfItsOwn => 9,
        Mistake::LeaksToken | Mistake::SplitsText => 10,
    }
}

/// Lives with one mistake until it is caught. Returns what caught it and after how many polls.
fn caught(seed: u64, mistake: Mistake) -> Option<(Box<Broken>, u64)> {
    let mut polls = 0;
    for number in 0..LIVES {
        match live(&Life::new(seed_of(seed, number)), Some(mistake), false) {
            Ok(stats) => polls += stats.polls,
            Err(broken) => {
                polls += broken.stats.polls;
                return Some((broken, polls));
            }
        }
    }
    None
}

/// Prints which invariant catches which mistake. Returns the mistakes that are not caught as they should be.
pub(crate) fn table(seed: u64) -> Vec<Mistake> {
    // One of the mistakes is to panic: that is caught, and nobody needs to read of it.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    println!("\n{:<24}{:>10}  caught by invariant", "mistake", "after polls");
    let mut wrong = Vec::new();
    for &mistake in Mistake::ALL {
        let name = format!("{mistake:?}");
        let Some((broken, polls)) = caught(seed, mistake) else {
            println!("{name:<24}{:>10}  NOT CAUGHT", "");
            wrong.push(mistake);
            continue;
        };
        let invariant = broken.violation.invariant;
        println!("{name:<24}{polls:>10}  {invariant:>2} {}", brief(&broken.violation.what));
        if invariant != broken_by(mistake) {
            wrong.push(mistake);
        }
    }
    std::panic::set_hook(hook);
    wrong
}

fn brief(text: &str) -> String {
    let cut: String = text.chars().take(90).collect();
    cut + if text.chars().count() > 90 { "…" } else { "" }
}
