//! The configuration token: opaque, for one call, valid for up to 24 hours.

use alloc::string::String;
use core::fmt;

/// The longest token the service model allows, in characters.
pub const MAXIMUM_CHARACTERS: usize = 8192;

/// A configuration token, `\S{1,8192}` by the service model (real ones are about 840 characters of base64).
///
/// A token is as good as the configuration that it leads to, so its `Debug` shows nothing of it.
///
/// ```
/// use appconfig_edge::protocol::Token;
/// assert!(Token::new("AYADeL/w+z==".into()).is_some());
/// assert!(Token::new("".into()).is_none());
/// assert!(Token::new("two, tokens".into()).is_none(), "a header sent twice is not a token");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes `text` if it is usable as a token: 1 to 8,192 characters, none of them white space or a control character.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        // Real ones are ASCII, and seeing that byte by byte takes a tenth of the time: this runs at every poll.
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let mut length = text.len();
        // Counted in the same pass: `chars().count()` brings a routine for long texts, 400 bytes of a browser's bundle.
        let clean = plain || {
            length = 0;
            text.chars().all(|c| {
                length += 1;
                c > ' ' && c != '\u{7f}' && !is_wide_space(c)
            })
        };
        (clean && length > 0 && length <= MAXIMUM_CHARACTERS).then_some(Self(text))
    }

    /// The token's text, for the request that spends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// White space beyond ASCII, as `\s` has it in the pattern of the service model.
/// Spelled out because `char::is_whitespace` brings a table that costs the browser more than these few comparisons.
fn is_wide_space(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_limited_in_characters() {
        assert!(Token::new("x".repeat(8192)).is_some());
        assert!(Token::new("x".repeat(8193)).is_none());
        assert!(Token::new("é".repeat(8192)).is_some());
    }

    #[test]
    fn white_space_and_control_characters_are_refused() {
        for text in ["a b", "a\tb", "a\r\nb", "\u{0}", "a\u{7f}", "a\u{a0}b", "a\u{2028}b"] {
            assert!(Token::new(text.into()).is_none(), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Token::new("secret".into()).unwrap()), "Token(…)");
    }
}
