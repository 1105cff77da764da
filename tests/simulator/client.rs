//! One owner of a host's session: a poller, what it lives in and who watches it. Most of the time there is one.

use appconfig_edge::session::Poller;

use super::host::Host;
use super::network::Network;
use super::observer::Observer;

pub(crate) struct Client {
    /// The how-manieth owner it is.
    pub(crate) number: u32,
    pub(crate) poller: Poller,
    pub(crate) twin: Option<Poller>,
    pub(crate) network: Network,
    pub(crate) host: Host,
    pub(crate) observer: Observer,
    /// When it is started again.
    pub(crate) start_at: Option<u64>,
    /// Where its monotonic clock began, while another one's counts.
    pub(crate) origin: i64,
    /// Nothing of it is left.
    pub(crate) is_gone: bool,
}

impl Client {
    pub(crate) fn new(number: u32, poller: impl Fn() -> Poller, has_twin: bool, host: Host, observer: Observer) -> Self {
        Self {
            number,
            poller: poller(),
            twin: has_twin.then(poller),
            network: Network::default(),
            host,
            observer,
            start_at: None,
            origin: 0,
            is_gone: false,
        }
    }

    /// When something happens to it by itself.
    pub(crate) fn next_at(&self) -> Option<u64> {
        [self.host.fires_at, self.network.next_at(), self.start_at].into_iter().flatten().min()
    }
}
