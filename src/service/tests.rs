//! The service as a whole: its life over HTTP, and what must hold however it is used.

use super::*;
use crate::protocol::response::{header, is_configuration};
use crate::protocol::{Endpoint, Exception, Operation, Problem, Request, ResourceType, Response, SessionInput, Token};
use crate::random::Random;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

const DAY: u64 = 86_400_000;

fn input(required_minimum: Option<u32>) -> SessionInput {
    SessionInput {
        application_identifier: "shop".into(),
        environment_identifier: "prod".into(),
        configuration_profile_identifier: "flags".into(),
        required_minimum_poll_interval_in_seconds: required_minimum,
    }
}

fn flags() -> Target {
    Target::new("shop", "prod", "flags").unwrap()
}

fn text(content: &str, label: Option<&str>) -> Configuration {
    Configuration::new(content.as_bytes(), "text/plain", label).unwrap()
}

fn service(options: Options) -> Service {
    let mut service = Service::new(options, 1);
    service.deploy(&flags(), text("one", Some("v1")));
    service
}

fn problem<T>(result: Result<T, Refusal>) -> Option<Problem> {
    match result {
        Err(Refusal::Token(problem)) => Some(problem),
        _ => None,
    }
}

/// Sends what our client sends, and reads the answer as our client does.
fn ask(service: &mut Service, now: u64, request: &Request) -> (Answer, Response) {
    let rest = request.url.strip_prefix("http://x").unwrap();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let body = request.body.as_deref().unwrap_or_default().as_bytes();
    let call = Call { method: request.operation.method(), path, query, body, ..Call::default() };
    let answer = service.answer(now, call);
    let header = |name: &str| answer.headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.clone());
    let mut response = Response::read(answer.status, header);
    if !is_configuration(answer.status) {
        response.text = String::from_utf8(answer.body.to_vec()).unwrap();
    }
    (answer, response)
}

fn start(required_minimum: Option<u32>) -> Request {
    Request::start_configuration_session(&Endpoint::custom("http://x").unwrap(), &input(required_minimum))
}

fn get(token: &Token) -> Request {
    Request::get_latest_configuration(&Endpoint::custom("http://x").unwrap(), token)
}

fn exception(response: &Response) -> Exception {
    Exception::read(response.error_type.as_deref(), &response.text)
}

#[test]
fn a_life_over_http() {
    let mut it = service(Options::default());
    let (answer, response) = ask(&mut it, 0, &start(None));
    assert_eq!((answer.status, answer.record.session), (201, Some(1)));
    let initial = response.initial_token().unwrap();

    let (answer, response) = ask(&mut it, 5, &get(&initial));
    assert_eq!((answer.status, &answer.body[..]), (200, &b"one"[..]));
    assert_eq!((response.content_type.as_deref(), response.version_label.as_deref()), (Some("text/plain"), Some("v1")));
    assert_eq!(response.interval_in_seconds(), 60);
    assert!(answer.headers.iter().any(|(name, value)| *name == "date" && value == "Thu, 01 Jan 1970 00:00:00 GMT"));
    assert!(answer.headers.iter().any(|(name, value)| *name == header::REQUEST_ID && value.len() == 36));
    let second = response.next_token().unwrap();

    // Too early: refused, and the token is as good as before.
    let (answer, response) = ask(&mut it, 60_004, &get(&second));
    assert_eq!((answer.status, exception(&response).message()), (400, Some("Request too early")));
    assert!(exception(&response).has_problem(&Problem::PollIntervalNotSatisfied));

    // Unchanged: empty, with its content type and without its label.
    let (answer, response) = ask(&mut it, 60_005, &get(&second));
    assert_eq!((answer.status, answer.body.len(), answer.record.unchanged), (200, 0, true));
    assert_eq!((response.content_type.as_deref(), response.version_label), (Some("text/plain"), None));
    let third = response.next_token.clone().and_then(Token::new).unwrap();

    // Replayed: refused, and the right one still works.
    let (answer, response) = ask(&mut it, 120_005, &get(&second));
    assert_eq!((answer.status, answer.record.problem.as_deref()), (400, Some("Corrupted")));
    assert_eq!(exception(&response).reason(), Some("InvalidParameters"));
    it.deploy(&flags(), text("two", None));
    let (answer, response) = ask(&mut it, 120_005, &get(&third));
    assert_eq!((&answer.body[..], response.version_label), (&b"two"[..], None));
    let fourth = Token::new(response.next_token.unwrap()).unwrap();

    // Reverted: not found, as long as that lasts; the token is kept.
    assert!(it.revert(&flags()));
    assert!(!it.revert(&flags()));
    let (answer, response) = ask(&mut it, 180_005, &get(&fourth));
    assert_eq!((answer.status, exception(&response).resource_type()), (404, Some(ResourceType::Configuration)));
    assert_eq!(exception(&response).referenced_by().next(), Some(("ApplicationIdentifier", "shop")));
    it.deploy(&flags(), text("two", None));
    let (answer, response) = ask(&mut it, 180_006, &get(&fourth));
    assert_eq!(&answer.body[..], b"two", "deployed anew, sent anew");

    // A day later.
    let fifth = Token::new(response.next_token.unwrap()).unwrap();
    let (_, response) = ask(&mut it, 180_006 + DAY + 1, &get(&fifth));
    assert!(exception(&response).has_problem(&Problem::Expired));
}

