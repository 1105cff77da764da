//! What the observer says of what comes out of a client.

use std::fmt::Write as _;

use appconfig_edge::protocol::Operation;
use appconfig_edge::session::{Event, Instant, Now, Output, Status};

use super::flight::Flight;
use super::given::Given;
use super::observer::{at, Observer, Told};
use super::service::Version;
use super::token::MARK;
use super::violation::{law, Violation};

impl Observer {
    /// One output; `token` is the one in a request's URL.
    pub(crate) fn output(&mut self, now: Now, output: &Output, token: Option<u32>) -> Result<(), Violation> {
        let time = at(now);
        self.outputs += u32::from(!matches!(output, Output::Timeout(_)));
        // How old everything is, any input shows.
        let is_quiet = matches!(output, Output::Timeout(_) | Output::Event(Event::StatusChanged { .. }));
        law!(5, is_quiet || !self.unawaited, "an answer that nobody awaits has an effect: {output:?}");
        match output {
            Output::Cancel(id) => law!(1, self.cancel.take() == Some(*id), "{id:?} is cancelled and was not awaited, or not over"),
            Output::Request(id, request) => {
                law!(7, !self.stopped, "a request after stop");
                law!(1, self.cancel.is_none(), "a request before the one that is over was cancelled");
                law!(1, self.flight.is_none(), "{id:?} is sent while another request is in flight");
                law!(1, id.0 > self.last_id, "{id:?} was used before");
                law!(0, self.running || self.wanted, "a request that nobody asked for");
                let is_poll = request.operation == Operation::GetLatestConfiguration;
                let mut is_first = false;
                if is_poll {
                    is_first = self.ledger.poll(token, now)?;
                    self.keeping.poll(now, token)?;
                } else {
                    self.ledger.start(now)?;
                    self.purse.check(time)?;
                }
                self.pace.request(time, is_poll)?;
                self.rest.request(time, self.wanted, is_first)?;
                self.request.take_if(|it| *it == request.operation);
                self.last_id = id.0;
                self.flight = Some(Flight { id: *id, operation: request.operation, sent: now, progress: None });
            }
            Output::Event(Event::StatusChanged { status, previous }) => {
                law!(
                    0,
                    *previous == self.status && status != previous,
                    "the status changes from {previous:?} to {status:?}, it was {:?}",
                    self.status
                );
                self.status = *status;
                return Ok(());
            }
            Output::Event(event) => self.event(event)?,
            Output::Save(saved) => {
                let number = self.ledger.number();
                law!(2, token == number, "token {token:?} is to be kept instead of {number:?}");
                law!(7, !(self.stopped && saved.in_use), "a token is kept as in use after stop");
                let goes_on = !self.stopped && (self.running || self.succeeded.is_none());
                law!(2, number.is_none() || saved.in_use == goes_on, "a token is kept as in use: {}, and that is not so", saved.in_use);
                self.keeping.said(now, saved, token)?;
            }
            Output::Timeout(at) => return self.timeout(now, at.map(Instant::as_milliseconds)),
        }
        self.secrets(output)
    }

    fn event(&mut self, event: &Event) -> Result<(), Violation> {
        law!(7, !self.stopped, "an event after stop: {event:?}");
        let told = std::mem::replace(&mut self.told, Told::Nothing);
        match (event, told) {
            (Event::Unchanged, Told::Unchanged) => {}
            (Event::Failed { error, retry_at }, Told::Failed) => {
                law!(0, self.timer.is_none() || retry_at.as_milliseconds() > 0, "no time for another attempt after {error}");
            }
            (Event::Updated(update), Told::Updated(id, version)) => {
                law!(5, update.body_of == id, "the content of {:?} is taken at the answer to {id:?}", update.body_of);
                (self.held, self.updated) = (Some(version), true);
            }
            (Event::Unchanged, Told::Nothing) if self.ledger.hidden => law!(8, false, "unchanged, and an update may be hidden"),
            (Event::Unchanged, Told::Failed) => law!(5, false, "unchanged by an answer that is a failure"),
            (Event::Updated(_), Told::Unchanged) => law!(6, false, "an update, and nothing differs"),
            (Event::Updated(_), told) => law!(5, false, "an update from an answer that has none: {told:?}"),
            (Event::Unchanged, told) => law!(6, false, "unchanged, and the answer says {told:?}"),
            (event, told) => law!(0, false, "{event:?} instead of {told:?}"),
        }
        Ok(())
    }

    fn secrets(&mut self, output: &Output) -> Result<(), Violation> {
        self.text.clear();
        if let Output::Event(Event::Failed { error, .. }) = output {
            let _ = write!(self.text, "{error} ");
        }
        let _ = write!(self.text, "{output:?}");
        law!(10, !self.text.contains(MARK), "a token is shown: {}", self.text);
        Ok(())
    }

