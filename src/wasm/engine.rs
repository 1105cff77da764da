//! What the module exports, by way of `border.rs`: one engine a client, private to the package (`pkg/driver.js` drives it), and what signs.
//!
//! It never calls JavaScript. A text goes in and a text comes out, so there is nothing to be re-entered, no closure that outlives its
//! owner, and no glue for numbers and objects: the browser pays for the core alone. Parts of a text are separated by [`SEPARATOR`], numbers
//! are whole ones in decimal, outputs are separated by [`END`].

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

use crate::protocol::canonical::part;
use crate::protocol::response::Body;
use crate::protocol::sigv4;
use crate::protocol::{Document, Endpoint, Response, SessionInput, Token};
use crate::session::{Error, Event, Failure, Held, Input, Instant, Limits, Now, Options, Output, Poller, RequestId, Saved};

/// The loop of one client.
pub struct Engine(Poller);

/// The inputs, by the numbers that `pkg/driver.js` uses.
const START: u64 = 0;
const STOP: u64 = 1;
const REFRESH: u64 = 2;
const TIMEOUT: u64 = 3;
const PROGRESS: u64 = 4;
const NOT_SENT: u64 = 5;
const NETWORK: u64 = 6;
const BODY_CUT: u64 = 7;
const REDIRECTED: u64 = 8;
const VISIBLE: u64 = 9;
const ONLINE: u64 = 10;
const LIMITED: u64 = 11;
const RESPONSE: u64 = 12;

/// The outputs, likewise.
const WAIT: u64 = 0;
const REST: u64 = 1;
const REQUEST: u64 = 2;
const CANCEL: u64 = 3;
const UPDATED: u64 = 4;
const UNCHANGED: u64 = 5;
const FAILED: u64 = 6;
const STATUS: u64 = 7;
const SAVE: u64 = 8;

/// After each part of a text but the last. No header and no URL can have it, and it is taken out of what others wrote.
const SEPARATOR: u8 = 0;
/// After each output, likewise.
const END: u8 = 1;

impl Engine {
    /// Takes options that `pkg/options.js` has checked: the required minimum and the hidden interval in seconds, 0 for none; the three limits
    /// in milliseconds; whether credentials are renewed; a seed. Where requests go and whose configuration is wanted is JavaScript's matter,
    /// which has the means to write a URL and JSON.
    #[must_use]
    pub fn create(text: &[u8]) -> Engine {
        let [minimum, hidden, headers, idle, total, renews, seed] = numbers(&mut utf8(text));
        Self(Poller::new(Options {
            endpoint: Endpoint::elsewhere(),
            input: SessionInput {
                application_identifier: String::new(),
                environment_identifier: String::new(),
                configuration_profile_identifier: String::new(),
                required_minimum_poll_interval_in_seconds: Some(small(minimum)).filter(|seconds| *seconds > 0),
            },
            limits: Limits { headers, idle, total },
            renews_credentials: renews > 0,
            hidden_interval: Some(hidden * 1000).filter(|milliseconds| *milliseconds > 0),
            seed,
        }))
    }

    /// Feeds an input: the monotonic clock and the date in milliseconds, the number of the input, and a request's id or whether it is so.
    ///
    /// After [`RESPONSE`] and the id come the status; of the body 0 where there is none, else 1 empty, 2 same, 3 new, 4 malformed, 5
    /// malformed again, 6 too large, 7 refused, 8 refused again; whether headers may be hidden; whether its text is a whole JSON document; the four headers that count for the status
    /// in the order of [`Response::read`], empty where there is none (a wait until a date as its seconds); and of an answer that is no configuration
    /// by turns the path and the text of what is in its JSON.
    ///
    /// Gives the outputs, the last of them [`WAIT`] or [`REST`]: each its number and what belongs to it.
    pub fn feed(&mut self, text: &[u8]) -> Vec<u8> {
        let mut rest = utf8(text);
        let [monotonic, wall, kind, id] = numbers(&mut rest);
        let is = id > 0;
        let id = RequestId(small(id));
        let input = match kind {
            START => Input::Start,
            STOP => Input::Stop,
            REFRESH => Input::Refresh,
            TIMEOUT => Input::Timeout,
            PROGRESS => Input::Progress(id),
            NOT_SENT => Input::Failure(id, Failure::NotSent),
            NETWORK => Input::Failure(id, Failure::Network),
            BODY_CUT => Input::Failure(id, Failure::BodyCut),
            REDIRECTED => Input::Failure(id, Failure::Redirected),
            VISIBLE => Input::Visible(is),
            ONLINE => Input::Online(is),
            LIMITED => Input::Limited(is),
            RESPONSE => Input::Response(id, response(rest)),
            _ => resumption(is, rest),
        };
        self.0.handle_input(Now { monotonic: Instant::from_milliseconds(monotonic), wall }, input);
        let mut out = Vec::new();
        while !self.tell(&mut out) {}
        out
    }

