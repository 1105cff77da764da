//! Writes down what the page would record (`www/record.js`) of a life in the simulator.

use std::collections::HashMap;

use appconfig_edge::protocol::{json, Body as Looked, Exception, Operation, Problem, Request, Response, Token as Text};
use appconfig_edge::session::{Event, Instant, Now, Output, RequestId};

use super::super::answer::{Answer as Answered, Bytes};
use super::super::given::Given;
use super::super::life::Parameters;
use super::document::{Answer, Arrival, Body, Call, Document, Entry, Kind, Options, Token, What};
use super::told::Told;

const MAXIMUM_BODY: u64 = 1 << 22;
const MINUTE: u64 = 60_000;

pub(crate) struct Scribe {
    document: Document,
    /// The monotonic clock when the recording began.
    zero: Option<u64>,
    now: Now,
    flight: Option<(RequestId, Operation, Option<Arrival>)>,
    /// An answer or a failure that the client has not taken yet.
    arriving: Option<What>,
    requests: u64,
    tokens: HashMap<String, u32>,
    contents: HashMap<RequestId, u32>,
    timer: Option<u64>,
    /// What happened that no page would see so.
    pub(crate) is_odd: bool,
}

impl Scribe {
    pub(crate) fn new(parameters: &Parameters) -> Self {
        let options = Options {
            minimum: parameters.minimum,
            maximum_body: MAXIMUM_BODY,
            requires_json: true,
            renews: parameters.renews,
            limits: parameters.limits,
        };
        let document = Document {
            package_version: "simulated".into(),
            options,
            started_at: 0,
            milliseconds: 0,
            left_out: (0, 0),
            begin: None,
            entries: Vec::new(),
        };
        Self {
            document,
            zero: None,
            now: Now::default(),
            flight: None,
            arriving: None,
            requests: 0,
            tokens: HashMap::new(),
            contents: HashMap::new(),
            timer: None,
            is_odd: false,
        }
    }

    pub(crate) fn finish(mut self) -> Document {
        self.document.milliseconds = self.at();
        self.document
    }

    fn at(&self) -> u64 {
        self.now.monotonic.as_milliseconds() - self.zero.unwrap_or(0)
    }

    fn write(&mut self, what: What) {
        let at = self.at();
        self.document.entries.push(Entry { at, what });
    }

    /// What the client is given.
    pub(crate) fn given(&mut self, now: Now, given: &Given) {
        let zero = *self.zero.get_or_insert_with(|| {
            self.document.started_at = now.wall;
            now.monotonic.as_milliseconds()
        });
        let jump = now.wall.wrapping_sub(self.now.wall) != now.monotonic.since(self.now.monotonic);
        let is_first = self.now == Now::default();
        self.now = now;
        if jump && !is_first {
            self.write(What::Clock(now.wall));
        }
        let at = now.monotonic.as_milliseconds() - zero;
        // Who wakes a page finds its timers before he can do anything.
        let is_called = matches!(given, Given::Start | Given::Stop | Given::Refresh);
        self.is_odd |= is_called && self.timer.is_some_and(|it| now.monotonic.as_milliseconds() > it + MINUTE);
        let awaited = self.flight.as_mut();
        match given {
            Given::Start => self.write(What::Call(Call::Start)),
            Given::Stop => self.write(What::Call(Call::Stop)),
            Given::Refresh => self.write(What::Call(Call::Refresh)),
            Given::Timeout | Given::Visible(_) | Given::Online(_) | Given::Limited(_) => {}
            Given::Resume(_) => self.is_odd = true,
            Given::Progress(id) => {
                if let Some((_, _, arrival)) = awaited.filter(|it| it.0 == *id) {
                    arrival.get_or_insert(Arrival { headers: at, last: at }).last = at;
                }
            }
            Given::Answer(id, answer) => {
                if let Some((_, operation, arrival)) = awaited.filter(|it| it.0 == *id) {
                    let arrival = arrival.unwrap_or(Arrival { headers: at, last: at });
                    let operation = *operation;
                    let answer = Box::new(self.answer(*id, operation, answer));
                    self.arriving = Some(What::Answer { number: self.requests, arrival, answer });
                }
            }
            Given::Failure(id, failure) => {
                if let Some((_, _, arrival)) = awaited.filter(|it| it.0 == *id) {
                    let arrival = *arrival;
                    self.arriving = Some(What::Failure { number: self.requests, arrival, kind: Kind::Failure(*failure) });
                }
            }
        }
    }

