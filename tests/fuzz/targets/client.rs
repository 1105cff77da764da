//! A poller with its host, and what holds after every input.

use appconfig_edge::protocol::exception::Class;
use appconfig_edge::protocol::response::{is_configuration, Body};
use appconfig_edge::protocol::{Endpoint, Exception, Operation, Request, Response, SessionInput, Token};
use appconfig_edge::session::{Event, Held, Input, Instant, Limits, Now, Options, Output, Poller, RequestId, Saved, Status};

use super::oracle;

const ENDPOINT: &str = "https://config.example.com/proxy";
/// More than a poller does at once.
const MOST_OUTPUTS: usize = 8;

pub(crate) struct Client {
    options: Options,
    poller: Poller,
    /// What the next input is given; the monotonic clock may go back, as a host's must not.
    pub(crate) now: Now,
    /// The latest that the monotonic clock ever said.
    pub(crate) latest: Instant,
    running: bool,
    stopped: bool,
    /// Neither hidden nor offline: a loop goes on.
    attended: [bool; 2],
    status: Status,
    last_id: u32,
    pub(crate) in_flight: Option<(RequestId, Request)>,
    /// The token that the next poll has to carry.
    pub(crate) token: Option<String>,
    pub(crate) timer: Option<Instant>,
    /// What is to be kept.
    pub(crate) saved: Option<Saved>,
    /// What the last input led to, without changes of the status.
    pub(crate) events: Vec<Event>,
}

pub(crate) fn options(seed: u64) -> Options {
    let input = SessionInput {
        application_identifier: "shop".into(),
        environment_identifier: "prod".into(),
        configuration_profile_identifier: "flags".into(),
        required_minimum_poll_interval_in_seconds: None,
    };
    Options {
        endpoint: Endpoint::custom(ENDPOINT).unwrap(),
        input,
        limits: Limits::default(),
        renews_credentials: seed % 2 == 1,
        hidden_interval: None,
        seed,
    }
}

pub(crate) fn session(token: &str) -> Response {
    let text = serde_json::json!({ "InitialConfigurationToken": token }).to_string();
    Response { status: 201, text, ..Response::default() }
}

pub(crate) fn configuration(token: &str) -> Response {
    let (next_token, next_interval) = (Some(token.into()), Some("60".into()));
    Response {
        status: 200,
        next_token,
        next_interval,
        content_type: Some("text/plain".into()),
        body: Some(Body::New),
        ..Response::default()
    }
}

impl Client {
    pub(crate) fn new(options: Options) -> Self {
        let now = Now { monotonic: Instant::from_milliseconds(1_000_000), wall: 1_767_323_045_000 };
        Self {
            poller: Poller::new(options.clone()),
            options,
            now,
            latest: Instant::default(),
            running: false,
            stopped: false,
            attended: [true; 2],
            status: Status::Idle,
            last_id: 0,
            in_flight: None,
            token: None,
            timer: None,
            saved: None,
            events: Vec::new(),
        }
    }

    /// The one that has a session, and `token` for its first poll, which is in flight.
    pub(crate) fn opened(token: &str) -> Self {
        let mut it = Self::new(options(7));
        it.give(Input::Start);
        it.answer(session(token));
        it
    }

    /// The one whose second poll is in flight, with `token`.
    pub(crate) fn polling(token: &str) -> Self {
        let mut it = Self::opened("initial");
        it.answer(configuration(token));
        it.fire();
        it
    }

    /// Another poller goes on where this one was: the host has ended, and its monotonic clock begins anew.
    pub(crate) fn begin_anew(&mut self, saved: Option<Saved>, held: Option<Held>) {
        let now = Now { monotonic: Instant::from_milliseconds(5), wall: self.now.wall };
        *self = Self { now, saved: saved.clone(), ..Self::new(self.options.clone()) };
        self.token = saved.as_ref().and_then(|it| Some(it.token.as_ref()?.as_str().to_owned()));
        self.give(Input::Resume(saved, held));
    }