#[test]
fn what_is_not_known_is_named() {
    let mut it = service(Options::default());
    it.deploy(&Target::new("shop", "test", "texts").unwrap(), text("x", None));
    it.register(&Target::new("blog", "prod", "posts").unwrap());
    let mut found = |application: &str, environment: &str, profile: &str| {
        let input = SessionInput {
            application_identifier: application.into(),
            environment_identifier: environment.into(),
            configuration_profile_identifier: profile.into(),
            required_minimum_poll_interval_in_seconds: None,
        };
        match it.start_configuration_session(0, &input).and_then(|token| it.get_latest_configuration(0, token.as_str())) {
            Err(Refusal::NotFound { resource_type, referenced_by }) => Some((resource_type, referenced_by[0].clone())),
            other => other.map(|_| None).unwrap(),
        }
    };
    let missing = |resource_type, name: &str, value: &str| Some((resource_type, (name.to_owned(), value.to_owned())));
    assert_eq!(found("Shop", "prod", "flags"), missing(ResourceType::Application, "ApplicationIdentifier", "Shop"));
    assert_eq!(found("shop", "dev", "flags"), missing(ResourceType::Environment, "EnvironmentIdentifier", "dev"));
    assert_eq!(found("shop", "prod", "flag"), missing(ResourceType::ConfigurationProfile, "ConfigurationProfileIdentifier", "flag"));
    assert_eq!(found("blog", "prod", "posts"), missing(ResourceType::Deployment, "ApplicationIdentifier", "blog"));
    assert_eq!(found("shop", "test", "flags"), missing(ResourceType::Deployment, "ApplicationIdentifier", "shop"));
    assert_eq!(found("shop", "prod", "flags"), None);
}

#[test]
fn what_the_model_does_not_allow_is_refused() {
    let mut it = service(Options::default());
    let mut status = |method, path, query, body| {
        let answer = it.answer(0, Call { method, path, query, body: str::as_bytes(body), ..Call::default() });
        (answer.status, answer.record.exception.unwrap())
    };
    let long =
        format!(r#"{{"ApplicationIdentifier":"{}","EnvironmentIdentifier":"b","ConfigurationProfileIdentifier":"c"}}"#, "a".repeat(129));
    let body = |interval: &str| {
        format!(
            r#"{{"ApplicationIdentifier":"shop","EnvironmentIdentifier":"prod","ConfigurationProfileIdentifier":"flags","RequiredMinimumPollIntervalInSeconds":{interval}}}"#
        )
    };
    let bodies = ["", "{}", "[1]", &long, &body("14"), &body("86401"), &body("15.5"), &body("-15"), &" ".repeat(70_000)];
    for body in bodies {
        assert_eq!(status("POST", "/configurationsessions", "", body), (400, "BadRequestException".into()), "{body}");
    }
    for query in ["", "configuration_token=", "configuration_token=%zz", "configuration_token=AYAD", "token=x"] {
        assert_eq!(status("GET", "/configuration", query, ""), (400, "BadRequestException".into()), "{query}");
    }
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/configuration"),
        ("GET", "/configurationsessions"),
        ("GET", "/configuration/"),
        ("HEAD", "/configuration"),
    ] {
        assert_eq!(status(method, path, "", ""), (404, "UnknownOperationException".into()), "{method} {path}");
    }
    assert_eq!(it.sessions(), 0);
}

