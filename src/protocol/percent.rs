//! Percent-encoding as RFC 3986 and SigV4 have it: everything but `A-Z a-z 0-9 - . _ ~` is encoded, as UTF-8, in upper case.

use alloc::string::String;
use alloc::vec::Vec;

/// Appends `text`, percent-encoded, to `out`.
///
/// ```
/// let mut out = String::new();
/// appconfig_edge::protocol::percent::encode_into(&mut out, "a+/=~é");
/// assert_eq!(out, "a%2B%2F%3D~%C3%A9");
/// ```
pub fn encode_into(out: &mut String, text: &str) {
    let mut from = 0;
    // Run by run, not byte by byte: a token has 840 characters, few of them encoded, and this runs at every poll.
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            continue;
        }
        // Inside a character there is no run, and nothing to get.
        out.push_str(text.get(from..at).unwrap_or_default());
        from = at + 1;
        out.push('%');
        push_hex(out, byte, b'A');
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

/// Appends a byte as two hexadecimal digits, of which `ten` is the one for ten: `a` or `A`.
pub(crate) fn push_hex(out: &mut String, byte: u8, ten: u8) {
    for digit in [byte >> 4, byte & 15] {
        out.push(char::from(if digit < 10 { b'0' + digit } else { ten - 10 + digit }));
    }
}

/// Decodes a query parameter's value. `+` stays a plus sign: the service's clients encode a space as `%20`.
/// `None` for a broken escape or bytes that are not UTF-8.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { hex(rest.next()?)? << 4 | hex(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_survives_a_round_trip() {
        let all: String = ('\u{0}'..='\u{2ff}').chain(['€', '𝄞']).collect();
        let mut encoded = String::new();
        encode_into(&mut encoded, &all);
        assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
        assert_eq!(decode(&encoded), Some(all));
    }

    #[test]
    fn what_need_not_be_encoded_is_not() {
        let mut encoded = String::new();
        encode_into(&mut encoded, "AZaz09-._~ /");
        assert_eq!(encoded, "AZaz09-._~%20%2F");
        assert_eq!(decode("%2f%2F%c3%A9%fg"), None);
        assert_eq!(decode("%2f%2F%c3%A9").as_deref(), Some("//é"));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for text in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode("a+b").as_deref(), Some("a+b"));
    }
}
