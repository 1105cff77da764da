//! A JSON document as a tree, with what others drop: the order of members, names that stand twice, numbers as they were written.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::protocol::json::{self, Reader};

/// The deepest nesting that is read; the forms of feature flags need nine levels.
const MAXIMUM_DEPTH: usize = 64;
/// How many characters of a text an error shows.
const SHOWN: usize = 40;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    Text(String),
    Array(Vec<Value<'a>>),
    Object(Vec<(String, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// The one value of a document; `None` where it is not JSON.
    pub(super) fn read(document: &'a str) -> Option<Self> {
        let mut reader = Reader::new(document);
        let value = Self::next(&mut reader, MAXIMUM_DEPTH)?;
        reader.at_end().then_some(value)
    }

    fn next(reader: &mut Reader<'a>, depth: usize) -> Option<Self> {
        if depth == 0 {
            return None;
        }
        Some(match reader.peek() {
            '{' => {
                let mut members = Vec::new();
                reader.object(|name, reader| {
                    members.push((name.to_owned(), Self::next(reader, depth - 1)?));
                    Some(())
                })?;
                Self::Object(members)
            }
            '[' => {
                let mut items = Vec::new();
                reader.array(|reader| {
                    items.push(Self::next(reader, depth - 1)?);
                    Some(())
                })?;
                Self::Array(items)
            }
            '"' => Self::Text(reader.string()?),
            _ => {
                let before = reader.rest();
                reader.skip()?;
                match &before[..before.len() - reader.rest().len()] {
                    "null" => Self::Null,
                    "true" => Self::Boolean(true),
                    "false" => Self::Boolean(false),
                    number => Self::Number(number),
                }
            }
        })
    }

    /// The member of this name; the last one, as others read it, where there are several.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(it, _)| it == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The whole number that this is.
    pub(super) fn integer(&self) -> Option<f64> {
        match self {
            Self::Number(number) if !number.contains(['.', 'e', 'E']) => number.parse().ok(),
            _ => None,
        }
    }

    /// Appends this to `out`, without white space.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => json::write_string(out, text),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    json::write_string(out, name);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// As an error shows it: whole where it is short.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(_) => f.write_str("an array"),
            Self::Object(_) => f.write_str("an object"),
            Self::Text(text) => {
                let mut shown: String = text.chars().take(SHOWN).collect();
                if shown.len() < text.len() {
                    shown.push('…');
                }
                write!(f, "{shown:?}")
            }
            Self::Number(number) => f.write_str(number.get(..SHOWN).unwrap_or(number)),
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_as_it_was() {
        for text in ["null", "true", "-1.50e+3", r#""a\"""#, "[]", "[1,[2],{}]", r#"{"b":1,"a":[true,null],"b":"x"}"#] {
            let mut out = String::new();
            Value::read(text).unwrap().write(&mut out);
            assert_eq!(out, text);
        }
        assert_eq!(Value::read(r#" { "b" : 1 , "b" : 2 } "#).unwrap().member("b"), Some(&Value::Number("2")));
    }

    #[test]
    fn what_is_no_document_is_not_read() {
        for text in ["", "{", "[1,]", "{\"a\":1}}", "nul", "01", &("[".repeat(65) + &"]".repeat(65)), &"[".repeat(1_000_000)] {
            assert_eq!(Value::read(text), None, "{}", text.get(..20).unwrap_or(text));
        }
    }
}
