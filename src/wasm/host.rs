//! What the driver asks of its host, and of the face that `pkg/client.js` gives it.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen::JsCast;

use crate::session::{Instant, Now};

#[wasm_bindgen]
extern "C" {
    /// The JavaScript side of one client. It keeps bodies, makes errors and dispatches events.
    /// None of its methods throws, and none calls a listener before it has returned.
    #[derive(Clone)]
    pub type Face;

    /// Makes `[url, init]` for `fetch`, or a promise of it, which rejects where the request cannot be authenticated.
    #[wasm_bindgen(method, catch)]
    pub(super) fn prepare(this: &Face, operation: u8, url: &str, body: Option<&str>, signal: &JsValue) -> Result<JsValue, JsValue>;

    /// Calls the host's `fetch`, or the caller's own, with what was prepared.
    #[wasm_bindgen(method, catch)]
    pub(super) fn fetch(this: &Face, prepared: &JsValue) -> Result<Promise, JsValue>;

    /// Keeps a configuration's body and says what it is: 0 empty, 1 same, 2 new, 3 malformed, 4 malformed again.
    #[wasm_bindgen(method)]
    pub(super) fn examine(this: &Face, chunks: &Array, content_type: Option<&str>) -> u8;

    /// The text of a body.
    #[wasm_bindgen(method)]
    pub(super) fn text(this: &Face, chunks: &Array) -> String;

    /// The body that was examined last is the configuration now.
    #[wasm_bindgen(method)]
    pub(super) fn updated(this: &Face, content_type: Option<&str>, version_label: Option<&str>);

    /// An attempt failed. `words` has the request id and the exception's name, each perhaps undefined, and then by turns
    /// the path and the text of its members.
    #[wasm_bindgen(method)]
    #[allow(clippy::too_many_arguments)] // one crossing is cheaper than an object built member by member
    pub(super) fn failed(
        this: &Face,
        code: u8,
        operation: u8,
        status: u16,
        limit: u8,
        is_final: bool,
        retry_in: f64,
        words: &Array,
        reason: &JsValue,
    );

    /// The status changed.
    #[wasm_bindgen(method)]
    pub(super) fn status(this: &Face, status: u8);

    /// No request is under way (any more): whoever waits looks again.
    #[wasm_bindgen(method)]
    pub(super) fn settled(this: &Face);

    /// Lets a timer hold the process, or not (Node, Deno and Bun; elsewhere nothing is held by a timer).
    #[wasm_bindgen(method)]
    pub(super) fn hold(this: &Face, timer: &JsValue, holds: bool);

    type Thenable;
    #[wasm_bindgen(method, js_name = then)]
    fn on_settled(this: &Thenable, then: &JsValue, failed: &JsValue);

    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set_timeout(handler: &Function, milliseconds: i32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    /// What a stream's reader answers.
    pub(super) type Chunk;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn done(this: &Chunk) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn value(this: &Chunk) -> Uint8Array;
}

/// `promise.then(then, failed)`. The promise that this makes is nobody's: the handlers never throw.
pub(super) fn then(promise: &Promise, then: &JsValue, failed: &JsValue) {
    promise.unchecked_ref::<Thenable>().on_settled(then, failed);
}

/// The clocks. A float's fraction is dropped, so that a time never lies in the future.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn now() -> Now {
    Now { monotonic: Instant::from_milliseconds(performance_now() as u64), wall: js_sys::Date::now() as u64 }
}

/// A seed for jitter. `Math.random` is good enough for it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn seed() -> u64 {
    (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64
}

/// Whole milliseconds for a timer: never early by a fraction, never above 2^31 - 1, at which hosts fire at once.
pub(super) fn delay(now: Instant, until: Instant) -> u32 {
    u32::try_from(until.since(now)).unwrap_or(u32::MAX).saturating_add(1).min(i32::MAX.unsigned_abs())
}

/// The poll's own timer. gloo-timers hides the handle that `unref` needs, so this one is ours.
pub(super) struct Timer(JsValue);

impl Timer {
    pub(super) fn start(face: &Face, handler: &Function, milliseconds: u32, holds: bool) -> Option<Self> {
        let timer = Self(set_timeout(handler, i32::try_from(milliseconds).unwrap_or(i32::MAX)).ok()?);
        if !holds {
            timer.hold(face, false);
        }
        Some(timer)
    }

    pub(super) fn hold(&self, face: &Face, holds: bool) {
        face.hold(&self.0, holds);
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}
