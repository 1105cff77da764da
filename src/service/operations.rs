//! The two operations, on sessions and deployments.

use super::deployments::{Deployments, State};
use super::fault::Faults;
use super::seal::{Claim, Seal};
use super::sessions::{Sessions, LIFETIME};
use super::{is_identifier, Configuration, Fault, Options, Plan, Refusal, Replay, Target, Unfit};
use crate::protocol::date::UnixMilliseconds;
use crate::protocol::response::{DAY_IN_SECONDS, DEFAULT_INTERVAL_IN_SECONDS};
use crate::protocol::{Problem, ResourceType, SessionInput, Token};
use crate::random::Random;
use alloc::borrow::ToOwned;

/// The least minimum that a session may ask for.
const LEAST_REQUIRED_MINIMUM_IN_SECONDS: u32 = 15;

/// The whole service.
pub struct Service {
    pub(super) options: Options,
    seal: Seal,
    pub(super) random: Random,
    sessions: Sessions,
    deployments: Deployments,
    pub(super) faults: Faults,
}

/// What GetLatestConfiguration gives.
#[derive(Clone, Debug)]
pub struct Latest {
    /// The token for the next poll.
    pub next_token: Token,
    /// How long to wait for that.
    pub interval_in_seconds: u32,
    configuration: Configuration,
    changed: bool,
}

impl Latest {
    /// The configuration, if its session does not have it yet.
    #[must_use]
    pub fn changed(&self) -> Option<&Configuration> {
        self.changed.then_some(&self.configuration)
    }

    /// The format of the configuration, told whether it is sent or not.
    #[must_use]
    pub fn content_type(&self) -> &str {
        self.configuration.content_type()
    }
}

impl Service {
    /// A service where nothing is deployed. The same seed gives the same tokens and request ids.
    #[must_use]
    pub fn new(options: Options, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let seal = Seal::new(random.next(), options.token_characters);
        Self { options, seal, random, sessions: Sessions::default(), deployments: Deployments::default(), faults: Faults::default() }
    }

    /// Makes `target` known without deploying anything there: sessions may start, and their polls are told that nothing is deployed.
    pub fn register(&mut self, target: &Target) {
        self.deployments.register(target);
    }

    /// Lets the id of an application, an environment or a profile stand for its name, as both are accepted on AWS.
    ///
    /// # Errors
    /// [`Unfit::Identifier`] where the id, or the name, cannot be named in a request.
    pub fn identify(&mut self, id: &str, name: &str) -> Result<(), Unfit> {
        if !is_identifier(id) || !is_identifier(name) {
            return Err(Unfit::Identifier);
        }
        self.deployments.identify(id, name);
        Ok(())
    }

    /// Deploys `configuration` to `target`. Every poll from now on sees it; one of the same content counts as new, too.
    pub fn deploy(&mut self, target: &Target, configuration: Configuration) {
        self.deployments.deploy(target, configuration);
    }

    /// Takes back what is deployed to `target`: polls are told that there is no configuration. `false` where nothing was deployed.
    pub fn revert(&mut self, target: &Target) -> bool {
        self.deployments.revert(target)
    }

    /// Everything that is deployed, in the order of the names.
    pub fn deployed(&self) -> impl Iterator<Item = (&Target, &Configuration)> {
        self.deployments.iter()
    }

    /// How many sessions there are.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Lets something go wrong. Of several faults that fit a request the one that was planned first happens.
    pub fn fault(&mut self, plan: Plan) {
        self.faults.add(plan);
    }

    /// The faults that are still to come.
    pub fn faults(&self) -> impl Iterator<Item = &Plan> {
        self.faults.iter()
    }

    /// Forgets the faults that have not happened yet: those of one name, or all.
    pub fn clear_faults(&mut self, only: Option<Fault>) {
        self.faults.clear(only);
    }

    /// Changes the poll interval for every answer from now on; see [`Options::interval_in_seconds`].
    pub fn set_interval(&mut self, interval_in_seconds: Option<u32>) {
        self.options.interval_in_seconds = interval_in_seconds;
    }

    /// Changes what a spent token gets from now on.
    pub fn set_replay(&mut self, replay: Replay) {
        self.options.replay = replay;
    }

