//! The body of an answer to StartConfigurationSession; it comes with 201.

use appconfig_edge::protocol::response::session_to_json;
use appconfig_edge::protocol::{Operation, Response, Token};
use appconfig_edge::session::{Code, Event, Input};
use serde_json::Value;

use super::client::{options, Client};
use super::oracle;

const MEMBER: &str = "InitialConfigurationToken";

pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let response = Response { status: 201, text, ..Response::default() };
    let text = &response.text;
    let token = response.initial_token();
    if let Some(token) = &token {
        assert!(oracle::is_json(text) && oracle::is_token(token.as_str()), "{text}");
        let again = Response { text: session_to_json(token), ..Response::default() };
        assert_eq!(again.initial_token().as_ref(), Some(token));
    }
    let value = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let is_plain = text.matches(MEMBER).count() < 2 && !text.contains("\\u") && oracle::depth(text) <= oracle::SHALLOW;
    if let (Ok(value), true) = (value, is_plain) {
        let theirs = Value::as_object(&value).and_then(|it| it.get(MEMBER)?.as_str()).filter(|it| oracle::is_token(it));
        assert_eq!(token.as_ref().map(Token::as_str), theirs, "{text}");
    }

    let mut client = Client::new(options(7));
    client.give(Input::Start);
    client.answer(response.clone());
    match (token, &client.events[..]) {
        (Some(token), []) => assert_eq!(client.next_request(), (Operation::GetLatestConfiguration, Some(token.as_str().to_owned()))),
        (None, [Event::Failed { error, .. }]) => {
            assert!(error.code == Code::UnexpectedAnswer || error.exception.is_some(), "{error:?}");
            // Nothing of a body that may hold a token is told.
            assert!(error.exception.as_ref().is_none_or(|it| it.members.is_empty() && it.name.is_none()), "{error:?}");
            assert_eq!(client.next_request(), (Operation::StartConfigurationSession, None));
        }
        (token, told) => panic!("{token:?} {told:?}"),
    }
}
