//! Invariant 1: the request that is in flight, and how long it may be.

use appconfig_edge::protocol::Operation;
use appconfig_edge::session::{Limits, Now, RequestId};

#[derive(Clone)]
pub(crate) struct Flight {
    pub(crate) id: RequestId,
    pub(crate) operation: Operation,
    pub(crate) sent: Now,
    /// When something of the answer last arrived.
    pub(crate) progress: Option<u64>,
}

impl Flight {
    /// From when on it is abandoned, by the client's monotonic clock.
    pub(crate) fn deadline(&self, limits: &Limits) -> u64 {
        let sent = self.sent.monotonic.as_milliseconds();
        self.progress.map_or(sent + limits.headers, |it| it + limits.idle).min(sent + limits.total)
    }
}
