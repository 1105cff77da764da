//! The only folder that knows JavaScript.

#[cfg(all(feature = "client", target_arch = "wasm32"))]
#[allow(unsafe_code)]
mod allocator;
#[cfg(all(feature = "client", target_arch = "wasm32"))]
#[allow(unsafe_code)]
mod border;
#[cfg(all(feature = "client", target_arch = "wasm32"))]
mod engine;
#[cfg(all(feature = "trapping", target_arch = "wasm32"))]
mod trap;
// On every target in tests.
#[cfg(any(test, all(feature = "client", target_arch = "wasm32")))]
#[allow(unsafe_code)]
mod heap;
#[cfg(all(feature = "client", target_arch = "wasm32"))]
pub use border::{create, feed, free};
#[cfg(all(feature = "client", target_arch = "wasm32"))]
pub use engine::{sign, Engine};

#[cfg(all(feature = "emulator", target_arch = "wasm32"))]
mod emulator;
#[cfg(all(feature = "emulator", target_arch = "wasm32"))]
pub use emulator::{end_of_json, known_faults, to_retrieval_form, Emulator};
