//! The part `flags` of the written form: what flags there are, and what their attributes may be.

use alloc::format;
use alloc::vec::Vec;

use super::constraint::{self, Constraint, MAXIMUM_TEXT};
use super::document::Value;
use super::mistake::{Check, Place};

/// The most attributes of a flag.
pub(super) const MAXIMUM_ATTRIBUTES: usize = 25;

/// An attribute that has constraints.
pub(super) struct Attribute<'v> {
    pub(super) key: &'v str,
    pub(super) constraint: Constraint<'v>,
    pub(super) required: bool,
}

/// Every flag with its attributes.
pub(super) type Definitions<'v> = Vec<(&'v str, Vec<Attribute<'v>>)>;

/// Checks the definitions and gives what values are checked by.
pub(super) fn read<'v>(check: &mut Check, place: &Place, flags: &'v Value<'v>) -> Definitions<'v> {
    let mut all = Vec::new();
    for (key, flag) in check.members(place, flags) {
        let place = Place::Member(place, key);
        check.key(&place, key);
        all.push((key.as_str(), read_flag(check, &place, flag)));
    }
    all.sort_by_key(|(key, _)| *key);
    all
}

fn read_flag<'v>(check: &mut Check, place: &Place, flag: &'v Value<'v>) -> Vec<Attribute<'v>> {
    let mut attributes = Vec::new();
    for (name, value) in check.object(place, flag, &["name", "description", "attributes", "_createdAt", "_updatedAt", "_deprecation"]) {
        let place = Place::Member(place, name);
        match name.as_str() {
            "name" => check.name(&place, value),
            "description" => drop(check.text(&place, value, MAXIMUM_TEXT)),
            "_createdAt" | "_updatedAt" => drop(check.text(&place, value, usize::MAX)),
            "_deprecation" => deprecation(check, &place, value),
            "attributes" => attributes = read_attributes(check, &place, value),
            _ => {}
        }
    }
    attributes
}

fn read_attributes<'v>(check: &mut Check, place: &Place, value: &'v Value<'v>) -> Vec<Attribute<'v>> {
    let members = check.members(place, value);
    if members.len() > MAXIMUM_ATTRIBUTES {
        check.mistake(place, format!("expected at most {MAXIMUM_ATTRIBUTES} attributes, got {}", members.len()));
    }
    let mut all = Vec::new();
    for (key, definition) in members {
        let place = Place::Member(place, key);
        check.key(&place, key);
        for (name, value) in check.object(&place, definition, &["description", "constraints"]) {
            let place = Place::Member(&place, name);
            match name.as_str() {
                "description" => drop(check.text(&place, value, MAXIMUM_TEXT)),
                "constraints" => {
                    if let Some((constraint, required)) = constraint::read(check, &place, value, false) {
                        all.push(Attribute { key, constraint, required });
                    }
                }
                _ => {}
            }
        }
    }
    all
}

fn deprecation(check: &mut Check, place: &Place, value: &Value) {
    for (name, value) in check.object(place, value, &["status", "date"]) {
        let place = Place::Member(place, name);
        match (name.as_str(), value) {
            ("status", Value::Text(text)) if text == "planned" => {}
            ("status", _) => check.expected(&place, "\"planned\"", value),
            ("date", Value::Text(text)) if is_date(text) => {}
            ("date", _) => check.expected(&place, "a date such as \"2026-11-21\"", value),
            _ => {}
        }
    }
}

/// Whether this has the form of a date; on which days a month ends is not for us to say.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let within = |text: &str, length: usize, last: u32| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit()) && text.parse().is_ok_and(|it: u32| it <= last)
    };
    matches!(parts[..], [year, month, day] if within(year, 4, 9999) && within(month, 2, 12) && month != "00" && within(day, 2, 31) && day != "00")
}