    /// What the client does.
    pub(crate) fn output(&mut self, output: &Output) {
        if let Output::Cancel(_) = output {
            // What arrives is too late.
            self.arriving = None;
            if let Some((_, _, arrival)) = self.flight.take() {
                self.write(What::Failure { number: self.requests, arrival, kind: Kind::Abandoned });
            }
            return;
        }
        if let Some(what) = self.arriving.take() {
            self.flight = None;
            self.write(what);
        }
        match output {
            Output::Request(id, request) => {
                self.requests += 1;
                let query = request.url.split_once('?').map_or("", |it| it.1);
                let token = Request::token_in_query(query).map(|it| self.number(it.as_str()));
                self.flight = Some((*id, request.operation, None));
                self.write(What::Request { number: self.requests, operation: request.operation, token });
            }
            Output::Event(event) => {
                let told = match event {
                    Event::Unchanged => return,
                    Event::Updated(it) => Told::Update {
                        content: self.contents.get(&it.body_of).copied(),
                        content_type: it.content_type.clone(),
                        version_label: it.version_label.clone(),
                    },
                    Event::Failed { error, .. } => Told::error(error),
                    Event::StatusChanged { status, previous } => Told::Status { status: *status, previous: *previous },
                };
                self.write(What::Event(told));
            }
            Output::Timeout(at) => self.timer = at.map(Instant::as_milliseconds),
            Output::Cancel(_) | Output::Save(_) => {}
        }
    }

    fn number(&mut self, token: &str) -> u32 {
        let next = u32::try_from(self.tokens.len()).unwrap_or(0) + 1;
        *self.tokens.entry(token.to_owned()).or_insert(next)
    }

    fn token(&mut self, text: Option<&str>) -> Token {
        match text {
            None => Token::None,
            Some(text) if Text::new(text.to_owned()).is_some() => Token::Number(self.number(text)),
            Some(_) => Token::Unusable,
        }
    }

    fn answer(&mut self, id: RequestId, operation: Operation, answer: &Answered) -> Answer {
        let response = &answer.response;
        let mut it = Answer::bare(response.status, response.headers_may_be_hidden);
        if operation == Operation::GetLatestConfiguration && matches!(response.status, 200 | 204) {
            it.next_token = self.token(response.next_token.as_deref());
            it.interval.clone_from(&response.next_interval);
            it.content_type.clone_from(&response.content_type);
            it.version_label.clone_from(&response.version_label);
            // Of such an answer the page looks at nothing, and so does not know it again.
            self.is_odd |= it.next_token == Token::None && matches!(response.body, Some(Looked::Malformed { .. }));
            if let (Bytes::Some(content, _), Some(looked)) = (answer.bytes, response.body) {
                it.body.bytes = match looked {
                    Looked::Empty => 0,
                    Looked::TooLarge => MAXIMUM_BODY + 1,
                    _ => 1,
                };
                it.body.content = Some(content);
                it.body.is_json = Some(!matches!(looked, Looked::Malformed { .. }));
                self.contents.insert(id, content);
            }
            return it;
        }
        if operation == Operation::StartConfigurationSession && matches!(response.status, 200 | 201) {
            let initial = response.initial_token();
            it.next_token = self.token(initial.as_ref().map(Text::as_str));
        }
        it.retry_after.clone_from(&response.retry_after);
        it.amz_retry_after.clone_from(&response.amz_retry_after);
        it.named.clone_from(&response.error_type);
        if response.status >= 400 {
            it.body = exception(response);
        }
        it
    }
}

fn exception(response: &Response) -> Body {
    let read = Exception::read(None, &response.text);
    let problem = if read.has_problem(&Problem::PollIntervalNotSatisfied) {
        Some(Problem::PollIntervalNotSatisfied)
    } else {
        read.invalid_parameters().next().map(|(_, it)| it)
    };
    Body {
        bytes: response.text.len() as u64,
        is_document: json::is_document(&response.text),
        is_too_early: read.message() == Some("Request too early"),
        reason: read.reason().map(ToOwned::to_owned),
        problem: problem.map(|it| it.as_str().to_owned()),
        resource_type: read.resource_type().map(|it| it.as_str().to_owned()),
        exception: read.name,
        ..Body::default()
    }
}
