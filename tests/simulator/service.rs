//! The service as wire.md describes it, small: sessions, single-use tokens, intervals, expiry, deployments. Written
//! without a look at `src/service`, so that the two can disagree.

use appconfig_edge::session::Held;

/// A configuration, as far as anybody can tell two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// Stands for the bytes.
    pub(crate) content: u32,
    /// Index into [`CONTENT_TYPES`].
    pub(crate) content_type: usize,
    pub(crate) label: Option<u32>,
}

impl Version {
    /// What a client knows of it, beside its bytes.
    pub(crate) fn held(self) -> Held {
        Held { content_type: Some(CONTENT_TYPES[self.content_type].to_owned()), version_label: self.label.map(|it| it.to_string()) }
    }
}

pub(crate) const CONTENT_TYPES: [&str; 4] = ["application/json", "text/plain", "application/x-yaml", "application/octet-stream"];

/// Whether a client can hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    Good,
    Malformed,
    /// The caller's own check refuses it.
    Refused,
    TooLarge,
    /// No bytes at all: nobody can tell it from nothing new.
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deployment {
    pub(crate) version: Version,
    pub(crate) quality: Quality,
    /// Tells deployments of equal versions apart.
    serial: u32,
}

/// What a token gets that was used before: not documented, so each is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replay {
    Refused,
    /// The same content again, judged anew: newer content where there is some by now.
    Again,
    /// The same answer as the first time, even if there is newer content by now.
    Cached,
    /// Accepted but empty.
    Empty,
}

struct Token {
    issued: u64,
    not_before: u64,
    /// What its session has got so far.
    delivered: Option<u32>,
    spent: bool,
    /// What was answered when it was spent.
    first: Option<Deployment>,
}

pub(crate) enum Reply {
    Session(u32),
    /// A configuration or, where there is none, nothing new.
    Configuration {
        deployment: Option<Deployment>,
        next: u32,
        /// In seconds.
        interval: u32,
        /// Whether this is an earlier answer once more.
        is_cached: bool,
    },
    Missing,
    TooEarly,
    Expired,
    Spent,
}

pub(crate) struct Service {
    pub(crate) replay: Replay,
    /// In seconds.
    pub(crate) interval: u32,
    /// What clients may ask for at least; emulators pass it over.
    pub(crate) minimum: u32,
    deployed: Option<Deployment>,
    deployments: u32,
    tokens: Vec<Token>,
}

const DAY: u64 = 86_400_000;

impl Service {
    pub(crate) fn new(replay: Replay, interval: u32, minimum: u32) -> Self {
        Self { replay, interval, minimum, deployed: None, deployments: 0, tokens: Vec::new() }
    }

    pub(crate) fn deploy(&mut self, version: Version, quality: Quality) {
        self.deployments += 1;
        self.deployed = Some(Deployment { version, quality, serial: self.deployments });
    }

    pub(crate) fn withdraw(&mut self) {
        self.deployed = None;
    }

    /// What a client should hold: nothing that is withdrawn or not good.
    pub(crate) fn newest(&self) -> Option<Version> {
        self.deployed.filter(|it| it.quality == Quality::Good).map(|it| it.version)
    }

    /// What every answer asks for, in seconds.
    pub(crate) fn asked_interval(&self) -> u32 {
        self.interval.max(self.minimum)
    }

    fn issue(&mut self, issued: u64, not_before: u64, delivered: Option<u32>) -> u32 {
        self.tokens.push(Token { issued, not_before, delivered, spent: false, first: None });
        u32::try_from(self.tokens.len() - 1).unwrap_or(u32::MAX)
    }

    pub(crate) fn start_session(&mut self, time: u64) -> Reply {
        Reply::Session(self.issue(time, time, None))
    }

    pub(crate) fn poll(&mut self, number: u32, time: u64) -> Reply {
        let deployed = self.deployed;
        let Some(token) = self.tokens.get_mut(number as usize) else { return Reply::Spent };
        let answer = match (token.spent, self.replay) {
            _ if time - token.issued > DAY => return Reply::Expired,
            (false, _) if time < token.not_before => return Reply::TooEarly,
            (true, Replay::Refused) => return Reply::Spent,
            (true, Replay::Empty) => None,
            (true, Replay::Cached) => token.first,
            (false, _) | (true, Replay::Again) => match deployed {
                None => return Reply::Missing,
                Some(deployed) => Some(deployed).filter(|it| token.delivered != Some(it.serial)),
            },
        };
        let is_cached = self.replay == Replay::Cached && token.spent;
        if !token.spent {
            (token.spent, token.first) = (true, answer);
        }
        // With an empty replay the service believes that its first answer arrived.
        let delivered = answer.or(token.first).map(|it| it.serial).or(token.delivered);
        let interval = self.asked_interval();
        let next = self.issue(time, time + u64::from(interval) * 1000, delivered);
        Reply::Configuration { deployment: answer, next, interval, is_cached }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: Version = Version { content: 1, content_type: 0, label: None };

    fn replayed(replay: Replay) -> (Reply, Reply) {
        let mut service = Service::new(replay, 60, 0);
        service.deploy(VERSION, Quality::Good);
        let Reply::Session(token) = service.start_session(0) else { panic!() };
        assert!(matches!(service.poll(token, 0), Reply::Configuration { deployment: Some(_), .. }));
        let again = service.poll(token, 1000);
        let then = if let Reply::Configuration { next, .. } = again { service.poll(next, 61_000) } else { Reply::Missing };
        (again, then)
    }

    #[test]
    fn a_spent_token_gets_what_the_life_says() {
        assert!(matches!(replayed(Replay::Refused), (Reply::Spent, _)));
        assert!(matches!(
            replayed(Replay::Again),
            (Reply::Configuration { deployment: Some(_), .. }, Reply::Configuration { deployment: None, .. })
        ));
        assert!(matches!(
            replayed(Replay::Cached),
            (Reply::Configuration { deployment: Some(_), .. }, Reply::Configuration { deployment: None, .. })
        ));
        assert!(matches!(
            replayed(Replay::Empty),
            (Reply::Configuration { deployment: None, .. }, Reply::Configuration { deployment: None, .. })
        ));
    }

    #[test]
    fn a_poll_is_refused_before_its_time_and_after_its_day() {
        let mut service = Service::new(Replay::Refused, 60, 0);
        let Reply::Session(initial) = service.start_session(0) else { panic!() };
        assert!(matches!(service.poll(initial, 0), Reply::Missing), "nothing is deployed, and the token is not spent by that");
        service.deploy(VERSION, Quality::Good);
        let Reply::Configuration { deployment: Some(_), next, interval: 60, .. } = service.poll(initial, 0) else { panic!() };
        assert!(matches!(service.poll(next, 59_999), Reply::TooEarly));
        assert!(matches!(service.poll(next, 60_000), Reply::Configuration { deployment: None, .. }));
        assert!(matches!(service.poll(next, DAY + 1), Reply::Expired));
    }
}
