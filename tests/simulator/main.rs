//! The simulator: clients, a service and a network in virtual time, and an observer who knows design.md by heart.
//! `docs/simulator.md` says what is modelled and how a failure is read.

mod action;
mod agenda;
mod answer;
mod books;
mod client;
mod clocks;
mod deadline;
mod dice;
mod effect;
mod fault;
mod flight;
mod given;
mod host;
mod impostor;
mod ledger;
mod life;
mod mutant;
mod network;
mod observer;
mod owner;
mod pace;
mod purse;
mod record;
mod report;
mod rest;
mod run;
mod service;
mod shrink;
mod stats;
mod store;
mod token;
mod uses;
mod verdict;
mod violation;
mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use life::Life;
use run::Length;

/// Any number would do; the same one makes the same lives.
const SEED: u64 = 20_251_121;
const POLLS: u64 = 10_000_000;
/// How often each kind of fault has to have occurred in a run of [`POLLS`].
const EACH_FAULT: u64 = 1000;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// One test at a time, so that what they print stays together.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn every_invariant_holds_for_ten_million_polls() {
    let _turn = turn();
    let seed = number("SIMULATOR_SEED").unwrap_or(SEED);
    let (seconds, polls) = (number("SIMULATOR_SECONDS"), number("SIMULATOR_POLLS"));
    let polls = polls.unwrap_or(if seconds.is_some() { u64::MAX } else { POLLS });
    let length = Length { polls, time: seconds.map_or(Duration::MAX, Duration::from_secs) };
    let threads = std::thread::available_parallelism().map_or(1, |it| it.get().min(2));
    let until = seconds.map_or_else(|| format!("SIMULATOR_POLLS={polls}"), |seconds| format!("SIMULATOR_SECONDS={seconds}"));
    println!("SIMULATOR_SEED={seed} {until}, {threads} threads");
    let begin = Instant::now();
    match run::run(seed, length, threads) {
        Ok(stats) => {
            report::counts(&stats, begin.elapsed());
            for (fault, times) in stats.rarities() {
                assert!(stats.polls < POLLS || times >= EACH_FAULT, "only {times} times: {fault}");
            }
        }
        Err(broken) => {
            report::broken(&broken, None);
            panic!("{}", broken.violation);
        }
    }
}

#[test]
fn every_mistake_is_caught() {
    let _turn = turn();
    let wrong = mutant::table(number("SIMULATOR_SEED").unwrap_or(SEED));
    assert!(wrong.is_empty(), "not caught, or not by the invariant that they break: {wrong:?}");
}

/// One life again, by the seed that a failure printed.
#[test]
#[ignore = "needs the SIMULATOR_SEED that a failure printed"]
fn replay() {
    let life = Life::new(number("SIMULATOR_SEED").expect("SIMULATOR_SEED"));
    match run::live(&life, None, false) {
        Ok(stats) => println!("no law is broken in {} polls", stats.polls),
        Err(broken) => {
            report::broken(&broken, None);
            panic!("{}", broken.violation);
        }
    }
}

/// The session that a record tells of, once more.
#[test]
#[ignore = "needs a record of the page in SIMULATOR_RECORD; `npm run replay` does that"]
fn record() {
    let file = std::env::var("SIMULATOR_RECORD").expect("SIMULATOR_RECORD");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file} cannot be read: {error}"));
    std::process::exit(record::tell(&text, std::env::var("SIMULATOR_MISTAKE").ok().as_deref()));
}
