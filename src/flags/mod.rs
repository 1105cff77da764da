//! Feature flags (profile type `AWS.AppConfig.FeatureFlags`) in their two forms.
//!
//! What one *writes* has definitions with constraints, and values: `{"version":"1","flags":…,"values":…}`. What a client
//! gets is the *retrieval* form: `{"checkout":{"enabled":true,"colour":"blue"},"beta":{"enabled":false}}`. AWS turns the
//! one into the other when it takes a configuration in, and refuses one that breaks its rules. So does the emulator, with
//! [`retrieval`].
//!
//! The rules are those of AWS's JSON schema and of its documentation. What neither says is allowed: a value without a
//! definition, an attribute without one, and a disabled flag without its required attributes.

#![forbid(unsafe_code)]

mod constraint;
mod definition;
mod document;
mod mistake;
mod rule;
mod value;

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write;

use document::Value;
use mistake::{Check, Place};

pub use mistake::Mistake;

/// The version of the written form; there is no other.
const VERSION: &str = "1";

/// Whether a regular expression matches somewhere in a text; `None` where it is none. It comes in from outside, because a
/// matcher of our own would be the largest part of the module, and every host of JavaScript has one.
pub type Matches<'a> = &'a dyn Fn(&str, &str) -> Option<bool>;

/// The retrieval form of a document in the written form, or what is wrong with that. `None` where the document is
/// something else: other JSON, the retrieval form itself, no JSON at all.
///
/// ```
/// use appconfig_edge::flags::retrieval;
///
/// let matches = |pattern: &str, text: &str| Some(text.contains(pattern));
/// let written = r#"{"version": "1", "flags": {"beta": {"name": "Beta"}}, "values": {"beta": {"enabled": true, "_createdAt": "2026"}}}"#;
/// assert_eq!(retrieval(written, &matches), Some(Ok(r#"{"beta":{"enabled":true}}"#.into())));
///
/// let mistakes = retrieval(&written.replace("true", "7"), &matches).unwrap().unwrap_err();
/// assert_eq!(mistakes[0].to_string(), "$.values.beta.enabled: expected true or false, got 7");
///
/// assert_eq!(retrieval(r#"{"beta":{"enabled":true}}"#, &matches), None);
/// ```
#[must_use]
pub fn retrieval(document: &str, matches: Matches) -> Option<Result<String, Vec<Mistake>>> {
    let document = Value::read(document)?;
    is_written(&document).then(|| convert(&document, matches))
}

/// The same for a document that has to be in the written form.
///
/// # Errors
/// Every mistake in it, up to a limit.
pub fn written(document: &str, matches: Matches) -> Result<String, Vec<Mistake>> {
    let none = || Mistake { place: Place::Root.to_string(), sentence: "expected a JSON document, and this is none".into() };
    convert(&Value::read(document).ok_or_else(|| vec![none()])?, matches)
}

/// Whether this is meant to be the written form. Flags of the retrieval form may be called `version`, `flags` and
/// `values`, but theirs are objects, and the last two of them say whether they are enabled.
fn is_written(document: &Value) -> bool {
    let part =
        |name| matches!(document.member(name), Some(it @ Value::Object(_)) if !matches!(it.member("enabled"), Some(Value::Boolean(_))));
    match document.member("version") {
        None => part("flags") && part("values"),
        Some(Value::Object(_)) => false,
        Some(_) => part("flags") || part("values"),
    }
}

fn convert(document: &Value, matches: Matches) -> Result<String, Vec<Mistake>> {
    let mut check = Check::new(matches);
    let place = Place::Root;
    check.object(&place, document, &["version", "flags", "values"]);
    match document.member("version") {
        Some(Value::Text(text)) if text == VERSION => {}
        Some(other) => check.expected(&Place::Member(&place, "version"), "\"1\"", other),
        None if !matches!(document, Value::Object(_)) => {}
        None => check.mistake(&place, "expected a member version, which is \"1\""),
    }
    let definitions = document.member("flags").map(|flags| definition::read(&mut check, &Place::Member(&place, "flags"), flags));
    let mut out = String::from("{");
    if let Some(values) = document.member("values") {
        value::read(&mut check, &Place::Member(&place, "values"), values, &definitions.unwrap_or_default(), &mut out);
    }
    out.push('}');
    check.finish().map(|()| out)
}

/// Mistakes as one sentence: the first of them, and how many more there are.
///
/// ```
/// let none = appconfig_edge::flags::sentence(&[]);
/// assert_eq!(none, "");
/// ```
#[must_use]
pub fn sentence(mistakes: &[Mistake]) -> String {
    let mut out = String::new();
    for (at, mistake) in mistakes.iter().take(SHOWN).enumerate() {
        // Writing into a string never fails.
        let _never = write!(out, "{}{mistake}", if at == 0 { "" } else { "; " });
    }
    if mistakes.len() > SHOWN {
        let _never = write!(out, "; and {} more", mistakes.len() - SHOWN);
    }
    out
}

/// How many mistakes a sentence tells.
const SHOWN: usize = 3;
