//! AWS AppConfig Data as a state machine: requests in, answers out, nothing else.
//!
//! [`Service`] has no clock, no random numbers and no I/O: the time and a seed are values that come in, so a test moves
//! the clock by adding to a number. It answers as the real one was seen to answer; where that is not known, it takes the
//! way that is harder on a client. The emulator sits on it, and so do the simulator's tests.
//!
//! ```
//! use appconfig_edge::protocol::SessionInput;
//! use appconfig_edge::service::{Configuration, Options, Service, Target};
//!
//! let mut service = Service::new(Options::default(), 1);
//! service.deploy(&Target::new("shop", "prod", "flags")?, Configuration::new("{}".as_bytes(), "application/json", None)?);
//!
//! let input = SessionInput {
//!     application_identifier: "shop".into(),
//!     environment_identifier: "prod".into(),
//!     configuration_profile_identifier: "flags".into(),
//!     required_minimum_poll_interval_in_seconds: None,
//! };
//! let token = service.start_configuration_session(0, &input).unwrap();
//! let first = service.get_latest_configuration(0, token.as_str()).unwrap();
//! assert_eq!(first.changed().unwrap().content()[..], *b"{}");
//!
//! let then = u64::from(first.interval_in_seconds) * 1000;
//! let second = service.get_latest_configuration(then, first.next_token.as_str()).unwrap();
//! assert!(second.changed().is_none(), "unchanged");
//! # Ok::<(), appconfig_edge::service::Unfit>(())
//! ```

#![forbid(unsafe_code)]

mod answer;
mod configuration;
mod deployments;
mod fault;
mod operations;
mod options;
mod record;
mod refusal;
mod seal;
mod sessions;
mod signature;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Call, Delivery};
pub use configuration::{is_identifier, Configuration, Target, Unfit, MAXIMUM_BYTES, MAXIMUM_IDENTIFIER_CHARACTERS};
pub use fault::{Fault, Plan};
pub use operations::{Latest, Service};
pub use options::{Options, Replay};
pub use record::Record;
pub use refusal::Refusal;
pub use signature::{Key, Verifier};
