//! The only folder that knows JavaScript.

#[cfg(feature = "client")]
mod allocator;
#[cfg(feature = "client")]
mod engine;
#[cfg(feature = "client")]
pub use engine::{sign, Engine};

#[cfg(feature = "emulator")]
mod emulator;
#[cfg(feature = "emulator")]
pub use emulator::{end_of_json, known_faults, to_retrieval_form, Emulator};
