//! A record's session, lived again: the core is given what the client was given, and the observer watches.

use appconfig_edge::protocol::{Endpoint, Operation, SessionInput};
use appconfig_edge::session::{Mistake, Options, Output, Poller, RequestId};

use super::super::given::Given;
use super::super::observer::Observer;
use super::super::violation::Violation;
use super::answered::Host;
use super::document::{Answer, Call, Document, Kind};
use super::script::{Do, Script, Step};
use super::told::Told;

/// The replay's clock where the recording began; a record's own may begin anywhere.
pub(super) const BASE: u64 = 10_000_000;
/// Times of a record are whole milliseconds, taken a little after the client's own.
const ROUNDING: u64 = 2;
/// How late a timer may be without a word: those of a hidden page fire once a minute.
const THROTTLED: u64 = 61_000;
const SECOND: u64 = 1000;

/// How a replay ends that does not go to the record's end.
pub(crate) enum End {
    /// What the record says, and what the core does instead.
    Different {
        at: String,
        record: String,
        core: String,
    },
    Broken {
        at: String,
        violation: Violation,
    },
}

/// A request of the core.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    pub(super) id: RequestId,
    pub(super) operation: Operation,
    pub(super) token: Option<u32>,
    pub(super) at: u64,
}

pub(crate) struct Stage<'a> {
    pub(super) document: &'a Document,
    pub(super) script: Script<'a>,
    pub(super) poller: Poller,
    pub(super) observer: Observer,
    pub(super) host: Host,
    /// The replay's clock.
    pub(super) now: u64,
    /// How much later everything is than it was recorded, or earlier.
    pub(super) shift: i64,
    /// The client's date at a record's zero.
    pub(super) date: u64,
    pub(super) timer: Option<u64>,
    /// When the core would ask again if somebody wanted it, at the latest.
    pub(super) retry_at: u64,
    /// When a client with other dice would, at the latest.
    pub(super) latest: u64,
    /// The shift when a poll last succeeded.
    pub(super) shift_then: i64,
    /// Sent by the core, and not yet seen in the record.
    pub(super) early: Option<Sent>,
    /// Under way, with its number in the record.
    pub(super) flight: Option<(Sent, u64)>,
    /// The step that is being taken, its entry and its time.
    step: usize,
    pub(super) entry: usize,
    pub(super) at: u64,
    /// Before the record's first entry nothing is compared.
    pub(super) is_prelude: bool,
    pub(super) counts: [u64; 3],
    pub(crate) timeline: Vec<String>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(document: &'a Document, mistake: Option<Mistake>, seed: u64) -> Self {
        let options = &document.options;
        let mut poller = Poller::new(Options {
            endpoint: Endpoint::custom("https://config.example.com").expect("a URL"),
            input: SessionInput {
                application_identifier: "application".into(),
                environment_identifier: "environment".into(),
                configuration_profile_identifier: "profile".into(),
                required_minimum_poll_interval_in_seconds: options.minimum,
            },
            limits: options.limits,
            renews_credentials: options.renews,
            hidden_interval: None,
            seed,
        });
        if let Some(mistake) = mistake {
            poller.make_mistake(mistake);
        }
        Self {
            document,
            script: Script::of(document),
            poller,
            observer: Observer::new(options.limits, options.minimum.unwrap_or(0), options.renews),
            host: Host::default(),
            now: BASE,
            shift: 0,
            date: document.started_at,
            timer: None,
            retry_at: 0,
            latest: 0,
            shift_then: 0,
            early: None,
            flight: None,
            step: 0,
            entry: 0,
            at: 0,
            is_prelude: false,
            counts: [0; 3],
            timeline: Vec::new(),
        }
    }

    /// How many steps were taken: of several attempts the one that came furthest says most.
    pub(crate) fn steps(&self) -> usize {
        self.step
    }

    /// Takes all steps, until the record's end or the first difference.
    pub(crate) fn run(&mut self) -> Result<(), End> {
        let document = self.document;
        if let Some(begin) = &document.begin {
            self.prelude(begin)?;
        }
        let steps = std::mem::take(&mut self.script.steps);
        for (index, step) in steps.iter().enumerate() {
            (self.step, self.entry, self.at) = (index, step.entry, step.at);
            self.take(&steps, step)?;
            // What was told until then was told because of what had been done until then.
            let missed = self.script.events.front().filter(|it| it.entry < step.entry && !matches!(step.what, Do::Progress(_)));
            if let Some(missed) = missed {
                return Err(End::different(missed.at, Some(missed.entry), missed.told.to_string(), "tells nothing".into()));
            }
        }
        if let Some(missed) = self.script.events.front() {
            return Err(End::different(missed.at, Some(missed.entry), missed.told.to_string(), "tells nothing".into()));
        }
        self.idle(document.milliseconds, "the record ends")?;
        let since = self.early.map_or(0, |it| self.time(document.milliseconds).saturating_sub(it.at));
        if let Some(early) = self.early.filter(|_| since > SECOND) {
            return Err(End::different(
                document.milliseconds,
                None,
                "ends without a further request".into(),
                sends(early.operation, early.token),
            ));
        }
        Ok(())
    }

    /// What can be said at the end.
    pub(crate) fn summary(&self) -> String {
        let [requests, answers, events] = self.counts;
        format!(
            "same: the core sent the {requests} requests that were recorded, took {answers} answers, and told the {events} events in their order; no invariant was broken"
        )
    }

    fn take(&mut self, steps: &[Step], step: &Step) -> Result<(), End> {
        let at = step.at;
        match step.what {
            Do::Call(call) => self.call(steps, call, at),
            Do::Send { number, operation, token } => self.send(step, number, operation, token),
            Do::Progress(number) => match self.flight {
                Some((sent, mine)) if mine == number => self.feed(&Given::Progress(sent.id), self.time(at)),
                _ => Ok(()),
            },
            Do::Answer(number, answer) => self.answer(step, number, answer),
            Do::Fail(number, Kind::Abandoned) => self.abandon(steps, step, number),
            Do::Fail(number, Kind::Failure(failure)) => {
                let sent = self.awaited(step, number)?;
                self.say(at, &format!("< request {number}: {failure:?}"));
                self.counts[1] += 1;
                self.feed(&Given::Failure(sent.id, failure), self.time(at))
            }
            Do::Clock(clock) => {
                self.say(at, "! the date is another one");
                self.date = clock.saturating_sub(at);
                Ok(())
            }
        }
    }

    fn call(&mut self, steps: &[Step], call: Call, at: u64) -> Result<(), End> {
        // A machine that slept or a page that was frozen may find a call before its timer.
        let next = steps[self.step + 1..].iter().find(|it| !matches!(it.what, Do::Clock(_)));
        let asks = next.is_some_and(|it| matches!(it.what, Do::Send { .. }));
        if call == Call::Stop || !next.is_some_and(|it| asks && it.at <= at + SECOND) {
            self.idle(at, "the client was called")?;
        }
        let (given, name) = match call {
            Call::Start => (Given::Start, "> start()"),
            Call::Stop => (Given::Stop, "> stop()"),
            Call::Refresh => (Given::Refresh, "> refresh()"),
        };
        self.say(at, name);
        let mut time = self.time(at);
        // The core's dice may let it ask where the client's did not; nothing is lost if it is not asked to.
        let is_quiet = !next.is_some_and(|it| asks && it.at <= at + SECOND);
        if call == Call::Refresh && is_quiet && time <= self.latest && self.host.holds() && self.would_ask(time) {
            return Ok(());
        }
        // Without a loop a request goes out with a call or not at all, and the core may have drawn a longer wait than was recorded.
        if call == Call::Refresh && !self.observer.running && asks && !self.would_ask(time) {
            time = time.max(self.retry_at);
            self.caught_up(time, at);
        }
        self.feed(&given, time)
    }

    /// Whether a refresh at this time leads to a request.
    fn would_ask(&self, time: u64) -> bool {
        let mut poller = self.poller.clone();
        poller.handle_input(self.clocks(time), Given::Refresh.input());
        matches!(poller.poll_output(), Output::Request(..))
    }

    /// The core has to send what was recorded, when it was recorded or as soon as its own dice let it.
    fn send(&mut self, step: &Step, number: u64, operation: Operation, token: Option<u32>) -> Result<(), End> {
        let recorded = sends(operation, token);
        for attempt in 0..8 {
            if let Some(sent) = self.early.take() {
                // The page may not have seen a token of a request that never came to a fetch.
                if sent.operation != operation || token.is_some_and(|it| sent.token != Some(it)) {
                    return Err(End::differs(step, recorded, sends(sent.operation, sent.token)));
                }
                self.shift = apart(sent.at, BASE + step.at);
                self.flight = Some((sent, number));
                self.counts[0] += 1;
                self.say(step.at, &format!("    request {number}: {recorded}"));
                return Ok(());
            }
            if let Some((sent, number)) = self.flight {
                return Err(End::differs(
                    step,
                    recorded,
                    format!("still waits for the answer to request {number}, {}", sent.operation.name()),
                ));
            }
            let Some(timer) = self.timer else { return Err(End::differs(step, recorded, "has nothing to ask".into())) };
            if attempt == 0 {
                self.lawful(step, operation)?;
            }
            // What an earlier wait took longer is made up for, so that long waits are as long as they were.
            let time = timer.max(BASE + step.at).max(self.now);
            let late = time - timer;
            if late > THROTTLED + self.patience() {
                self.say(step.at, &format!("    ! {} s after it was due", late / SECOND));
            }
            self.shift = apart(time, BASE + step.at);
            self.feed(&Given::Timeout, time)?;
        }
        Err(End::differs(step, recorded, "sends nothing, although its timer fires".into()))
    }

    /// Whether the client was allowed to send when it did.
    fn lawful(&mut self, step: &Step, operation: Operation) -> Result<(), End> {
        // The interval counts from an answer that may have been shifted otherwise.
        let time = (BASE + step.at + ROUNDING).saturating_add_signed(self.shift.max(self.shift_then));
        let is_poll = operation == Operation::GetLatestConfiguration;
        let pace = self.observer.pace.clone().request(time, is_poll);
        let purse = if is_poll { Ok(()) } else { self.observer.purse.clone().check(time + self.patience()) };
        pace.and(purse).map_err(|violation| End::differs(step, sends(operation, None), format!("may not send yet: {violation}")))
    }

    /// The request under way, if it is that one.
    fn awaited(&self, step: &Step, number: u64) -> Result<Sent, End> {
        match self.flight {
            Some((sent, mine)) if mine == number => Ok(sent),
            _ => Err(End::differs(step, format!("the answer to request {number}"), "no longer waits for it".into())),
        }
    }

    fn answer(&mut self, step: &Step, number: u64, answer: &Answer) -> Result<(), End> {
        let sent = self.awaited(step, number)?;
        let time = self.time(step.at);
        let options = &self.document.options;
        let date = self.clocks(time).wall;
        let given = self.host.answer(sent.operation, answer, options.requires_json, options.maximum_body, date);
        let body = &answer.body;
        let label = answer.version_label.as_ref().map_or(String::new(), |it| format!(", version {it}"));
        let content = body.content.map_or(String::new(), |it| format!(", content {it}"));
        let name = answer.named.as_ref().or(body.exception.as_ref()).map_or(String::new(), |it| format!(", {it}"));
        let problem = body.problem.as_ref().map_or(String::new(), |it| format!(", {it}"));
        self.say(step.at, &format!("< request {number}: {}, {} bytes{content}{label}{name}{problem}", answer.status, body.bytes));
        self.counts[1] += 1;
        self.feed(&Given::Answer(sent.id, Box::new(given)), time)?;
        Ok(())
    }

    /// The client gave a request up: by its limits, or because it was stopped.
    fn abandon(&mut self, steps: &[Step], step: &Step, number: u64) -> Result<(), End> {
        self.say(step.at, &format!("    request {number} given up"));
        let Some((_, mine)) = self.flight else { return Ok(()) };
        let is_told = self.script.events.front().is_some_and(|it| matches!(it.told, Told::Error { limit: Some(_), .. }));
        let next = steps.get(self.step + 1);
        if mine != number || !is_told && next.is_none_or(|it| matches!(it.what, Do::Call(Call::Stop))) {
            return Ok(());
        }
        let Some(timer) = self.timer.filter(|_| is_told) else {
            return Err(End::differs(
                step,
                format!("gives request {number} up, and no time limit is told"),
                "still waits for its answer".into(),
            ));
        };
        let time = self.time(step.at).max(timer);
        self.caught_up(time, step.at);
        self.feed(&Given::Timeout, time)
    }

    /// Nothing was sent until `at`: the core must not have been so much ahead of that.
    fn idle(&mut self, at: u64, what: &str) -> Result<(), End> {
        let time = self.time(at);
        let Some(timer) = self.timer else { return Ok(()) };
        let patience = THROTTLED + if self.flight.is_some() { 0 } else { self.patience() };
        if self.early.is_some() || timer.saturating_add(patience) >= time {
            return Ok(());
        }
        let does = if self.flight.is_some() { "gives the request under way up" } else { "asks again" };
        let record = format!("{what}, and nothing was sent since");
        Err(End::different(at, None, record, format!("{does} {} s before", (time - timer) / SECOND)))
    }

    /// How much longer than the core's own wait another one's dice may have made it.
    fn patience(&self) -> u64 {
        self.observer.pace.interval().max(20 * SECOND)
    }
}

/// How much later `time` is than `other`.
pub(super) fn apart(time: u64, other: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX) - i64::try_from(other).unwrap_or(i64::MAX)
}

fn sends(operation: Operation, token: Option<u32>) -> String {
    let token = token.map_or(String::new(), |it| format!(" with token {it}"));
    format!("{}{token}", operation.name())
}
