//! What the module exports: one class, private to the package.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::driver::Driver;
use super::host::{self, Face};
use crate::protocol::{Endpoint, SessionInput};
use crate::session::{Input, Limits, Options};

/// The loop of one client. Every method takes the face anew, because the engine lets go of it whenever nothing can
/// happen by itself: a client that nobody uses any more is collected with all that belongs to it.
#[wasm_bindgen]
pub struct Engine(Rc<Driver>);

#[wasm_bindgen]
impl Engine {
    /// Takes options that `pkg/options.js` has checked. `endpoint` is a URL, or a region where it has no colon;
    /// `minimum_interval` is in seconds, 0 for none; the limits are in milliseconds.
    ///
    /// # Errors
    /// Throws undefined where `endpoint` is neither, which the check has excluded.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)] // an options object would need a description that costs the browser 20 kB
    pub fn new(
        endpoint: &str,
        application: String,
        environment: String,
        profile: String,
        minimum_interval: u32,
        headers_limit: u32,
        idle_limit: u32,
        total_limit: u32,
        maximum_body_bytes: u32,
        renews_credentials: bool,
    ) -> Result<Engine, JsValue> {
        let is_url = endpoint.bytes().any(|b| b == b':');
        let endpoint = if is_url { Endpoint::custom(endpoint) } else { Endpoint::of_region(endpoint, false, false) };
        let options = Options {
            endpoint: endpoint.map_err(|_| JsValue::UNDEFINED)?,
            input: SessionInput {
                application_identifier: application,
                environment_identifier: environment,
                configuration_profile_identifier: profile,
                required_minimum_poll_interval_in_seconds: (minimum_interval > 0).then_some(minimum_interval),
            },
            limits: Limits { headers: headers_limit.into(), idle: idle_limit.into(), total: total_limit.into() },
            renews_credentials,
            seed: host::seed(),
        };
        Ok(Self(Driver::new(options, maximum_body_bytes)))
    }

    /// Polls from now on.
    pub fn start(&self, face: Face) {
        self.input(face, Input::Start);
    }

    /// Ends what is under way and does nothing any more. The session is kept.
    pub fn stop(&self, face: Face) {
        self.input(face, Input::Stop);
    }

    /// Polls if a poll is due. Says whether a request is under way afterwards.
    #[must_use]
    pub fn refresh(&self, face: Face) -> bool {
        self.input(face, Input::Refresh);
        self.0.is_polling()
    }

    /// Whether a request is under way.
    #[wasm_bindgen(js_name = isPolling)]
    #[must_use]
    pub fn is_polling(&self) -> bool {
        self.0.is_polling()
    }

    /// Whether timers hold the process from now on (Node, Deno, Bun).
    pub fn hold(&self, holds: bool) {
        self.0.hold(holds);
    }

    fn input(&self, face: Face, input: Input) {
        self.0.attach(face);
        self.0.input(input);
    }
}
