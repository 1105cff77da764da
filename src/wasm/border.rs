//! The engine's methods as functions, for `pkg/module.js` alone, which makes a class of them.
//!
//! A class of wasm-bindgen's counts references and borrows at run time, which costs a browser 0.6 kB. Here nothing can go wrong that
//! they would notice: the engine never calls JavaScript, so that there is one borrow at a time, and `pkg/module.js` alone has the
//! address, frees it once, in the instance that it belongs to, and never uses it afterwards.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;

use super::engine::Engine;

/// [`Engine::create`].
#[wasm_bindgen]
#[must_use]
pub fn create(text: &[u8]) -> *mut Engine {
    Box::into_raw(Box::new(Engine::create(text)))
}

/// Gives the engine's memory back.
///
/// # Safety
/// As for all of these: `engine` comes from [`create`] and was not freed.
#[wasm_bindgen]
pub unsafe fn free(engine: *mut Engine) {
    drop(Box::from_raw(engine));
}

/// [`Engine::feed`].
///
/// # Safety
/// See [`free`].
#[wasm_bindgen]
#[must_use]
pub unsafe fn feed(engine: *mut Engine, text: &[u8]) -> Vec<u8> {
    (*engine).feed(text)
}