    /// StartConfigurationSession.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] and [`Refusal::NotFound`].
    pub fn start_configuration_session(&mut self, now: UnixMilliseconds, input: &SessionInput) -> Result<Token, Refusal> {
        let names = [&input.application_identifier, &input.environment_identifier, &input.configuration_profile_identifier];
        if !names.into_iter().all(|name| is_identifier(name)) {
            return Err(Refusal::Invalid("Expected identifiers of 1 to 128 characters without control characters"));
        }
        let required = input.required_minimum_poll_interval_in_seconds;
        if required.is_some_and(|seconds| !(LEAST_REQUIRED_MINIMUM_IN_SECONDS..=DAY_IN_SECONDS).contains(&seconds)) {
            return Err(Refusal::Invalid("Expected RequiredMinimumPollIntervalInSeconds from 15 to 86400"));
        }
        let slot = self.deployments.find(input)?;
        let session = self.sessions.open(now, slot, required);
        // An initial token may be used at once.
        Ok(self.seal.write(Claim { session, sequence: 0, issued: now, wait: 0, seen: 0 }))
    }

    /// GetLatestConfiguration. Only a success spends the token.
    ///
    /// # Errors
    /// [`Refusal::Token`] and [`Refusal::NotFound`].
    pub fn get_latest_configuration(&mut self, now: UnixMilliseconds, token: &str) -> Result<Latest, Refusal> {
        let claim = self.seal.read(token).ok_or(Refusal::Token(Problem::Corrupted))?;
        self.poll(now, claim)
    }

    pub(super) fn claim(&self, token: &str) -> Option<Claim> {
        self.seal.read(token)
    }

    /// What a claim's session is for, while the session is there.
    pub(super) fn target(&self, claim: Claim) -> Option<&Target> {
        Some(&self.deployments.get(self.sessions.get(claim.session)?.slot).0)
    }

    pub(super) fn poll(&mut self, now: UnixMilliseconds, claim: Claim) -> Result<Latest, Refusal> {
        let refused = |problem| Err(Refusal::Token(problem));
        if now.saturating_sub(claim.issued) > LIFETIME {
            return refused(Problem::Expired);
        }
        // A true token whose session is gone: this service was busy, or started again with the same seed.
        let Some(session) = self.sessions.get_mut(claim.session) else { return refused(Problem::Expired) };
        let fresh = claim.sequence == session.sequence;
        if claim.sequence > session.sequence || (!fresh && self.options.replay == Replay::Refused) {
            return refused(Problem::Corrupted);
        }
        if now < claim.issued.saturating_add(claim.wait) {
            return refused(Problem::PollIntervalNotSatisfied);
        }
        let (target, state) = self.deployments.get(session.slot);
        let (number, configuration) = match state {
            State::Deployed(number, configuration) => (*number, configuration.clone()),
            State::Never => return Err(nothing(ResourceType::Deployment, target)),
            State::Reverted => return Err(nothing(ResourceType::Configuration, target)),
        };
        let has = match self.options.replay {
            // As far as the service knows, the first answer arrived; and so it says that nothing is new, whatever is deployed.
            Replay::Empty if !fresh => session.seen,
            _ => claim.seen,
        };
        let changed = has != number && (fresh || self.options.replay != Replay::Empty);
        if fresh {
            session.sequence += 1;
        }
        session.seen = if changed { number } else { has };
        session.used = now;
        let interval_in_seconds = interval(&self.options, session.required_minimum);
        let next = Claim {
            session: claim.session,
            sequence: session.sequence,
            issued: now,
            wait: u64::from(interval_in_seconds) * 1000,
            seen: session.seen,
        };
        Ok(Latest { next_token: self.seal.write(next), interval_in_seconds, configuration, changed })
    }
}

fn interval(options: &Options, required_minimum: Option<u32>) -> u32 {
    match options.interval_in_seconds {
        None => required_minimum.unwrap_or(DEFAULT_INTERVAL_IN_SECONDS),
        Some(seconds) => seconds.clamp(1, DAY_IN_SECONDS).max(required_minimum.unwrap_or(0)),
    }
}

fn nothing(resource_type: ResourceType, target: &Target) -> Refusal {
    let referenced_by = [
        ("ApplicationIdentifier", &target.application),
        ("EnvironmentIdentifier", &target.environment),
        ("ConfigurationProfileIdentifier", &target.configuration_profile),
    ];
    Refusal::NotFound { resource_type, referenced_by: referenced_by.map(|(name, value)| (name.to_owned(), value.clone())).to_vec() }
}