    /// Writes the next output, and says whether it is the last one.
    fn tell(&mut self, out: &mut Vec<u8>) -> bool {
        let output = self.0.poll_output();
        match &output {
            Output::Timeout(None) => push(out, &[REST]),
            Output::Timeout(Some(at)) => push(out, &[WAIT, at.as_milliseconds()]),
            Output::Request(RequestId(id), request) => {
                push(out, &[REQUEST, (*id).into(), request.operation as u64]);
                push_part(out, self.0.token());
            }
            Output::Cancel(_) => push(out, &[CANCEL]),
            Output::Save(saved) => push_saved(out, saved),
            Output::Event(Event::Updated(_)) => push(out, &[UPDATED]),
            Output::Event(Event::Unchanged) => push(out, &[UNCHANGED]),
            Output::Event(Event::StatusChanged { status, .. }) => push(out, &[STATUS, *status as u64]),
            Output::Event(Event::Failed { error, retry_at }) => push_failure(out, error, *retry_at),
        }
        out.push(END);
        matches!(output, Output::Timeout(_))
    }
}

/// Signs a request. `text` has the secret access key, the region, the time for `x-amz-date`, the canonical request but for the
/// body's hash, which it ends with, and the body. Gives the signature. What was given is overwritten.
#[wasm_bindgen]
#[must_use]
pub fn sign(mut text: Vec<u8>) -> Vec<u8> {
    let mut rest = utf8(&text);
    let mut next = || part(&mut rest, SEPARATOR);
    let (secret_access_key, region, timestamp, head) = (next(), next(), next(), next());
    #[cfg(feature = "trapping")]
    super::trap::obey(secret_access_key);
    let signature = sigv4::sign_canonical(head, rest.as_bytes(), secret_access_key, region, timestamp);
    text.zeroize();
    signature.into_bytes()
}

fn response(mut rest: &str) -> Response {
    let [status, body, hidden, is_whole] = numbers(&mut rest);
    let mut unread = 4;
    #[allow(clippy::cast_possible_truncation)] // hosts give three digits
    let mut response = Response::read(status as u16, |_| {
        unread -= 1;
        owned(&mut rest)
    });
    for _ in 0..unread {
        part(&mut rest, SEPARATOR);
    }
    let mut document = Document { is_whole: is_whole > 0, ..Document::default() };
    while let Some(path) = owned(&mut rest) {
        document.texts.push((path, part(&mut rest, SEPARATOR).to_owned()));
    }
    response.document = Some(document);
    #[cfg(feature = "trapping")]
    super::trap::obey(response.version_label.as_deref().unwrap_or_default());
    response.headers_may_be_hidden = hidden > 0;
    response.body = match body {
        0 => None,
        1 => Some(Body::Empty),
        2 => Some(Body::Same),
        3 => Some(Body::New),
        4 | 5 => Some(Body::Malformed { again: body == 5 }),
        6 => Some(Body::TooLarge),
        _ => Some(Body::Refused { again: body == 8 }),
    };
    response
}

