//! That a replay says `same` of whatever a client did whose dice were others, and that it notices what a client should not have done.

#![cfg(test)]

use appconfig_edge::session::Mistake;

use super::super::life::Life;
use super::super::run::seed_of;
use super::super::world::World;
use super::document::{Entry, What};
use super::{replay, Document, Scribe};

/// Any number would do.
const SEED: u64 = 7;

/// The first requests of a life as a page would have recorded them, of a client that perhaps makes a mistake. `None` where something happened that
/// no page sees, or that it would tell otherwise.
fn recorded(number: u64, mistake: Option<Mistake>, requests: usize) -> Option<Document> {
    let life = Life::new(seed_of(SEED, number));
    let mut world = World::new(&life, mistake, false);
    world.scribe = Some(Scribe::new(&world.parameters));
    let end = world.run();
    assert!(mistake.is_some() || end.is_ok(), "life {number} of {SEED} is no example");
    let scribe = world.scribe.take()?;
    if scribe.is_odd {
        return None;
    }
    let mut document = scribe.finish();
    let mut asked = document.entries.iter().enumerate().filter(|(_, it)| matches!(it.what, What::Request { .. }));
    if let Some((end, _)) = asked.nth(requests) {
        document.entries.truncate(end);
        // The call that led to it belongs to it.
        while matches!(document.entries.last(), Some(Entry { what: What::Call(_), .. })) {
            document.entries.pop();
        }
        document.milliseconds = document.entries.last().map_or(0, |it| it.at);
    }
    Some(document)
}

/// Where something falls in the narrow time by which jitter may lengthen a wait decides what comes first, and of the dice that are tried none may
/// fit a life with many such places. That is so for three in 960 lives of this length.
#[test]
fn a_life_that_was_recorded_is_lived_again() {
    let (mut lives, mut others) = (0, Vec::new());
    for number in 0..300 {
        let Some(document) = recorded(number, None, 100) else { continue };
        lives += 1;
        let outcome = replay(&document, None);
        if !outcome.is_same {
            others.push(format!("life {number} of {SEED}: {}", outcome.verdict));
        }
    }
    assert!(lives > 200, "only {lives} lives that a page could record");
    assert!(others.len() <= 1, "{} of {lives} are not the same\n{}", others.len(), others.join("\n"));
}

/// A record is all that is known: not every mistake is to be seen in it, and a life ends with its first.
#[test]
fn what_a_client_did_wrong_is_noticed() {
    for mistake in [
        Mistake::TwoAtOnce,
        Mistake::DropsTokenOnAnyError,
        Mistake::VerifiesAlways,
        Mistake::HammersAfterFailures,
        Mistake::TakesAnyBody,
        Mistake::ForgetsConfiguration,
        Mistake::UpdatesWithoutChange,
        Mistake::IgnoresLabels,
    ] {
        let documents: Vec<_> = (0..12).filter_map(|number| recorded(number, Some(mistake), 1000)).collect();
        let noticed = documents.iter().filter(|it| !replay(it, None).is_same).count();
        assert!(2 * noticed > documents.len() && noticed > 4, "{mistake:?} is noticed in {noticed} of {} records", documents.len());
    }
}
