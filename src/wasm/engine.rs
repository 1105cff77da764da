//! What the module exports: one class, private to the package (`pkg/driver.js` drives it).
//!
//! It never calls JavaScript. Numbers and one text go in, numbers and one text come out, so there is nothing to be
//! re-entered, no closure that outlives its owner, and no glue for objects: the browser pays for the core alone.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

use crate::protocol::canonical::part;
use crate::protocol::response::Body;
use crate::protocol::sigv4::{self, Credentials};
use crate::protocol::{Endpoint, Response, SessionInput, Token};
use crate::session::{Error, Event, Failure, Held, Input, Instant, Limits, Now, Options, Output, Poller, RequestId, Saved};

/// The loop of one client.
#[wasm_bindgen]
pub struct Engine {
    poller: Poller,
    text: String,
    numbers: [f64; 8],
}

/// The inputs without members of their own, by the numbers that `pkg/driver.js` uses.
const START: u32 = 0;
const STOP: u32 = 1;
const REFRESH: u32 = 2;
const TIMEOUT: u32 = 3;
const PROGRESS: u32 = 4;
const NOT_SENT: u32 = 5;
const NETWORK: u32 = 6;
const BODY_CUT: u32 = 7;
const REDIRECTED: u32 = 8;
const VISIBLE: u32 = 9;
const ONLINE: u32 = 10;
const LIMITED: u32 = 11;

/// The outputs, likewise.
const WAIT: u32 = 0;
const REST: u32 = 1;
const REQUEST: u32 = 2;
const CANCEL: u32 = 3;
const UPDATED: u32 = 4;
const UNCHANGED: u32 = 5;
const FAILED: u32 = 6;
const STATUS: u32 = 7;
const SAVE: u32 = 8;

/// What is true of what is saved, as bits of one number.
const REPLAYED: u32 = 1;
const IN_USE: u32 = 2;
const YIELDED: u32 = 4;
const VERIFY: u32 = 8;
const REJECTED: u32 = 16;

/// Between the parts of a text. No header and no URL can have it, and it is taken out of what others wrote.
const SEPARATOR: u8 = 0;

#[wasm_bindgen]
impl Engine {
    /// Takes options that `pkg/options.js` has checked. `texts` has, with a NUL between them, the endpoint (a URL, or a region
    /// where it has no colon), application, environment and configuration profile; `endpoint_flags` are, of a region, 1 for
    /// FIPS and 2 for dual-stack; `minimum_interval` is in seconds, 0 for none; `hidden_interval` likewise; the limits are in milliseconds.
    /// `undefined` where the endpoint is no endpoint.
    #[must_use]
    #[allow(clippy::too_many_arguments)]
    pub fn create(
        texts: &[u8],
        endpoint_flags: u32,
        minimum_interval: u32,
        hidden_interval: u32,
        headers_limit: u32,
        idle_limit: u32,
        total_limit: u32,
        renews_credentials: bool,
        seed: f64,
    ) -> Option<Engine> {
        let mut rest = utf8(texts);
        let endpoint = part(&mut rest, SEPARATOR);
        let is_url = endpoint.bytes().any(|b| b == b':');
        let endpoint = if is_url {
            Endpoint::checked(endpoint)
        } else {
            Endpoint::of_region(endpoint, endpoint_flags & 1 > 0, endpoint_flags > 1).ok()?
        };
        let options = Options {
            endpoint,
            input: SessionInput {
                application_identifier: owned(&mut rest)?,
                environment_identifier: owned(&mut rest)?,
                configuration_profile_identifier: owned(&mut rest)?,
                required_minimum_poll_interval_in_seconds: Some(minimum_interval).filter(|seconds| *seconds > 0),
            },
            limits: Limits { headers: headers_limit.into(), idle: idle_limit.into(), total: total_limit.into() },
            renews_credentials,
            hidden_interval: Some(u64::from(hidden_interval) * 1000).filter(|milliseconds| *milliseconds > 0),
            seed: seed.to_bits(),
        };
        Some(Self { poller: Poller::new(options), text: String::new(), numbers: [0.0; 8] })
    }

