//! What is printed.

use std::time::Duration;

use appconfig_edge::session::Mistake;

use super::action::Action;
use super::fault::Fault;
use super::run::{live, Broken};
use super::shrink::shrink;
use super::stats::Stats;
use super::store::Loss;

/// Lines of a trace that are printed at most.
const LINES: usize = 120;

pub(crate) fn counts(stats: &Stats, time: Duration) {
    let Stats { lives, polls, sessions, inputs, updates, recoveries, longest_recovery, .. } = stats;
    println!("\n{polls} polls in {lives} lives, {inputs} inputs, every invariant checked after each: {:.1} s", time.as_secs_f64());
    println!("{} years of virtual time, {sessions} requests for a session, {updates} updates", stats.time / (365 * 86_400_000));
    println!("{recoveries} recoveries, the longest took {:.1} % of the time it may take", as_f64(*longest_recovery) / 10.0);
    println!(
        "\n{:>9}  fault: {} in all, {:.1} % of the requests",
        "times",
        stats.all_faults(),
        100.0 * as_f64(stats.all_faults()) / as_f64(polls + sessions)
    );
    for (fault, times) in Fault::ALL.iter().zip(&stats.faults) {
        println!("{times:>9}  {}", fault.name());
    }
    println!("\n{:>9}  what became of what was kept: {} owners found a token, {} found none", "times", stats.resumed[0], stats.resumed[1]);
    for (loss, times) in Loss::ALL.iter().zip(&stats.losses) {
        println!("{times:>9}  {}", loss.name());
    }
    println!("\n{:>9}  what else happened", "times");
    for (action, times) in Action::ALL.iter().zip(&stats.actions) {
        println!("{times:>9}  {}", action.name());
    }
}

#[allow(clippy::cast_precision_loss)] // for a reader
fn as_f64(number: u64) -> f64 {
    number as f64
}

/// A law was broken: shrinks the life and prints what is left of it.
pub(crate) fn broken(broken: &Broken, mistake: Option<Mistake>) {
    println!("\nBROKEN in the life with seed {}: {}", broken.life.seed, broken.violation);
    println!(
        "Replay: SIMULATOR_SEED={} cargo test --release --features mistakes --test simulator -- --nocapture --ignored replay",
        broken.life.seed
    );
    let small = shrink(broken, mistake, Duration::from_secs(15));
    println!("Of {} actions and faults these {} are enough:", broken.items.len(), small.items.len());
    for item in &small.items {
        println!("{item}");
    }
    let Err(small) = live(&small.life, mistake, true) else { return };
    println!("What is left of it ends so, {} ({} lines of trace in all):", small.violation, small.trace.len());
    let skipped = small.trace.len().saturating_sub(LINES);
    for line in small.trace.iter().take(1).chain(small.trace.iter().skip(skipped.max(1))) {
        println!("{line}");
    }
}