    /// The last output: what the step has come to.
    fn timeout(&mut self, now: Now, next: Option<u64>) -> Result<(), Violation> {
        let time = at(now);
        law!(1, self.cancel.is_none(), "{:?} is over, and is not abandoned", self.cancel);
        law!(5, self.told != Told::Failed, "a failure passes as if it were none");
        self.keeping.check()?;
        if self.running || self.wanted {
            law!(2, self.request.is_none(), "{:?} is not at once", self.request);
        }
        if self.wanted && self.flight.is_none() {
            let gate = if self.ledger.needs_session(now, 0) || self.ledger.hidden { self.purse.next(time) } else { 0 };
            let latest = self.pace.latest(time).max(gate).max(self.rest.latest(true));
            law!(8, latest > time, "a refresh is due, and does not go out");
        }
        if self.flight.is_none() && self.held.is_some() {
            // A refresh is answered with what is held.
            self.wanted = false;
        }
        if self.stopped {
            law!(7, next.is_none(), "a timer after stop");
            return Ok(());
        }
        let rests = self.flight.is_none() && self.rest.rests(self.wanted && !self.pace.is_crowded(time));
        law!(8, next.is_some() || rests || !(self.running || self.flight.is_some()), "nothing is due any more");
        law!(9, next.is_none_or(|it| it >= time), "a timeout in the past");
        let Some(next) = next else { return Ok(()) };
        if let Some(flight) = &self.flight {
            let deadline = flight.deadline(&self.limits);
            law!(1, next <= deadline, "the timeout is {} ms after the limit of the request in flight", next - deadline);
            return Ok(());
        }
        let rest = self.rest.latest(self.wanted);
        let gate = if self.ledger.needs_session(now, next - time) { self.purse.next(time) } else { 0 };
        if self.failed && self.running {
            self.pace.check_wait(time, next, gate.max(rest))?;
        }
        if self.running {
            let latest = self.pace.latest(time).max(gate).max(rest).max(if self.ledger.hidden { self.purse.next(time) } else { 0 });
            law!(8, next <= latest.max(time), "the next request is {} ms later than it may be", next - latest);
            law!(8, latest > time, "a request is due, and does not go out");
        }
        if let (Some(sent), true, false) = (self.succeeded, self.running, self.ledger.hidden) {
            let day = at(sent) + 86_400_000;
            // A session that will be needed may have to wait for the budget.
            let gate = if self.ledger.needs_session(now, next - time) { self.purse.next(time) } else { 0 };
            self.pace.check_due(time, next, day, gate.max(rest), self.rest.spaces())?;
        }
        Ok(())
    }

    /// After all outputs. `timer` is what the client waits for.
    pub(crate) fn after(
        &mut self,
        now: Now,
        given: &Given,
        status: Status,
        timer: Option<u64>,
        newest: Option<Version>,
        interval: u32,
    ) -> Result<(), Violation> {
        let time = at(now);
        law!(6, self.told == Told::Nothing, "nothing is told instead of {:?}", self.told);
        law!(0, status == self.status, "the status is {status:?}, {:?} was told", self.status);
        if self.stopped {
            law!(7, status == Status::Stopped, "{status:?} after stop");
        } else if self.held.is_some() && (self.running || self.last_id > 0 || status != Status::Idle) {
            law!(5, matches!(status, Status::Ready | Status::Stale), "{status:?} although something is held");
            let confirmed = !self.ledger.hidden && !self.pace.is_failing() && !self.rejected && !self.unconfirmed;
            law!(8, confirmed || status == Status::Stale, "{status:?} although the newest may be another");
            law!(
                0,
                !(confirmed && self.pace.is_fresh(time)) || status == Status::Ready,
                "{status:?} although a poll has just confirmed it"
            );
        }
        if matches!(given, Given::Timeout) && self.outputs == 0 && self.timer.is_some_and(|it| it <= time) {
            self.idle += 1;
            law!(9, timer.is_none_or(|it| it > time) && self.idle <= 3, "a timer fired to no effect, {} times", self.idle);
        } else {
            self.idle = 0;
        }
        self.timer = timer;
        if newest.is_none() || newest == self.held {
            self.deadline.arrived(self.pace.interval().max(u64::from(interval) * 1000), self.updated && self.running);
        }
        if self.ledger.needs_session(now, 0) || self.ledger.hidden {
            let next = self.purse.next(time);
            self.deadline.gate(next);
        }
        if self.ledger.hidden {
            self.deadline.gate(self.ledger.verify_at());
        }
        Ok(())
    }
}
