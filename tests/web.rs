//! The border between the engine and JavaScript, in a real browser: in a window and in a dedicated worker (`npm test`,
//! step `glue`). What drives the engine in production is `pkg/driver.js`; here it is a host in Rust on the browser's own
//! clocks, timers and headers, so that what the glue turns numbers and texts into is seen from this side as well.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::float_cmp)] // whole numbers
#![allow(clippy::octal_escapes)] // a NUL, and then a number

use appconfig_edge::session::{Code, Status};
use appconfig_edge::wasm::{sign, Engine};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Headers, Response, ResponseInit};

// The numbers of src/wasm/engine.rs, as pkg/driver.js has them.
const START: u32 = 0;
const STOP: u32 = 1;
const REFRESH: u32 = 2;
const TIMEOUT: u32 = 3;
const PROGRESS: u32 = 4;
const NETWORK: u32 = 6;
const RESPONSE: u32 = 12;
const RESUME: u32 = 13;
const WAIT: u32 = 0;
const REST: u32 = 1;
const REQUEST: u32 = 2;
const CANCEL: u32 = 3;
const UPDATED: u32 = 4;
const UNCHANGED: u32 = 5;
const FAILED: u32 = 6;
const STATUS: u32 = 7;
const SAVE: u32 = 8;
const NO_BODY: u32 = 0;
const EMPTY: u32 = 1;
const NEW: u32 = 3;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
}

/// An engine on the browser's clocks.
struct Host(Engine);

/// One output with what belongs to it.
#[derive(Debug, PartialEq)]
struct Seen(u32, Vec<String>);

impl Seen {
    fn number(&self, index: usize) -> f64 {
        self.1[index].parse().expect("a whole number")
    }
}

/// The clocks, `later` by so many milliseconds, as pkg/module.js has them.
fn clocks(later: f64) -> String {
    format!("{}\0{}\0", (performance_now() + later).floor(), date_now() + later)
}

impl Host {
    fn new(headers_limit: u32) -> Self {
        Self(Engine::create(format!("0\00\0{headers_limit}\010000\0120000\00\01234").as_bytes()))
    }

    fn input(&mut self, kind: u32, id: u32) -> Vec<Seen> {
        self.feed(&format!("{}{kind}\0{id}", clocks(0.0)))
    }

    /// Feeds an answer whose headers have been through the browser; of its JSON by turns the path and the text of what is in it.
    fn respond(&mut self, id: u32, status: u16, headers: &[(&str, &str)], names: [&str; 4], json: &[&str], body: u32) -> Vec<Seen> {
        let sent = Headers::new().unwrap();
        for (name, value) in headers {
            sent.append(name, value).unwrap();
        }
        let init = ResponseInit::new();
        init.set_status(status);
        init.set_headers(&sent);
        let response = Response::new_with_opt_str_and_init(None, &init).unwrap();
        let texts = names.map(|name| response.headers().get(name).unwrap().unwrap_or_default()).join("\0");
        self.feed(&format!("{}{RESPONSE}\0{id}\0{}\0{body}\00\01\0{texts}\0{}", clocks(0.0), response.status(), json.join("\0")))
    }

    fn feed(&mut self, text: &str) -> Vec<Seen> {
        let told = String::from_utf8(self.0.feed(text.as_bytes())).expect("UTF-8");
        let outputs = told.strip_suffix('\u{1}').expect("an end").split('\u{1}');
        outputs
            .map(|output| {
                let (kind, parts) = output.split_once('\0').expect("a number");
                Seen(kind.parse().expect("a number"), parts.split('\0').map(str::to_owned).collect())
            })
            .collect()
    }
}

const OF_CONFIGURATION: [&str; 4] = ["next-poll-configuration-token", "next-poll-interval-in-seconds", "content-type", "version-label"];
const OF_REFUSAL: [&str; 4] = ["x-amzn-errortype", "retry-after", "x-amz-retry-after", "x-amzn-requestid"];

