//! What is right, said a second time and in other words.

use serde::de::IgnoredAny;

/// Whether this is JSON. A number that no machine holds and half a surrogate pair are, by RFC 8259.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text.strip_prefix('\u{feff}').unwrap_or(text)).is_ok()
}

/// How deep the brackets of a text are nested, those in its strings left out.
pub(crate) fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// What of the nesting every reader here takes.
pub(crate) const SHALLOW: usize = 60;

/// `\S{1,8192}`, and no control character.
pub(crate) fn is_token(text: &str) -> bool {
    (1..=8192).contains(&text.chars().count()) && !text.contains(|c: char| c.is_ascii_whitespace() || c.is_ascii_control())
}

/// The exception's name in the header.
pub(crate) fn name(error_type: &str) -> Option<String> {
    let name = error_type.split([':', ',']).next()?.rsplit('#').next()?.replace(' ', "");
    (!name.is_empty()).then_some(name)
}

/// Six letters and digits of `secret` in a row, or all of a short one.
pub(crate) fn shows(text: &str, secret: &str) -> bool {
    match secret.len() {
        0..=3 => false,
        4 | 5 => text.contains(secret),
        _ => secret
            .as_bytes()
            .windows(6)
            .filter_map(|it| std::str::from_utf8(it).ok())
            .any(|it| it.chars().all(|c| c.is_ascii_alphanumeric()) && text.contains(it)),
    }
}
