//! The session and poll loop as a state machine: inputs in, outputs out, nothing else.
//!
//! [`Poller`] has no clock, no random numbers and no I/O. Whoever drives it feeds [`Input`]s with the time at which they
//! happened and does what the [`Output`]s say until one is [`Output::Timeout`]; then it waits, for that time or for the
//! next input. `examples/native.rs` is a whole program around it; the module [`crate`] shows the loop in ten lines.

#![forbid(unsafe_code)]

mod answer;
mod budget;
mod error;
mod event;
mod flight;
mod mistake;
mod options;
mod poller;
mod saved;
mod schedule;
mod time;

pub use error::{Code, Error, Limit};
pub use event::{Event, Failure, Input, Output, RequestId, Status, Update};
#[cfg(feature = "mistakes")]
pub use mistake::Mistake;
pub use options::{Limits, Options};
pub use poller::{Held, Poller};
pub use saved::Saved;
pub use time::{Instant, Now};