fn kinds(seen: &[Seen]) -> Vec<u32> {
    seen.iter().map(|seen| seen.0).filter(|kind| *kind != SAVE).collect()
}

/// Opens a session and takes a first configuration in; gives the last outputs.
fn ready(host: &mut Host) -> Vec<Seen> {
    host.input(START, 0);
    host.respond(1, 201, &[], OF_REFUSAL, &["InitialConfigurationToken", "t/1+a=="], NO_BODY);
    let headers = [("Next-Poll-Configuration-Token", "t/2+a=="), ("Next-Poll-Interval-In-Seconds", "30"), ("Content-Type", "text/plain")];
    host.respond(2, 200, &headers, OF_CONFIGURATION, &[], NEW)
}

#[wasm_bindgen_test]
fn a_first_poll_crosses_the_border_whole() {
    let mut host = Host::new(10_000);
    let seen = host.input(START, 0);
    assert_eq!(kinds(&seen), [REQUEST, STATUS, WAIT]);
    assert_eq!(seen[0].1, ["1", "0", "", ""], "no token yet");
    assert_eq!(seen[1].number(0), f64::from(Status::Starting as u8));

    let seen = host.respond(1, 201, &[], OF_REFUSAL, &["InitialConfigurationToken", "t/1+a=="], NO_BODY);
    assert_eq!(kinds(&seen), [REQUEST, WAIT]);
    assert_eq!((seen[0].0, &seen[0].1[0]), (SAVE, &"t/1+a==".to_owned()));
    assert_eq!(seen[1].1, ["2", "1", "t/1+a==", ""]);

    let mut host = Host::new(10_000);
    let seen = ready(&mut host);
    assert_eq!(kinds(&seen), [UPDATED, STATUS, WAIT]);
    assert_eq!(seen[2].number(0), f64::from(Status::Ready as u8));
    let wait = seen[3].number(0) - performance_now();
    assert!((29_000.0..=33_001.0).contains(&wait), "30 seconds and up to a tenth, got {wait}");
}

#[wasm_bindgen_test]
fn an_exceptions_name_crosses_without_what_parts_texts_and_its_members_stay() {
    let mut host = Host::new(10_000);
    host.input(START, 0);
    let headers = [("x-amzn-RequestId", "id-1"), ("Retry-After", "400")];
    let json = ["__type", "ResourceNot\u{1}FoundException", "Message", "no such thing"];
    let seen = host.respond(1, 404, &headers, OF_REFUSAL, &json, NO_BODY);
    assert_eq!(kinds(&seen), [FAILED, WAIT]);
    let code = (Code::NotFound as u8).to_string();
    assert_eq!(seen[0].1[..4], [code.as_str(), "0", "404", "4"], "final, no limit");
    assert!(seen[0].number(4) - performance_now() > 290_000.0, "Retry-After counts, up to five minutes");
    assert_eq!(seen[0].1[5..], ["id-1", "ResourceNotFoundException", ""]);
}

#[wasm_bindgen_test]
async fn a_time_limit_is_over_when_the_browsers_timer_says_so() {
    let mut host = Host::new(60);
    let seen = host.input(START, 0);
    let due = seen.last().unwrap().number(0);
    while performance_now() < due {
        TimeoutFuture::new(10).await;
    }
    let seen = host.input(TIMEOUT, 0);
    assert_eq!(kinds(&seen)[..2], [CANCEL, FAILED]);
    assert_eq!(seen[1].1[..2], [(Code::TimedOut as u8).to_string().as_str(), "0"]);
    assert_eq!(seen[1].1[3], "1", "the limit of the headers, not final");
    // The answer that comes after all is nobody's.
    let seen = host.respond(1, 201, &[], OF_REFUSAL, &["InitialConfigurationToken", "late"], NO_BODY);
    assert!(!kinds(&seen).contains(&REQUEST) || seen[0].number(0) > 1.0);
}

