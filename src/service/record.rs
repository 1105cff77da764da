//! What was asked and what was answered, without anything secret: no token, no content.

use crate::protocol::date::UnixMilliseconds;
use alloc::string::String;

/// One request and its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(all(target_arch = "wasm32", feature = "emulator"), derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Record {
    /// When it was asked.
    pub at: UnixMilliseconds,
    /// The answer's `x-amzn-RequestId`.
    pub request_id: String,
    /// The method.
    pub method: String,
    /// The path, without the query: that has the token.
    pub path: String,
    /// The operation's name, where it was one.
    pub operation: Option<&'static str>,
    /// The session's number, counted from 1, where there is one.
    pub session: Option<u64>,
    /// The application that was asked for.
    pub application: Option<String>,
    /// The environment that was asked for.
    pub environment: Option<String>,
    /// The configuration profile that was asked for.
    pub configuration_profile: Option<String>,
    /// The answer's status.
    pub status: u16,
    /// The length of the answer's body.
    pub bytes: usize,
    /// Whether a poll was told that nothing is new.
    pub unchanged: bool,
    /// The label of the configuration that was sent, where it has one.
    pub version_label: Option<String>,
    /// The interval that was told.
    pub interval_in_seconds: Option<u32>,
    /// The exception's name.
    pub exception: Option<String>,
    /// The exception's sentence.
    pub message: Option<String>,
    /// What was wrong with the token.
    pub problem: Option<String>,
    /// What was not found.
    pub resource_type: Option<String>,
    /// The fault that was asked for and happened here.
    pub fault: Option<&'static str>,
}
