//! The part `values` of the written form: checked, and written in the retrieval form.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::constraint;
use super::definition::{Attribute, Definitions, MAXIMUM_ATTRIBUTES};
use super::document::Value;
use super::mistake::{Check, Place};
use super::rule;
use crate::protocol::json;

/// The most variants of a flag.
const MAXIMUM_VARIANTS: usize = 32;
/// The most characters of a variant's rule.
const MAXIMUM_RULE: usize = 16_384;

/// Members of an object by their names.
type Members<'v> = Vec<(&'v str, &'v Value<'v>)>;

/// Checks the values and appends the members of the retrieval form to `out`.
pub(super) fn read<'v>(check: &mut Check, place: &Place, values: &'v Value<'v>, definitions: &Definitions, out: &mut String) {
    for (at, (key, value)) in check.members(place, values).iter().enumerate() {
        let place = Place::Member(place, key);
        check.key(&place, key);
        let found = definitions.binary_search_by_key(&key.as_str(), |(key, _)| key);
        let attributes = found.map_or(&[][..], |at| &definitions[at].1);
        if at > 0 {
            out.push(',');
        }
        json::write_string(out, key);
        out.push(':');
        read_flag(check, &place, value, attributes, out);
    }
}

fn read_flag<'v>(check: &mut Check, place: &Place, flag: &'v Value<'v>, definitions: &[Attribute], out: &mut String) {
    let mut attributes = Members::new();
    let mut enabled = false;
    let mut variants = None;
    for (name, value) in check.members(place, flag) {
        let place = Place::Member(place, name);
        match name.as_str() {
            "enabled" => enabled = check.boolean(&place, value),
            "_createdAt" | "_updatedAt" => drop(check.text(&place, value, usize::MAX)),
            "_variants" => variants = Some(value),
            _ if name.starts_with('_') => {
                check.mistake(&place, "is not known: expected enabled, _variants, _createdAt, _updatedAt or an attribute");
            }
            _ => attributes.push((name, value)),
        }
    }
    // The attributes of a flag with variants are in these.
    check_attributes(check, place, &attributes, definitions, enabled && variants.is_none());
    match variants {
        None => write(None, enabled, &attributes, out),
        Some(variants) => read_variants(check, &Place::Member(place, "_variants"), variants, definitions, out),
    }
}

/// Checks all variants and writes the default one, which is the last.
fn read_variants<'v>(check: &mut Check, place: &Place, variants: &'v Value<'v>, definitions: &[Attribute], out: &mut String) {
    let all = check.items(place, variants, MAXIMUM_VARIANTS);
    if all.is_empty() && matches!(variants, Value::Array(_)) {
        check.mistake(place, "expected at least one variant: the last is the default");
    }
    for (at, variant) in all.iter().enumerate() {
        let place = Place::Item(place, at);
        let last = at + 1 == all.len();
        check.object(&place, variant, &["name", "enabled", "rule", "attributeValues"]);
        for name in ["name", "enabled"] {
            if matches!(variant, Value::Object(_)) && variant.member(name).is_none() {
                check.mistake(&place, format!("expected a member {name}"));
            }
        }
        if let Some(name) = variant.member("name") {
            check.name(&Place::Member(&place, "name"), name);
        }
        let enabled = variant.member("enabled").is_some_and(|it| check.boolean(&Place::Member(&place, "enabled"), it));
        let its_rule = variant.member("rule").map(|it| check.text(&Place::Member(&place, "rule"), it, MAXIMUM_RULE)).unwrap_or_default();
        if last && !its_rule.is_empty() {
            check.mistake(&Place::Member(&place, "rule"), "expected none: the last variant is the default, for whom no other rule holds");
        } else if !last && its_rule.is_empty() {
            check.mistake(&place, "expected a rule: only the last variant, the default, goes without");
        } else if let Some(sentence) = rule::mistake(its_rule) {
            check.mistake(&Place::Member(&place, "rule"), sentence);
        }
        let at_attributes = Place::Member(&place, "attributeValues");
        let attributes: Members = variant
            .member("attributeValues")
            .map(|it| check.members(&at_attributes, it).iter().map(|(name, value)| (name.as_str(), value)).collect())
            .unwrap_or_default();
        check_attributes(check, &at_attributes, &attributes, definitions, enabled);
        if last {
            let name = match variant.member("name") {
                Some(Value::Text(name)) => name.as_str(),
                _ => "",
            };
            write(Some(name), enabled, &attributes, out);
        }
    }
}

fn check_attributes(check: &mut Check, place: &Place, attributes: &Members, definitions: &[Attribute], enabled: bool) {
    if attributes.len() > MAXIMUM_ATTRIBUTES {
        check.mistake(place, format!("expected at most {MAXIMUM_ATTRIBUTES} attributes, got {}", attributes.len()));
    }
    for (key, value) in attributes {
        let place = Place::Member(place, key);
        check.key(&place, key);
        match definitions.iter().find(|it| it.key == *key) {
            // The form of a value that is of the wrong type is not worth a second word.
            Some(definition) if !matches!(value, Value::Array(_)) => {
                definition.constraint.check(check, &place, value);
                if let Value::Text(_) = value {
                    constraint::check_form(check, &place, value);
                }
            }
            Some(definition) => {
                constraint::check_form(check, &place, value);
                definition.constraint.check(check, &place, value);
            }
            None => constraint::check_form(check, &place, value),
        }
    }
    for definition in definitions.iter().filter(|it| enabled && it.required) {
        if !attributes.iter().any(|(key, _)| *key == definition.key) {
            check.mistake(place, format!("expected the attribute {}, which is required", definition.key));
        }
    }
}

/// A flag in the retrieval form: a disabled one has no attributes, a variant has its name.
fn write(variant: Option<&str>, enabled: bool, attributes: &Members, out: &mut String) {
    out.push('{');
    if let Some(name) = variant {
        out.push_str("\"_variant\":");
        json::write_string(out, name);
        out.push(',');
    }
    out.push_str(if enabled { "\"enabled\":true" } else { "\"enabled\":false" });
    for (name, value) in attributes.iter().filter(|_| enabled) {
        out.push(',');
        json::write_string(out, name);
        out.push(':');
        value.write(out);
    }
    out.push('}');
}
