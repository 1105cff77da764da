//! Signature Version 4: how a request proves that its sender holds a secret key, without sending it.
//!
//! The source is AWS's documentation, "Create a signed AWS API request"; the tests hold it to AWS's own vectors, to
//! botocore and to `@smithy/signature-v4`. What is signed is a canonical form of the request (`canonical.rs`), so that
//! both ends write it alike.

use alloc::format;
use alloc::string::String;
use core::fmt;

use core::slice::from_ref;
use sha2::block_api::compress256;
use zeroize::Zeroize;

use super::canonical::{self, part};
use super::date::UnixMilliseconds;
use super::percent;

/// The algorithm's name, as it stands in the `authorization` header.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The name under which AWS AppConfig Data's requests are signed.
pub const SERVICE: &str = "appconfig";

/// An access key, borrowed from whoever has to overwrite it. Its `Debug` shows none of its parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The key's name, which is sent with each request.
    pub access_key_id: &'a str,
    /// The key itself, which never is.
    pub secret_access_key: &'a str,
    /// What temporary credentials have beside the two, and each request carries.
    pub session_token: Option<&'a str>,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// A point in time as signatures have it, to the second, of the years until 9999.
///
/// ```
/// assert_eq!(appconfig_edge::protocol::sigv4::timestamp(1_767_323_045_678), "20260102T030405Z");
/// ```
#[must_use]
pub fn timestamp(time: UnixMilliseconds) -> String {
    let (year, month, day) = super::date::civil(time);
    let seconds = time / 1000;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// For what a signature is good: a day, a region, a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The day, `20260102`.
    pub day: &'a str,
    /// The region, `eu-west-1`.
    pub region: &'a str,
    /// The service's signing name, [`SERVICE`].
    pub service: &'a str,
}

impl Scope<'_> {
    /// `20260102/eu-west-1/appconfig/aws4_request`.
    #[must_use]
    pub fn to_text(&self) -> String {
        canonical::join(&[self.day, self.region, self.service, "aws4_request"], "/")
    }
}

/// What is signed, in the end: the algorithm, the time, the scope and the canonical request's hash.
#[must_use]
pub fn string_to_sign(timestamp: &str, scope: &Scope<'_>, canonical_request: &str) -> String {
    canonical::join(&[ALGORITHM, timestamp, &scope.to_text(), &payload_hash(canonical_request.as_bytes())], "\n")
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
    hex(&key)
}

/// SHA-256 of what comes piece by piece. The crate's compression function, which is all that there is to it, with a buffer of our
/// own: a browser pays half a kilobyte for a hash of any kind and length, and for an HMAC of any hash.
struct Hash {
    state: [u32; 8],
    block: [u8; 64],
    length: usize,
}

impl Hash {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.block[self.length % 64] = *byte;
            self.length += 1;
            if self.length.is_multiple_of(64) {
                compress256(&mut self.state, from_ref(&self.block));
            }
        }
    }
}

/// SHA-256 of `data`, where `pad` is not 0 after a block of `key`, filled up with zeros, each byte of it XOR `pad`.
#[allow(clippy::cast_possible_truncation)] // byte by byte
fn hash(key: &[u8], pad: u8, data: &[u8]) -> [u8; 32] {
    // FIPS 180-4, 5.3.3.
    let state = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let mut hash = Hash { state, block: [0; 64], length: 0 };
    if pad != 0 {
        for at in 0..64 {
            hash.push(&[key.get(at).copied().unwrap_or_default() ^ pad]);
        }
    }
    hash.push(data);
    let bits = hash.length as u64 * 8;
    hash.push(&[0x80]);
    while hash.length % 64 != 56 {
        hash.push(&[0]);
    }
    // Shifts and no `to_be_bytes`, which is unrolled.
    for at in 1..=8 {
        hash.push(&[(bits >> (64 - 8 * at)) as u8]);
    }
    let mut out = [0; 32];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = (hash.state[at / 4] >> (24 - at % 4 * 8)) as u8;
    }
    out
}

/// SHA-256.
fn sha256(data: &[u8]) -> [u8; 32] {
    hash(&[], 0, data)
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    if key.len() > 64 {
        return hmac(&sha256(key), data);
    }
    hash(key, 0x5c, &hash(key, 0x36, data))
}

