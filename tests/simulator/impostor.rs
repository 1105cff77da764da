//! Answers of whoever stands between a client and the service, or of the service in a bad hour.

use appconfig_edge::protocol::{date, Operation, Response};

use super::answer::{refusal, Answer, Bytes, Meaning, Wait};
use super::dice::Dice;
use super::fault::Fault;
use super::service::Quality;
use super::token::{Tokens, MARK};

/// The names of each class, as `retry-standard-constants.json` and wire.md have them.
const THROTTLING: [&str; 6] =
    ["ThrottlingException", "Throttling", "TooManyRequestsException", "SlowDown", "RequestLimitExceeded", "LimitExceededException"];
const CREDENTIALS: [&str; 5] =
    ["ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "AccessDeniedException", "MissingAuthenticationToken"];
const CLOCK: [&str; 5] =
    ["InvalidSignatureException", "RequestExpired", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "RequestInTheFuture"];
const ODD_JSON: [&str; 6] =
    ["{}", "[]", "null", "\u{feff}{}", r#"{"message":"Forbidden"}"#, r#"{"Details":[],"ReferencedBy":7,"Reason":{}}"#];
const CUT_JSON: [&str; 4] = ["{", r#"{"Message":"bad toke"#, "[[[[[[", r#"{"Details":{"InvalidParameters":{"x":"#];
const PAGE: &str = "<!doctype html><title>Sign in</title>";
const HOUR: u64 = 3_600_000;

/// What an impostor knows of the request.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) operation: Operation,
    pub(crate) token: Option<u32>,
    pub(crate) tokens: Tokens,
    /// The client's date, as good as any.
    pub(crate) date: u64,
}

fn page(status: u16, meaning: Meaning) -> Answer {
    let mut it = Answer::failure(status, meaning, true);
    PAGE.clone_into(&mut it.response.text);
    it.bytes = Bytes::Some(u32::MAX, Quality::Good);
    it
}

/// An exception's name the way AWS writes it, which is many ways.
fn named(status: u16, name: &str, meaning: Meaning, dice: &mut Dice) -> Answer {
    let around = |before: &str, after: &str| [before, name, after].concat();
    let mut it = Answer::exception(status, &around("", ""), r#"{"message":"no"}"#, meaning);
    match dice.below(6) {
        0 => it.response.error_type = Some(around("", ":http://internal.amazon.com/coral/")),
        1 => it.response.error_type = Some(around("com.amazonaws.appconfigdata#", "")),
        2 => it.response.error_type = Some(around("", ":")),
        3 => (it.response.error_type, it.response.text) = (None, around(r#"{"__type":"a.b#"#, r#"","Message":"no"}"#)),
        4 => (it.response.error_type, it.response.text) = (None, around(r#"{"code":""#, r#""}"#)),
        _ => {}
    }
    it
}

/// The answer that `fault` puts in the place of the service's.
pub(crate) fn answer(fault: Fault, asked: Asked, dice: &mut Dice) -> Answer {
    let refused = refusal(asked.operation);
    match fault {
        Fault::PageAsSuccess => page(200, Meaning::Failure),
        Fault::EmptyPage => Answer::failure(204, Meaning::Failure, true),
        Fault::OddSuccess => match asked.operation {
            Operation::GetLatestConfiguration => page(dice.pick(&[201, 202, 203, 206]), Meaning::Failure),
            // A session all the same, as far as its text goes; the token must not turn up in the error.
            Operation::StartConfigurationSession => {
                let mut it = page(dice.pick(&[202, 204, 206]), Meaning::Failure);
                it.response.text = [r#"{"InitialConfigurationToken":""#, &asked.tokens.text(9), r#""}"#].concat();
                it
            }
        },
        Fault::Expired => Answer::problem("Expired", refused),
        Fault::Corrupted => Answer::problem("Corrupted", refused),
        Fault::UnknownProblem => Answer::problem("Bored", refused),
        Fault::TooEarly => Answer::problem("PollIntervalNotSatisfied", Meaning::TooEarly),
        Fault::TooEarlySentence => Answer::exception(400, "BadRequestException", r#"{"Message":"Request too early"}"#, Meaning::TooEarly),
        Fault::Throttled400 => named(400, dice.pick(&THROTTLING), Meaning::Failure, dice),
        Fault::Credentials400 => named(400, dice.pick(&CREDENTIALS), Meaning::Denied, dice),
        Fault::ClockSkew400 => named(400, dice.pick(&CLOCK), Meaning::Denied, dice),
        Fault::Denied => named(403, "AccessDeniedException", Meaning::Denied, dice),
        Fault::Credentials403 => named(403, dice.pick(&CREDENTIALS), Meaning::Denied, dice),
        Fault::ClockSkew403 => named(403, dice.pick(&CLOCK), Meaning::Denied, dice),
        Fault::Missing => Answer::missing(),
        Fault::Throttled => named(429, dice.pick(&THROTTLING), Meaning::Failure, dice),
        Fault::Internal => {
            Answer::exception(500, "InternalServerException", dice.pick(&["{}", "", r#"{"Message":"x"}"#]), Meaning::Failure)
        }
        Fault::Json400 => {
            let mut it = Answer::failure(400, refused, false);
            dice.pick(&ODD_JSON).clone_into(&mut it.response.text);
            it
        }
        Fault::CutJson400 => {
            let mut it = page(400, Meaning::Failure);
            dice.pick(&CUT_JSON).clone_into(&mut it.response.text);
            it
        }
        Fault::Page400 => page(400, Meaning::Failure),
        Fault::Unauthorized401 => page(401, Meaning::Denied),
        Fault::Forbidden403 => page(403, Meaning::Denied),
        Fault::Missing404 => page(404, Meaning::Missing),
        Fault::Proxy407 => page(407, Meaning::Failure),
        Fault::Timeout408 => page(408, Meaning::Failure),
        Fault::Other4xx => page(dice.pick(&[402, 405, 406, 409, 410, 411, 413, 414, 418, 421, 425, 426, 431, 451, 499]), Meaning::Failure),
        Fault::Failure5xx => page(dice.pick(&[500, 502, 503, 504]), Meaning::Failure),
        Fault::Exotic5xx => {
            page(dice.pick(&[501, 505, 507, 508, 509, 511, 520, 521, 522, 523, 524, 525, 526, 527, 530, 599]), Meaning::Failure)
        }
        Fault::Redirect => page(dice.pick(&[300, 301, 302, 303, 304, 305, 307, 308]), Meaning::Failure),
        Fault::OddStatus => page(dice.pick(&[0, 1, 100, 101, 103, 199, 299, 399, 600, 999, 65_535]), Meaning::Failure),
        Fault::RetryAfterSeconds => {
            let seconds = dice.magnitude(1, 600);
            told_to_wait(dice, Some(seconds.to_string()), None, Wait::For(seconds * 1000))
        }
        Fault::RetryAfterDate => {
            let at = (asked.date + dice.magnitude(1000, 600_000)) / 1000 * 1000;
            told_to_wait(dice, Some(date::format(at)), None, Wait::Until(at))
        }
        Fault::RetryAfterMilliseconds => {
            let milliseconds = dice.magnitude(1, 600_000);
            told_to_wait(dice, None, Some(milliseconds.to_string()), Wait::For(milliseconds))
        }
        Fault::RetryAfterAbsurd => match dice.below(4) {
            0 => told_to_wait(dice, Some("99999999999999999999999".into()), None, Wait::For(u64::MAX)),
            1 => told_to_wait(dice, Some(date::format(asked.date + 100_000 * HOUR)), None, Wait::Until(u64::MAX)),
            2 => told_to_wait(dice, Some(date::format(asked.date - 100 * HOUR)), None, Wait::For(0)),
            _ => {
                let text = dice.pick(&["", "-1", "abc", "1e9", "0x10", "Infinity", "GMT", "Fri, 99 Foo 2025 25:61:61 GMT"]);
                told_to_wait(dice, Some(text.into()), Some(text.into()), Wait::For(0))
            }
        },
        Fault::TokenEchoed => echo(asked, dice),
        Fault::ConfigurationAsError => {
            let (status, meaning) =
                dice.pick(&[(500, Meaning::Failure), (503, Meaning::Failure), (403, Meaning::Denied), (404, Meaning::Missing)]);
            let mut it = Answer::failure(status, meaning, status >= 500);
            it.response.text =
                [r#"{"checkout":{"enabled":true,"key":""#, MARK, r#""},""#, MARK, r#"":"","list":[""#, MARK, r#""]}"#].concat();
            it
        }
        Fault::RandomBytes => random_bytes(asked.operation, dice),
        _ => page(dice.pick(&[429, 429, 503]), Meaning::Failure),
    }
}

fn told_to_wait(dice: &mut Dice, seconds: Option<String>, milliseconds: Option<String>, wait: Wait) -> Answer {
    let mut it = page(dice.pick(&[429, 503, 500, 302]), Meaning::Failure);
    (it.response.retry_after, it.response.amz_retry_after, it.wait) = (seconds, milliseconds, wait);
    it
}

/// An error that quotes the request, as proxies and `InvalidSignatureException` do: whole or cut, plain or encoded.
fn echo(asked: Asked, dice: &mut Dice) -> Answer {
    let Some(token) = asked.token else { return page(503, Meaning::Failure) };
    let token = asked.tokens.text(token);
    let cut = usize::try_from(dice.between(24, token.len() as u64)).unwrap_or(24);
    let piece = match dice.below(4) {
        0 => &token[..cut],
        1 => &token[token.len() - cut..],
        2 => &token[(token.len() - cut) / 2..][..cut],
        _ => &token,
    };
    let piece = match dice.below(5) {
        0 => piece.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        1 => piece.replace('+', "%2b").replace('/', "%2f").replace('=', "%3d"),
        2 => piece.replace('+', "&#43;"),
        3 => piece.replace('/', "\\/"),
        _ => piece.to_owned(),
    };
    let around = |before: &str, after: &str| [before, &piece, after].concat();
    let (status, meaning) = dice.pick(&[(500, Meaning::Failure), (503, Meaning::Failure), (403, Meaning::Denied), (429, Meaning::Failure)]);
    let mut it = Answer::failure(status, meaning, !(400..500).contains(&status));
    it.response.error_type = Some("OddException".into());
    match dice.below(8) {
        0 => it.response.request_id = Some(around("request ", "")),
        1 => it.response.error_type = Some(around("", "Exception")),
        2 => it.response.text = around(r#"{"Reason":"x ", "Message":""#, r#" y"}"#),
        3 => it.response.text = around(r#"{"Details":{"InvalidParameters":{"configuration_token":{"Problem":""#, r#""}}}}"#),
        4 => it.response.text = around(r#"{"Details":{"InvalidParameters":{""#, r#"":{"Problem":"Corrupted"}}}}"#),
        5 => it.response.text = around(r#"{"ResourceType":""#, r#"","Reason":"x"}"#),
        6 => it.response.text = around(r#"{"ReferencedBy":{"a":""#, r#"","b":"c"}}"#),
        _ => it.response.text = around(r#"{"message":"GET /configuration?configuration_token="#, r#" HTTP/1.1"}"#),
    }
    it
}

/// Headers and texts made of anything; what could be taken for something is kept out, so that the meaning is certain.
fn random_bytes(operation: Operation, dice: &mut Dice) -> Answer {
    let status = match dice.below(4) {
        0 => dice.pick(&[200, 201, 204, 400, 401, 403, 404, 429]),
        _ => u16::try_from(dice.below(700)).unwrap_or(0),
    };
    let meaning = match status {
        401 | 403 => Meaning::Denied,
        404 => Meaning::Missing,
        _ => Meaning::Failure,
    };
    let mut some = |first: &str| (!dice.one_in(4)).then(|| garbage(first, dice));
    let mut it = Answer::failure(status, meaning, true);
    it.response = Response {
        document: None,
        status,
        next_token: some(" "),
        next_interval: some(""),
        content_type: some(""),
        version_label: some(""),
        // A name would make a 4xx one of AWS's.
        error_type: if (400..500).contains(&status) { Some(":".into()) } else { some("") },
        request_id: some(""),
        // Ends like nothing that one could wait for.
        retry_after: some("").map(|it| it + "?"),
        amz_retry_after: some("").map(|it| it + "?"),
        text: some("<").unwrap_or_default(),
        body: None,
        headers_may_be_hidden: operation == Operation::GetLatestConfiguration && status % 2 == 1,
    };
    it
}

fn garbage(first: &str, dice: &mut Dice) -> String {
    let mut out = first.to_owned();
    for _ in 0..dice.magnitude(1, 200) {
        let c = match dice.below(4) {
            0 => u32::try_from(dice.below(0x11_0000)).unwrap_or(0),
            1 => u32::from(dice.pick(b"{}[]\",:\\u01e.-#;%\0\r\n")),
            _ => u32::try_from(dice.below(0x80)).unwrap_or(0),
        };
        out.push(char::from_u32(c).unwrap_or('\u{fffd}'));
    }
    out
}