#[wasm_bindgen_test]
fn stop_cancels_and_rests_and_a_refresh_inside_the_window_asks_nothing() {
    let mut host = Host::new(10_000);
    ready(&mut host);
    assert_eq!(kinds(&host.input(REFRESH, 0)), [WAIT]);
    assert_eq!(kinds(&host.input(STOP, 0)), [STATUS, REST]);
    assert_eq!(kinds(&host.input(TIMEOUT, 0)), [REST]);
    assert_eq!(kinds(&host.input(START, 0)), [STATUS, WAIT], "the session is kept");

    let mut host = Host::new(10_000);
    host.input(START, 0);
    host.input(PROGRESS, 1);
    assert_eq!(kinds(&host.input(STOP, 0)), [CANCEL, STATUS, REST]);
    assert_eq!(kinds(&host.input(NETWORK, 1)), [REST], "what was cancelled fails in silence");
}

#[wasm_bindgen_test]
fn an_unchanged_poll_is_told_and_nothing_else() {
    let mut host = Host::new(10_000);
    ready(&mut host);
    // A clock that is a minute ahead: the poll is due.
    assert_eq!(kinds(&host.feed(&format!("{}{TIMEOUT}\00", clocks(60_000.0)))), [REQUEST, WAIT]);
    let headers = [("Next-Poll-Configuration-Token", "t3-abcdef"), ("Next-Poll-Interval-In-Seconds", "30")];
    assert_eq!(kinds(&host.respond(3, 200, &headers, OF_CONFIGURATION, &[], EMPTY)), [UNCHANGED, WAIT]);
}

#[wasm_bindgen_test]
fn another_engine_goes_on_with_what_one_has_saved() {
    let mut host = Host::new(10_000);
    let saved = ready(&mut host).into_iter().find(|seen| seen.0 == SAVE).expect("something saved");
    let mut next = Host::new(10_000);
    next.feed(&format!("{}{RESUME}\01\0text/plain\0\0{}", clocks(0.0), saved.1.join("\0")));
    let seen = next.input(START, 0);
    assert_eq!(kinds(&seen), [STATUS, WAIT]);
    assert_eq!(seen[0].number(0), f64::from(Status::Stale as u8));
    let wait = seen[1].number(0) - performance_now();
    assert!((29_000.0..=33_001.0).contains(&wait), "what is left until the poll is due, got {wait}");
    // Whatever a store has made of it.
    for garbage in ["", "x", "t|-1|NaN|1e99|\u{2}|", "t|18446744073709551615|18446744073709551615|18446744073709551615|31|"] {
        let mut next = Host::new(10_000);
        next.feed(&format!("{}{RESUME}\01\0\0\0{}", clocks(0.0), garbage.replace('|', "\0")));
        assert!(matches!(kinds(&next.input(START, 0)).last(), Some(&WAIT)));
    }
}

/// The case `get-no-session-token` of botocore (`../shared/oracles/signed-requests.json`).
#[wasm_bindgen_test]
fn a_request_is_signed() {
    let head = "GET\n/configuration\nconfiguration_token=a%2Bb%2Fc%3D%3D\nhost:appconfigdata.us-west-2.amazonaws.com\n\
        x-amz-date:20260102T030405Z\n\nhost;x-amz-date\n";
    let texts = ["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-west-2", "20260102T030405Z", head, ""];
    let signature = String::from_utf8(sign(texts.join("\0").into_bytes())).expect("a text");
    assert_eq!(signature, "578d68be92eac27dc431283be729ffc515e43c4d6ee26b58ac9d3e7d1ab5a711");
}

#[wasm_bindgen_test]
fn a_thousand_engines_leave_no_memory_behind() {
    let mut after_the_first_hundred = 0;
    for n in 0..1000 {
        let mut host = Host::new(10_000);
        ready(&mut host);
        host.input(STOP, 0);
        drop(host);
        if n == 100 {
            after_the_first_hundred = core::arch::wasm32::memory_size(0);
        }
    }
    assert_eq!(core::arch::wasm32::memory_size(0), after_the_first_hundred);
}
