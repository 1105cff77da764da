//! What a definition says of an attribute's value, and whether a value keeps to it.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::document::Value;
use super::mistake::{Check, Place};

/// The most characters of a text, of a pattern and of a description.
pub(super) const MAXIMUM_TEXT: usize = 1024;
/// The most values that an enumeration lists.
const MAXIMUM_ENUM: usize = 100;

/// A constraint by the type of what it is about.
pub(super) enum Constraint<'v> {
    Boolean,
    Number { minimum: Option<f64>, maximum: Option<f64> },
    Text { pattern: Option<&'v str>, one_of: Option<&'v [Value<'v>]> },
    Array(Option<Box<Constraint<'v>>>),
}

/// Reads a constraint, and whether it requires a value.
pub(super) fn read<'v>(check: &mut Check, place: &Place, value: &'v Value<'v>, in_array: bool) -> Option<(Constraint<'v>, bool)> {
    let kinds: &[&str] = if in_array { &["number", "string"] } else { &["boolean", "number", "string", "array"] };
    let at = |name| Place::Member(place, name);
    let kind = match value.member("type") {
        Some(Value::Text(kind)) if kinds.contains(&kind.as_str()) => kind.as_str(),
        Some(other) => {
            check.expected(&at("type"), &kinds.join(" or "), other);
            return None;
        }
        None => {
            check.members(place, value);
            check.mistake(place, format!("expected a member type, one of {}", kinds.join(", ")));
            return None;
        }
    };
    let known: &[&str] = match kind {
        "boolean" => &["type", "required"],
        "number" => &["type", "required", "minimum", "maximum"],
        "string" => &["type", "required", "pattern", "enum"],
        _ => &["type", "required", "elements"],
    };
    check.object(place, value, known);
    let required = value.member("required").is_some_and(|it| check.boolean(&at("required"), it));
    let constraint = match kind {
        "boolean" => Constraint::Boolean,
        "number" => number(check, place, value),
        "string" => text(check, place, value),
        _ => Constraint::Array(
            value.member("elements").and_then(|it| read(check, &at("elements"), it, true)).map(|(elements, _)| Box::new(elements)),
        ),
    };
    Some((constraint, required))
}

fn number<'v>(check: &mut Check, place: &Place, value: &'v Value<'v>) -> Constraint<'v> {
    let [minimum, maximum] = ["minimum", "maximum"].map(|name| {
        let limit = value.member(name)?;
        if limit.integer().is_none() {
            check.expected(&Place::Member(place, name), "a whole number", limit);
        }
        limit.integer()
    });
    if minimum.zip(maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
        check.mistake(place, "expected a minimum that is not above the maximum");
    }
    Constraint::Number { minimum, maximum }
}

fn text<'v>(check: &mut Check, place: &Place, value: &'v Value<'v>) -> Constraint<'v> {
    let at = |name| Place::Member(place, name);
    let pattern = value.member("pattern").map(|it| check.text(&at("pattern"), it, MAXIMUM_TEXT));
    let is_pattern = pattern.is_none_or(|pattern| (check.matches)(pattern, "").is_some());
    if !is_pattern {
        check.mistake(&at("pattern"), "expected a regular expression, and this is none");
    }
    let one_of = value.member("enum").map(|it| check.items(&at("enum"), it, MAXIMUM_ENUM));
    for (index, item) in one_of.into_iter().flatten().enumerate() {
        let place = &at("enum");
        let place = Place::Item(place, index);
        match item {
            Value::Text(_) => drop(check.text(&place, item, MAXIMUM_TEXT)),
            _ if item.integer().is_some() => {}
            _ => check.expected(&place, "a text or a whole number", item),
        }
    }
    if pattern.is_some() && one_of.is_some() {
        check.mistake(place, "expected a pattern or an enum, got both");
    }
    Constraint::Text { pattern: pattern.filter(|_| is_pattern), one_of }
}

/// Checks a value that any attribute may have: a text, a number, a boolean, an array of texts or one of numbers.
pub(super) fn check_form(check: &mut Check, place: &Place, value: &Value) {
    match value {
        Value::Boolean(_) | Value::Number(_) => {}
        Value::Text(_) => drop(check.text(place, value, MAXIMUM_TEXT)),
        Value::Array(items) => {
            // It would be an array of texts and one of numbers, and the schema wants exactly one of the two.
            if items.is_empty() {
                check.mistake(place, "expected at least one item, as AWS's schema takes no empty array");
            }
            let numbers = matches!(items.first(), Some(Value::Number(_)));
            for (at, item) in items.iter().enumerate() {
                let place = Place::Item(place, at);
                match item {
                    Value::Number(_) if numbers => {}
                    Value::Text(_) if !numbers => drop(check.text(&place, item, MAXIMUM_TEXT)),
                    _ if at > 0 => check.expected(
                        &place,
                        if numbers { "a number, as the first item is" } else { "a text, as the first item is" },
                        item,
                    ),
                    _ => check.expected(&place, "a text or a number", item),
                }
            }
        }
        Value::Null | Value::Object(_) => check.expected(place, "a text, a number, true or false, or an array", value),
    }
}

impl Constraint<'_> {
    /// Checks a value against this.
    pub(super) fn check(&self, check: &mut Check, place: &Place, value: &Value) {
        match (self, value) {
            (Self::Boolean, Value::Boolean(_)) => {}
            (Self::Boolean, _) => check.expected(place, "true or false, as its constraints say", value),
            (Self::Number { minimum, maximum }, Value::Number(number)) => {
                let Ok(number) = number.parse::<f64>() else { return };
                if let Some(minimum) = minimum.filter(|it| number < *it) {
                    check.expected(place, &format!("a number from {minimum}"), value);
                }
                if let Some(maximum) = maximum.filter(|it| number > *it) {
                    check.expected(place, &format!("a number up to {maximum}"), value);
                }
            }
            (Self::Number { .. }, _) => check.expected(place, "a number, as its constraints say", value),
            (Self::Text { pattern, one_of }, Value::Text(text)) => {
                if let Some(all) = one_of.filter(|all| !all.iter().any(|it| it == value || matches!(it, Value::Number(it) if it == text))) {
                    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
                    check.expected(place, &format!("one of {}", all.join(", ")), value);
                }
                if let Some(pattern) = pattern.filter(|it| (check.matches)(it, text) == Some(false)) {
                    check.expected(place, &format!("a text that matches {pattern}"), value);
                }
            }
            (Self::Text { .. }, _) => check.expected(place, "a text, as its constraints say", value),
            (Self::Array(elements), Value::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    if let Some(elements) = elements {
                        elements.check(check, &Place::Item(place, at), item);
                    }
                }
            }
            (Self::Array(_), _) => check.expected(place, "an array, as its constraints say", value),
        }
    }
}
