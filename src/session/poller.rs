//! The poll loop.

use alloc::string::String;
use alloc::vec::Vec;

use super::budget::Budget;
use super::error::{Code, Error};
use super::event::{Event, Input, Output, RequestId, Status};
use super::flight::{Flight, Session};
use super::mistake::Mistake;
use super::options::Options;
use super::schedule::{Pace, Schedule};
use super::time::{Instant, Now};
use crate::protocol::{Operation, Request};
use crate::random::Random;

/// How long a token may be used, in milliseconds: the service's 24 hours, less the longest time that a request may be
/// under way and a reserve for clocks that do not run alike.
pub(crate) const TOKEN_LIFE: u64 = (24 * 60 - 10) * 60_000;
/// At most one session in this time is opened only to verify, in milliseconds.
pub(crate) const VERIFY_EVERY: u64 = 3_600_000;
/// From one request to the next while a limit of the caller's own is used up, in milliseconds.
const LIMITED_INTERVAL: u64 = 900_000;
/// A poll that is overdue by an interval, or by this where the interval is shorter, makes what is held stale.
const OVERDUE: u64 = 60_000;

/// What is held, as far as the core knows it: the content stays with the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Its `Content-Type`.
    pub content_type: Option<String>,
    /// Its `Version-Label`.
    pub version_label: Option<String>,
}

/// The session and poll loop of one client: see [`crate::session`].
#[derive(Clone, Debug)]
pub struct Poller {
    pub(crate) options: Options,
    pub(crate) random: Random,
    pub(crate) now: Now,
    /// Between start and stop.
    pub(crate) running: bool,
    /// Between stop and the next start.
    pub(crate) stopped: bool,
    /// A refresh waits for an attempt.
    pub(crate) wanted: bool,
    pub(crate) status: Status,
    pub(crate) session: Option<Session>,
    pub(crate) flight: Option<Flight>,
    pub(crate) requests: u32,
    pub(crate) schedule: Schedule,
    pub(crate) budget: Budget,
    pub(crate) held: Option<Held>,
    /// An empty answer to a replay may have hidden an update: a new session has to verify.
    pub(crate) verify: bool,
    /// From when on a session may be opened only to verify.
    pub(crate) verify_from: Instant,
    /// What is held came from elsewhere, and no poll has confirmed it.
    pub(crate) unconfirmed: bool,
    /// The newest content that the service has is not one that can be held.
    pub(crate) rejected: bool,
    /// The one more attempt after a first 401 or 403 is used up.
    pub(crate) renewed: bool,
    pub(crate) visible: bool,
    pub(crate) online: bool,
    pub(crate) limited: bool,
    /// When the last request went out that is more than the first poll of a session, and how long before that where it was another poller's.
    pub(crate) sent: Option<(Instant, u64)>,
    pub(crate) outputs: Vec<Output>,
    #[cfg(feature = "mistakes")]
    pub(crate) mistake: Option<Mistake>,
}

