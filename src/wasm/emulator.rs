//! The emulator's module: [`Service`] with JavaScript's values around it.
//!
//! No browser bundle carries it, so it may use what the client's module may not: serde for what crosses as an object, and a
//! future for the time that an answer takes. What JavaScript passes was checked by name in `pkg/emulator.options.js`;
//! what only the service can judge is judged here.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use gloo_timers::future::TimeoutFuture;
use js_sys::{JsString, Promise, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::flags::{self, Mistake};
use crate::protocol::{date::UnixMilliseconds, json::Reader, Operation};
use crate::service::{Call, Configuration, Delivery, Fault, Key, Options, Plan, Record, Replay, Service, Target, Verifier};

/// The options of `createEmulator` that are the service's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Setup {
    interval_in_seconds: Option<u32>,
    replay: String,
    token_characters: Option<usize>,
    latency_in_milliseconds: u32,
    seed: f64,
    /// None where signatures are not checked.
    credentials: Option<Vec<Credentials>>,
    region: Option<String>,
}

/// An access key whose signatures are accepted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    /// In milliseconds since 1970.
    expiration: Option<f64>,
}

impl From<Credentials> for Key {
    fn from(it: Credentials) -> Self {
        Self {
            access_key_id: it.access_key_id,
            secret_access_key: it.secret_access_key,
            session_token: it.session_token,
            expiration: it.expiration.map(time),
        }
    }
}

/// A date's milliseconds; what is no date saturates.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // that is the meaning
fn time(milliseconds: f64) -> UnixMilliseconds {
    milliseconds as UnixMilliseconds
}

/// What is deployed, as `configurations` lists it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployed<'a> {
    application: &'a str,
    environment: &'a str,
    configuration_profile: &'a str,
    content_type: &'a str,
    version_label: Option<&'a str>,
    bytes: usize,
}

/// A fault that there is, as `knownFaults` lists it.
#[derive(Serialize)]
struct Known {
    name: &'static str,
    /// None where it fits both.
    operation: Option<&'static str>,
    /// Those of a plan that says none; None where it has no use for them.
    seconds: Option<i32>,
}

/// A fault to come, as `faults` lists it.
#[derive(Serialize)]
struct Planned {
    name: &'static str,
    operation: Option<&'static str>,
    /// None where it never ends.
    times: Option<u32>,
    rate: f64,
    seconds: Option<i32>,
}

/// An answer but for its body.
#[derive(Serialize)]
struct Head<'a> {
    status: u16,
    headers: &'a [(&'static str, String)],
    delivery: &'static str,
    record: &'a Record,
}

#[wasm_bindgen]
extern "C" {
    /// A regular expression of the host's: its constructor throws what is none, and `js_sys` does not catch that.
    #[wasm_bindgen(js_name = RegExp)]
    type Pattern;
    #[wasm_bindgen(constructor, catch, js_class = "RegExp")]
    fn new(pattern: &str, flags: &str) -> Result<Pattern, JsValue>;
    #[wasm_bindgen(method)]
    fn test(this: &Pattern, text: &str) -> bool;
}

/// Whether `pattern` matches somewhere in `text`; first by Unicode, whose syntax is the stricter one.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    let pattern = Pattern::new(pattern, "u").or_else(|_| Pattern::new(pattern, "")).ok()?;
    Some(pattern.test(text))
}

/// What feature flags in the form that one writes are served as. `None` for what is no such thing and need not be.
///
/// # Errors
/// What is wrong with them, and where.
#[wasm_bindgen(js_name = toRetrievalForm)]
pub fn to_retrieval_form(content: &[u8], required: bool) -> Result<Option<Vec<u8>>, JsError> {
    let text = core::str::from_utf8(content).unwrap_or_default();
    let result = if required { Some(flags::written(text, &matches)) } else { flags::retrieval(text, &matches) };
    let told = |mistakes: Vec<Mistake>| JsError::new(&flags::sentence(&mistakes));
    Ok(result.transpose().map_err(told)?.map(String::into_bytes))
}

/// Where a text stops being JSON, as `[line, column]`, both counted from 1. `None` where it is JSON.
#[wasm_bindgen(js_name = endOfJson)]
#[must_use]
pub fn end_of_json(text: &str) -> Option<Vec<u32>> {
    let mut reader = Reader::new(text);
    if reader.skip().is_some() && reader.at_end() {
        return None;
    }
    let before = &text[..text.len() - reader.rest().len()];
    let (lines, last) = before.rsplit_once('\n').map_or((0, before), |(lines, last)| (lines.matches('\n').count() + 1, last));
    [lines, last.chars().count()].map(|count| u32::try_from(count + 1).ok()).into_iter().collect()
}

