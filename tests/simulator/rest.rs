//! When a loop asks less often, or not at all: nobody looks, there is no network, a limit of the caller's own is used up.

use appconfig_edge::session::Now;

use super::books::signed;
use super::observer::at;
use super::violation::{law, Violation};

const LIMITED: u64 = 15 * 60_000;

/// Times are the client's monotonic ones, in milliseconds.
#[derive(Clone)]
pub(crate) struct Rest {
    pub(crate) hidden_interval: Option<u64>,
    pub(crate) visible: bool,
    pub(crate) online: bool,
    pub(crate) limited: bool,
    /// When the last request went out; a session and its first poll count as one.
    sent: Option<i64>,
    /// Back online, a loop may wait until then.
    back: u64,
}

impl Rest {
    pub(crate) fn new() -> Self {
        Self { hidden_interval: None, visible: true, online: true, limited: false, sent: None, back: 0 }
    }

    /// Goes on where another client was; `since`: the date of its last request, as far as it is known.
    pub(crate) fn resume(&mut self, now: Now, since: Option<u64>) {
        self.sent = since.map(|it| signed(at(now)) - signed(now.wall.saturating_sub(it)));
    }

    pub(crate) fn go_online(&mut self, now: u64, interval: u64) {
        if !std::mem::replace(&mut self.online, true) {
            self.back = now + interval / 10;
        }
    }

    /// Whether nothing is asked at all; `wanted`: by a refresh.
    pub(crate) fn rests(&self, wanted: bool) -> bool {
        !wanted && (!self.online || !self.visible && self.hidden_interval.is_none())
    }

    /// Whether the newest configuration may be late for it.
    pub(crate) fn slows(&self, running: bool) -> bool {
        self.limited || running && !(self.visible && self.online)
    }

    fn spacing(&self, wanted: bool) -> u64 {
        let hidden = if self.visible || wanted { 0 } else { self.hidden_interval.unwrap_or(0) };
        hidden.max(if self.limited { LIMITED } else { 0 })
    }

    /// Whether the time from one request to the next is longer than the service asks for.
    pub(crate) fn spaces(&self) -> bool {
        self.spacing(false) > 0
    }

    /// From when on the next request may go out.
    pub(crate) fn gate(&self, wanted: bool) -> u64 {
        let spacing = self.spacing(wanted);
        self.sent.filter(|_| spacing > 0).map_or(0, |it| u64::try_from(it + signed(spacing)).unwrap_or(0))
    }

    /// The same, and until when it may take its time.
    pub(crate) fn latest(&self, wanted: bool) -> u64 {
        self.gate(wanted).max(self.back)
    }

    /// Whether the wait after coming back online is over.
    pub(crate) fn is_back(&self, now: u64) -> bool {
        now >= self.back
    }

    /// A request goes out; `is_first`: the first poll of a session.
    pub(crate) fn request(&mut self, now: u64, wanted: bool, is_first: bool) -> Result<(), Violation> {
        law!(4, wanted || self.online, "a request of the loop, and there is no network");
        law!(4, !self.rests(wanted), "a request of the loop, and nobody looks");
        if is_first {
            return Ok(());
        }
        let gate = self.gate(wanted);
        let why = if self.limited { "limited" } else { "hidden" };
        law!(4, now >= gate, "a request {} ms too early while {why}", gate - now);
        self.sent = Some(signed(now));
        Ok(())
    }
}
