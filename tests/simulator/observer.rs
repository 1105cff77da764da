//! Whoever sees only what goes into a client and what comes out of it, and what the service really has.

use appconfig_edge::protocol::{Body, Operation};
use appconfig_edge::session::{Failure, Limits, Now, RequestId, Status};

use super::answer::{Answer, Content, Meaning};
use super::books::Keeping;
use super::deadline::Deadline;
use super::flight::Flight;
use super::given::Given;
use super::ledger::{End, Ledger};
use super::pace::{self, Pace};
use super::purse::Purse;
use super::rest::Rest;
use super::service::Version;
use super::violation::Violation;

/// The one event that an input leads to, beside changes of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Nothing,
    Failed,
    Unchanged,
    Updated(RequestId, Version),
}

#[derive(Clone)]
pub(crate) struct Observer {
    pub(crate) limits: Limits,
    pub(crate) renews: bool,
    pub(crate) running: bool,
    pub(crate) stopped: bool,
    /// A refresh was asked for and has not had its attempt.
    pub(crate) wanted: bool,
    pub(crate) flight: Option<Flight>,
    pub(crate) last_id: u32,
    pub(crate) status: Status,
    pub(crate) ledger: Ledger,
    pub(crate) purse: Purse,
    pub(crate) pace: Pace,
    pub(crate) deadline: Deadline,
    pub(crate) rest: Rest,
    pub(crate) keeping: Keeping,
    pub(crate) held: Option<Version>,
    /// The service's newest is not one that can be held, or is empty; that is told once.
    pub(crate) rejected: bool,
    /// What is held came from elsewhere, and no poll has confirmed it.
    pub(crate) unconfirmed: bool,
    /// An update was hidden so that nobody can know, until something newer is deployed.
    pub(crate) blind: bool,
    /// The answer at hand hides one so.
    pub(crate) blinded: bool,
    /// Fresh credentials were tried since the last success.
    pub(crate) renewed: bool,
    pub(crate) timer: Option<u64>,
    /// Timers in a row that fired to no effect.
    pub(crate) idle: u32,
    pub(crate) text: String,
    // What this step must bring.
    pub(crate) cancel: Option<RequestId>,
    pub(crate) told: Told,
    pub(crate) request: Option<Operation>,
    pub(crate) outputs: u32,
    pub(crate) failed: bool,
    pub(crate) updated: bool,
    /// An answer to another request than the one in flight, and nothing else to do.
    pub(crate) unawaited: bool,
    pub(crate) succeeded: Option<Now>,
}

pub(crate) fn at(now: Now) -> u64 {
    now.monotonic.as_milliseconds()
}

impl Observer {
    pub(crate) fn new(limits: Limits, minimum: u32, renews: bool) -> Self {
        Self {
            limits,
            renews,
            running: false,
            stopped: false,
            wanted: false,
            flight: None,
            last_id: 0,
            status: Status::Idle,
            ledger: Ledger::default(),
            purse: Purse::new(),
            pace: Pace::new(minimum),
            deadline: Deadline::default(),
            rest: Rest::new(),
            keeping: Keeping::default(),
            held: None,
            rejected: false,
            unconfirmed: false,
            blind: false,
            blinded: false,
            renewed: false,
            timer: None,
            idle: 0,
            text: String::new(),
            cancel: None,
            told: Told::Nothing,
            request: None,
            outputs: 0,
            failed: false,
            updated: false,
            unawaited: false,
            succeeded: None,
        }
    }

    /// Whether this request is still awaited.
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        self.flight.as_ref().is_some_and(|it| it.id == id)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// An input is about to be given. `newest` is what the service has, `interval` what it asks for, in seconds.
    pub(crate) fn before(&mut self, now: Now, given: &Given, newest: Option<Version>, interval: u32) -> Result<(), Violation> {
        let time = at(now);
        (self.cancel, self.told, self.request, self.outputs) = (None, Told::Nothing, None, 0);
        (self.failed, self.updated, self.unawaited, self.succeeded) = (false, false, false, None);
        if self.blind || self.rest.slows(self.running) {
            self.deadline.excused();
        } else if newest.is_some() && newest != self.held && !self.stopped {
            let refreshes = matches!(given, Given::Refresh) && self.flight.is_none();
            let interval = self.pace.interval().max(u64::from(interval) * 1000);
            self.deadline.check(time, interval, self.running, refreshes)?;
        }
        let flight = self.flight.take_if(|it| time >= it.deadline(&self.limits) || matches!(given, Given::Stop));
        if let Some(flight) = flight {
            self.cancel = Some(flight.id);
            self.doubt(&flight);
            if !matches!(given, Given::Stop) {
                self.failure(time, pace::Wait::Backoff, 0);
            }
        }
        let was_stopped = self.stopped;
        match given {
            Given::Start => {
                if !self.running {
                    self.deadline.disturbed(time);
                }
                (self.running, self.stopped) = (true, false);
            }
            Given::Stop => {
                (self.running, self.stopped, self.wanted) = (false, true, false);
                // Who has asked nothing has nothing to say, unless what is kept says otherwise.
                self.keeping.is_due = !was_stopped && (self.last_id > 0 || self.keeping.is_in_use());
            }
            Given::Refresh => self.wanted |= !self.stopped,
            Given::Resume(found) => self.resume(now, found),
            Given::Visible(it) => {
                self.deadline.disturbed(time);
                self.rest.visible = *it;
            }
            Given::Online(it) => {
                self.deadline.disturbed(time);
                if *it {
                    self.rest.go_online(time, self.pace.interval());
                    self.deadline.gate(self.rest.latest(false));
                }
                self.rest.online = *it;
            }
            Given::Limited(it) => {
                self.deadline.disturbed(time);
                self.rest.limited = *it;
            }
            Given::Timeout => {}
            Given::Progress(id) => {
                if let Some(flight) = self.flight.as_mut().filter(|it| it.id == *id) {
                    flight.progress = Some(time);
                }
            }
            Given::Answer(id, answer) => {
                if let Some(flight) = self.flight.take_if(|it| it.id == *id) {
                    self.answered(now, &flight, answer);
                } else {
                    self.unawaited = self.flight.is_some();
                }
            }
            Given::Failure(id, failure) => {
                if let Some(flight) = self.flight.take_if(|it| it.id == *id) {
                    if *failure != Failure::NotSent {
                        self.doubt(&flight);
                    }
                    self.failure(time, pace::Wait::Backoff, 0);
                } else {
                    self.unawaited = self.flight.is_some();
                }
            }
        }
        Ok(())
    }

