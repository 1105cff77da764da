//! The canonical form of a request, which is what a signature signs: both ends write the same bytes, however the
//! request was written on its way.

use alloc::string::String;
#[cfg(not(feature = "bare"))]
use alloc::vec::Vec;

use super::percent;

/// Takes what stands before the next `separator` off a text, and the separator with it; where there is none, all.
pub(crate) fn part<'a>(rest: &mut &'a str, separator: u8) -> &'a str {
    let bytes = rest.as_bytes();
    let mut end = 0;
    while bytes.get(end).is_some_and(|byte| *byte != separator) {
        end += 1;
    }
    let part = rest.get(..end).unwrap_or_default();
    *rest = rest.get(end + 1..).unwrap_or_default();
    part
}

/// Appends texts one after the other: one loop for all that do so.
pub(crate) fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

/// Appends a URL's path, without the slash that it begins with, percent-encoded once more than it was sent, as every service
/// but S3 wants it, and without empty segments. Dot segments are no matter here: a URL as a host writes it has none.
pub(crate) fn push_path(out: &mut String, mut path: &str) {
    let ends_with_slash = path.is_empty() || path.as_bytes().last() == Some(&b'/');
    while !path.is_empty() {
        let segment = part(&mut path, b'/');
        if !segment.is_empty() {
            out.push('/');
            percent::encode_into(out, segment);
        }
    }
    if ends_with_slash {
        out.push('/');
    }
}

/// A path as it was sent, percent-encoded once more, and `normalized` without `.`, `..` and empty segments.
#[cfg(not(feature = "bare"))]
#[must_use]
pub fn path(path: &str, normalized: bool) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut rest = path;
    part(&mut rest, b'/');
    if normalized {
        for segment in rest.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop();
                }
                _ => segments.push(segment),
            }
        }
        if path.ends_with('/') && !segments.is_empty() {
            segments.push("");
        }
    } else {
        segments.extend(rest.split('/'));
    }
    let mut out = String::from("/");
    for (at, segment) in segments.iter().enumerate() {
        if at > 0 {
            out.push('/');
        }
        percent::encode_into(&mut out, segment);
    }
    out
}

/// A query (without `?`) as it was sent, in its canonical form: each name and value decoded, encoded anew, and all sorted.
/// `None` for a broken escape.
#[cfg(not(feature = "bare"))]
#[must_use]
pub fn query(query: &str) -> Option<String> {
    let encoded = |text: &str| {
        let mut out = String::new();
        percent::encode_into(&mut out, &percent::decode(text)?);
        Some(out)
    };
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((encoded(name)?, encoded(value)?));
    }
    pairs.sort();
    Some(pairs.into_iter().map(|(name, value)| name + "=" + &value).collect::<Vec<_>>().join("&"))
}

/// A header's value in its canonical form: no white space around it, and one space for many within.
#[cfg(not(feature = "bare"))]
#[must_use]
pub fn value(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Appends a header in its canonical form, and its name to those that are signed. Headers have to come in the order of
/// their names, which are in lower case.
pub fn push_header(headers: &mut String, names: &mut String, name: &str, value: &str) {
    push_all(headers, &[name, ":", value, "\n"]);
    push_all(names, &[if names.is_empty() { "" } else { ";" }, name]);
}

/// The canonical request, of parts that are canonical.
#[must_use]
pub fn request(method: &str, path: &str, query: &str, headers: &str, names: &str, payload_hash: &str) -> String {
    join(&[method, path, query, headers, names, payload_hash], "\n")
}

/// The parts with `separator` between them; the standard library's costs a browser half a kilobyte.
pub(crate) fn join(parts: &[&str], separator: &str) -> String {
    // In one piece: what grows leaves copies of what it held, perhaps of a session token, behind.
    let mut out = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_ends_before_its_separator() {
        let mut rest = "a:bc::d";
        let parts: Vec<_> = (0..6).map(|_| part(&mut rest, b':')).collect();
        assert_eq!(parts, ["a", "bc", "", "d", "", ""]);
    }

    #[test]
    fn a_path_that_is_signed_has_no_empty_segments_and_is_encoded_once_more() {
        for (sent, signed) in [("", "/"), ("configuration", "/configuration"), ("a//b", "/a/b"), ("/a/", "/a/"), ("a%20b/c", "/a%2520b/c")]
        {
            let mut out = String::new();
            push_path(&mut out, sent);
            assert_eq!(out, signed, "{sent}");
        }
    }

    #[test]
    fn a_path_that_is_checked_is_normalized_where_the_service_does_so() {
        for (sent, normalized, as_it_is) in [
            ("/", "/", "/"),
            ("/a/b", "/a/b", "/a/b"),
            ("/a/./b/../c/", "/a/c/", "/a/./b/../c/"),
            ("/../a//b", "/a/b", "/../a//b"),
            ("/a/..", "/", "/a/.."),
            ("/./", "/", "/./"),
            ("/a%20b", "/a%2520b", "/a%2520b"),
        ] {
            assert_eq!((path(sent, true).as_str(), path(sent, false).as_str()), (normalized, as_it_is), "{sent}");
        }
    }

    #[test]
    fn a_query_is_decoded_encoded_anew_and_sorted() {
        for (sent, canonical) in [("", ""), ("b=2&a=1", "a=1&b=2"), ("a=2&&a=1", "a=1&a=2"), ("a", "a="), ("a=+%7e/=", "a=%2B~%2F%3D")] {
            assert_eq!(query(sent).as_deref(), Some(canonical), "{sent}");
        }
        assert_eq!(query("a=%2"), None);
    }

    #[test]
    fn a_header_is_one_line_and_its_name_is_among_those_that_are_signed() {
        assert_eq!(value("  a  b \t c "), "a b c");
        let (mut headers, mut names) = (String::new(), String::new());
        push_header(&mut headers, &mut names, "host", "a");
        push_header(&mut headers, &mut names, "x-amz-date", "b");
        assert_eq!((headers.as_str(), names.as_str()), ("host:a\nx-amz-date:b\n", "host;x-amz-date"));
        assert_eq!(request("GET", "/", "a=1", &headers, &names, "hash"), "GET\n/\na=1\nhost:a\nx-amz-date:b\n\nhost;x-amz-date\nhash");
    }

    #[test]
    fn a_text_that_is_joined_never_grows() {
        let text = join(&["a", "bc", "d"], "/");
        assert_eq!((text.as_str(), text.capacity()), ("a/bc/d", 7));
    }
}
