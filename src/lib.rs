//! A client for [AWS AppConfig Data](https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_AWS_AppConfig_Data.html)
//! that polls for days, without a clock, random numbers or I/O of its own.
//!
//! - [`protocol`]: the wire, for both ends: requests, answers, exceptions, tokens
//! - [`session`]: the session and poll loop as a state machine; the simulator (`tests/simulator`) holds it to its promises
//! - [`service`]: the other end as a state machine, which the emulator sits on
//! - [`flags`]: feature flags in the form that one writes, checked and turned into the one that a client gets
//! - `wasm`: the only folder that knows JavaScript, for the npm package `appconfig-edge` alone
//!
//! An import points downwards only: `protocol`, then `session` and `service`, then `wasm`. `docs/design.md` says why.
//!
//! # The run loop
//!
//! Feed a [`Poller`](session::Poller) what happened, and do what it says until it says
//! [`Timeout`](session::Output::Timeout); then wait, for that time or for whatever happens before. The bytes of a
//! configuration stay with whoever drives it: the core is told whether they are the same, and says when they count.
//! `examples/native.rs` does this with an HTTP client.
//!
//! ```
//! use appconfig_edge::protocol::{response::Body, Endpoint, Operation, Request, Response, SessionInput};
//! use appconfig_edge::session::{Event, Input, Limits, Now, Options, Output, Poller};
//!
//! /// A transport that answers from a script: a session, a configuration, and then nothing new.
//! fn send(request: &Request, held: &str) -> (Response, String) {
//!     if request.operation == Operation::StartConfigurationSession {
//!         let text = r#"{"InitialConfigurationToken":"token-1"}"#.into();
//!         return (Response { text, ..Response::read(201, |_| None) }, String::new());
//!     }
//!     let content = if held.is_empty() { "a: 1" } else { "" };
//!     let mut response = Response::read(200, |name| match name {
//!         "next-poll-configuration-token" => Some("token-2".into()),
//!         "next-poll-interval-in-seconds" => Some("30".into()),
//!         "content-type" => Some("application/yaml".into()),
//!         _ => None,
//!     });
//!     response.body = Some(if content.is_empty() { Body::Empty } else { Body::New });
//!     (response, content.into())
//! }
//!
//! let mut poller = Poller::new(Options {
//!     endpoint: Endpoint::of_region("eu-west-1", false, false)?,
//!     input: SessionInput {
//!         application_identifier: "shop".into(),
//!         environment_identifier: "prod".into(),
//!         configuration_profile_identifier: "flags".into(),
//!         required_minimum_poll_interval_in_seconds: None,
//!     },
//!     limits: Limits::default(),
//!     renews_credentials: false,
//!     hidden_interval: None,
//!     seed: 1,
//! });
//! let (mut now, mut held, mut received) = (Now::default(), String::new(), String::new());
//! let mut unchanged = 0;
//!
//! poller.handle_input(now, Input::Start);
//! while now.wall < 45_000 {
//!     match poller.poll_output() {
//!         Output::Request(id, request) => {
//!             let response;
//!             (response, received) = send(&request, &held);
//!             poller.handle_input(now, Input::Response(id, response));
//!         }
//!         Output::Event(Event::Updated(_)) => held.clone_from(&received),
//!         Output::Event(Event::Unchanged) => unchanged += 1,
//!         Output::Event(event) => println!("{event:?}"),
//!         Output::Cancel(_) | Output::Save(_) => {} // a transport that waits would let go
//!         Output::Timeout(None) => break,
//!         Output::Timeout(Some(at)) => {
//!             // Here time passes: a host would sleep.
//!             now = Now { monotonic: at, wall: now.wall + at.since(now.monotonic) };
//!             poller.handle_input(now, Input::Timeout);
//!         }
//!     }
//! }
//! assert_eq!((held.as_str(), unchanged), ("a: 1", 1));
//! # Ok::<(), appconfig_edge::protocol::endpoint::EndpointError>(())
//! ```
//!
//! # Features
//!
//! None is for users of the crate: without features it is the pure core, which depends on nothing but what overwrites a key. `client`, `bare` and
//! `emulator` build the WebAssembly modules of the npm package; `mistakes` puts deliberate mistakes into the poller, which
//! the simulator has to catch.

// The browser's module is built without the standard library, whose panics weigh more than the poll loop.
#![cfg_attr(all(feature = "bare", target_arch = "wasm32"), no_std)]

extern crate alloc;

// Code that nobody calls moves what the optimizer inlines elsewhere, and a browser would pay 150 bytes for it.
#[cfg(not(feature = "bare"))]
pub mod flags;
pub mod protocol;
mod random;
#[cfg(not(feature = "bare"))]
pub mod service;
pub mod session;
#[cfg(any(test, all(target_arch = "wasm32", any(feature = "client", feature = "emulator"))))]
pub mod wasm;
