//! The record of a real session (`www/record.js`), lived again by the core in virtual time. docs/simulator.md says what that shows.

mod answered;
mod document;
mod feed;
mod member;
mod prelude;
mod scribe;
mod script;
mod stage;
mod telling;
mod tests;
mod told;

use std::panic::{catch_unwind, AssertUnwindSafe};

use appconfig_edge::session::Mistake;

use document::Document;
pub(crate) use scribe::Scribe;
use stage::{End, Stage};

/// What a replay comes to.
struct Outcome {
    /// What happened, a line each.
    timeline: Vec<String>,
    /// In a sentence: the first word is `same`, `different` or `broken`.
    verdict: String,
    is_same: bool,
}

/// How many dice are tried: which of two things comes first can hang on how long a wait happened to be.
const DICE: u64 = 64;

/// Lives the record again, perhaps with a core that makes a mistake. Where the core's dice would have it do something else, others are tried: what
/// counts is whether it may do what was recorded. An invariant has to hold whatever they show.
fn replay(document: &Document, mistake: Option<Mistake>) -> Outcome {
    let mut best: Option<(usize, Outcome)> = None;
    for seed in 0..DICE {
        let (steps, outcome, is_final) = attempt(document, mistake, seed);
        if is_final {
            return outcome;
        }
        if best.as_ref().is_none_or(|(most, _)| steps > *most) {
            best = Some((steps, outcome));
        }
    }
    best.expect("there was an attempt").1
}

/// One attempt; panics count as broken. How far it came, and whether others are of no use.
fn attempt(document: &Document, mistake: Option<Mistake>, seed: u64) -> (usize, Outcome, bool) {
    let mut stage = Stage::new(document, mistake, seed);
    let end = catch_unwind(AssertUnwindSafe(|| stage.run())).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
        Err(stage.broken(10, &format!("panicked: {}", text.unwrap_or_default())))
    });
    let verdict = match &end {
        Ok(()) => stage.summary(),
        Err(End::Different { at, record, core }) => format!("different {at}\n  the record: {record}\n  the core:   {core}"),
        Err(End::Broken { at, violation }) => format!("broken {at}\n  {violation}"),
    };
    let outcome = Outcome { timeline: std::mem::take(&mut stage.timeline), verdict, is_same: end.is_ok() };
    (stage.steps(), outcome, !matches!(end, Err(End::Different { .. })))
}

/// Replays the record that `text` is, tells of it, and gives the exit code: 0 the same, 1 something else, 2 no record that can be replayed.
pub(crate) fn tell(text: &str, mistake: Option<&str>) -> i32 {
    let mistake = mistake.map(|name| {
        let found = Mistake::ALL.iter().find(|it| format!("{it:?}") == name);
        *found.unwrap_or_else(|| panic!("SIMULATOR_MISTAKE: expected one of {:?}, got {name}", Mistake::ALL))
    });
    let document = match Document::read(text) {
        Ok(it) => it,
        Err(problem) => {
            println!("this cannot be replayed: {problem}");
            return 2;
        }
    };
    let Document { package_version, left_out: (before, after), milliseconds, entries, .. } = &document;
    println!("appconfig-edge {package_version}, {} entries in {}.{:03} s", entries.len(), milliseconds / 1000, milliseconds % 1000);
    if before + after > 0 {
        println!("left out when it was recorded: {before} entries before the first one, {after} after the last one");
    }
    let Outcome { timeline, verdict, is_same } = replay(&document, mistake);
    for line in &timeline {
        println!("{line}");
    }
    println!("\n{verdict}");
    i32::from(!is_same)
}
