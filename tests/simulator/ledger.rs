//! Invariant 2: which token is good, what may have become of it, and why there may be a new session.

use appconfig_edge::session::{Instant, Now};

use super::books::{date_of, until};
use super::observer::at;
use super::violation::{law, Violation};

const DAY: u64 = 86_400_000;
/// A token that has less than this left may be given up.
const RESERVE: u64 = 15 * 60_000;
const HOUR: u64 = 3_600_000;

#[derive(Clone)]
struct Token {
    number: u32,
    /// When the request was sent whose answer brought it.
    since: Now,
    asked: bool,
    /// Whether it may be spent without its answer having been taken.
    doubtful: bool,
    /// Whether its session has yielded nothing yet.
    initial: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Ledger {
    token: Option<Token>,
    /// An empty answer to a doubtful token may have hidden an update.
    pub(crate) hidden: bool,
    /// From when on a session may be opened only to verify.
    verify_at: u64,
    /// The session that is being opened is to verify.
    verifying: bool,
}

/// What is kept of it, by the date.
#[derive(Clone)]
pub(crate) struct Kept {
    token: Option<Token>,
    hidden: bool,
    verify_at: i64,
}

impl Kept {
    /// The date of the request that brought the token.
    pub(crate) fn since(&self) -> Option<u64> {
        self.token.as_ref().map(|it| it.since.wall)
    }

    pub(crate) fn token(&self) -> Option<u32> {
        self.token.as_ref().map(|it| it.number)
    }
}

/// What a session's end says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// There was none.
    None,
    Yielded,
    Wasted,
}

fn age(now: Now, then: Now) -> u64 {
    now.monotonic.since(then.monotonic).max(now.wall.saturating_sub(then.wall))
}

impl Ledger {
    /// Whether only a new session leads on, now or so many milliseconds ahead.
    pub(crate) fn needs_session(&self, now: Now, ahead: u64) -> bool {
        self.token.as_ref().is_none_or(|it| age(now, it.since) + ahead >= DAY - RESERVE)
    }

    /// From when on a session may be opened only to verify.
    pub(crate) fn verify_at(&self) -> u64 {
        self.verify_at
    }

    pub(crate) fn number(&self) -> Option<u32> {
        self.token.as_ref().map(|it| it.number)
    }

    pub(crate) fn keep(&self, now: Now) -> Kept {
        Kept { token: self.token.clone(), hidden: self.hidden, verify_at: date_of(now, self.verify_at) }
    }

    /// Goes on with another client's token; `warned`: it may have been sent since.
    pub(crate) fn resume(&mut self, now: Now, kept: &Kept, warned: bool, in_use: bool) {
        self.hidden = kept.hidden;
        self.verify_at = at(now) + until(now, kept.verify_at, HOUR);
        self.token = kept.token.clone().map(|it| Token {
            since: Now {
                monotonic: Instant::from_milliseconds(at(now).saturating_sub(now.wall.saturating_sub(it.since.wall))),
                wall: it.since.wall.min(now.wall),
            },
            asked: !it.initial || it.doubtful || in_use,
            doubtful: it.doubtful || warned,
            ..it
        });
    }

    /// A poll is sent with this token. Returns whether it is the first one of a session.
    pub(crate) fn poll(&mut self, number: Option<u32>, now: Now) -> Result<bool, Violation> {
        let Some(token) = &mut self.token else {
            law!(2, false, "a poll without a token that is good");
            return Ok(false);
        };
        law!(2, number == Some(token.number), "a poll with token {number:?} instead of {}", token.number);
        law!(2, age(now, token.since) < DAY, "a poll with a token that is older than a day");
        Ok(token.initial && !std::mem::replace(&mut token.asked, true))
    }

    /// A session is asked for.
    pub(crate) fn start(&mut self, now: Now) -> Result<(), Violation> {
        let verifies = self.hidden && now.monotonic.as_milliseconds() >= self.verify_at();
        law!(
            2,
            self.needs_session(now, 0) || verifies,
            "a session is asked for without a reason: the token is good, {}",
            if self.hidden { "and the last verifying session was less than an hour ago" } else { "and nothing is hidden" }
        );
        // One that takes the place of an old token verifies as well.
        self.verifying = self.hidden && self.token.is_some();
        Ok(())
    }

    /// The service may have seen the token, and its answer is not taken.
    pub(crate) fn doubt(&mut self) {
        if let Some(token) = &mut self.token {
            token.doubtful = true;
        }
    }

    pub(crate) fn is_doubtful(&self) -> bool {
        self.token.as_ref().is_some_and(|it| it.doubtful)
    }

    /// Whether the token's session has yielded nothing yet.
    pub(crate) fn is_initial(&self) -> bool {
        self.token.as_ref().is_some_and(|it| it.initial)
    }

    fn end(&self) -> End {
        match &self.token {
            None => End::None,
            Some(it) if it.initial => End::Wasted,
            Some(_) => End::Yielded,
        }
    }

    pub(crate) fn refused(&mut self) -> End {
        let end = self.end();
        self.token = None;
        end
    }

    pub(crate) fn opened(&mut self, number: u32, since: Now, now: u64) -> End {
        let end = self.end();
        if self.verifying {
            self.verify_at = now + HOUR;
        }
        self.token = Some(Token { number, since, asked: false, doubtful: false, initial: true });
        end
    }

    pub(crate) fn succeeded(&mut self, number: u32, since: Now) {
        self.token = Some(Token { number, since, asked: false, doubtful: false, initial: false });
    }
}
