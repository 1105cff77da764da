//! An answer that is no success: `400 later` (or `first`, `start`: what it answers), headers and a body; as `token` perhaps the one that was sent.

use appconfig_edge::protocol::exception::Class;
use appconfig_edge::protocol::{date, retry_after, Exception, Operation, Response};
use appconfig_edge::session::{Code, Error, Event, Input};

use super::client::{is_refused, options, Client};
use super::message::Message;
use super::oracle;

const LONGEST_WAIT: u64 = 300_000;

pub(crate) fn check(data: &[u8]) {
    let message = Message::read(data);
    // Below 400 a body is never read.
    let status = message.word(0).parse().unwrap_or(400);
    let response = message.response(status);
    if matches!(status, 200 | 201 | 204) {
        return;
    }
    let token = message.header("token").filter(|it| oracle::is_token(it)).unwrap_or_else(|| "AYADeL+/w==0123456789abcdef".into());

    exception(&response);
    let (mut client, sent) = match message.word(1) {
        "start" => {
            let mut client = Client::new(options(7));
            client.give(Input::Start);
            (client, None)
        }
        "first" => (Client::opened(&token), Some(token)),
        _ => (Client::polling(&token), Some(token)),
    };
    client.answer(response.clone());
    let [Event::Failed { error, retry_at }] = &client.events[..] else { panic!("{:?}", client.events) };
    is_right(error, &response);
    let wait = retry_at.since(client.now.monotonic);
    let asked = retry_after::wait(response.retry_after.as_deref(), response.amz_retry_after.as_deref(), client.now.wall);
    asks(&response, asked, client.now.wall);
    assert!((asked.unwrap_or(0)..=LONGEST_WAIT).contains(&wait), "{wait} ms, asked for {asked:?}");

    let is_new = sent.is_none() || is_refused(&response);
    let expected = if is_new { (Operation::StartConfigurationSession, None) } else { (Operation::GetLatestConfiguration, sent) };
    assert_eq!((error.code == Code::TokenRefused), is_new && expected.1.is_none() && is_poll(error));
    assert_eq!(client.next_request(), expected);
}

fn is_poll(error: &Error) -> bool {
    error.operation == Operation::GetLatestConfiguration
}

/// What an exception says by itself.
fn exception(response: &Response) {
    let it = Exception::read(response.error_type.as_deref(), &response.text);
    if let Some(name) = response.error_type.as_deref().and_then(oracle::name) {
        assert_eq!(it.name, Some(name));
    } else if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(response.text.trim_start_matches('\u{feff}')) {
        let named = ["__type", "code", "Code"].into_iter().find_map(|member| oracle::name(members.get(member)?.as_str()?));
        // Somebody wrote a member twice, and not always as a text.
        let texts = |name: &str| response.text.matches(&format!("\"{name}\"")).count();
        assert!(
            it.name == named || ["__type", "code", "Code"].into_iter().any(|name| texts(name) > 1) || response.text.contains("\\u"),
            "{:?} {named:?}",
            it.name
        );
    }
    if oracle::depth(&response.text) <= oracle::SHALLOW {
        assert_eq!(it.in_aws_form, it.name.is_some() || oracle::is_json(&response.text), "{}", response.text);
    }
    // What is written is read again.
    let written = it.to_json();
    assert!(oracle::is_json(&written), "{written}");
    let again = Exception::read(it.name.as_deref(), &written);
    assert_eq!(again.to_json(), written);
    assert_eq!(
        again.class(response.status) == Class::TooEarly,
        it.class(response.status) == Class::TooEarly && !only_small(&it),
        "{written}"
    );
}

/// Whether the sentence alone says it, in a member that this service does not write.
fn only_small(it: &Exception) -> bool {
    it.member("Message").is_none() && it.member("message") == Some("Request too early") && !has_written_problem(it)
}

fn has_written_problem(it: &Exception) -> bool {
    it.invalid_parameters().any(|(_, problem)| problem.as_str() == "PollIntervalNotSatisfied")
}

/// What an error says of its answer.
fn is_right(error: &Error, response: &Response) {
    assert_eq!(error.status, response.status);
    let shown = error.to_string();
    assert!(
        shown.starts_with(error.operation.name()) && shown.contains(&format!("(HTTP {})", response.status)) == (response.status > 0),
        "{shown}"
    );
    if response.status < 400 {
        // It may be a configuration, of which nothing is for an error.
        assert!(error.exception.as_ref().is_none_or(|it| it.members.is_empty()), "{error:?}");
    }
    if error.code == Code::Redirected {
        assert!((300..400).contains(&response.status));
    }
    let known = ["Message", "message", "Reason", "ResourceType", "ReferencedBy", "Details"];
    for (path, _) in error.exception.iter().flat_map(|it| &it.members) {
        assert!(known.iter().any(|it| path.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))), "{path}");
    }
}

/// What the two headers ask for, where that is easy to tell.
fn asks(response: &Response, asked: Option<u64>, now: u64) {
    let number = |text: &str| {
        Some(text).filter(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit())).map(|it| it.parse().unwrap_or(u64::MAX))
    };
    let seconds = response.retry_after.as_deref();
    let from_date = seconds.and_then(|text| {
        let at = date::parse(text)?;
        assert!(date::parse(&date::format(at)) == Some(at), "{text}");
        Some(at.saturating_sub(now))
    });
    let from_seconds = from_date.or(seconds.and_then(number).map(|it| it.saturating_mul(1000)));
    let from_both = from_seconds.max(response.amz_retry_after.as_deref().and_then(number)).map(|it| it.min(LONGEST_WAIT));
    assert!(asked >= from_both, "{asked:?}, expected {from_both:?}");
}
