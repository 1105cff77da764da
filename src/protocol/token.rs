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
    /// Takes `text` if it is usable as a token: 1 to 8,192 characters, none of them ASCII white space or a control character.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        // Byte by byte: this runs at every poll, and `chars().count()` brings a routine for long texts. White space beyond
        // ASCII is left to the service to judge; no header can carry more of it than U+00A0.
        let clean = text.bytes().all(|byte| byte > b' ' && byte != 0x7f);
        let length = text.bytes().filter(|byte| byte & 0xc0 != 0x80).count();
        (clean && length > 0 && length <= MAXIMUM_CHARACTERS).then_some(Self(text))
    }

    /// The token's text, for the request that spends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
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
        for text in ["a b", "a\tb", "a\r\nb", "\u{0}", "a\u{7f}"] {
            assert!(Token::new(text.into()).is_none(), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Token::new("secret".into()).unwrap()), "Token(…)");
    }
}