    /// Feeds an input that is a number: `id` is a request's, or whether it is so. The clocks are in milliseconds.
    pub fn input(&mut self, monotonic: f64, wall: f64, kind: u32, id: u32) {
        let id = RequestId(id);
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
            VISIBLE => Input::Visible(id.0 > 0),
            ONLINE => Input::Online(id.0 > 0),
            LIMITED => Input::Limited(id.0 > 0),
            _ => return,
        };
        self.poller.handle_input(now(monotonic, wall), input);
    }

    /// Feeds an answer. `texts` has, each followed by a NUL, the four headers that count for `status` in the order of
    /// [`Response::read`], empty where there is none, and after them the text of an answer that is no configuration.
    /// `body` is 0 where there is none, else 1 empty, 2 same, 3 new, 4 malformed, 5 malformed again, 6 too large, 7 refused, 8 refused again.
    #[allow(clippy::too_many_arguments)]
    pub fn respond(&mut self, monotonic: f64, wall: f64, id: u32, status: u16, texts: &[u8], body: u32, headers_may_be_hidden: bool) {
        let mut rest = utf8(texts);
        let mut headers = [(); 4].map(|()| owned(&mut rest)).into_iter();
        let mut response = Response::read(status, |_| headers.next().flatten());
        rest.clone_into(&mut response.text);
        response.headers_may_be_hidden = headers_may_be_hidden;
        response.body = match body {
            0 => None,
            1 => Some(Body::Empty),
            2 => Some(Body::Same),
            3 => Some(Body::New),
            6 => Some(Body::TooLarge),
            7 | 8 => Some(Body::Refused { again: body == 8 }),
            _ => Some(Body::Malformed { again: body == 5 }),
        };
        self.poller.handle_input(now(monotonic, wall), Input::Response(RequestId(id), response));
    }

    /// Goes on where another engine was. `texts` has the token, content type and version label, empty where there is none; `held`: whether a
    /// configuration is held; the rest is as [`SAVE`] told it, an interval of 0 where nothing was saved.
    #[allow(clippy::too_many_arguments, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // what is out of range is a date like any other
    pub fn resume(
        &mut self,
        monotonic: f64,
        wall: f64,
        texts: &[u8],
        held: bool,
        obtained: f64,
        due: f64,
        interval: f64,
        is: u32,
        verify_from: f64,
        sessions_left: u32,
        refilled_at: f64,
        refill: f64,
    ) {
        let mut rest = utf8(texts);
        let token = owned(&mut rest).and_then(Token::new);
        let held = held.then(|| Held { content_type: owned(&mut rest), version_label: owned(&mut rest) });
        let saved = Saved {
            token,
            obtained: obtained as u64,
            due: due as u64,
            interval: interval as u64,
            replayed: is & REPLAYED > 0,
            in_use: is & IN_USE > 0,
            yielded: is & YIELDED > 0,
            verify: is & VERIFY > 0,
            rejected: is & REJECTED > 0,
            verify_from: verify_from as u64,
            sessions_left,
            refilled_at: refilled_at as u64,
            refill: refill as u64,
        };
        self.poller.handle_input(now(monotonic, wall), Input::Resume(Some(saved).filter(|_| interval > 0.0), held));
    }

    /// The next thing to do, as a number; what belongs to it is read with [`Engine::number`] and [`Engine::text`]. Call it
    /// until it says [`WAIT`] or [`REST`].
    #[allow(clippy::cast_precision_loss)]
    pub fn poll(&mut self) -> u32 {
        self.text.clear();
        match self.poller.poll_output() {
            Output::Timeout(None) => REST,
            Output::Timeout(Some(at)) => self.tell(WAIT, &[at.as_milliseconds() as f64]),
            Output::Request(RequestId(id), request) => {
                self.text = request.url;
                if let Some(body) = request.body {
                    self.text.push('\0');
                    self.text.push_str(&body);
                }
                self.tell(REQUEST, &[id.into(), f64::from(request.operation as u8)])
            }
            Output::Cancel(_) => CANCEL,
            Output::Save(saved) => self.tell_saved(&saved),
            Output::Event(Event::Updated(_)) => UPDATED,
            Output::Event(Event::Unchanged) => UNCHANGED,
            Output::Event(Event::StatusChanged { status, .. }) => self.tell(STATUS, &[f64::from(status as u8)]),
            Output::Event(Event::Failed { error, retry_at }) => self.tell_failure(&error, retry_at),
        }
    }

    fn tell(&mut self, kind: u32, numbers: &[f64]) -> u32 {
        for (to, from) in self.numbers.iter_mut().zip(numbers) {
            *to = *from;
        }
        kind
    }

    /// The text has the token.
    #[allow(clippy::cast_precision_loss)] // a time is far below 2^53 milliseconds
    fn tell_saved(&mut self, saved: &Saved) -> u32 {
        let is = [
            (saved.replayed, REPLAYED),
            (saved.in_use, IN_USE),
            (saved.yielded, YIELDED),
            (saved.verify, VERIFY),
            (saved.rejected, REJECTED),
        ];
        let is: u32 = is.iter().map(|(is, bit)| u32::from(*is) * bit).sum();
        let [obtained, due, interval, verify_from, refilled_at, refill] =
            [saved.obtained, saved.due, saved.interval, saved.verify_from, saved.refilled_at, saved.refill].map(|time| time as f64);
        self.text.push_str(saved.token.as_ref().map_or("", Token::as_str));
        self.tell(SAVE, &[obtained, due, interval, is.into(), verify_from, saved.sessions_left.into(), refilled_at, refill])
    }

    /// The text has the request id, the exception's name, and by turns the path and the text of its members.
    #[allow(clippy::cast_precision_loss)] // a time is far below 2^53 milliseconds
    fn tell_failure(&mut self, error: &Error, retry_at: Instant) -> u32 {
        self.push(error.request_id.as_deref());
        if let Some(exception) = &error.exception {
            self.push(exception.name.as_deref());
            for (path, value) in &exception.members {
                self.push(Some(path));
                self.push(Some(value));
            }
        }
        let limit = error.limit.map_or(0, |limit| limit as u8 + 1);
        let numbers = [error.code as u8, error.operation as u8, limit, u8::from(error.is_final)].map(f64::from);
        let [code, operation, limit, is_final] = numbers;
        self.tell(FAILED, &[code, operation, f64::from(error.status), limit + 4.0 * is_final, retry_at.as_milliseconds() as f64])
    }

    fn push(&mut self, part: Option<&str>) {
        self.text.extend(part.unwrap_or_default().chars().filter(|c| *c != '\0'));
        self.text.push('\0');
    }

    /// A number that belongs to the last output.
    #[must_use]
    pub fn number(&self, index: usize) -> f64 {
        self.numbers.get(index).copied().unwrap_or_default()
    }

    /// The text that belongs to the last output, as UTF-8.
    #[must_use]
    pub fn text(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.text).into_bytes()
    }

    /// Whether a request is under way.
    #[wasm_bindgen(js_name = isPolling)]
    #[must_use]
    pub fn is_polling(&self) -> bool {
        self.poller.is_polling()
    }
}

