//! A record as a sequence of steps: what is to be given to the core, and what the core has to do by itself.

use std::collections::VecDeque;

use appconfig_edge::protocol::Operation;

use super::document::{Answer, Arrival, Call, Document, Kind, What};
use super::told::Told;

pub(crate) enum Do<'a> {
    Call(Call),
    /// The client sends its next request.
    Send {
        number: u64,
        operation: Operation,
        token: Option<u32>,
    },
    /// Something of an answer arrives.
    Progress(u64),
    Answer(u64, &'a Answer),
    Fail(u64, Kind),
    /// The date is another one than it was.
    Clock(u64),
}

pub(crate) struct Step<'a> {
    pub(crate) at: u64,
    /// The entry's index.
    pub(crate) entry: usize,
    pub(crate) what: Do<'a>,
}

/// An event that was recorded.
pub(crate) struct Expected<'a> {
    pub(crate) at: u64,
    pub(crate) entry: usize,
    pub(crate) told: &'a Told,
}

pub(crate) struct Script<'a> {
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) events: VecDeque<Expected<'a>>,
}

impl<'a> Script<'a> {
    pub(crate) fn of(document: &'a Document) -> Self {
        let mut steps = Vec::new();
        let mut events = VecDeque::new();
        // At least twice within the limit that it keeps from.
        let pause = (document.options.limits.idle / 2).max(1);
        for (entry, it) in document.entries.iter().enumerate() {
            let at = it.at;
            let step = |what| Step { at, entry, what };
            match &it.what {
                What::Call(call) if *call != Call::Stop && is_overtaken(document, entry) => {}
                What::Call(call) => steps.push(step(Do::Call(*call))),
                What::Request { number, operation, token } => {
                    steps.push(step(Do::Send { number: *number, operation: *operation, token: *token }));
                }
                What::Answer { number, arrival, answer } => {
                    progress(&mut steps, *number, *arrival, entry, pause, at);
                    steps.push(step(Do::Answer(*number, answer)));
                }
                What::Failure { number, arrival, kind } => {
                    if let Some(arrival) = arrival {
                        progress(&mut steps, *number, *arrival, entry, pause, at);
                    }
                    steps.push(step(Do::Fail(*number, *kind)));
                }
                What::Clock(clock) => steps.push(step(Do::Clock(*clock))),
                What::Event(told) => events.push_back(Expected { at, entry, told }),
            }
        }
        // What arrived before an answer's end was found with its end.
        steps.sort_by_key(|it| it.at);
        Self { steps, events }
    }
}

/// A body that took long never paused for longer than the limit, or the request would have been given up: so often something arrived.
fn progress(steps: &mut Vec<Step>, number: u64, arrival: Arrival, entry: usize, pause: u64, end: u64) {
    let mut at = arrival.headers;
    while at < arrival.last {
        steps.push(Step { at, entry, what: Do::Progress(number) });
        at += pause;
    }
    steps.push(Step { at: arrival.last.min(end), entry, what: Do::Progress(number) });
}

/// Whether nothing followed a `start()` or `refresh()` before the next `stop()`: the client was then stopped before its module was there,
/// or they found nothing to do.
fn is_overtaken(document: &Document, entry: usize) -> bool {
    let mut after = document.entries[entry + 1..].iter().map(|it| &it.what);
    let next = after.find(|it| !matches!(it, What::Clock(_) | What::Call(Call::Start | Call::Refresh)));
    matches!(next, Some(What::Call(Call::Stop)))
}
