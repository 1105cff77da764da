//! What the core is given and says, with the observer between: a replay's inputs and outputs.

use appconfig_edge::session::{Instant, Now, Output};

use super::super::given::Given;
use super::super::token::MARK;
use super::super::violation::Violation;
use super::answered::tokens;
use super::stage::{apart, End, Sent, Stage, BASE};

/// The longest wait after a failure where the interval is shorter.
const BACKOFF: u64 = 20_000;

impl Stage<'_> {
    /// The replay's time for a record's.
    pub(super) fn time(&self, at: u64) -> u64 {
        (BASE + at).saturating_add_signed(self.shift).max(self.now)
    }

    /// The core was slower than the recorded client: everything after that is later.
    pub(super) fn caught_up(&mut self, time: u64, at: u64) {
        self.shift = self.shift.max(apart(time, BASE + at));
    }

    /// The record's time for a replay's.
    pub(super) fn recorded(&self, time: u64) -> u64 {
        time.saturating_sub(BASE.saturating_add_signed(self.shift))
    }

    pub(super) fn clocks(&self, time: u64) -> Now {
        Now { monotonic: Instant::from_milliseconds(time), wall: self.date + self.recorded(time) }
    }

    /// Gives the core an input and takes what it says.
    pub(super) fn feed(&mut self, given: &Given, time: u64) -> Result<(), End> {
        self.now = self.now.max(time);
        let now = self.clocks(self.now);
        let before = self.observer.before(now, given, None, 0);
        self.lived(before)?;
        self.poller.handle_input(now, given.input());
        self.timer = loop {
            let output = self.poller.poll_output();
            let token = token_of(&output);
            let seen = self.observer.output(now, &output, token);
            self.lived(seen)?;
            match output {
                Output::Request(id, request) => self.early = Some(Sent { id, operation: request.operation, token, at: self.now }),
                Output::Cancel(_) => (self.flight, self.early) = (None, None),
                Output::Save(_) => {}
                Output::Event(event) => self.told(&event)?,
                Output::Timeout(at) => break at.map(Instant::as_milliseconds),
            }
        };
        if matches!(given, Given::Answer(..) | Given::Failure(..)) {
            self.flight = None;
        }
        if self.observer.failed || self.observer.succeeded.is_some() {
            self.latest = self.retry_at.max(self.now + (self.observer.pace.interval() * 11 / 10).max(BACKOFF));
        }
        if self.observer.succeeded.is_some() {
            (self.retry_at, self.shift_then) = (self.latest, self.shift);
        }
        let after = self.observer.after(now, given, self.poller.status(), self.timer, None, 0);
        self.lived(after)?;
        if format!("{:?} {:?}", self.poller, given.input()).contains(MARK) {
            return Err(self.broken(10, "a token is in a Debug"));
        }
        let punctual = self.punctual();
        self.lived(punctual)
    }

    /// What comes of it if the core's timer fires when it should: a record's timers may be late, and hide that it asks too early.
    fn punctual(&self) -> Result<(), Violation> {
        let Some(timer) = self.timer.filter(|_| self.observer.flight.is_none()) else { return Ok(()) };
        let (mut poller, mut observer) = (self.poller.clone(), self.observer.clone());
        let now = self.clocks(timer.max(self.now));
        observer.before(now, &Given::Timeout, None, 0)?;
        poller.handle_input(now, Given::Timeout.input());
        let next = loop {
            let output = poller.poll_output();
            observer.output(now, &output, token_of(&output))?;
            if let Output::Timeout(at) = output {
                break at.map(Instant::as_milliseconds);
            }
        };
        observer.after(now, &Given::Timeout, poller.status(), next, None, 0)
    }

    fn lived(&self, result: Result<(), Violation>) -> Result<(), End> {
        result.map_err(|violation| self.violated(violation))
    }
}

fn token_of(output: &Output) -> Option<u32> {
    match output {
        Output::Request(_, request) => tokens().read(&request.url),
        Output::Save(saved) => saved.token.as_ref().and_then(|it| tokens().number(it.as_str())),
        _ => None,
    }
}
