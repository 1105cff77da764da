//! Members of a JSON document, each with its path, so that what is wrong is told with its place.

use std::fmt::Write as _;

use serde_json::Value;

/// A value and where it stands.
pub(crate) struct Member<'a> {
    pub(crate) value: &'a Value,
    path: String,
}

impl<'a> Member<'a> {
    pub(crate) fn whole(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// The items of an array.
    pub(crate) fn items(&self) -> Result<Vec<Member<'a>>, String> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("an array"))?;
        Ok(items.iter().enumerate().map(|(index, value)| Self { value, path: format!("{}[{index}]", self.path) }).collect())
    }

    fn path_of(&self, name: &str) -> String {
        let mut path = self.path.clone();
        let _ = write!(path, "{}{name}", if path.is_empty() { "" } else { "." });
        path
    }

    /// A member that may be missing; `null` counts as missing.
    pub(crate) fn optional(&self, name: &str) -> Result<Option<Member<'a>>, String> {
        let object = self.value.as_object().ok_or_else(|| self.wrong("an object"))?;
        Ok(object.get(name).filter(|it| !it.is_null()).map(|value| Self { value, path: self.path_of(name) }))
    }

    pub(crate) fn required(&self, name: &str) -> Result<Member<'a>, String> {
        self.optional(name)?.ok_or_else(|| format!("{}: expected to be there, is missing", self.path_of(name)))
    }

    pub(crate) fn number(&self) -> Result<u64, String> {
        // What a double keeps, and what can be added to.
        self.value.as_u64().filter(|it| *it < 1 << 53).ok_or_else(|| self.wrong("a whole number"))
    }

    pub(crate) fn small(&self) -> Result<u32, String> {
        self.value
            .as_u64()
            .and_then(|it| u32::try_from(it).ok())
            .filter(|it| *it < 1 << 31)
            .ok_or_else(|| self.wrong("a small whole number"))
    }

    pub(crate) fn boolean(&self) -> Result<bool, String> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    pub(crate) fn text(&self) -> Result<&'a str, String> {
        self.value.as_str().ok_or_else(|| self.wrong("a text"))
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, String> {
        let found = self.value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        found.map(|(_, it)| *it).ok_or_else(|| {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(&format!("one of {}", words.join(", ")))
        })
    }

    /// What was expected here, and what is there instead.
    pub(crate) fn wrong(&self, expected: &str) -> String {
        let given = match self.value {
            Value::Array(_) => "an array".to_owned(),
            Value::Object(it) => format!("an object of {}", it.keys().take(9).cloned().collect::<Vec<_>>().join(", ")),
            it => {
                let text = it.to_string();
                let cut: String = text.chars().take(80).collect();
                cut + if text.chars().count() > 80 { "…" } else { "" }
            }
        };
        format!("{}: expected {expected}, got {given}", if self.path.is_empty() { "the document" } else { &self.path })
    }
}
