//! What is read of an answer's text: the texts in a JSON document.

use super::json;
use alloc::string::String;
use alloc::vec::Vec;

/// The texts in a JSON document, as far as they are read: who has a JSON parser of the host's need not bring another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Each text in its objects, to a depth of four, after the path to it (`Details.Name`).
    pub texts: Vec<(String, String)>,
    /// Whether it is one whole document, of any type.
    pub is_whole: bool,
}

impl Document {
    /// Reads a text; what stands before a document breaks off is read as well.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self { texts: json::texts(text), is_whole: json::is_document(text) }
    }

    /// The text at `path`, the last where there are several.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        text_at(&self.texts, path)
    }
}

pub(crate) fn text_at<'a>(texts: &'a [(String, String)], path: &str) -> Option<&'a str> {
    texts.iter().rev().find(|(it, _)| it == path).map(|(_, text)| text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_text_at_a_path_counts_and_a_document_may_break_off() {
        let it = Document::read(r#"{"a":"1","a":"2","b":{"c":"3"},"d":4}"#);
        assert_eq!((it.text("a"), it.text("b.c"), it.text("d"), it.is_whole), (Some("2"), Some("3"), None, true));
        let it = Document::read(r#"{"a":"1","b":"#);
        assert_eq!((it.text("a"), it.is_whole), (Some("1"), false));
    }
}
