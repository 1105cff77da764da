//! The canonical form of a request, which is what a signature signs: both ends write the same bytes, however the
//! request was written on its way.

use alloc::string::String;
use alloc::vec::Vec;

use super::percent;

/// Host, path and query of an absolute URL.
#[must_use]
pub fn parts(url: &str) -> (&str, &str, &str) {
    let bytes = url.as_bytes();
    let find =
        |from: usize, wanted: &[u8]| bytes.iter().skip(from).position(|byte| wanted.contains(byte)).map_or(bytes.len(), |at| from + at);
    let host = find(0, b"/") + 2;
    let path = find(host, b"/?");
    let query = find(path, b"?");
    let get = |from: usize, to: usize| url.get(from..to).unwrap_or_default();
    (get(host, path), get(path, query), get(query + 1, bytes.len()))
}

/// The path of a request, percent-encoded once more than it was sent, as every service but S3 wants it, and `normalized`
/// without `.`, `..` and empty segments.
#[must_use]
pub fn path(path: &str, normalized: bool) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, byte) in path.bytes().enumerate().chain([(path.len(), b'/')]) {
        if byte != b'/' {
            continue;
        }
        match path.get(from..at).unwrap_or_default() {
            "" if normalized || from == 0 => {}
            "." if normalized => {}
            ".." if normalized => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
        from = at + 1;
    }
    let mut out = String::new();
    for segment in &segments {
        out.push('/');
        percent::encode_into(&mut out, segment);
    }
    if segments.is_empty() || normalized && path.as_bytes().last() == Some(&b'/') {
        out.push('/');
    }
    out
}

/// A query (without `?`) as it was sent, in its canonical form: each name and value decoded, encoded anew, and all sorted.
/// `None` for a broken escape.
#[cfg(not(feature = "bare"))]
#[must_use]
pub fn query(query: &str) -> Option<String> {
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let encoded = |text: &str| {
            let mut out = String::new();
            percent::encode_into(&mut out, &percent::decode(text)?);
            Some(out)
        };
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
    headers.push_str(name);
    headers.push(':');
    headers.push_str(value);
    headers.push('\n');
    if !names.is_empty() {
        names.push(';');
    }
    names.push_str(name);
}

/// The canonical request, of parts that are canonical.
#[must_use]
pub fn request(method: &str, path: &str, query: &str, headers: &str, names: &str, payload_hash: &str) -> String {
    let mut out = String::with_capacity(method.len() + path.len() + query.len() + headers.len() + names.len() + payload_hash.len() + 5);
    for part in [method, "\n", path, "\n", query, "\n", headers, "\n", names, "\n", payload_hash] {
        out.push_str(part);
    }
    out
}