/// What another engine told with [`SAVE`], after the content type and the version label of what is held, if something is; an interval of
/// 0 where nothing was saved. It comes from a store, and may be anything.
fn resumption(is_held: bool, mut rest: &str) -> Input {
    let held = Held { content_type: owned(&mut rest), version_label: owned(&mut rest) };
    let token = owned(&mut rest).and_then(Token::new);
    let [obtained, due, interval, is, verify_from, sessions_left, refilled_at, refill] = numbers(&mut rest);
    let saved = Saved {
        token,
        obtained,
        due,
        interval,
        replayed: is & 1 > 0,
        in_use: is & 2 > 0,
        yielded: is & 4 > 0,
        verify: is & 8 > 0,
        rejected: is & 16 > 0,
        verify_from,
        sessions_left: small(sessions_left),
        refilled_at,
        refill,
    };
    Input::Resume(Some(saved).filter(|_| interval > 0), Some(held).filter(|_| is_held))
}

fn push_saved(out: &mut Vec<u8>, saved: &Saved) {
    let is = [saved.replayed, saved.in_use, saved.yielded, saved.verify, saved.rejected];
    let is = is.iter().rev().fold(0, |sum, is| sum * 2 + u64::from(*is));
    push(out, &[SAVE]);
    push_part(out, saved.token.as_ref().map_or("", Token::as_str));
    push(
        out,
        &[saved.obtained, saved.due, saved.interval, is, saved.verify_from, saved.sessions_left.into(), saved.refilled_at, saved.refill],
    );
}

/// The code, the operation, the status, the limit and 4 where it is final, when the next attempt is due, the request id and the exception's
/// name. JavaScript has the texts of its members, and hides in all of these what is secret.
fn push_failure(out: &mut Vec<u8>, error: &Error, retry_at: Instant) {
    let limit = error.limit.map_or(0, |limit| limit as u64 + 1) + 4 * u64::from(error.is_final);
    push(out, &[FAILED, error.code as u64, error.operation as u64, error.status.into(), limit, retry_at.as_milliseconds()]);
    push_part(out, error.request_id.as_deref().unwrap_or_default());
    push_part(out, error.exception.as_ref().and_then(|it| it.name.as_deref()).unwrap_or_default());
}

fn push_part(out: &mut Vec<u8>, part: &str) {
    // Byte by byte: in UTF-8 these two are nothing else's part.
    out.extend(part.bytes().filter(|byte| *byte > END));
    out.push(SEPARATOR);
}

/// Writes numbers, a separator after each. By hand: the standard library's way costs the browser half a kilobyte.
fn push(out: &mut Vec<u8>, numbers: &[u64]) {
    for number in numbers {
        let mut digits = [0; 20];
        let (mut rest, mut at) = (*number, digits.len());
        while at == digits.len() || rest > 0 {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        out.extend(&digits[at..]);
        out.push(SEPARATOR);
    }
}

/// Reads so many numbers.
fn numbers<const N: usize>(rest: &mut &str) -> [u64; N] {
    let mut all = [0; N];
    for it in &mut all {
        *it = number(rest);
    }
    all
}

/// Reads a number. What is no digit counts for nothing.
#[inline(never)]
fn number(rest: &mut &str) -> u64 {
    let digits = part(rest, SEPARATOR).bytes().map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    digits.fold(0, |sum: u64, digit| sum.wrapping_mul(10).wrapping_add(digit.into()))
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The text in what a `TextEncoder` made.
#[allow(unsafe_code)]
fn utf8(bytes: &[u8]) -> &str {
    // SAFETY: the only callers are pkg/driver.js and pkg/operations.js, with what TextEncoder.encode() gave, which is UTF-8 by its definition.
    // Bytes instead of texts, because the glue for texts and a check cost the browser half a kilobyte.
    unsafe { core::str::from_utf8_unchecked(bytes) }
}

/// The next part, owned; an empty one is none.
fn owned(rest: &mut &str) -> Option<String> {
    Some(part(rest, SEPARATOR)).filter(|part| !part.is_empty()).map(ToOwned::to_owned)
}
