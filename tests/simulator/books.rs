//! What an observer knew when a client said that something is to be kept, and what the next one makes of it.

use appconfig_edge::protocol::date::UnixMilliseconds;
use appconfig_edge::session::{Now, Saved};

use super::ledger;
use super::observer::{at, Observer};
use super::pace;
use super::purse;
use super::service::Version;
use super::violation::{law, Violation};

/// Clocks do not run alike: a token counts as due so many milliseconds before it is.
const TOLERANCE: u64 = 10_000;

/// Everything by the date.
#[derive(Clone)]
pub(crate) struct Books {
    ledger: ledger::Kept,
    purse: purse::Kept,
    pace: pace::Kept,
    held: Option<Version>,
    rejected: bool,
    blind: bool,
}

impl Books {
    pub(crate) fn of(observer: &Observer, now: Now) -> Self {
        Self {
            ledger: observer.ledger.keep(now),
            purse: observer.purse.keep(now),
            pace: observer.pace.keep(now),
            held: observer.held,
            rejected: observer.rejected,
            blind: observer.blind,
        }
    }

    pub(crate) fn token(&self) -> Option<u32> {
        self.ledger.token()
    }

    pub(crate) fn held(&self) -> Option<Version> {
        self.held
    }
}

/// What the next owner finds.
#[derive(Clone, Default)]
pub(crate) struct Found {
    pub(crate) saved: Option<Saved>,
    pub(crate) books: Option<Books>,
    /// What is held, from there or given beforehand.
    pub(crate) held: Option<Version>,
}

/// What a client last said is to be kept of its token.
#[derive(Clone, Copy)]
struct Told {
    token: Option<u32>,
    in_use: bool,
    due: UnixMilliseconds,
}

impl Told {
    fn of(saved: &Saved, token: Option<u32>) -> Self {
        Self { token, in_use: saved.in_use, due: if saved.replayed { 0 } else { saved.due } }
    }

    /// Whether who finds this must believe that the token may have been sent.
    fn warns(&self, date: UnixMilliseconds) -> bool {
        self.in_use && date.saturating_add(TOLERANCE) >= self.due
    }
}

/// What a client says is to be kept: once for each answer that counts, at the end, and before a token is sent of which nobody would know.
#[derive(Clone, Default)]
pub(crate) struct Keeping {
    told: Option<Told>,
    /// It must be said in this step.
    pub(crate) is_due: bool,
    /// It was said because a poll follows.
    announces: bool,
}

impl Keeping {
    pub(crate) fn found(saved: &Saved, token: Option<u32>) -> Self {
        Self { told: Some(Told::of(saved, token)), ..Self::default() }
    }

    pub(crate) fn warns(&self, token: Option<u32>, date: UnixMilliseconds) -> bool {
        self.told.as_ref().is_some_and(|it| it.token == token && it.warns(date))
    }

    /// Whether what is kept says that its token is in use.
    pub(crate) fn is_in_use(&self) -> bool {
        self.told.as_ref().is_some_and(|it| it.in_use)
    }

    pub(crate) fn said(&mut self, now: Now, saved: &Saved, token: Option<u32>) -> Result<(), Violation> {
        if !std::mem::take(&mut self.is_due) {
            law!(0, !self.warns(token, now.wall), "what is kept is to be kept once more");
            self.announces = true;
        }
        self.told = Some(Told::of(saved, token));
        Ok(())
    }

    /// A poll goes out.
    pub(crate) fn poll(&mut self, now: Now, token: Option<u32>) -> Result<(), Violation> {
        law!(2, !self.is_due, "what is to be kept is not told");
        law!(8, self.warns(token, now.wall), "a token is sent, and who finds it would not know");
        self.announces = false;
        Ok(())
    }

    /// At the end of a step.
    pub(crate) fn check(&self) -> Result<(), Violation> {
        law!(2, !self.is_due, "what is to be kept is not told");
        law!(0, !self.announces, "something is to be kept without need");
        Ok(())
    }
}

impl Observer {
    /// Goes on where another client was.
    pub(crate) fn resume(&mut self, now: Now, found: &Found) {
        let time = at(now);
        self.deadline.disturbed(time);
        (self.held, self.unconfirmed) = (found.held, found.held.is_some());
        let (Some(saved), Some(books)) = (&found.saved, &found.books) else { return };
        let token = books.ledger.token();
        self.keeping = Keeping::found(saved, token);
        self.ledger.resume(now, &books.ledger, self.keeping.warns(token, now.wall), saved.in_use);
        self.purse.resume(now, &books.purse);
        self.pace.resume(now, &books.pace);
        self.rest.resume(now, books.ledger.since());
        (self.rejected, self.blind) = (books.rejected, books.blind);
    }
}

/// A moment of the monotonic clock as a date.
pub(crate) fn date_of(now: Now, instant: u64) -> i64 {
    signed(now.wall) - signed(at(now)) + signed(instant)
}

/// How long it is until a date, at most `most`; 0 where it is past.
pub(crate) fn until(now: Now, date: i64, most: u64) -> u64 {
    u64::try_from(date - signed(now.wall)).unwrap_or(0).min(most)
}

pub(crate) fn signed(it: u64) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}
