//! The service over HTTP: which request is which operation, and how an answer is written.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{signature, Fault, Latest, Plan, Record, Refusal, Service, MAXIMUM_IDENTIFIER_CHARACTERS};
use crate::protocol::authorization::Received;
use crate::protocol::date::{self, UnixMilliseconds};
use crate::protocol::json;
use crate::protocol::response::{header, session_to_json};
use crate::protocol::{Operation, Problem, Request, SessionInput};

const DATE: &str = "date";
/// The longest body of a request that is read; the longest that makes sense has some 3,000 bytes.
const MAXIMUM_REQUEST_BYTES: usize = 65_536;

/// A request as it arrived.
#[derive(Clone, Copy, Default)]
pub struct Call<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The endpoint's own path, which stands before `path`; empty where there is none.
    pub prefix: &'a str,
    /// The path below the endpoint.
    pub path: &'a str,
    /// The query, without `?`.
    pub query: &'a str,
    /// Names, in whatever case, and values. Signatures alone need them, so where none is checked there may be none.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

/// Whether an answer arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// It does.
    #[default]
    Whole,
    /// The connection breaks before the first byte.
    Lost,
    /// The connection stays open, and nothing comes.
    Never,
    /// The connection breaks in the middle of the body.
    Cut,
    /// Compressed, where the client can read that.
    Compressed,
    /// Without telling a browser that pages of other origins may read the headers.
    Hidden,
}

/// What something on the way sends that is not the service.
const PAGE: &str = "<!doctype html><title>No configuration</title><p>The emulator sent this page instead, as it was asked to.</p>\n";

/// An answer as it is sent.
#[derive(Clone, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Arc<[u8]>,
    /// Whether it arrives.
    pub delivery: Delivery,
    /// What happened.
    pub record: Record,
}

impl Answer {
    fn header(&mut self, name: &'static str, value: impl Into<String>) {
        self.headers.push((name, value.into()));
    }

    fn replace(&mut self, name: &'static str, value: String) {
        self.headers.retain(|(it, _)| *it != name);
        self.headers.push((name, value));
    }

    /// A page that nobody asked for: it has nothing of the service.
    fn send_page(&mut self, status: u16) {
        self.status = status;
        self.headers.retain(|(name, _)| *name == DATE);
        self.header(header::CONTENT_TYPE, "text/html; charset=utf-8");
        self.body = PAGE.as_bytes().into();
    }

    /// Lets happen what concerns the answer alone.
    fn suffer(&mut self, now: UnixMilliseconds, plan: Plan) {
        match plan.fault {
            Fault::WrongContentType if self.status == 200 => {
                let is = |it: &str| self.headers.iter().any(|(name, value)| *name == header::CONTENT_TYPE && value.starts_with(it));
                let wrong = if is("application/octet-stream") { "text/plain" } else { "application/octet-stream" };
                self.replace(header::CONTENT_TYPE, wrong.to_owned());
            }
            Fault::ClockSkew => self.replace(DATE, date::format(plan.clock(now))),
            _ => {}
        }
    }

    fn refuse(&mut self, refusal: &Refusal) {
        let exception = refusal.exception();
        self.status = refusal.status();
        self.header(header::CONTENT_TYPE, "application/json");
        let name = exception.name.clone().unwrap_or_default();
        if let Refusal::Unauthenticated { message, .. } = refusal {
            // From the door of all services, not from this one: `signature.rs` says where it was seen.
            self.header(header::ERROR_TYPE, name);
            let mut body = String::from("{\"message\":");
            json::write_string(&mut body, message);
            body.push('}');
            self.body = body.into_bytes().into();
        } else {
            // The colon is a quirk of the real one, which clients have to live with.
            self.header(header::ERROR_TYPE, format!("{name}:"));
            self.body = exception.to_json().into_bytes().into();
        }
        self.record.message = exception.message().map(str::to_owned);
        self.record.problem = exception.invalid_parameters().next().map(|(_, problem)| problem.as_str().to_owned());
        self.record.resource_type = exception.resource_type().map(|it| it.as_str().to_owned());
        self.record.exception = exception.name;
    }

    fn send(&mut self, latest: &Latest) {
        self.status = 200;
        // An unchanged one keeps its content type and has no label, as the real service was seen to have it.
        self.header(header::CONTENT_TYPE, latest.content_type());
        self.header(header::NEXT_TOKEN, latest.next_token.as_str());
        self.header(header::NEXT_INTERVAL, latest.interval_in_seconds.to_string());
        self.record.interval_in_seconds = Some(latest.interval_in_seconds);
        self.record.unchanged = latest.changed().is_none();
        if let Some(configuration) = latest.changed() {
            self.body = configuration.content().clone();
            self.record.version_label = configuration.version_label().map(str::to_owned);
            if let Some(label) = configuration.version_label() {
                self.header(header::VERSION_LABEL, label);
            }
        }
    }
}

