//! What goes into the poller and what comes out.

use super::error::Error;
use super::poller::Held;
use super::saved::Saved;
use super::time::Instant;
use crate::protocol::{Request, Response};
use alloc::string::String;

/// Names a request of one poller; never used twice. A late answer carries an id that is no longer awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// Something that happened.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // passed by value once; a box would be an allocation a poll
pub enum Input {
    /// Poll from now on. Without effect while it does already.
    Start,
    /// Do nothing any more. The session is kept for a later start.
    Stop,
    /// Somebody wants the newest configuration: poll if a poll is due. Works without a start as well; then exactly this
    /// one attempt is made, with the new session that it may need.
    Refresh,
    /// Go on where another poller was: with what it saved, where that is still there, and with what is held already, be it from there or
    /// given beforehand. Nothing of it is confirmed. The first input, before anything is asked.
    Resume(Option<Saved>, Option<Held>),
    /// Whether somebody looks at what the loop brings. A refresh does not care.
    Visible(bool),
    /// Whether the host has a network; without one the loop waits. A refresh does not care.
    Online(bool),
    /// Whether a limit of the caller's own is used up: then a request goes out every fifteen minutes at most.
    Limited(bool),
    /// A timer fired, be it early, late or without need.
    Timeout,
    /// A request's headers or some of its body arrived; it is not over yet.
    Progress(RequestId),
    /// A request was answered, and its answer read to the end.
    Response(RequestId, Response),
    /// A request came to nothing.
    Failure(RequestId, Failure),
}

/// How a request came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It could not be prepared and was certainly not sent.
    NotSent,
    /// It was perhaps sent, and no answer came.
    Network,
    /// An answer began and broke off, or was shorter than announced.
    BodyCut,
    /// It was redirected, by an answer whose status the host hides.
    Redirected,
}

/// Something to do.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send this request, without following redirects and past every cache, and report how it went.
    Request(RequestId, Request),
    /// Nobody waits for this request any more.
    Cancel(RequestId),
    /// Keep this instead of what was kept before; where a request follows, before it is sent. For hosts that outlive the poller.
    Save(Saved),
    /// Tell whoever listens.
    Event(Event),
    /// Nothing more for now: feed [`Input::Timeout`] at this time, or sooner the next input. `None`: only an input matters.
    Timeout(Option<Instant>),
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// There is a new configuration.
    Updated(Update),
    /// A poll confirmed the configuration that is held.
    Unchanged,
    /// An attempt failed.
    Failed {
        /// Why.
        error: Error,
        /// When the next attempt is due.
        retry_at: Instant,
    },
    /// The status changed.
    StatusChanged {
        /// What it is now.
        status: Status,
        /// What it was.
        previous: Status,
    },
}

/// A new configuration: content, content type or version label differ from what was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The request whose body it is.
    pub body_of: RequestId,
    /// Its `Content-Type`.
    pub content_type: Option<String>,
    /// Its `Version-Label`.
    pub version_label: Option<String>,
}

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started yet.
    Idle,
    /// Started, and nothing to serve yet.
    Starting,
    /// The configuration is as new as the poll interval allows.
    Ready,
    /// A configuration is served, but a due poll has not confirmed it.
    Stale,
    /// Stopped.
    Stopped,
}
