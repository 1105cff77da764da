//! What a poller is for.

use crate::protocol::{Endpoint, SessionInput};

/// The time limits of a request, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the answer's headers, what `sign` and `headers` take included.
    pub headers: u64,
    /// Without a byte of the answer.
    pub idle: u64,
    /// For the whole request.
    pub total: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { headers: 10_000, idle: 10_000, total: 120_000 }
    }
}

/// What a poller is for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the service is.
    pub endpoint: Endpoint,
    /// Which configuration is wanted.
    pub input: SessionInput,
    /// The time limits of a request.
    pub limits: Limits,
    /// Whether each attempt is authenticated anew, so that one more attempt after a first 401 or 403 makes sense.
    pub renews_credentials: bool,
    /// What a loop waits at least from one request to the next while nobody looks at what it brings, in milliseconds; `None`: it asks nothing then.
    pub hidden_interval: Option<u64>,
    /// For jitter. Any number, different for each client.
    pub seed: u64,
}
