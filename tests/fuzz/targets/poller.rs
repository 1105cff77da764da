//! What happens to a poller, a byte for each: inputs in any order, answers to any request, clocks that go anywhere. Then the service is well
//! again, and so has the client to be.

use appconfig_edge::protocol::{date, Body, Document, Operation, Response};
use appconfig_edge::session::{Event, Failure, Held, Input, Instant, RequestId};

use super::client::{configuration, options, session, Client};

/// So many timers and answers after the last fault the newest configuration is there.
const STEPS: u32 = 60;
/// Nobody's clock is there, and from here on no wait has room.
const END_OF_TIME: u64 = 1 << 60;

const STATUSES: [u16; 24] =
    [200, 201, 204, 400, 0, 100, 202, 206, 301, 302, 304, 401, 402, 403, 404, 407, 408, 418, 429, 500, 503, 599, 600, 65_535];
const NAMES: [&str; 12] = [
    "",
    "BadRequestException",
    "a.b#ThrottlingException:http://x/",
    "ResourceNotFoundException:",
    "InternalServerException",
    "ExpiredTokenException",
    "InvalidSignatureException",
    "AccessDeniedException",
    "Validation",
    "SomethingNew",
    ":",
    "RequestTimeTooSkewed",
];
const INTERVALS: [&str; 8] = ["60", "1", "15", "86400", "86401", "0", "", "3600"];
const TEXTS: [&str; 8] = [
    "",
    "{}",
    "<html>",
    r#"{"Details":{"InvalidParameters":{"configuration_token":{"Problem":"PollIntervalNotSatisfied"}}}}"#,
    r#"{"Details":{"InvalidParameters":{"configuration_token":{"Problem":"Expired"}}}}"#,
    r#"{"Message":"{token}","ReferencedBy":{"a":"{token}"}}"#,
    r#"{"__type":"{token}","message":"x {token}"}"#,
    r#"{"Message":"Request too early""#,
];
const WAITS: [&str; 6] = ["", "0", "7", "99999999999999999999", "soon", "{date}"];

pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Bytes<'_> {
    pub(crate) fn next(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    pub(crate) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.next()) % all.len()]
    }

    /// Of any magnitude: five bits of it, and by how much they are shifted.
    pub(crate) fn number(&mut self) -> u64 {
        let shift = self.next() % 60;
        u64::from(self.next() & 31) << shift
    }

    fn some(&mut self, texts: &[&str]) -> Option<String> {
        Some(self.pick(texts)).filter(|it| !it.is_empty()).map(str::to_owned)
    }
}

pub(crate) fn check(data: &[u8]) {
    let mut bytes = Bytes(data);
    let mut options = options(u64::from(bytes.next()));
    if bytes.next() % 2 == 1 {
        options.input.required_minimum_poll_interval_in_seconds = Some(bytes.pick(&[15, 60, 3600, 86_400]));
    }
    if bytes.next() % 4 == 1 {
        options.limits.headers = bytes.number();
        options.limits.idle = bytes.number();
        options.limits.total = bytes.number();
    }
    if bytes.next() % 4 == 1 {
        options.hidden_interval = Some(bytes.number());
    }
    let limits = options.limits;
    let mut client = Client::new(options);
    let mut tokens = 0_u32;
    while !bytes.0.is_empty() {
        let id = client.in_flight.as_ref().map_or(RequestId(0), |(id, _)| *id);
        match bytes.next() % 32 {
            0 => client.give(Input::Start),
            1 => client.give(Input::Stop),
            2 => client.give(Input::Refresh),
            3 => client.give(Input::Timeout),
            4 => client.give(Input::Progress(id)),
            5 => client.give(Input::Failure(id, Failure::NotSent)),
            6 => client.give(Input::Failure(id, Failure::Network)),
            7 => client.give(Input::Failure(id, bytes.pick(&[Failure::BodyCut, Failure::Redirected]))),
            // Nobody asked for it, or not any more.
            8 => {
                let before = client.in_flight.clone();
                client.give(Input::Response(RequestId(id.0.wrapping_add(u32::from(bytes.next()) + 1)), configuration("stray")));
                assert!(client.in_flight.is_some() || before.is_none() || !client.events.is_empty());
                assert!(
                    !client.events.iter().any(|it| matches!(it, Event::Updated(_) | Event::Unchanged)),
                    "an answer that nobody awaits counts"
                );
            }
            9 => passes(&mut client, bytes.number()),
            10 => client.now.wall = bytes.number(),
            11 => client.now.monotonic = Instant::from_milliseconds(bytes.number()),
            12 if client.timer.is_some() => client.fire(),
            // All well.
            13 if client.in_flight.is_some() => {
                tokens += 1;
                answer_well(&mut client, tokens);
            }
            16 => client.give(Input::Visible(bytes.next() % 2 == 1)),
            17 => client.give(Input::Online(bytes.next() % 2 == 1)),
            18 => client.give(Input::Limited(bytes.next() % 2 == 1)),
            19 => {
                let saved = client.saved.take();
                client.begin_anew(saved, None);
            }
            20 => {
                let held = Held { content_type: bytes.some(&["", "text/plain"]), version_label: None };
                let saved = client.saved.take();
                client.begin_anew(saved, Some(held));
            }
            _ => {
                tokens += 1;
                let response = response(&mut bytes, &client, tokens);
                client.give(Input::Response(id, response));
            }
        }
    }
    let is_far = |it: Instant| it.as_milliseconds() >= END_OF_TIME;
    let has_no_time = [limits.headers, limits.idle, limits.total].contains(&0);
    if !is_far(client.latest.max(client.now.monotonic)) && !client.timer.is_some_and(is_far) && !has_no_time {
        recovers(client, tokens);
    }
}

