//! Many lives, one after the other, on as many threads as there are processors.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use appconfig_edge::session::Mistake;

use super::dice::{Dice, Stream};
use super::life::{Item, Life};
use super::stats::Stats;
use super::violation::Violation;
use super::world::World;

/// A life in which a law was broken.
#[derive(Clone)]
pub(crate) struct Broken {
    pub(crate) life: Life,
    pub(crate) violation: Violation,
    /// Everything that was done to the client until then.
    pub(crate) items: Vec<Item>,
    pub(crate) trace: Vec<String>,
    pub(crate) stats: Stats,
}

/// Lives one life; panics count as violations.
pub(crate) fn live(life: &Life, mistake: Option<Mistake>, traces: bool) -> Result<Stats, Box<Broken>> {
    let mut world = World::new(life, mistake, traces);
    let violation = match catch_unwind(AssertUnwindSafe(|| world.run())) {
        Ok(Ok(())) => return Ok(world.stats),
        Ok(Err(violation)) => violation,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
            Violation { invariant: 10, what: ["panicked: ", &text.unwrap_or_default()].concat() }
        }
    };
    let (items, trace) = (std::mem::take(&mut world.items), world.trace.take().unwrap_or_default());
    Err(Box::new(Broken { life: life.clone(), violation, items, trace, stats: world.stats.clone() }))
}

/// The seed of the n-th life of a run.
pub(crate) fn seed_of(run: u64, number: u64) -> u64 {
    Dice::of(run, Stream::Life, number).next()
}

/// How long a run is: until there were so many polls, or until so much time is over, whichever comes first.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    pub(crate) polls: u64,
    pub(crate) time: Duration,
}

/// How often a run says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(30);

/// Lives until the run is over, or until a law is broken.
pub(crate) fn run(seed: u64, Length { polls, time }: Length, threads: usize) -> Result<Stats, Box<Broken>> {
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let (begin, told) = (Instant::now(), Mutex::new(TELL_EVERY));
    let (total, broken) = (Mutex::new(Stats::new()), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut mine = Stats::new();
                while done.load(Ordering::Relaxed) < polls && begin.elapsed() < time {
                    tell(begin.elapsed(), &told, done.load(Ordering::Relaxed), next.load(Ordering::Relaxed));
                    match live(&Life::new(seed_of(seed, next.fetch_add(1, Ordering::Relaxed))), None, false) {
                        Ok(stats) => {
                            done.fetch_add(stats.polls, Ordering::Relaxed);
                            mine.add(&stats);
                        }
                        Err(it) => {
                            done.store(polls, Ordering::Relaxed);
                            broken.lock().expect("no thread panics here").get_or_insert(it);
                        }
                    }
                }
                total.lock().expect("no thread panics here").add(&mine);
            });
        }
    });
    match broken.into_inner().expect("no thread panics here") {
        Some(it) => Err(it),
        None => Ok(total.into_inner().expect("no thread panics here")),
    }
}

/// Says how far a run is, where that is due.
fn tell(elapsed: Duration, due: &Mutex<Duration>, polls: u64, lives: u64) {
    let mut due = due.lock().expect("no thread panics here");
    if elapsed >= *due {
        *due += TELL_EVERY;
        println!("after {:.0} s: {polls} polls in {lives} lives, and no law is broken", elapsed.as_secs_f64());
    }
}
