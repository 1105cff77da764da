//! What outlives a poller: a page that is closed, an isolate that is evicted, a module that trapped.

use super::budget::Budget;
use super::event::Output;
use super::flight::Session;
use super::mistake::Mistake;
use super::poller::{Held, Poller, TOKEN_LIFE, VERIFY_EVERY};
use super::time::{Instant, Now};
use crate::protocol::date::UnixMilliseconds;
use crate::protocol::response::DAY_IN_SECONDS;
use crate::protocol::Token;

/// What the next poller needs to go on where this one was. The configuration itself is kept by the host, which gives back a token only together
/// with the configuration that was held when it was saved. Times are dates, because no other clock outlives its host; whatever they say,
/// [`Input::Resume`](super::Input::Resume) makes sense of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// The session's token, where there is one.
    pub token: Option<Token>,
    /// When the token was asked for.
    pub obtained: UnixMilliseconds,
    /// When the next poll is due.
    pub due: UnixMilliseconds,
    /// The interval that the service named last, in milliseconds.
    pub interval: u64,
    /// Whether a request with this token may have reached the service without its answer being taken in.
    pub replayed: bool,
    /// Whether the poller goes on with this token when it is due, without saying so again, as a loop does. Who finds the token afterwards takes it for
    /// [`Saved::replayed`] from then on.
    pub in_use: bool,
    /// Whether the session ever yielded a usable next token.
    pub yielded: bool,
    /// Whether a new session has to verify what is held.
    pub verify: bool,
    /// Whether the newest content that the service has is not one that can be held.
    pub rejected: bool,
    /// From when on a session may be opened to verify.
    pub verify_from: UnixMilliseconds,
    /// How many sessions may be opened at once.
    pub sessions_left: u32,
    /// When one more may be opened.
    pub refilled_at: UnixMilliseconds,
    /// How long the one after that takes, in milliseconds.
    pub refill: u64,
}

/// Clocks do not run alike: a token that is in use may be sent so many milliseconds before the date at which it is due.
const TOLERANCE: u64 = 10_000;

impl Saved {
    /// From which date on who finds this takes its token for replayed.
    fn in_use_from(&self) -> Option<UnixMilliseconds> {
        self.in_use.then(|| if self.replayed { 0 } else { self.due.saturating_sub(TOLERANCE) })
    }
}

impl Now {
    /// The date of an instant.
    fn date_of(self, instant: Instant) -> UnixMilliseconds {
        self.wall.saturating_add(instant.since(self.monotonic)).saturating_sub(self.monotonic.since(instant))
    }

    /// The instant of a date that is not past, at most `most` milliseconds from now: a clock may have been set meanwhile.
    fn instant_of(self, date: UnixMilliseconds, most: u64) -> Instant {
        self.monotonic.plus(date.saturating_sub(self.wall).min(most))
    }
}

impl Poller {
    /// Tells the host to keep how things stand. `in_use`: see [`Saved::in_use`].
    pub(crate) fn save(&mut self, in_use: bool) {
        let now = self.now;
        let (sessions_left, refilled_at, refill) = self.budget.parts(now.monotonic);
        let mut saved = Saved {
            interval: self.schedule.interval(),
            in_use,
            verify: self.verify,
            rejected: self.rejected,
            verify_from: now.date_of(self.verify_from),
            sessions_left,
            refilled_at: now.date_of(refilled_at),
            refill,
            ..Saved::default()
        };
        if let Some(session) = &mut self.session {
            saved.token = Some(session.token.clone());
            saved.obtained = session.obtained.wall;
            saved.due = now.date_of(session.due);
            saved.replayed = session.replayed;
            saved.yielded = session.yielded;
            session.in_use_from = saved.in_use_from();
        }
        if !self.mistaken(Mistake::SavesNothing) {
            self.outputs.push(Output::Save(saved));
        }
    }

    /// Goes on where another poller was; of no effect once this one has begun.
    #[inline(never)]
    pub(crate) fn resume(&mut self, saved: Option<Saved>, held: Option<Held>) {
        let now = self.now;
        if self.requests > 0 {
            return;
        }
        self.unconfirmed = held.is_some();
        self.held = held;
        let Some(saved) = saved else { return };
        let interval = saved.interval.clamp(1000, u64::from(DAY_IN_SECONDS) * 1000);
        self.schedule.resume(interval);
        if !self.mistaken(Mistake::ForgetsBudget) {
            self.budget = Budget::resume(now, saved.sessions_left, saved.refilled_at, saved.refill);
        }
        self.verify = saved.verify && !self.mistaken(Mistake::ForgetsVerifying);
        self.rejected = saved.rejected;
        self.verify_from = now.instant_of(saved.verify_from, VERIFY_EVERY);
        let in_use_from = saved.in_use_from();
        let Some(token) = saved.token else { return };
        let replayed = saved.replayed || in_use_from.is_some_and(|from| now.wall >= from);
        let age = now.wall.saturating_sub(saved.obtained);
        self.sent = Some((now.monotonic, age)).filter(|_| !self.mistaken(Mistake::ForgetsLastRequest));
        self.session = Some(Session {
            token,
            // The other clock may have begun just now: where it says too little, the date says it all.
            obtained: Now { monotonic: now.monotonic.minus(age), wall: saved.obtained.min(now.wall) },
            // The first poll of a session waits for nothing.
            due: if saved.yielded && !self.mistaken(Mistake::PollsBeforeSavedDue) {
                now.instant_of(saved.due, (interval + interval / 10).min(TOKEN_LIFE))
            } else {
                now.monotonic
            },
            asked: saved.yielded || saved.replayed || saved.in_use,
            replayed: replayed && !self.mistaken(Mistake::ForgetsReplays),
            yielded: saved.yielded,
            in_use_from,
        });
    }
}
