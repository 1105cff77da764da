//! A document of feature flags, in whatever form.

use appconfig_edge::flags::{retrieval, sentence, written, Mistake};
use serde_json::Value;

use super::oracle;

const MOST_MISTAKES: usize = 100;

/// A regular expression of a kind.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    (!pattern.contains('(')).then(|| text.contains(pattern))
}

pub(crate) fn check(data: &[u8]) {
    let document = String::from_utf8_lossy(data);
    let forced = written(&document, &matches);
    let none = |it: &Result<String, Vec<Mistake>>| matches!(it, Err(it) if it[0].sentence == "expected a JSON document, and this is none");
    if oracle::depth(&document) <= oracle::SHALLOW {
        assert_eq!(none(&forced), !oracle::is_json(&document), "{document}");
    }
    match &forced {
        Ok(out) => is_retrieval(out),
        Err(mistakes) => {
            assert!((1..=MOST_MISTAKES).contains(&mistakes.len()));
            for it in mistakes {
                assert!(it.place.starts_with('$') && !it.sentence.is_empty() && it.to_string() == format!("{}: {}", it.place, it.sentence));
            }
            let told = sentence(mistakes);
            assert!(
                told.starts_with(&mistakes[0].to_string()) && told.ends_with("more") == (mistakes.len() > 3) || mistakes.len() <= 3,
                "{told}"
            );
        }
    }
    let converted = retrieval(&document, &matches);
    assert!(converted.is_none() || converted.as_ref() == Some(&forced));
    if let Ok(value) = serde_json::from_str::<Value>(document.strip_prefix('\u{feff}').unwrap_or(&document)) {
        if oracle::depth(&document) <= oracle::SHALLOW {
            assert_eq!(converted.is_some(), is_written(&value), "{document}");
        }
    }
}

/// Whether somebody means the written form.
fn is_written(document: &Value) -> bool {
    let part = |name: &str| document.get(name).is_some_and(|it| it.is_object() && !it.get("enabled").is_some_and(Value::is_boolean));
    match document.get("version") {
        None => part("flags") && part("values"),
        Some(version) => !version.is_object() && (part("flags") || part("values")),
    }
}

/// What a client gets.
fn is_retrieval(out: &str) {
    assert!(oracle::is_json(out), "{out}");
    assert_eq!(retrieval(out, &matches), None, "{out}");
    let Ok(value) = serde_json::from_str::<Value>(out) else { return };
    for (key, flag) in value.as_object().expect("an object") {
        assert!(!key.is_empty());
        let members = flag.as_object().expect("a flag");
        let enabled = members["enabled"].as_bool().expect("whether it is enabled");
        for (name, value) in members {
            let is_value = match value {
                Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
                Value::Array(items) => items.iter().all(Value::is_string) || items.iter().all(Value::is_number),
                _ => false,
            };
            assert!(name == "enabled" || name == "_variant" || enabled && is_value && !name.starts_with('_'), "{out}");
        }
    }
}
