//! Signature Version 4: how a request proves that its sender holds a secret key, without sending it.
//!
//! The source is AWS's documentation, "Create a signed AWS API request"; the tests hold it to AWS's own vectors, to
//! botocore and to `@smithy/signature-v4`. What is signed is a canonical form of the request (`canonical.rs`), so that
//! both ends write it alike.

use alloc::string::String;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use super::canonical;
use super::date::UnixMilliseconds;
use super::Request;

/// The algorithm's name, as it stands in the `authorization` header.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The name under which AWS AppConfig Data's requests are signed.
pub const SERVICE: &str = "appconfig";

/// An access key. Its parts are overwritten when it is dropped, and its `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The key's name, which is sent with each request.
    pub access_key_id: String,
    /// The key itself, which never is.
    pub secret_access_key: String,
    /// What temporary credentials have beside the two, and each request carries.
    pub session_token: Option<String>,
}

impl Drop for Credentials {
    fn drop(&mut self) {
        self.access_key_id.zeroize();
        self.secret_access_key.zeroize();
        self.session_token.zeroize();
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// A point in time as signatures have it: `20260102T030405Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp([u8; 16]);

impl Timestamp {
    /// The second in which `time` lies, of the years until 9999.
    ///
    /// ```
    /// use appconfig_edge::protocol::sigv4::Timestamp;
    /// assert_eq!(Timestamp::of(1_767_323_045_678).as_str(), "20260102T030405Z");
    /// ```
    #[must_use]
    pub fn of(time: UnixMilliseconds) -> Self {
        let (year, month, day) = super::date::civil(time);
        let seconds = time / 1000 % 86_400;
        let mut out = *b"00000000T000000Z";
        for (end, width, mut number) in
            [(4, 4, year), (6, 2, month), (8, 2, day), (11, 2, seconds / 3600), (13, 2, seconds / 60 % 60), (15, 2, seconds % 60)]
        {
            for digit in out.iter_mut().take(end).rev().take(width) {
                *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
        }
        Self(out)
    }

    /// The whole of it, for `x-amz-date`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The day, `20260102`, for the scope.
    #[must_use]
    pub fn day(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }
}

/// For what a signature is good: a day, a region, a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The day as in [`Timestamp::day`].
    pub day: &'a str,
    /// The region, `eu-west-1`.
    pub region: &'a str,
    /// The service's signing name, [`SERVICE`].
    pub service: &'a str,
}

impl Scope<'_> {
    /// Appends `20260102/eu-west-1/appconfig/aws4_request`.
    pub fn write(&self, out: &mut String) {
        for part in [self.day, "/", self.region, "/", self.service, "/aws4_request"] {
            out.push_str(part);
        }
    }
}

/// What is signed, in the end: the algorithm, the time, the scope and the canonical request's hash.
#[must_use]
pub fn string_to_sign(timestamp: &str, scope: &Scope<'_>, canonical_request: &str) -> String {
    let mut out = String::from(ALGORITHM);
    out.push('\n');
    out.push_str(timestamp);
    out.push('\n');
    scope.write(&mut out);
    out.push('\n');
    push_hex(&mut out, &Sha256::digest(canonical_request.as_bytes()));
    out
}

/// The signature in hexadecimal digits.
#[must_use]
pub fn signature(secret_access_key: &str, scope: &Scope<'_>, string_to_sign: &str) -> String {
    let mut first = String::with_capacity(secret_access_key.len() + 4);
    first.push_str("AWS4");
    first.push_str(secret_access_key);
    let mut key = hmac(first.as_bytes(), scope.day.as_bytes());
    first.zeroize();
    for part in [scope.region, scope.service, "aws4_request", string_to_sign] {
        let next = hmac(&key, part.as_bytes());
        key.zeroize();
        key = next;
    }
    let mut out = String::new();
    push_hex(&mut out, &key);
    out
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    // A key of any length is a key; the error cannot happen, and a panic would cost the browser its message.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// The hash of a body, in hexadecimal digits.
#[must_use]
pub fn payload_hash(body: &[u8]) -> String {
    let mut out = String::new();
    push_hex(&mut out, &Sha256::digest(body));
    out
}

fn push_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// The headers that sign a request: `x-amz-date`, `authorization` and, with temporary credentials, `x-amz-security-token`.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// For `x-amz-date`.
    pub timestamp: Timestamp,
    /// For `authorization`.
    pub authorization: String,
}

/// Signs a request of AppConfig Data as botocore does: `host`, `x-amz-date`, `x-amz-security-token` where there is one and
/// `content-type` where there is a body, which then has to be sent as `application/json`.
///
/// ```
/// use appconfig_edge::protocol::sigv4::{sign, Credentials};
/// use appconfig_edge::protocol::{Endpoint, Request, Token};
/// let request = Request::get_latest_configuration(
///     &Endpoint::of_region("us-west-2", false, false)?,
///     &Token::new("a+b/c==".into()).unwrap(),
/// );
/// let credentials = Credentials {
///     access_key_id: "AKIDEXAMPLE".into(),
///     secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
///     session_token: None,
/// };
/// let signed = sign(&request, &credentials, "us-west-2", 1_767_323_045_000);
/// assert_eq!(signed.timestamp.as_str(), "20260102T030405Z");
/// assert!(signed.authorization.ends_with("578d68be92eac27dc431283be729ffc515e43c4d6ee26b58ac9d3e7d1ab5a711"));
/// # Ok::<(), appconfig_edge::protocol::endpoint::EndpointError>(())
/// ```
#[must_use]
pub fn sign(request: &Request, credentials: &Credentials, region: &str, time: UnixMilliseconds) -> Signed {
    let timestamp = Timestamp::of(time);
    let scope = Scope { day: timestamp.day(), region, service: SERVICE };
    let (host, path, query) = canonical::parts(&request.url);
    let all = [
        ("content-type", request.body.as_ref().map(|_| "application/json")),
        ("host", Some(host)),
        ("x-amz-date", Some(timestamp.as_str())),
        ("x-amz-security-token", credentials.session_token.as_deref()),
    ];
    let (mut headers, mut names) = (String::new(), String::new());
    for (name, value) in all {
        let Some(value) = value else { continue };
        canonical::push_header(&mut headers, &mut names, name, value);
    }
    let hash = payload_hash(request.body.as_deref().unwrap_or_default().as_bytes());
    let canonical_request = canonical::request(request.operation.method(), &canonical::path(path, true), query, &headers, &names, &hash);
    let mut authorization = String::from(ALGORITHM);
    authorization.push_str(" Credential=");
    authorization.push_str(&credentials.access_key_id);
    authorization.push('/');
    scope.write(&mut authorization);
    authorization.push_str(", SignedHeaders=");
    authorization.push_str(&names);
    authorization.push_str(", Signature=");
    authorization.push_str(&signature(
        &credentials.secret_access_key,
        &scope,
        &string_to_sign(timestamp.as_str(), &scope, &canonical_request),
    ));
    Signed { timestamp, authorization }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_key() {
        let credentials =
            Credentials { access_key_id: "mark1".into(), secret_access_key: "mark2".into(), session_token: Some("mark3".into()) };
        assert_eq!(format!("{credentials:?}"), "Credentials { .. }");
    }

    #[test]
    fn every_day_is_written_as_http_dates_have_it() {
        for day in 0..84_000_u64 {
            let time = (day * 86_400 + day * 7 % 86_400) * 1000 + 999;
            let stamp = Timestamp::of(time);
            let text = stamp.as_str();
            let iso = format!("{}-{}-{}T{}:{}:{}Z", &text[..4], &text[4..6], &text[6..8], &text[9..11], &text[11..13], &text[13..15]);
            assert_eq!(super::super::date::parse(&iso), Some(time / 1000 * 1000), "{iso}");
        }
    }
}