#[test]
fn the_interval_is_the_services_or_the_sessions() {
    for (option, required, expected) in [
        (None, None, 60),
        (None, Some(15), 15),
        (None, Some(86_400), 86_400),
        (Some(1), None, 1),
        (Some(1), Some(15), 15),
        (Some(120), Some(15), 120),
        (Some(0), None, 1),
        (Some(u32::MAX), None, 86_400),
    ] {
        let mut it = service(Options { interval_in_seconds: option, ..Options::default() });
        let token = it.start_configuration_session(0, &input(required)).unwrap();
        let first = it.get_latest_configuration(0, token.as_str()).unwrap();
        assert_eq!(first.interval_in_seconds, expected, "{option:?} {required:?}");
        let due = u64::from(expected) * 1000;
        assert_eq!(problem(it.get_latest_configuration(due - 1, first.next_token.as_str())), Some(Problem::PollIntervalNotSatisfied));
        // A new interval counts from the next answer on.
        it.set_interval(Some(7));
        let second = it.get_latest_configuration(due, first.next_token.as_str()).unwrap();
        assert_eq!(second.interval_in_seconds, required.unwrap_or(7).max(7));
    }
}

#[test]
fn a_spent_token_gets_what_was_chosen() {
    for replay in Replay::ALL {
        assert_eq!(Replay::from_name(replay.name()), Some(replay));
        let mut it = service(Options { replay, ..Options::default() });
        let initial = it.start_configuration_session(0, &input(None)).unwrap();
        let lost = it.get_latest_configuration(0, initial.as_str()).unwrap();
        let again = it.get_latest_configuration(900, initial.as_str());
        let next = match (replay, again) {
            (Replay::Refused, Err(Refusal::Token(Problem::Corrupted))) => lost.next_token,
            (Replay::Repeated, Ok(again)) => {
                assert_eq!(again.changed().unwrap().content()[..], *b"one");
                again.next_token
            }
            (Replay::Empty, Ok(again)) => {
                assert!(again.changed().is_none());
                again.next_token
            }
            (_, other) => panic!("{replay:?}: {other:?}"),
        };
        // In silence: the service believes that its first answer arrived.
        assert!(it.get_latest_configuration(70_000, next.as_str()).unwrap().changed().is_none());
        // It can be changed while sessions go on.
        it.set_replay(Replay::Repeated);
        assert!(it.get_latest_configuration(71_000, initial.as_str()).unwrap().changed().is_some());
        it.set_replay(Replay::Refused);
        assert_eq!(problem(it.get_latest_configuration(72_000, initial.as_str())), Some(Problem::Corrupted));
    }
}

#[test]
fn a_session_lives_as_long_as_it_is_polled() {
    let mut it = service(Options::default());
    let mut token = it.start_configuration_session(0, &input(None)).unwrap();
    for day in 1..=30 {
        token = it.get_latest_configuration(day * DAY, token.as_str()).unwrap().next_token;
    }
    assert_eq!(problem(it.get_latest_configuration(31 * DAY + 1, token.as_str())), Some(Problem::Expired));
    // With another key nothing of it counts; with the same one its session is not there any more.
    let mut other = Service::new(Options::default(), 2);
    assert_eq!(problem(other.get_latest_configuration(30 * DAY, token.as_str())), Some(Problem::Corrupted));
    assert_eq!(problem(service(Options::default()).get_latest_configuration(30 * DAY, token.as_str())), Some(Problem::Expired));
}

#[test]
fn faults_happen_when_they_are_asked_for() {
    let mut it = service(Options::default());
    let initial = it.start_configuration_session(0, &input(None)).unwrap();
    for fault in [Fault::Throttle, Fault::InternalError, Fault::ExpiredToken, Fault::CorruptedToken] {
        it.fault(Plan { operation: Some(Operation::GetLatestConfiguration), ..Plan::new(fault) });
        let (answer, response) = ask(&mut it, 0, &get(&initial));
        assert_eq!(answer.record.fault, Some(fault.name()));
        let expected = match fault {
            Fault::Throttle => (429, "ThrottlingException"),
            Fault::InternalError => (500, "InternalServerException"),
            _ => (400, "BadRequestException"),
        };
        assert_eq!((answer.status, exception(&response).name.as_deref()), (expected.0, Some(expected.1)));
    }
    it.fault(Plan::new(Fault::Hang));
    assert_eq!(ask(&mut it, 0, &get(&initial)).0.delivery, Delivery::Never);
    it.fault(Plan::new(Fault::LostAnswer));
    let (answer, _) = ask(&mut it, 0, &get(&initial));
    assert_eq!((answer.delivery, answer.status), (Delivery::Lost, 200));
    it.fault(Plan::new(Fault::Throttle));
    it.clear_faults(None);
    assert_eq!(ask(&mut it, 0, &get(&initial)).0.record.problem.as_deref(), Some("Corrupted"), "the lost answer spent it");
}