/// Signs a request. `texts` has, each followed by a NUL, the region, the access key's id, the secret access key, the session
/// token (empty where there is none), the time for `x-amz-date` and the URL, and after them the body, if there is one.
/// Gives the value of `authorization`. What was given is overwritten.
#[wasm_bindgen]
#[must_use]
pub fn sign(mut texts: Vec<u8>) -> Vec<u8> {
    let mut rest = utf8(&texts);
    let mut next = || part(&mut rest, SEPARATOR);
    let region = next();
    let credentials =
        Credentials { access_key_id: next(), secret_access_key: next(), session_token: Some(next()).filter(|token| !token.is_empty()) };
    let (timestamp, url) = (next(), next());
    let body = Some(rest).filter(|body| !body.is_empty());
    let authorization = sigv4::sign(url, body, &credentials, region, timestamp);
    texts.zeroize();
    authorization.into_bytes()
}

/// The text in what a `TextEncoder` made.
#[allow(unsafe_code)]
fn utf8(bytes: &[u8]) -> &str {
    // SAFETY: the only caller is pkg/driver.js, with what TextEncoder.encode() gave, which is UTF-8 by its definition.
    // Bytes instead of texts, because the glue for texts and a check cost the browser half a kilobyte.
    unsafe { core::str::from_utf8_unchecked(bytes) }
}

/// The next part, owned; an empty one is none.
fn owned(rest: &mut &str) -> Option<String> {
    Some(part(rest, SEPARATOR)).filter(|part| !part.is_empty()).map(ToOwned::to_owned)
}

/// A float's fraction is dropped, so that a time never lies in the future.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn now(monotonic: f64, wall: f64) -> Now {
    Now { monotonic: Instant::from_milliseconds(monotonic as u64), wall: wall as u64 }
}
