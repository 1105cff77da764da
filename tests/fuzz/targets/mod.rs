//! What comes from outside, read by the code that reads it, and held to what that promises. A target is a function of some bytes that
//! panics where a promise is broken.
//!
//! `cargo test --test fuzz` gives each target its corpus and some random changes of it; `fuzz/`, which has these files in it by their path, lets
//! libFuzzer look for more (`npm run fuzz`).

mod client;
mod flags;
mod message;
mod oracle;
mod poller;
mod refusal;
mod request;
mod response;
mod saved;
mod session_answer;
mod signature;
mod token;

type Check = fn(&[u8]);

/// Each target by the name of its corpus.
pub(crate) const TARGETS: [(&str, Check); 9] = [
    ("flags", flags::check),
    ("poller", poller::check),
    ("refusal", refusal::check),
    ("request", request::check),
    ("response", response::check),
    ("saved", saved::check),
    ("session_answer", session_answer::check),
    ("signature", signature::check),
    ("token", token::check),
];