impl Service {
    /// Answers a request over HTTP.
    ///
    /// ```
    /// use appconfig_edge::service::{Call, Options, Service};
    /// let mut service = Service::new(Options::default(), 1);
    /// let answer = service.answer(0, Call { method: "GET", path: "/configuration", query: "configuration_token=x", ..Call::default() });
    /// assert_eq!((answer.status, answer.record.problem.as_deref()), (400, Some("Corrupted")));
    /// ```
    pub fn answer(&mut self, now: UnixMilliseconds, call: Call) -> Answer {
        let request_id = self.request_id();
        let record = Record { at: now, request_id, method: call.method.to_owned(), path: call.path.to_owned(), ..Record::default() };
        let mut answer = Answer { record, ..Answer::default() };
        answer.header(header::REQUEST_ID, answer.record.request_id.clone());
        answer.header(DATE, date::format(now));

        let operation = [Operation::StartConfigurationSession, Operation::GetLatestConfiguration]
            .into_iter()
            .find(|it| (call.method, call.path) == (it.method(), it.path()));
        let plan = operation.and_then(|operation| self.faults.take(operation, &mut self.random));
        let fault = plan.map(|plan| plan.fault);
        answer.record.operation = operation.map(Operation::name);
        answer.record.fault = fault.map(Fault::name);
        answer.delivery = match fault {
            Some(Fault::LostAnswer) => Delivery::Lost,
            Some(Fault::Hang) => Delivery::Never,
            Some(Fault::CutBody) => Delivery::Cut,
            Some(Fault::Compressed) => Delivery::Compressed,
            Some(Fault::HiddenHeaders) => Delivery::Hidden,
            _ => Delivery::Whole,
        };
        let interval = self.options.interval_in_seconds;
        if let Some(Plan { fault: Fault::Interval, seconds, .. }) = plan {
            // Who polls before that is refused, so it is not the header alone.
            self.options.interval_in_seconds = Some(seconds.unsigned_abs());
        }
        match (operation, fault) {
            (_, Some(Fault::Hang)) => {}
            (_, Some(Fault::HtmlPage)) => answer.send_page(200),
            (_, Some(Fault::Unavailable)) => answer.send_page(503),
            (Some(operation), _) => {
                let refusal = self.refuses(now, call, plan);
                match operation {
                    Operation::StartConfigurationSession => self.answer_start(now, call, refusal, &mut answer),
                    Operation::GetLatestConfiguration => self.answer_get(now, call, refusal, &mut answer),
                }
            }
            (None, _) => answer.refuse(&Refusal::UnknownOperation),
        }
        self.options.interval_in_seconds = interval;
        if let Some(plan) = plan {
            answer.suffer(now, plan);
        }
        answer.record.status = answer.status;
        answer.record.bytes = answer.body.len();
        answer
    }

    /// What is refused before anybody looks at what it asks for. A fault that was asked for comes before the signature.
    fn refuses(&self, now: UnixMilliseconds, call: Call, plan: Option<Plan>) -> Option<Refusal> {
        if let Some(refusal) = plan.and_then(|plan| plan.fault.refusal()) {
            return Some(refusal);
        }
        let skew = plan.filter(|plan| plan.fault == Fault::ClockSkew);
        let clock = skew.map_or(now, |plan| plan.clock(now));
        let Some(verifier) = &self.options.verifier else { return skew.map(|_| signature::skewed(now, clock)) };
        let path = format!("{}{}", call.prefix, call.path);
        let received = Received { method: call.method, path: &path, query: call.query, headers: call.headers, body: call.body };
        verifier.check(clock, &received).err()
    }

    fn answer_start(&mut self, now: UnixMilliseconds, call: Call, refusal: Option<Refusal>, answer: &mut Answer) {
        let body = core::str::from_utf8(call.body).ok().filter(|body| body.len() <= MAXIMUM_REQUEST_BYTES);
        let input = body.and_then(SessionInput::from_json);
        if let Some(input) = &input {
            // One that is too long is refused, and remembered as too long.
            let short = |name: &str| Some(name.chars().take(MAXIMUM_IDENTIFIER_CHARACTERS + 1).collect());
            answer.record.application = short(&input.application_identifier);
            answer.record.environment = short(&input.environment_identifier);
            answer.record.configuration_profile = short(&input.configuration_profile_identifier);
        }
        let result = match (refusal, input) {
            (Some(refusal), _) => Err(refusal),
            (None, Some(input)) => self.start_configuration_session(now, &input),
            (None, None) => Err(Refusal::Invalid(
                "Expected a JSON object with ApplicationIdentifier, EnvironmentIdentifier, ConfigurationProfileIdentifier and perhaps RequiredMinimumPollIntervalInSeconds",
            )),
        };
        match result {
            Ok(token) => {
                answer.status = 201;
                answer.header(header::CONTENT_TYPE, "application/json");
                answer.body = session_to_json(&token).into_bytes().into();
                answer.record.session = self.claim(token.as_str()).map(|claim| claim.session);
            }
            Err(refusal) => answer.refuse(&refusal),
        }
    }

    fn answer_get(&mut self, now: UnixMilliseconds, call: Call, refusal: Option<Refusal>, answer: &mut Answer) {
        let claim = Request::token_in_query(call.query).and_then(|token| self.claim(token.as_str()));
        if let Some(claim) = claim {
            answer.record.session = Some(claim.session);
            if let Some(target) = self.target(claim) {
                answer.record.application = Some(target.application.clone());
                answer.record.environment = Some(target.environment.clone());
                answer.record.configuration_profile = Some(target.configuration_profile.clone());
            }
        }
        let result = match (refusal, claim) {
            (Some(refusal), _) => Err(refusal),
            (None, Some(claim)) => self.poll(now, claim),
            (None, None) => Err(Refusal::Token(Problem::Corrupted)),
        };
        match result {
            Ok(latest) => answer.send(&latest),
            Err(refusal) => answer.refuse(&refusal),
        }
    }

    /// In the form of a random UUID.
    fn request_id(&mut self) -> String {
        let (high, low) = (self.random.next(), self.random.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}