#[test]
fn the_same_seed_gives_the_same_answers() {
    let run = || {
        let mut it = service(Options::default());
        let (first, response) = ask(&mut it, 0, &start(None));
        let (second, _) = ask(&mut it, 1, &get(&response.initial_token().unwrap()));
        (first.headers, first.body, second.headers)
    };
    assert_eq!(run(), run());
}

/// What a test knows of a token, all of them kept: the service keeps none.
struct Known {
    text: String,
    session: usize,
    sequence: u64,
    issued: u64,
    due: u64,
    seen: u64,
}

/// A model that remembers everything, against the service that remembers next to nothing.
#[test]
fn ten_thousand_random_lives_agree_with_a_model() {
    for seed in 0..10_000 {
        let mut random = Random::new(seed);
        let mut pick = |n: u64| random.next() % n;
        let replay = Replay::ALL[usize::try_from(pick(3)).unwrap()];
        let mut it = Service::new(Options { replay, token_characters: 76, ..Options::default() }, seed);
        let (mut now, mut number, mut deployed) = (0, 0, None);
        let mut known: Vec<Known> = Vec::new();
        // Of each session: the sequence number that is not spent, and what was sent last.
        let mut sessions: Vec<(u64, u64)> = Vec::new();
        it.register(&flags());
        for _ in 0..40 {
            match pick(12) {
                0 => {
                    number += 1;
                    deployed = Some(number);
                    it.deploy(&flags(), text(&number.to_string(), None));
                }
                1 => {
                    assert_eq!(it.revert(&flags()), deployed.is_some());
                    deployed = None;
                }
                2 => {
                    let token = it.start_configuration_session(now, &input(None)).unwrap();
                    known.push(Known { text: token.as_str().into(), session: sessions.len(), sequence: 0, issued: now, due: now, seen: 0 });
                    sessions.push((0, 0));
                }
                3 => now += pick(DAY),
                4 => now += pick(61_000),
                _ if known.is_empty() => {}
                _ => {
                    // Mostly one of the last, so that most polls succeed.
                    let back = pick(known.len() as u64).min(pick(4));
                    let used = &known[known.len() - 1 - usize::try_from(back).unwrap()];
                    let (unspent, sent) = sessions[used.session];
                    let fresh = used.sequence == unspent;
                    let expected = if now - used.issued > DAY {
                        Err(Some(Problem::Expired))
                    } else if !fresh && replay == Replay::Refused {
                        Err(Some(Problem::Corrupted))
                    } else if now < used.due {
                        Err(Some(Problem::PollIntervalNotSatisfied))
                    } else if let Some(deployed) = deployed {
                        Ok(if !fresh && replay == Replay::Empty { None } else { Some(deployed).filter(|it| *it != used.seen) })
                    } else {
                        Err(None)
                    };
                    let result = it.get_latest_configuration(now, &used.text);
                    match (result, expected) {
                        (Ok(latest), Ok(content)) => {
                            assert_eq!(
                                latest.changed().map(|it| it.content().to_vec()),
                                content.map(|it| it.to_string().into_bytes()),
                                "seed {seed}"
                            );
                            let seen = content.unwrap_or(if fresh || replay != Replay::Empty { used.seen } else { sent });
                            let session = used.session;
                            sessions[session] = (unspent + u64::from(fresh), seen);
                            let text = latest.next_token.as_str().to_owned();
                            known.push(Known { text, session, sequence: sessions[session].0, issued: now, due: now + 60_000, seen });
                        }
                        (result @ Err(_), Err(expected)) => assert_eq!(problem(result), expected, "seed {seed}"),
                        (result, expected) => panic!("seed {seed}: {result:?}, expected {expected:?}"),
                    }
                }
            }
        }
    }
}

