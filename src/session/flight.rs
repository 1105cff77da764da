//! A session's token, and the request that spends it.

use super::error::Limit;
use super::event::RequestId;
use super::options::Limits;
use super::time::{Instant, Now};
use crate::protocol::date::UnixMilliseconds;
use crate::protocol::{Operation, Token};

/// A configuration session, as long as its token is good.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) token: Token,
    /// When the request went out whose answer brought the token: no later than the service made it.
    pub(crate) obtained: Now,
    /// When the next poll is due.
    pub(crate) due: Instant,
    /// Whether a request with this token went out.
    pub(crate) asked: bool,
    /// Whether a request with this token may have reached the service without its answer being taken in.
    pub(crate) replayed: bool,
    /// Whether this session ever yielded a usable next token.
    pub(crate) yielded: bool,
    /// From which date on who finds what was saved of it takes it for replayed; `None`: it is not said to be in use.
    pub(crate) in_use_from: Option<UnixMilliseconds>,
}

impl Session {
    /// Whether its first poll is still to come.
    pub(crate) fn is_new(&self) -> bool {
        !self.yielded && !self.asked
    }
}

/// The request that is under way.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) id: RequestId,
    pub(crate) operation: Operation,
    pub(crate) sent: Now,
    pub(crate) progress: Option<Instant>,
}

impl Flight {
    /// When the request can no longer be answered, and the limit that says so.
    pub(crate) fn deadline(&self, limits: &Limits) -> (Instant, Limit) {
        let sent = self.sent.monotonic;
        let (next, limit) = match self.progress {
            None => (sent.plus(limits.headers), Limit::Headers),
            Some(progress) => (progress.plus(limits.idle), Limit::Idle),
        };
        let total = sent.plus(limits.total);
        if total < next {
            (total, Limit::Total)
        } else {
            (next, limit)
        }
    }
}
