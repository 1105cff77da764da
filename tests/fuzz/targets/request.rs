//! A request as it reaches the service: `POST /configurationsessions`, headers, a body. `{token}` in it is a token that is good.

use appconfig_edge::protocol::exception::Class;
use appconfig_edge::protocol::{Body, Exception, Operation, Response, SessionInput};
use appconfig_edge::service::{Answer, Call, Configuration, Options, Service, Target};
use serde_json::Value;

use super::message::Message;
use super::oracle;

const NOW: u64 = 1_767_323_045_000;
const CONTENT: &[u8] = b"one";

pub(crate) fn check(data: &[u8]) {
    let mut service = Service::new(Options::default(), 1);
    service.deploy(&Target::new("shop", "prod", "flags").unwrap(), Configuration::new(CONTENT, "text/plain", Some("v1")).unwrap());
    let input = SessionInput {
        application_identifier: "shop".into(),
        environment_identifier: "prod".into(),
        configuration_profile_identifier: "flags".into(),
        required_minimum_poll_interval_in_seconds: None,
    };
    let token = service.start_configuration_session(NOW, &input).unwrap();
    let sessions = service.sessions();

    let message = Message::read(data);
    let first = message.first.replace("{token}", &token.as_str().replace('+', "%2B"));
    let (method, target) = first.split_once(' ').unwrap_or((&first, ""));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let call = Call { method, path, query, headers: &message.headers, body: message.body, ..Call::default() };
    let answer = service.answer(NOW, call);
    is_answer(&answer);

    let text = std::str::from_utf8(message.body).ok().filter(|it| it.len() <= 65_536);
    let read = text.and_then(SessionInput::from_json);
    if let (Some(text), Some(read)) = (text, &read) {
        is_input(text, read);
    }
    let operation = [Operation::StartConfigurationSession, Operation::GetLatestConfiguration]
        .into_iter()
        .find(|it| (it.method(), it.path()) == (method, path));
    let is_good = operation == Some(Operation::GetLatestConfiguration) && answer.status == 200;
    assert_eq!(answer.record.operation, operation.map(Operation::name));
    match (operation, answer.status) {
        (None, status) => assert_eq!((status, answer.record.exception.as_deref()), (404, Some("UnknownOperationException"))),
        (Some(Operation::StartConfigurationSession), 201) => {
            let read = read.expect("an input");
            let required = read.required_minimum_poll_interval_in_seconds;
            assert!(required.is_none_or(|it| (15..=86_400).contains(&it)), "{required:?}");
            assert_eq!(SessionInput { required_minimum_poll_interval_in_seconds: None, ..read }, input);
        }
        (Some(Operation::StartConfigurationSession), 404) => assert_ne!(read, Some(input)),
        (Some(Operation::GetLatestConfiguration), 200) => assert_eq!(answer.body[..], *CONTENT),
        (Some(_), status) => assert_eq!(status, 400),
    }
    assert_eq!(service.sessions(), sessions + usize::from(answer.status == 201));
    // A token is good once.
    assert_eq!(service.get_latest_configuration(NOW + 60_000, token.as_str()).is_err(), is_good);
}

/// What holds for every answer, and that a client understands it.
fn is_answer(answer: &Answer) {
    for (name, value) in &answer.headers {
        assert!(*name == name.to_ascii_lowercase() && value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value}");
    }
    let header = |name: &str| answer.headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.clone());
    let text = String::from_utf8(answer.body.to_vec()).expect("a text");
    let response = Response { text, ..Response::read(answer.status, header) };
    assert_eq!((answer.record.status, answer.record.bytes), (answer.status, answer.body.len()));
    for name in [&answer.record.application, &answer.record.environment, &answer.record.configuration_profile].into_iter().flatten() {
        assert!(name.chars().count() <= 129, "{name}");
    }
    match answer.status {
        200 => {
            let response = Response { body: Some(Body::New), ..response };
            assert!(response.next_token().is_some() && response.interval_in_seconds() == 60);
        }
        201 => assert!(response.initial_token().is_some()),
        _ => {
            let exception = Exception::read(response.error_type.as_deref(), &response.text);
            assert!(oracle::is_json(&response.text) && exception.in_aws_form, "{}", response.text);
            assert_eq!(exception.name, answer.record.exception);
            assert_eq!(exception.message(), answer.record.message.as_deref());
            let class =
                if answer.status == 404 { exception.class(404) == Class::NotFound } else { exception.class(400) == Class::BadRequest };
            assert!(class, "{exception:?}");
        }
    }
}

/// What is read of a body is what others read, and is written so that it is read again.
fn is_input(text: &str, read: &SessionInput) {
    assert!(oracle::is_json(text), "{text}");
    assert_eq!(SessionInput::from_json(&read.to_json()).as_ref(), Some(read));
    if let Ok(value) = serde_json::from_str::<Value>(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        assert_eq!(value["ApplicationIdentifier"], *read.application_identifier);
        assert_eq!(value["EnvironmentIdentifier"], *read.environment_identifier);
        assert_eq!(value["ConfigurationProfileIdentifier"], *read.configuration_profile_identifier);
        let interval = value.get("RequiredMinimumPollIntervalInSeconds").and_then(Value::as_u64);
        assert_eq!(read.required_minimum_poll_interval_in_seconds.map(u64::from), interval);
    }
}