    fn doubt(&mut self, flight: &Flight) {
        if flight.operation == Operation::GetLatestConfiguration {
            self.ledger.doubt();
        }
    }

    fn failure(&mut self, time: u64, wait: pace::Wait, retry_after: u64) {
        (self.told, self.failed, self.wanted) = (Told::Failed, true, false);
        if wait == pace::Wait::Slow {
            self.deadline.slow_down();
        }
        if retry_after > 0 {
            self.deadline.gate(time + retry_after);
        }
        self.pace.failed(time, wait, retry_after);
    }

    fn answered(&mut self, now: Now, flight: &Flight, answer: &Answer) {
        let time = at(now);
        let retry_after = answer.wait.milliseconds(now.wall);
        if answer.may_have_spent {
            self.doubt(flight);
        }
        match answer.meaning {
            Meaning::Session(number) => {
                let end = self.ledger.opened(number, flight.sent, time);
                self.ended(end, time);
                self.purse.pay(time);
                self.pace.opened();
                self.keeping.is_due = true;
                // A date that was set meanwhile may make the token look old from the beginning.
                let at_once = !self.ledger.needs_session(now, 0) && !self.rest.rests(self.wanted) && self.rest.is_back(time);
                self.request = at_once.then_some(Operation::GetLatestConfiguration);
            }
            Meaning::Success { content: Content::Malformed(_), .. } if answer.response.body == Some(Body::Malformed { again: false }) => {
                self.doubt(flight);
                self.failure(time, pace::Wait::Backoff, 0);
            }
            Meaning::Success { content, next, interval } => {
                let again = answer.response.body == Some(Body::Refused { again: true });
                self.success(now, flight, (content, again), next, interval);
            }
            Meaning::Refused => {
                let was_wanted = self.wanted;
                let end = self.ledger.refused();
                // Whoever comes next need not send it again.
                self.keeping.is_due = !matches!(end, End::None);
                self.ended(end, time);
                self.failure(time, pace::Wait::None, retry_after);
                let is_held_up = self.rest.rests(was_wanted) || self.rest.gate(was_wanted) > time;
                let is_at_once = retry_after == 0 && !is_held_up && self.purse.next(time) == 0;
                self.wanted = was_wanted && is_at_once;
                if is_at_once {
                    self.request = Some(Operation::StartConfigurationSession);
                }
            }
            Meaning::TooEarly => self.failure(time, pace::Wait::Interval, retry_after),
            Meaning::Denied if self.renews && !self.renewed => {
                self.renewed = true;
                self.failure(time, pace::Wait::Backoff, retry_after);
            }
            Meaning::Denied | Meaning::Missing => self.failure(time, pace::Wait::Slow, retry_after),
            Meaning::Failure => self.failure(time, pace::Wait::Backoff, retry_after),
        }
    }

    fn ended(&mut self, end: End, time: u64) {
        if end == End::Wasted {
            self.purse.wasted(time);
        }
    }

    fn success(&mut self, now: Now, flight: &Flight, (content, again): (Content, bool), next: u32, interval: u32) {
        let doubtful = self.ledger.is_doubtful();
        self.keeping.is_due = true;
        self.unconfirmed = false;
        let shows_all = content != Content::Unchanged || self.ledger.is_initial() && !doubtful;
        self.blind = std::mem::take(&mut self.blinded) || self.blind && !shows_all;
        // The first poll of a session brings everything there is.
        self.ledger.hidden &= doubtful || !self.ledger.is_initial();
        self.ledger.succeeded(next, flight.sent);
        self.purse.earned(at(now));
        self.pace.succeeded(at(now), interval);
        (self.renewed, self.wanted, self.succeeded) = (false, false, Some(flight.sent));
        let told_once = |rejected: &mut bool| if std::mem::replace(rejected, true) { Told::Nothing } else { Told::Failed };
        match content {
            Content::Unchanged if doubtful => self.ledger.hidden = true,
            Content::Unchanged if self.ledger.hidden || self.rejected => {}
            Content::Unchanged if self.held.is_none() => {
                self.told = told_once(&mut self.rejected);
                self.ledger.hidden = true;
            }
            Content::Unchanged => self.told = Told::Unchanged,
            Content::Whole(version) => {
                (self.ledger.hidden, self.rejected) = (false, false);
                self.told = if self.held == Some(version) { Told::Unchanged } else { Told::Updated(flight.id, version) };
            }
            Content::Refused => {
                self.ledger.hidden = false;
                self.told = if std::mem::replace(&mut self.rejected, true) && again { Told::Nothing } else { Told::Failed };
            }
            Content::Malformed(_) | Content::TooLarge => {
                self.ledger.hidden = false;
                self.told = told_once(&mut self.rejected);
            }
        }
        if !self.ledger.hidden {
            self.deadline.succeeded(at(now));
        }
    }
}
