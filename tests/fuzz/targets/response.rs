//! A success: `200 new` (or `204`, and `empty`, `same`, `malformed`, `again`, `refused`, `refused-again`, `large`; then perhaps `hidden`), and headers.

use appconfig_edge::protocol::response::Body;
use appconfig_edge::protocol::{Operation, Response};
use appconfig_edge::session::{Code, Event};

use super::client::{configuration, Client};
use super::message::Message;
use super::oracle;

/// From here on a token would be too old for the next poll, in milliseconds.
const TOKEN_LIFE: u64 = (24 * 60 - 10) * 60_000;

pub(crate) fn check(data: &[u8]) {
    let message = Message::read(data);
    let response = message.response(if message.word(0) == "204" { 204 } else { 200 });

    let usable = message.header("next-poll-configuration-token").filter(|it| oracle::is_token(it));
    assert_eq!(response.next_token().map(|it| it.as_str().to_owned()), usable);
    let interval = interval(&message.header("next-poll-interval-in-seconds").unwrap_or_default());
    assert_eq!(response.interval_in_seconds(), interval);
    assert_eq!(format!("{response:?}"), format!("Response {{ status: {}, body: {:?}, .. }}", response.status, response.body));

    first(Client::opened("a+first/token=="), &response, usable.as_deref(), interval);
    later(Client::polling("a+later/token=="), &response, usable.as_deref(), interval);
}

/// Digits alone, and of a day at most.
fn interval(text: &str) -> u32 {
    let digits = Some(text).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|it| it.parse().ok()).filter(|it| (1..=86_400).contains(it)).unwrap_or(60)
}

/// To the first poll of all.
fn first(mut client: Client, response: &Response, usable: Option<&str>, interval: u32) {
    client.answer(response.clone());
    let code = match response.body {
        _ if usable.is_none() || response.body == Some(Body::Malformed { again: false }) => {
            return kept(client, response, usable, "a+first/token==")
        }
        Some(Body::Empty) => Some(Code::NoConfiguration),
        Some(Body::Malformed { .. }) => Some(Code::InvalidBody),
        Some(Body::TooLarge) => Some(Code::BodyTooLarge),
        Some(Body::Refused { .. }) => Some(Code::Refused),
        _ => None,
    };
    match (&client.events[..], code) {
        ([Event::Failed { error, .. }], Some(code)) => assert_eq!(error.code, code),
        // Nothing is held, so nothing is the same.
        ([Event::Updated(update)], None) => {
            assert_eq!((&update.content_type, &update.version_label), (&response.content_type, &response.version_label));
        }
        (told, _) => panic!("{told:?} at {response:?}"),
    }
    if code == Some(Code::NoConfiguration) {
        // A new session brings everything; one that brought nothing is doubted once.
        assert_eq!(client.next_request(), (Operation::StartConfigurationSession, None));
    } else {
        goes_on(client, usable, interval);
    }
}

/// To a later one: something is held.
fn later(mut client: Client, response: &Response, usable: Option<&str>, interval: u32) {
    client.answer(response.clone());
    let held = configuration("");
    let differs = (&response.content_type, &response.version_label) != (&held.content_type, &held.version_label);
    match (&client.events[..], response.body) {
        (_, body) if usable.is_none() || body == Some(Body::Malformed { again: false }) => {
            return kept(client, response, usable, "a+later/token==")
        }
        ([Event::Updated(update)], Some(body @ (Body::New | Body::Same))) => {
            assert!(body == Body::New || differs);
            assert_eq!((&update.content_type, &update.version_label), (&response.content_type, &response.version_label));
        }
        ([Event::Unchanged], body) => assert!(body == Some(Body::Empty) || body == Some(Body::Same) && !differs, "{body:?}"),
        ([Event::Failed { error, .. }], Some(Body::Malformed { .. })) => assert_eq!(error.code, Code::InvalidBody),
        ([Event::Failed { error, .. }], Some(Body::TooLarge)) => assert_eq!(error.code, Code::BodyTooLarge),
        ([Event::Failed { error, .. }], Some(Body::Refused { .. })) => assert_eq!(error.code, Code::Refused),
        (told, _) => panic!("{told:?} at {response:?}"),
    }
    goes_on(client, usable, interval);
}

/// An answer that does not count: the token is used again.
fn kept(mut client: Client, response: &Response, usable: Option<&str>, token: &str) {
    let code = match usable {
        Some(_) => Code::InvalidBody,
        None if response.headers_may_be_hidden => Code::HeadersHidden,
        None => Code::UnexpectedAnswer,
    };
    let [Event::Failed { error, .. }] = &client.events[..] else { panic!("{:?}", client.events) };
    assert_eq!((error.code, error.status, error.is_final), (code, response.status, code == Code::HeadersHidden));
    assert_eq!(client.next_request(), (Operation::GetLatestConfiguration, Some(token.to_owned())));
}

/// The next poll has the next token, after the interval and a tenth of it at most.
fn goes_on(mut client: Client, usable: Option<&str>, interval: u32) {
    let interval = u64::from(interval) * 1000;
    let wait = client.timer.unwrap().since(client.now.monotonic);
    assert!((interval..=interval + interval / 10).contains(&wait), "{wait} ms");
    let expected = if interval < TOKEN_LIFE {
        (Operation::GetLatestConfiguration, usable.map(str::to_owned))
    } else {
        (Operation::StartConfigurationSession, None)
    };
    assert_eq!(client.next_request(), expected);
}