/// The hash of a body, in hexadecimal digits.
#[must_use]
pub fn payload_hash(body: &[u8]) -> String {
    hex(&sha256(body))
}

fn hex(bytes: &[u8; 32]) -> String {
    let mut out = String::new();
    for byte in bytes {
        percent::push_hex(&mut out, *byte, b'a');
    }
    out
}

/// Signs a request of AppConfig Data as botocore does: `host`, `x-amz-date`, `x-amz-security-token` where there is one and
/// `content-type` where there is a body, which then is POSTed as `application/json`; without one it is a GET.
///
/// `url` is as a host writes it: without the port that its scheme has anyway, and without dot segments. `timestamp` goes
/// with the request as `x-amz-date`, what this gives as `authorization`, the session token as `x-amz-security-token`.
///
/// ```
/// use appconfig_edge::protocol::sigv4::{sign, timestamp, Credentials};
/// let authorization = sign(
///     "https://appconfigdata.us-west-2.amazonaws.com/configuration?configuration_token=a%2Bb%2Fc%3D%3D",
///     None,
///     &Credentials {
///         access_key_id: "AKIDEXAMPLE",
///         secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
///         session_token: None,
///     },
///     "us-west-2",
///     &timestamp(1_767_323_045_000),
/// );
/// assert!(authorization.ends_with("578d68be92eac27dc431283be729ffc515e43c4d6ee26b58ac9d3e7d1ab5a711"));
/// ```
#[must_use]
pub fn sign(url: &str, body: Option<&str>, credentials: &Credentials<'_>, region: &str, timestamp: &str) -> String {
    let scope = Scope { day: timestamp.get(..8).unwrap_or_default(), region, service: SERVICE };
    let mut rest = url;
    part(&mut rest, b'/'); // https:
    part(&mut rest, b'/');
    let host = part(&mut rest, b'/');
    let mut path = String::new();
    canonical::push_path(&mut path, part(&mut rest, b'?'));
    // A header's value is the URL's host, a session token, or short; see `canonical::join` for why there is room for all.
    let room = url.len() + credentials.session_token.unwrap_or_default().len() + 128;
    let (mut headers, mut names) = (String::with_capacity(room), String::new());
    for (name, value) in [
        ("content-type", body.map(|_| "application/json")),
        ("host", Some(host)),
        ("x-amz-date", Some(timestamp)),
        ("x-amz-security-token", credentials.session_token),
    ] {
        if let Some(value) = value {
            canonical::push_header(&mut headers, &mut names, name, value);
        }
    }
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut head = canonical::request(method, &path, rest, &headers, &names, "");
    let signature = sign_canonical(&head, body.unwrap_or_default().as_bytes(), credentials.secret_access_key, region, timestamp);
    headers.zeroize();
    head.zeroize();
    let mut out = String::from(ALGORITHM);
    let parts = [" Credential=", credentials.access_key_id, "/", &scope.to_text(), ", SignedHeaders=", &names, ", Signature=", &signature];
    canonical::push_all(&mut out, &parts);
    out
}

/// The signature of a request whose canonical form is there but for the body's hash, which it ends with.
pub(crate) fn sign_canonical(head: &str, body: &[u8], secret_access_key: &str, region: &str, timestamp: &str) -> String {
    let scope = Scope { day: timestamp.get(..8).unwrap_or_default(), region, service: SERVICE };
    let mut request = canonical::join(&[head, &payload_hash(body)], "");
    let signature = signature(secret_access_key, &scope, &string_to_sign(timestamp, &scope, &request));
    request.zeroize();
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_key() {
        let credentials = Credentials { access_key_id: "mark1", secret_access_key: "mark2", session_token: Some("mark3") };
        assert_eq!(format!("{credentials:?}"), "Credentials { .. }");
    }

    #[test]
    fn every_day_is_written_as_it_is_read() {
        for day in 0..84_000_u64 {
            let time = (day * 86_400 + day * 7 % 86_400) * 1000 + 999;
            let text = timestamp(time);
            let iso = format!("{}-{}-{}T{}:{}:{}Z", &text[..4], &text[4..6], &text[6..8], &text[9..11], &text[11..13], &text[13..15]);
            assert_eq!(super::super::date::parse(&iso), Some(time / 1000 * 1000), "{iso}");
        }
    }
}
