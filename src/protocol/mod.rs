//! The wire of AWS AppConfig Data, for both ends: what a client sends and reads, and what the emulator reads and sends.
//!
//! Everything here is a pure function of its arguments. Names are those of the published service model
//! (API version 2021-11-11, protocol restJson1).

#![forbid(unsafe_code)]

#[cfg(not(feature = "bare"))]
pub mod authorization;
pub mod canonical;
pub mod date;
pub mod document;
pub mod endpoint;
pub mod exception;
pub mod json;
pub mod percent;
pub mod request;
pub mod response;
pub mod retry_after;
pub mod sigv4;
pub mod token;

pub use document::Document;
pub use endpoint::Endpoint;
pub use exception::{Exception, Problem, ResourceType};
pub use request::{Operation, Request, SessionInput};
pub use response::{Body, Response};
pub use token::Token;