/// Every fault that there is.
///
/// # Errors
/// Never, as long as JavaScript can make an array.
#[wasm_bindgen(js_name = knownFaults)]
pub fn known_faults() -> Result<JsValue, JsError> {
    let known = |fault: Fault| Known { name: fault.name(), operation: fault.operation().map(Operation::name), seconds: fault.seconds() };
    Ok(serde_wasm_bindgen::to_value(&Fault::ALL.map(known))?)
}

fn fault_named(name: &str) -> Result<Fault, JsError> {
    Fault::from_name(name).ok_or_else(|| JsError::new(&format!("expected one of {}, got {name}", Fault::ALL.map(Fault::name).join(", "))))
}

fn replay_named(name: &str) -> Result<Replay, JsError> {
    Replay::from_name(name)
        .ok_or_else(|| JsError::new(&format!("expected one of {}, got {name}", Replay::ALL.map(Replay::name).join(", "))))
}

/// One emulated service.
#[wasm_bindgen]
pub struct Emulator {
    service: RefCell<Service>,
    latency: Cell<u32>,
}

#[wasm_bindgen]
impl Emulator {
    /// A service where nothing is deployed.
    ///
    /// # Errors
    /// Where `options` are not those of `createEmulator`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<Emulator, JsError> {
        let setup: Setup = serde_wasm_bindgen::from_value(options)?;
        let options = Options {
            interval_in_seconds: setup.interval_in_seconds,
            replay: replay_named(&setup.replay)?,
            verifier: setup.credentials.map(|all| Verifier { keys: all.into_iter().map(Key::from).collect(), region: setup.region }),
            token_characters: setup.token_characters.unwrap_or(Options::default().token_characters),
        };
        Ok(Self { service: RefCell::new(Service::new(options, setup.seed.to_bits())), latency: Cell::new(setup.latency_in_milliseconds) })
    }

    /// Deploys.
    ///
    /// # Errors
    /// `Unfit`.
    #[allow(clippy::needless_pass_by_value)] // wasm-bindgen hands no `Option<&str>` over
    pub fn deploy(
        &self,
        application: &str,
        environment: &str,
        configuration_profile: &str,
        content: Vec<u8>,
        content_type: &str,
        version_label: Option<String>,
    ) -> Result<(), JsError> {
        let target = Target::new(application, environment, configuration_profile)?;
        self.service.borrow_mut().deploy(&target, Configuration::new(content, content_type, version_label.as_deref())?);
        Ok(())
    }

    /// Makes a target known without deploying to it.
    ///
    /// # Errors
    /// `Unfit`.
    pub fn register(&self, application: &str, environment: &str, configuration_profile: &str) -> Result<(), JsError> {
        self.service.borrow_mut().register(&Target::new(application, environment, configuration_profile)?);
        Ok(())
    }

    /// Lets an id stand for a name.
    ///
    /// # Errors
    /// `Unfit`.
    pub fn identify(&self, id: &str, name: &str) -> Result<(), JsError> {
        Ok(self.service.borrow_mut().identify(id, name)?)
    }

    /// Takes a deployment back; `false` where there is none.
    ///
    /// # Errors
    /// `Unfit`.
    pub fn revert(&self, application: &str, environment: &str, configuration_profile: &str) -> Result<bool, JsError> {
        Ok(self.service.borrow_mut().revert(&Target::new(application, environment, configuration_profile)?))
    }

    /// What is deployed.
    ///
    /// # Errors
    /// Never, as long as JavaScript can make an array.
    pub fn configurations(&self) -> Result<JsValue, JsError> {
        let service = self.service.borrow();
        let all: Vec<_> = service
            .deployed()
            .map(|(target, configuration)| Deployed {
                application: &target.application,
                environment: &target.environment,
                configuration_profile: &target.configuration_profile,
                content_type: configuration.content_type(),
                version_label: configuration.version_label(),
                bytes: configuration.content().len(),
            })
            .collect();
        Ok(serde_wasm_bindgen::to_value(&all)?)
    }

    /// Lets something go wrong.
    ///
    /// # Errors
    /// Where there is no fault or no operation of this name, and where the fault has no use for the seconds.
    pub fn fault(&self, name: &str, operation: Option<String>, times: u32, rate: f64, seconds: Option<i32>) -> Result<(), JsError> {
        let fault = fault_named(name)?;
        let operations = [Operation::StartConfigurationSession, Operation::GetLatestConfiguration];
        let operation =
            match operation {
                None => None,
                Some(name) => Some(operations.into_iter().find(|it| it.name() == name).ok_or_else(|| {
                    JsError::new(&format!("expected the operation to be {}", operations.map(Operation::name).join(" or ")))
                })?),
            };
        if let (Some(only), true) = (fault.operation(), operation.is_some() && operation != fault.operation()) {
            return Err(JsError::new(&format!("expected {name} with {} alone, the other operation cannot have it", only.name())));
        }
        let plan = Plan { operation, times, rate, ..Plan::new(fault) };
        let sentence = match (fault, seconds) {
            (Fault::Interval, Some(seconds)) if !(1..=86_400).contains(&seconds) => Some("expected an interval from 1 to 86400 seconds"),
            (Fault::Interval | Fault::ClockSkew, _) | (_, None) => None,
            _ => Some("expected seconds for interval and clock-skew alone"),
        };
        if let Some(sentence) = sentence {
            return Err(JsError::new(&format!("{sentence}, got {}", seconds.unwrap_or_default())));
        }
        self.service.borrow_mut().fault(Plan { seconds: seconds.unwrap_or(plan.seconds), ..plan });
        Ok(())
    }

    /// The faults that are still to come.
    ///
    /// # Errors
    /// Never, as long as JavaScript can make an array.
    pub fn faults(&self) -> Result<JsValue, JsError> {
        let service = self.service.borrow();
        let all: Vec<_> = service
            .faults()
            .map(|plan| Planned {
                name: plan.fault.name(),
                operation: plan.operation.map(Operation::name),
                times: (plan.times != Plan::ALWAYS).then_some(plan.times),
                rate: plan.rate,
                seconds: plan.fault.seconds().map(|_| plan.seconds),
            })
            .collect();
        Ok(serde_wasm_bindgen::to_value(&all)?)
    }

    /// Forgets the faults that have not happened yet: those of this name, or all.
    ///
    /// # Errors
    /// Where there is no fault of this name.
    #[allow(clippy::needless_pass_by_value)] // wasm-bindgen hands no `Option<&str>` over
    #[wasm_bindgen(js_name = clearFaults)]
    pub fn clear_faults(&self, name: Option<String>) -> Result<(), JsError> {
        let only = name.as_deref().map(fault_named).transpose()?;
        self.service.borrow_mut().clear_faults(only);
        Ok(())
    }

    /// Changes the interval for every answer from now on.
    #[wasm_bindgen(js_name = setInterval)]
    pub fn set_interval(&self, seconds: Option<u32>) {
        self.service.borrow_mut().set_interval(seconds);
    }

    /// Changes what a spent token gets from now on.
    ///
    /// # Errors
    /// Where there is no such behaviour.
    #[wasm_bindgen(js_name = setReplay)]
    pub fn set_replay(&self, name: &str) -> Result<(), JsError> {
        self.service.borrow_mut().set_replay(replay_named(name)?);
        Ok(())
    }

    /// Changes how long every answer from now on is on its way.
    #[wasm_bindgen(js_name = setLatency)]
    pub fn set_latency(&self, milliseconds: u32) {
        self.latency.set(milliseconds);
    }

    /// Answers a request: the service has done so when this returns, and the promise gives the answer when the latency is over.
    /// `headers` are names and values in turn, which signatures alone need.
    ///
    /// # Errors
    /// Never, as long as JavaScript can make an object.
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // an object would have to be taken apart; wasm-bindgen hands no `&[String]` over
    pub fn fetch(
        &self,
        now: f64,
        method: &str,
        prefix: &str,
        path: &str,
        query: &str,
        headers: Vec<String>,
        body: &[u8],
    ) -> Result<Promise, JsError> {
        let headers: Vec<_> = headers.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let call = Call { method, prefix, path, query, headers: &headers, body };
        let answer = self.service.borrow_mut().answer(time(now), call);
        let delivery = match answer.delivery {
            Delivery::Whole => "whole",
            Delivery::Lost => "lost",
            Delivery::Never => "never",
            Delivery::Cut => "cut",
            Delivery::Compressed => "compressed",
            Delivery::Hidden => "hidden",
        };
        let head = Head { status: answer.status, headers: &answer.headers, delivery, record: &answer.record };
        let value = serde_wasm_bindgen::to_value(&head)?;
        let set = Reflect::set(&value, &JsString::from("body"), &Uint8Array::from(&answer.body[..]));
        debug_assert_eq!(set, Ok(true), "a fresh object takes every property");
        let latency = self.latency.get();
        Ok(if latency == 0 {
            Promise::resolve(&value)
        } else {
            future_to_promise(async move {
                TimeoutFuture::new(latency).await;
                Ok(value)
            })
        })
    }
}
