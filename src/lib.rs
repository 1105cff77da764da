//! A client for [AWS AppConfig Data](https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_AWS_AppConfig_Data.html).

pub mod protocol;
pub mod service;
pub mod session;
#[cfg(all(target_arch = "wasm32", any(feature = "client", feature = "emulator")))]
pub mod wasm;
