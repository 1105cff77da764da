//! What is wrong with a document, and where.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::document::Value;
use super::Matches;

/// How many mistakes are told; who has more has another problem.
const MAXIMUM_MISTAKES: usize = 100;

/// A mistake in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is, as a JSON path: `$.values.checkout.colour`.
    pub place: String,
    /// What was expected there, and what was there.
    pub sentence: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.sentence)
    }
}

/// The way to a value. It lies on the stack: nothing is written down where nothing is wrong.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Root,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Item(parent, at) => write!(f, "{parent}[{at}]"),
            Self::Member(parent, name) => {
                let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
                if plain {
                    write!(f, "{parent}.{name}")
                } else {
                    write!(f, "{parent}[{}]", Value::Text((*name).to_string()))
                }
            }
        }
    }
}

/// Goes through a document and collects what is wrong with it.
pub(super) struct Check<'m> {
    mistakes: Vec<Mistake>,
    pub(super) matches: Matches<'m>,
}

impl<'m> Check<'m> {
    pub(super) fn new(matches: Matches<'m>) -> Self {
        Self { mistakes: Vec::new(), matches }
    }

    pub(super) fn finish(self) -> Result<(), Vec<Mistake>> {
        if self.mistakes.is_empty() {
            Ok(())
        } else {
            Err(self.mistakes)
        }
    }

    pub(super) fn mistake(&mut self, place: &Place, sentence: impl Into<String>) {
        if self.mistakes.len() < MAXIMUM_MISTAKES {
            self.mistakes.push(Mistake { place: place.to_string(), sentence: sentence.into() });
        }
    }

    pub(super) fn expected(&mut self, place: &Place, what: &str, value: &Value) {
        self.mistake(place, format!("expected {what}, got {value}"));
    }

    /// The members of an object; none where it is no object.
    pub(super) fn members<'v, 'a>(&mut self, place: &Place, value: &'v Value<'a>) -> &'v [(String, Value<'a>)] {
        let Value::Object(members) = value else {
            self.expected(place, "an object", value);
            return &[];
        };
        let mut names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            if pair[0] == pair[1] {
                self.mistake(&Place::Member(place, pair[0]), "stands here twice: one of them would be lost");
            }
        }
        members
    }

    /// The same, where only these may be.
    pub(super) fn object<'v, 'a>(&mut self, place: &Place, value: &'v Value<'a>, known: &[&str]) -> &'v [(String, Value<'a>)] {
        let members = self.members(place, value);
        for (name, _) in members {
            if !known.contains(&name.as_str()) {
                self.mistake(&Place::Member(place, name), format!("is not known: expected {}", known.join(", ")));
            }
        }
        members
    }

    /// The items of an array; none where it is no array.
    pub(super) fn items<'v, 'a>(&mut self, place: &Place, value: &'v Value<'a>, most: usize) -> &'v [Value<'a>] {
        let Value::Array(items) = value else {
            self.expected(place, "an array", value);
            return &[];
        };
        if items.len() > most {
            self.mistake(place, format!("expected at most {most} items, got {}", items.len()));
        }
        items
    }

    /// A text of at most so many characters; empty where it is none.
    pub(super) fn text<'v>(&mut self, place: &Place, value: &'v Value, most: usize) -> &'v str {
        let Value::Text(text) = value else {
            self.expected(place, "a text", value);
            return "";
        };
        let count = text.chars().count();
        if count > most {
            self.mistake(place, format!("expected at most {most} characters, got {count}"));
        }
        text
    }

    /// A boolean; `false` where it is none.
    pub(super) fn boolean(&mut self, place: &Place, value: &Value) -> bool {
        if !matches!(value, Value::Boolean(_)) {
            self.expected(place, "true or false", value);
        }
        *value == Value::Boolean(true)
    }

    /// A name that a person reads: of a flag or a variant.
    pub(super) fn name(&mut self, place: &Place, value: &Value) {
        let text = self.text(place, value, 64);
        if text.is_empty() && matches!(value, Value::Text(_)) || text.contains('\n') {
            self.expected(place, "1 to 64 characters in one line", value);
        }
    }

    /// A key by which a program asks: of a flag or an attribute.
    pub(super) fn key(&mut self, place: &Place, key: &str) {
        let fits = key.len() <= 64
            && key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !fits {
            self.mistake(place, "expected a key of 1 to 64 letters, digits, _ and -, the first of them a small letter");
        }
    }
}
