//! A poller in a situation, in one line a step.

use appconfig_edge::protocol::response::{Body, Response};
use appconfig_edge::protocol::{Endpoint, Operation, Request, SessionInput};
use appconfig_edge::session::{Error, Event, Failure, Input, Instant, Limits, Now, Options, Output, Poller, RequestId, Saved};

pub(crate) const SECOND: u64 = 1000;
pub(crate) const HOUR: u64 = 3600 * SECOND;
pub(crate) const DAY: u64 = 24 * HOUR;

/// A poller in a situation. Time is in milliseconds.
pub(crate) struct Scenario {
    pub(crate) poller: Poller,
    pub(crate) monotonic: u64,
    pub(crate) wall: u64,
    pub(crate) timer: Option<u64>,
    /// The request that is in flight.
    pub(crate) sent: Option<(RequestId, Request)>,
    /// Requests that nobody waits for any more.
    pub(crate) cancelled: Vec<RequestId>,
    /// What is to be kept.
    pub(crate) saved: Option<Saved>,
    /// What was told and not looked at yet.
    pub(crate) events: Vec<Event>,
}

impl Scenario {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let input = SessionInput {
            application_identifier: "shop".into(),
            environment_identifier: "prod".into(),
            configuration_profile_identifier: "flags".into(),
            required_minimum_poll_interval_in_seconds: None,
        };
        let endpoint = Endpoint::custom("https://config.example.com").unwrap();
        let mut options = Options { endpoint, input, limits: Limits::default(), renews_credentials: false, hidden_interval: None, seed: 7 };
        change(&mut options);
        let poller = Poller::new(options);
        Self {
            poller,
            monotonic: 100 * SECOND,
            wall: 1_700_000_000 * SECOND,
            timer: None,
            sent: None,
            cancelled: Vec::new(),
            saved: None,
            events: Vec::new(),
        }
    }

    pub(crate) fn give(&mut self, input: Input) -> &mut Self {
        self.poller.handle_input(Now { monotonic: Instant::from_milliseconds(self.monotonic), wall: self.wall }, input);
        loop {
            match self.poller.poll_output() {
                Output::Request(id, request) => self.sent = Some((id, request)),
                Output::Cancel(id) => {
                    self.sent.take_if(|(sent, _)| *sent == id);
                    self.cancelled.push(id);
                }
                Output::Save(saved) => self.saved = Some(saved),
                Output::Event(event) => self.events.push(event),
                Output::Timeout(at) => {
                    self.timer = at.map(Instant::as_milliseconds);
                    return self;
                }
            }
        }
    }

    pub(crate) fn start(&mut self) -> &mut Self {
        self.give(Input::Start)
    }

    pub(crate) fn refresh(&mut self) -> &mut Self {
        self.give(Input::Refresh)
    }

    /// The request in flight is answered.
    pub(crate) fn answer(&mut self, answer: Response) -> &mut Self {
        let (id, _) = self.sent.take().expect("a request in flight");
        self.give(Input::Response(id, answer))
    }

    /// The request in flight comes to nothing.
    pub(crate) fn fail(&mut self, failure: Failure) -> &mut Self {
        let (id, _) = self.sent.take().expect("a request in flight");
        self.give(Input::Failure(id, failure))
    }

    /// Nothing happens for so long, and no timer fires.
    pub(crate) fn pass(&mut self, milliseconds: u64) -> &mut Self {
        self.monotonic += milliseconds;
        self.wall += milliseconds;
        self
    }

    /// Waits for the timer. Returns how long that was.
    pub(crate) fn wait(&mut self) -> u64 {
        let milliseconds = self.timer.expect("something is due") - self.monotonic;
        self.pass(milliseconds).give(Input::Timeout);
        milliseconds
    }

    /// The request that was sent: which operation, and with which token.
    pub(crate) fn asks(&self) -> (Operation, &str) {
        let (_, request) = self.sent.as_ref().expect("a request in flight");
        (request.operation, request.url.split_once('=').map_or("", |(_, token)| token))
    }

    pub(crate) fn asks_nothing(&self) -> bool {
        self.sent.is_none()
    }

    /// What was told since the last look, without changes of the status.
    pub(crate) fn told(&mut self) -> Vec<Event> {
        self.events.drain(..).filter(|it| !matches!(it, Event::StatusChanged { .. })).collect()
    }

    /// The error that was told since the last look.
    pub(crate) fn error(&mut self) -> Error {
        match &self.told()[..] {
            [Event::Failed { error, .. }] => error.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// With the first configuration, and `token` for the next poll in `seconds`.
    pub(crate) fn ready(token: &str, seconds: u32) -> Self {
        let mut it = Self::new();
        it.start().answer(session("initial")).answer(configuration(token, seconds));
        assert!(matches!(it.told()[..], [Event::Updated(_)]));
        it
    }
}

pub(crate) const POLL: Operation = Operation::GetLatestConfiguration;
pub(crate) const START: (Operation, &str) = (Operation::StartConfigurationSession, "");

pub(crate) fn session(token: &str) -> Response {
    Response { status: 201, text: format!(r#"{{"InitialConfigurationToken":"{token}"}}"#), ..Response::default() }
}

pub(crate) fn success(token: &str, seconds: u32, body: Body) -> Response {
    Response {
        status: 200,
        next_token: Some(token.into()),
        next_interval: Some(seconds.to_string()),
        content_type: Some("application/json".into()),
        body: Some(body),
        ..Response::default()
    }
}

pub(crate) fn configuration(token: &str, seconds: u32) -> Response {
    success(token, seconds, Body::New)
}

pub(crate) fn unchanged(token: &str, seconds: u32) -> Response {
    success(token, seconds, Body::Empty)
}

pub(crate) fn exception(status: u16, name: &str, body: &str) -> Response {
    Response { status, error_type: Some(name.into()), text: body.into(), ..Response::default() }
}

pub(crate) fn problem(problem: &str) -> Response {
    let body = format!(r#"{{"Details":{{"InvalidParameters":{{"configuration_token":{{"Problem":"{problem}"}}}}}}}}"#);
    exception(400, "BadRequestException", &body)
}