    pub(crate) fn answer(&mut self, response: Response) {
        let (id, _) = self.in_flight.as_ref().expect("a request in flight");
        self.give(Input::Response(*id, response));
    }

    /// Lets time pass until the timer is due.
    pub(crate) fn fire(&mut self) {
        let at = self.timer.expect("something is due");
        let passed = at.since(self.now.monotonic);
        self.now = Now { monotonic: at, wall: self.now.wall.saturating_add(passed) };
        self.give(Input::Timeout);
    }

    /// Fires timers until a request is in flight: which operation, and with which token.
    pub(crate) fn next_request(&mut self) -> (Operation, Option<String>) {
        for _ in 0..4 {
            if let Some((_, request)) = &self.in_flight {
                return (request.operation, token_of(request));
            }
            self.fire();
        }
        panic!("four timers, and no request");
    }

    /// Gives an input, and checks all that holds whatever it is.
    pub(crate) fn give(&mut self, input: Input) {
        let mut twin = self.poller.clone();
        let before = (self.now, self.timer, self.latest);
        let is_timeout = matches!(input, Input::Timeout);
        match input {
            Input::Start => (self.running, self.stopped) = (true, false),
            Input::Stop => (self.running, self.stopped) = (false, true),
            Input::Visible(visible) => self.attended[0] = visible,
            Input::Online(online) => self.attended[1] = online,
            _ => {}
        }
        let awaited = match &input {
            Input::Response(id, _) | Input::Failure(id, _) => self.in_flight.take_if(|(it, _)| it == id),
            _ => None,
        };
        self.latest = self.latest.max(self.now.monotonic);
        self.poller.handle_input(self.now, input.clone());
        let outputs = drain(&mut self.poller);

        // An answer counts unless its request is abandoned at the same time.
        if let Some((id, request)) = &awaited {
            if outputs.iter().any(|it| matches!(it, Output::Cancel(it) if it == id)) {
                self.in_flight = Some((*id, request.clone()));
            } else if let Input::Response(_, response) = &input {
                self.take(request, response);
            }
        }
        twin.handle_input(self.now, input);
        assert!(same(&outputs, &drain(&mut twin)), "other outputs of a twin: {outputs:?}");
        let asked = self.in_flight.as_ref().or(awaited.as_ref()).and_then(|(_, request)| token_of(request));
        self.events.clear();
        for output in &outputs {
            self.output(output, asked.as_deref());
        }
        assert_eq!(self.poller.status(), self.status);
        assert_eq!(self.poller.is_polling(), self.in_flight.is_some());
        assert!(
            self.stopped || self.attended.contains(&false) || self.timer.is_some() || !self.running && self.in_flight.is_none(),
            "nothing is due any more"
        );
        // A timer that was due and fired leads to something, or at least away.
        let (now, timer, latest) = before;
        if is_timeout
            && outputs.len() == 1
            && now.monotonic >= latest
            && timer.is_some_and(|it| it <= now.monotonic)
            && now.monotonic < Instant::from_milliseconds(1 << 62)
        {
            assert!(self.timer.is_none_or(|it| it > now.monotonic), "a timer fired to no effect");
        }
    }

    /// What an answer means for the token.
    fn take(&mut self, request: &Request, response: &Response) {
        match request.operation {
            Operation::StartConfigurationSession => {
                if let (200 | 201, Some(token)) = (response.status, response.initial_token()) {
                    self.token = Some(token.as_str().to_owned());
                }
            }
            Operation::GetLatestConfiguration => match response.body {
                Some(body) if is_configuration(response.status) => {
                    let next = response.next_token.clone().filter(|it| oracle::is_token(it) && body != Body::Malformed { again: false });
                    self.token = next.or(self.token.take());
                }
                _ if is_refused(response) => self.token = None,
                _ => {}
            },
        }
    }