impl Poller {
    /// A poller that does nothing until its first [`Input::Start`] or [`Input::Refresh`].
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            random: Random::new(options.seed),
            options,
            now: Now::default(),
            running: false,
            stopped: false,
            wanted: false,
            status: Status::Idle,
            session: None,
            flight: None,
            requests: 0,
            schedule: Schedule::new(),
            budget: Budget::new(),
            held: None,
            verify: false,
            verify_from: Instant::default(),
            unconfirmed: false,
            rejected: false,
            renewed: false,
            visible: true,
            online: true,
            limited: false,
            sent: None,
            outputs: Vec::new(),
            #[cfg(feature = "mistakes")]
            mistake: None,
        }
    }

    /// How things stand.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether a request is under way.
    #[must_use]
    pub fn is_polling(&self) -> bool {
        self.flight.is_some()
    }

    /// The token of the session that there is, which the next poll spends; for the engine, whose host writes the request.
    #[cfg(all(feature = "client", target_arch = "wasm32"))]
    pub(crate) fn token(&self) -> &str {
        self.session.as_ref().map_or("", |session| session.token.as_str())
    }

    /// Takes in what happened at `now`. Read [`Poller::poll_output`] until it says [`Output::Timeout`] afterwards.
    pub fn handle_input(&mut self, now: Now, input: Input) {
        // A host's clock that steps back must not undo what was decided.
        self.now = Now { monotonic: now.monotonic.max(self.now.monotonic), wall: now.wall };
        if self.mistaken(Mistake::RollsDiceOfItsOwn) {
            self.random = Random::new(core::ptr::from_ref(self).addr() as u64);
        }
        // Every input first finds out what can no longer be answered, an answer that comes too late included; a stop abandons
        // all the same, and is followed by no error.
        if !matches!(input, Input::Stop) {
            self.apply_limit();
        }
        match input {
            Input::Start => (self.running, self.stopped) = (true, false),
            Input::Stop => self.stop(),
            Input::Refresh if !self.stopped => self.wanted = true,
            Input::Refresh | Input::Timeout => {}
            Input::Resume(saved, held) => self.resume(saved, held),
            Input::Visible(visible) => {
                self.visible = visible;
                if self.mistaken(Mistake::ComesBackLate) {
                    self.schedule.delay(self.now.monotonic.plus(self.schedule.interval()));
                }
            }
            Input::Online(online) => {
                if online && !core::mem::replace(&mut self.online, online) {
                    // All that share a network come back with it, and need not ask at once.
                    let jitter = self.random.up_to(self.schedule.interval() / 10);
                    self.schedule.delay(self.now.monotonic.plus(jitter));
                }
                self.online = online;
            }
            Input::Limited(limited) => self.limited = limited,
            Input::Progress(id) => {
                if let Some(flight) = self.flight.as_mut().filter(|flight| flight.id == id) {
                    flight.progress = Some(self.now.monotonic);
                }
            }
            Input::Response(id, response) => {
                if let Some(flight) = self.land(id) {
                    self.answered(&flight, response);
                }
            }
            Input::Failure(id, failure) => {
                if let Some(flight) = self.land(id) {
                    self.unanswered(&flight, failure);
                }
            }
        }
        self.advance();
        self.tell_status();
    }

    /// What to do next. [`Output::Timeout`] means: nothing more for now.
    pub fn poll_output(&mut self) -> Output {
        // Never more than a few: a VecDeque would only be more code.
        if self.outputs.is_empty() {
            // Gives back the room: with many clients it is most of what one holds.
            self.outputs = Vec::new();
            Output::Timeout(self.timeout())
        } else {
            self.outputs.remove(0)
        }
    }

    fn timeout(&self) -> Option<Instant> {
        let at = match &self.flight {
            Some(flight) => flight.deadline(&self.options.limits).0,
            None => self.next()?.1,
        };
        if self.mistaken(Mistake::StandsStill) {
            return Some(self.now.monotonic);
        }
        Some(at.max(self.now.monotonic))
    }

    fn stop(&mut self) {
        // Who has asked nothing says so only where what was saved says otherwise, and only once.
        let says_so = !self.stopped && (self.requests > 0 || self.session.as_ref().is_some_and(|session| session.in_use_from.is_some()));
        (self.running, self.stopped, self.wanted) = (self.mistaken(Mistake::PollsAfterStop), true, false);
        if let Some(flight) = self.flight.take() {
            self.outputs.push(Output::Cancel(flight.id));
            self.may_have_spent(flight.operation);
        }
        if says_so {
            self.save(false);
        }
    }

    /// Ends the flight with this id, if it is the one under way.
    fn land(&mut self, id: RequestId) -> Option<Flight> {
        if self.mistaken(Mistake::TakesLateAnswers) {
            return self.flight.take();
        }
        if self.flight.as_ref()?.id == id {
            self.flight.take()
        } else {
            None
        }
    }

    /// Abandons the request under way if it can no longer be answered in time; its token is kept.
    fn apply_limit(&mut self) {
        let Some((deadline, limit)) = self.flight.as_ref().map(|flight| flight.deadline(&self.options.limits)) else { return };
        if self.now.monotonic < deadline || self.mistaken(Mistake::NoTimeLimit) {
            return;
        }
        let Some(flight) = self.flight.take() else { return };
        self.outputs.push(Output::Cancel(flight.id));
        self.may_have_spent(flight.operation);
        let error = Error { limit: Some(limit), ..self.error(flight.operation, Code::TimedOut) };
        self.fail(error, Pace::Backoff, None);
    }

    /// Remembers that the service may have seen the token without us having its answer.
    pub(crate) fn may_have_spent(&mut self, operation: Operation) {
        if let (Operation::GetLatestConfiguration, Some(session)) = (operation, &mut self.session) {
            session.replayed = true;
        }
    }

    /// The next request and when it may go out; `None` while nobody wants any.
    fn next(&self) -> Option<(Operation, Instant)> {
        if !self.running && !self.wanted {
            return None;
        }
        let (operation, at) = self.next_of_schedule();
        let mut spacing = if self.limited && !self.mistaken(Mistake::IgnoresLimit) { LIMITED_INTERVAL } else { 0 };
        if !self.wanted || self.mistaken(Mistake::RefreshRests) {
            if !self.online && !self.mistaken(Mistake::IgnoresOffline) {
                return None;
            }
            if !self.visible && !self.mistaken(Mistake::IgnoresHidden) {
                spacing = spacing.max(self.options.hidden_interval?);
            }
        }
        // A session and its first poll are one attempt.
        let first = operation == Operation::GetLatestConfiguration && self.session.as_ref().is_some_and(Session::is_new);
        Some((
            operation,
            self.sent.filter(|_| spacing > 0 && !first).map_or(at, |(sent, before)| at.max(sent.plus(spacing.saturating_sub(before)))),
        ))
    }

    /// The same, as far as the service and its faults demand.
    fn next_of_schedule(&self) -> (Operation, Instant) {
        let hammers = self.mistaken(Mistake::HammersAfterFailures);
        let not_before = if hammers { self.schedule.not_before() } else { self.schedule.not_before_attempt() };
        let start_at = not_before.max(self.budget.next());
        let start_at = if self.mistaken(Mistake::NoBudget) { not_before } else { start_at };
        let Some(session) = &self.session else { return (Operation::StartConfigurationSession, start_at) };

        // The first poll of a session is at once, even amid failures: opening the session was the attempt.
        let mut poll_at = session.due.max(if session.is_new() { self.schedule.not_before() } else { not_before });
        if self.mistaken(Mistake::PollsEarly) {
            poll_at = Instant::from_milliseconds(poll_at.as_milliseconds().saturating_sub(1500));
        }
        // The first poll of a session brings everything: it verifies by itself.
        if self.verify && session.yielded {
            let verify_from = if self.mistaken(Mistake::VerifiesAlways) { start_at } else { self.verify_from };
            let verify_at = start_at.max(verify_from);
            // A poll that is due goes first: what it brings may make verifying unnecessary.
            if verify_at < poll_at {
                return (Operation::StartConfigurationSession, verify_at);
            }
        }
        let age_then = self.now.age_of(session.obtained).saturating_add(poll_at.since(self.now.monotonic));
        if age_then >= TOKEN_LIFE && !self.mistaken(Mistake::KeepsOldTokens) {
            // The day is over, or will be when the poll is due: a new session then, and no error.
            return (Operation::StartConfigurationSession, poll_at.max(start_at));
        }
        (Operation::GetLatestConfiguration, poll_at)
    }

    /// Sends the next request if its time has come.
    fn advance(&mut self) {
        if self.flight.is_some() && !self.mistaken(Mistake::TwoAtOnce) {
            return;
        }
        match self.next() {
            Some((operation, at)) if at <= self.now.monotonic => self.send(operation),
            // A refresh is answered with what is held, unless something is under way or there is nothing.
            _ if self.flight.is_none() && self.held.is_some() => self.wanted = false,
            _ => {}
        }
    }

    fn send(&mut self, operation: Operation) {
        let endpoint = &self.options.endpoint;
        let request = match (&self.session, operation) {
            // JavaScript writes the URL and the body itself, and the browser's module brings nothing that does.
            _ if cfg!(feature = "bare") => Request { operation, url: String::new(), body: None },
            (Some(session), Operation::GetLatestConfiguration) => Request::get_latest_configuration(endpoint, &session.token),
            _ => Request::start_configuration_session(endpoint, &self.options.input),
        };
        let mut is_first_poll = false;
        let mut says_so = true;
        if let (Some(session), Operation::GetLatestConfiguration) = (&mut self.session, operation) {
            is_first_poll = session.is_new();
            session.asked = true;
            // A date that was set back since makes what is saved say that the token is not due yet.
            says_so = session.in_use_from.is_some_and(|from| self.now.wall >= from);
        }
        if !is_first_poll {
            self.schedule.sent(self.now.monotonic, &mut self.random);
            self.sent = Some((self.now.monotonic, 0));
        }
        let is_late = self.mistaken(Mistake::SavesTooLate);
        if !says_so && !is_late {
            self.save(true);
        }
        self.requests = self.requests.wrapping_add(1);
        let id = RequestId(self.requests);
        self.flight = Some(Flight { id, operation: request.operation, sent: self.now, progress: None });
        self.outputs.push(Output::Request(id, request));
        if !says_so && is_late {
            self.save(true);
        }
    }

    /// When the next attempt is due, or would be if anybody wanted one.
    pub(crate) fn retry_at(&self) -> Instant {
        let next = self.next().map_or_else(|| self.schedule.not_before_attempt(), |(_, at)| at);
        next.max(self.now.monotonic)
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.outputs.push(Output::Event(event));
    }

    fn tell_status(&mut self) {
        let status = self.judge_status();
        let previous = core::mem::replace(&mut self.status, status);
        if status != previous {
            self.tell(Event::StatusChanged { status, previous });
        }
    }

    fn judge_status(&self) -> Status {
        if self.stopped {
            return Status::Stopped;
        }
        if self.status == Status::Idle && !self.running && !self.wanted {
            return Status::Idle;
        }
        if self.held.is_none() {
            return Status::Starting;
        }
        let overdue = |session: &Session| self.now.monotonic.since(session.due) > self.schedule.interval().max(OVERDUE);
        if self.schedule.failing() || self.verify || self.rejected || self.unconfirmed || self.session.as_ref().is_some_and(overdue) {
            Status::Stale
        } else {
            Status::Ready
        }
    }

    /// Whether this poller was told to make `mistake`. Without the feature it never makes one, and this costs nothing.
    #[cfg(not(feature = "mistakes"))]
    #[allow(clippy::unused_self)]
    #[inline]
    pub(crate) fn mistaken(&self, _mistake: Mistake) -> bool {
        false
    }

    #[cfg(feature = "mistakes")]
    pub(crate) fn mistaken(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Makes the same mistake from now on, wherever there is an opportunity.
    #[cfg(feature = "mistakes")]
    pub fn make_mistake(&mut self, mistake: Mistake) {
        self.mistake = Some(mistake);
    }
}