fn passes(client: &mut Client, milliseconds: u64) {
    client.now.monotonic = client.now.monotonic.plus(milliseconds);
    client.now.wall = client.now.wall.saturating_add(milliseconds);
}

fn token(number: u32) -> String {
    format!("t{number}+AYADeL/0123456789abcdef{number}==")
}

/// As the service does when nothing is wrong.
fn answer_well(client: &mut Client, tokens: u32) {
    let (_, request) = client.in_flight.as_ref().expect("a request in flight");
    let is_poll = request.operation == Operation::GetLatestConfiguration;
    let token = token(tokens);
    client.answer(if is_poll { configuration(&token) } else { session(&token) });
}

fn response(bytes: &mut Bytes, client: &Client, tokens: u32) -> Response {
    let asked = client.token.clone().unwrap_or_default();
    let status = bytes.pick(&STATUSES);
    let next_token = match bytes.next() % 8 {
        0 => None,
        1 => Some(String::new()),
        2 => Some("two, tokens".into()),
        3 => Some("x".repeat(8193)),
        // The same again.
        4 => Some(asked.clone()),
        _ => Some(token(tokens)),
    };
    let initial = serde_json::json!({ "InitialConfigurationToken": token(tokens) }).to_string();
    let text = if bytes.next() % 2 == 1 { initial } else { bytes.pick(&TEXTS).replace("{token}", &asked) };
    let date = date::format(client.now.wall.min(253_402_300_799_000).saturating_add(bytes.number() % 1_000_000));
    Response {
        status,
        next_token,
        next_interval: bytes.some(&INTERVALS),
        content_type: bytes.some(&["", "text/plain", "application/json"]),
        version_label: bytes.some(&["", "v1", "v2"]),
        error_type: bytes.some(&NAMES),
        request_id: bytes.some(&["", "id", "{token}"]).map(|it| it.replace("{token}", &asked)),
        retry_after: bytes.some(&WAITS).map(|it| it.replace("{date}", &date)),
        amz_retry_after: bytes.some(&WAITS),
        // As a host with a parser of its own has it.
        document: (bytes.next() % 2 == 1).then(|| Document::read(&text)),
        text,
        body: bytes.pick(&[
            None,
            Some(Body::Empty),
            Some(Body::Same),
            Some(Body::New),
            Some(Body::Malformed { again: false }),
            Some(Body::Malformed { again: true }),
            Some(Body::Refused { again: false }),
            Some(Body::Refused { again: true }),
            Some(Body::TooLarge),
        ]),
        headers_may_be_hidden: bytes.next() % 2 == 1,
    }
}

/// No answer ends the loop for good.
pub(crate) fn recovers(mut client: Client, mut tokens: u32) {
    client.give(Input::Visible(true));
    client.give(Input::Online(true));
    client.give(Input::Limited(false));
    client.give(Input::Start);
    for _ in 0..STEPS {
        if client.events.iter().any(|it| matches!(it, Event::Updated(_))) {
            return;
        }
        if client.in_flight.is_some() {
            tokens += 1;
            answer_well(&mut client, tokens);
        } else {
            client.fire();
        }
    }
    panic!("no configuration after {STEPS} timers and answers");
}
