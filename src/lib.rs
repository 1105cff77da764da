//! A client for [AWS AppConfig Data](https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_AWS_AppConfig_Data.html).

// The browser's module is built without the standard library, whose panics weigh more than the poll loop.
#![cfg_attr(feature = "bare", no_std)]

extern crate alloc;

pub mod protocol;
pub mod service;
pub mod session;
#[cfg(all(target_arch = "wasm32", any(feature = "client", feature = "emulator")))]
pub mod wasm;