    fn output(&mut self, output: &Output, asked: Option<&str>) {
        match output {
            Output::Request(id, request) => {
                assert!(!self.stopped, "a request after stop");
                assert!(self.in_flight.is_none(), "two requests in flight");
                assert!(id.0 > self.last_id, "{id:?} was used before");
                assert!(request.url.starts_with(ENDPOINT), "{}", request.url);
                assert_eq!(request.body.is_some(), request.operation == Operation::StartConfigurationSession);
                if request.operation == Operation::GetLatestConfiguration {
                    assert_eq!(token_of(request), self.token, "the wrong token");
                }
                self.last_id = id.0;
                self.in_flight = Some((*id, request.clone()));
            }
            Output::Save(saved) => {
                assert_eq!(saved.token.as_ref().map(Token::as_str), self.token.as_deref(), "another token is saved");
                assert!(saved.sessions_left <= 3 && saved.refill <= 3_600_000, "{saved:?}");
                self.saved = Some(saved.clone());
            }
            Output::Cancel(id) => {
                let cancelled = self.in_flight.take_if(|(it, _)| it == id);
                assert!(cancelled.is_some(), "{id:?} is cancelled and was not awaited");
            }
            Output::Event(Event::StatusChanged { status, previous }) => {
                assert!(*previous == self.status && status != previous, "{output:?} after {:?}", self.status);
                self.status = *status;
            }
            Output::Event(event) => {
                assert!(!self.stopped, "an event after stop: {event:?}");
                if let (Event::Failed { error, retry_at }, Some(token)) = (event, asked) {
                    assert!(*retry_at >= self.latest, "an attempt in the past");
                    let exception = error.exception.as_deref();
                    let texts =
                        exception.into_iter().flat_map(|it| it.members.iter().flat_map(|(path, value)| [path, value]).chain(&it.name));
                    for text in texts.chain(&error.request_id) {
                        assert!(!oracle::shows(text, token), "an error shows the token {token}: {text}");
                    }
                }
                self.events.push(event.clone());
            }
            Output::Timeout(at) => {
                assert!(at.is_none_or(|at| at >= self.latest), "a timeout in the past");
                assert!(!self.stopped || at.is_none(), "a timer after stop");
                self.timer = *at;
            }
        }
    }
}

/// Whether an answer to a poll says that its token is of no use any more.
pub(crate) fn is_refused(response: &Response) -> bool {
    let exception = Exception::read(response.error_type.as_deref(), &response.text);
    let spares = [Class::TooEarly, Class::Throttled, Class::Denied, Class::CredentialsExpired, Class::ClockSkew];
    // The name may stand in a text that breaks off, which is hard to say in other words.
    let in_aws_form =
        response.error_type.as_deref().and_then(oracle::name).is_some() || exception.name.is_some() || oracle::is_json(&response.text);
    response.status == 400 && in_aws_form && !spares.contains(&exception.class(400))
}

/// The token in a request's URL.
pub(crate) fn token_of(request: &Request) -> Option<String> {
    let (_, query) = request.url.split_once('?')?;
    Some(Request::token_in_query(query).expect("a poll has a token").as_str().to_owned())
}

fn drain(poller: &mut Poller) -> Vec<Output> {
    let mut outputs = Vec::new();
    while !matches!(outputs.last(), Some(Output::Timeout(_))) {
        outputs.push(poller.poll_output());
        assert!(outputs.len() <= MOST_OUTPUTS, "so many outputs: {outputs:?}");
    }
    outputs
}

fn same(some: &[Output], others: &[Output]) -> bool {
    let requests = |outputs: &[Output]| -> Vec<Request> {
        outputs.iter().filter_map(|it| if let Output::Request(_, request) = it { Some(request.clone()) } else { None }).collect()
    };
    // The Debug of a request shows no token.
    format!("{some:?}") == format!("{others:?}") && requests(some) == requests(others)
}