#[test]
fn random_bytes_never_make_it_panic() {
    let mut it = service(Options::default());
    let (_, response) = ask(&mut it, 0, &start(None));
    let body = input(Some(30)).to_json();
    let query = format!("configuration_token={}", response.initial_token().unwrap().as_str());
    let mut random = Random::new(3);
    for time in 0..50_000 {
        let mut bytes = if random.next() & 1 == 0 { body.clone() } else { query.clone() }.into_bytes();
        for _ in 0..=random.next() % 3 {
            let at = usize::try_from(random.next()).unwrap_or_default() % bytes.len();
            bytes[at] = random.next().to_le_bytes()[0];
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (method, path) = if time % 2 == 0 { ("POST", "/configurationsessions") } else { ("GET", "/configuration") };
        let answer = it.answer(time, Call { method, path, query: &text, body: text.as_bytes(), ..Call::default() });
        assert!(matches!(answer.status, 200 | 201 | 400 | 404), "{}", answer.status);
    }
}

#[test]
fn an_id_stands_for_a_name_and_both_are_accepted() {
    let mut it = service(Options::default());
    it.identify("a1b2c3d", "shop").unwrap();
    it.identify("e1f2a3b", "prod").unwrap();
    it.identify("x9y8z7w", "nowhere").unwrap();
    assert_eq!(it.identify("", "shop"), Err(Unfit::Identifier));
    let ids = |application: &str, environment: &str| SessionInput {
        application_identifier: application.into(),
        environment_identifier: environment.into(),
        ..input(None)
    };
    for (application, environment) in [("a1b2c3d", "e1f2a3b"), ("a1b2c3d", "prod"), ("shop", "e1f2a3b"), ("shop", "prod")] {
        let token = it.start_configuration_session(0, &ids(application, environment)).unwrap();
        assert!(it.get_latest_configuration(0, token.as_str()).unwrap().changed().is_some());
    }
    // What is not found is told as it was asked for.
    let Err(Refusal::NotFound { resource_type, referenced_by }) = it.start_configuration_session(0, &ids("x9y8z7w", "prod")) else {
        panic!()
    };
    assert_eq!((resource_type, referenced_by), (ResourceType::Application, vec![("ApplicationIdentifier".into(), "x9y8z7w".into())]));
}

#[test]
fn what_something_on_the_way_does_spends_no_token() {
    let mut it = service(Options::default());
    let (_, response) = ask(&mut it, 0, &start(None));
    let token = response.initial_token().unwrap();
    for (fault, status) in [(Fault::HtmlPage, 200), (Fault::Unavailable, 503)] {
        it.fault(Plan::new(fault));
        let (answer, _) = ask(&mut it, 0, &get(&token));
        assert_eq!((answer.status, answer.delivery), (status, Delivery::Whole));
        let names: Vec<_> = answer.headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["date", "content-type"]);
        assert!(answer.body.starts_with(b"<!doctype html>"));
    }
    it.fault(Plan { seconds: -600, ..Plan::new(Fault::ClockSkew) });
    let (answer, response) = ask(&mut it, 3_600_000, &get(&token));
    assert_eq!((answer.status, exception(&response).name.as_deref()), (403, Some("InvalidSignatureException")));
    assert_eq!(
        exception(&response).message(),
        Some("Signature not yet current: 19700101T010000Z is still later than 19700101T005500Z (19700101T005000Z + 5 min.)")
    );
    assert!(answer.headers.contains(&("date", "Thu, 01 Jan 1970 00:50:00 GMT".into())), "{:?}", answer.headers);
    assert_eq!(ask(&mut it, 0, &get(&token)).0.body[..], *b"one");
}

#[test]
fn what_happens_to_an_answer_is_told_with_it() {
    for (fault, delivery) in
        [(Fault::CutBody, Delivery::Cut), (Fault::Compressed, Delivery::Compressed), (Fault::HiddenHeaders, Delivery::Hidden)]
    {
        let mut it = service(Options::default());
        let token = ask(&mut it, 0, &start(None)).1.initial_token().unwrap();
        it.fault(Plan::new(fault));
        let (answer, _) = ask(&mut it, 0, &get(&token));
        assert_eq!((answer.status, answer.delivery, &answer.body[..]), (200, delivery, &b"one"[..]));
    }
}

#[test]
fn an_interval_changes_for_one_answer_and_is_held_to() {
    let mut it = service(Options { interval_in_seconds: Some(5), ..Options::default() });
    it.fault(Plan { seconds: 600, ..Plan::new(Fault::Interval) });
    it.fault(Plan::new(Fault::WrongContentType));
    let token = ask(&mut it, 0, &start(None)).1.initial_token().unwrap();
    let (answer, response) = ask(&mut it, 0, &get(&token));
    assert_eq!((answer.record.interval_in_seconds, response.content_type.as_deref()), (Some(600), Some("text/plain")));
    let token = Token::new(response.next_token.unwrap()).unwrap();
    assert_eq!(ask(&mut it, 500_000, &get(&token)).0.record.problem.as_deref(), Some("PollIntervalNotSatisfied"));
    it.clear_faults(None);
    it.fault(Plan::new(Fault::WrongContentType));
    let (answer, response) = ask(&mut it, 600_000, &get(&token));
    assert_eq!((answer.record.interval_in_seconds, response.content_type.as_deref()), (Some(5), Some("application/octet-stream")));
    assert_eq!(it.faults().count(), 0);
}
