//! What a recorded answer is to the core, and what it means to who has read design.md.

use appconfig_edge::protocol::exception::{Class, Exception};
use appconfig_edge::protocol::response::session_to_json;
use appconfig_edge::protocol::{retry_after, Body, Operation, Response};

use super::super::answer::{Answer as Given, Bytes, Content, Meaning, Wait};
use super::super::service::Version;
use super::super::token::Tokens;
use super::document::{Answer, Token};

/// The length of the tokens that stand for the recorded ones: an index into `token::LENGTHS`.
const LENGTH: usize = 0;

pub(crate) fn tokens() -> Tokens {
    Tokens::new(LENGTH)
}

/// The host of the page: what it holds, and which texts it has seen.
#[derive(Default)]
pub(crate) struct Host {
    held: Option<u32>,
    malformed: Option<u32>,
    arrived: Option<u32>,
    texts: Vec<String>,
}

impl Host {
    /// The core takes the content that just arrived.
    pub(crate) fn keep(&mut self) -> Option<u32> {
        self.malformed = None;
        self.held = self.arrived;
        self.held
    }

    pub(crate) fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// A number for a text; the observer wants to know no more than whether two are equal.
    fn number(&mut self, text: &str) -> usize {
        self.texts.iter().position(|it| it == text).unwrap_or_else(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        })
    }

    /// As pkg/client.js looks at a body.
    fn look(&mut self, answer: &Answer, requires_json: bool, maximum: u64) -> Body {
        let body = &answer.body;
        if body.bytes > maximum {
            return Body::TooLarge;
        }
        let Some(content) = body.content.filter(|_| body.bytes > 0) else { return Body::Empty };
        if requires_json && body.is_json == Some(false) {
            return Body::Malformed { again: self.malformed.replace(content) == Some(content) };
        }
        self.arrived = Some(content);
        if self.held == Some(content) {
            Body::Same
        } else {
            Body::New
        }
    }

    /// The answer as the core is given it; `date` is the client's.
    pub(crate) fn answer(&mut self, operation: Operation, answer: &Answer, requires_json: bool, maximum: u64, date: u64) -> Given {
        let mut response = Response { status: answer.status, headers_may_be_hidden: answer.headers_may_be_hidden, ..Response::default() };
        let is_poll = operation == Operation::GetLatestConfiguration;
        let ok = matches!(answer.status, 200 | 204);
        if is_poll && ok {
            response.next_token = token_text(answer.next_token);
            response.next_interval.clone_from(&answer.interval);
            response.content_type.clone_from(&answer.content_type);
            response.version_label.clone_from(&answer.version_label);
            // Without a token the page does not even look.
            let body = if answer.next_token == Token::None { Body::Empty } else { self.look(answer, requires_json, maximum) };
            response.body = Some(body);
            let Token::Number(next) = answer.next_token else { return given(response, Meaning::Failure, true) };
            let interval = answer
                .interval
                .as_deref()
                .filter(|it| it.bytes().all(|it| it.is_ascii_digit()))
                .and_then(|it| it.parse().ok())
                .filter(|it| (1..=86_400).contains(it))
                .unwrap_or(60);
            let content = match body {
                Body::Empty => Content::Unchanged,
                // The page has no check of its own, so nothing is refused.
                Body::TooLarge | Body::Refused { .. } => Content::TooLarge,
                Body::Malformed { .. } => Content::Malformed(answer.body.content.unwrap_or(0)),
                Body::Same | Body::New => Content::Whole(self.version(answer)),
            };
            return given(response, Meaning::Success { content, next, interval }, false);
        }
        if !is_poll && matches!(answer.status, 200 | 201) {
            if let Token::Number(number) = answer.next_token {
                response.text =
                    session_to_json(&appconfig_edge::protocol::Token::new(tokens().text(number)).expect("a token of ours is one"));
                return given(response, Meaning::Session(number), false);
            }
            return given(response, Meaning::Failure, true);
        }
        response.error_type.clone_from(&answer.named);
        response.retry_after.clone_from(&answer.retry_after);
        response.amz_retry_after.clone_from(&answer.amz_retry_after);
        if answer.status >= 400 {
            response.text = text(answer);
        }
        refused(response, is_poll, date)
    }

    fn version(&mut self, answer: &Answer) -> Version {
        let content_type = answer.content_type.as_ref().map_or(usize::MAX, |it| self.number(it));
        let label = answer.version_label.as_ref().and_then(|it| u32::try_from(self.number(it)).ok());
        Version { content: answer.body.content.unwrap_or(0), content_type, label }
    }
}

fn given(response: Response, meaning: Meaning, may_have_spent: bool) -> Given {
    Given { response, bytes: Bytes::None, meaning, may_have_spent, wait: Wait::For(0), is_aftermath: false }
}

fn token_text(token: Token) -> Option<String> {
    match token {
        Token::None => None,
        Token::Unusable => Some("not a token".into()),
        Token::Number(number) => Some(tokens().text(number)),
    }
}

/// An exception's body with what the record has kept of it. One that was no whole document breaks off before its end.
fn text(answer: &Answer) -> String {
    let body = &answer.body;
    let mut members = serde_json::Map::new();
    let mut add = |name: &str, value: Option<&str>| {
        value.map(|it| members.insert(name.into(), it.into()));
    };
    add("__type", body.exception.as_deref());
    add("Message", body.is_too_early.then_some("Request too early"));
    add("Reason", body.reason.as_deref());
    add("ResourceType", body.resource_type.as_deref());
    if let Some(problem) = &body.problem {
        let details = serde_json::json!({ "InvalidParameters": { "configuration_token": { "Problem": problem } } });
        members.insert("Details".into(), details);
    }
    let text = serde_json::Value::from(members).to_string();
    match text.strip_suffix('}') {
        Some(cut) if !body.is_document && text != "{}" => cut.into(),
        _ if !body.is_document => "<".into(),
        _ => text,
    }
}

/// An answer that is no success. Its name is judged as protocol/exception.rs does, which has tests of its own; what follows from that is said here.
fn refused(response: Response, is_poll: bool, date: u64) -> Given {
    let exception = Exception::read(response.error_type.as_deref(), &response.text);
    let status = response.status;
    let class = exception.class(status);
    let meaning = match class {
        Class::TooEarly => Meaning::TooEarly,
        Class::Denied | Class::CredentialsExpired | Class::ClockSkew => Meaning::Denied,
        Class::Throttled => Meaning::Failure,
        _ if is_poll && status == 400 && exception.in_aws_form => Meaning::Refused,
        Class::NotFound => Meaning::Missing,
        _ => Meaning::Failure,
    };
    let wait = retry_after::wait(response.retry_after.as_deref(), response.amz_retry_after.as_deref(), date).unwrap_or(0);
    let may_have_spent = !((400..500).contains(&status) && exception.in_aws_form);
    Given { wait: Wait::For(wait), ..given(response, meaning, may_have_spent) }
}
