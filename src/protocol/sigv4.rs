//! Signature Version 4: how a request proves that its sender holds a secret key, without sending it.
//!
//! The source is AWS's documentation, "Create a signed AWS API request"; the tests hold it to AWS's own vectors, to
//! botocore and to `@smithy/signature-v4`. What is signed is a canonical form of the request (`canonical.rs`), so that
//! both ends write it alike.

use alloc::format;
use alloc::string::String;
use core::fmt;

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
    let constants = Constants::new();
    let mut key = hmac(&constants, first.as_bytes(), scope.day.as_bytes());
    first.zeroize();
    for part in [scope.region, scope.service, "aws4_request", string_to_sign] {
        let next = hmac(&constants, &key, part.as_bytes());
        key.zeroize();
        key = next;
    }
    hex(&key)
}

/// The first 32 bits behind the point of the square or cube root of each of the first primes, of which SHA-256 is made (FIPS 180-4, 4.2.2
/// and 5.3.3). A double has twenty bits more than that needs.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // that is the meaning
const fn roots(all: &mut [u32], is_cube: bool) {
    let (mut at, mut prime) = (0, 2_u32);
    while at < all.len() {
        let mut divisor = 2;
        while divisor * divisor <= prime && prime % divisor != 0 {
            divisor += 1;
        }
        if divisor * divisor > prime {
            let (mut root, mut rounds) = (4.0_f64, 0);
            // Newton's way, which has all bits long before.
            while rounds < 10 {
                let power = if is_cube { root * root } else { root };
                root -= (power * root - prime as f64) / (power * if is_cube { 3.0 } else { 2.0 });
                rounds += 1;
            }
            all[at] = (root * 4_294_967_296.0) as u64 as u32;
            at += 1;
        }
        prime += 1;
    }
}

/// What a hash starts from, and what each of its rounds adds.
struct Constants([u32; 8], [u32; 64]);

impl Constants {
    const ALL: Self = Self::make();

    const fn make() -> Self {
        let mut all = Self([0; 8], [0; 64]);
        roots(&mut all.0, false);
        roots(&mut all.1, true);
        all
    }

    /// A browser makes them for each signature, which takes it some microseconds, because a table would be downloaded.
    fn new() -> Self {
        if cfg!(feature = "bare") {
            Self::make()
        } else {
            Self::ALL
        }
    }
}

/// SHA-256's compression of one block (FIPS 180-4, 6.2.2).
#[allow(clippy::many_single_char_names)] // the standard's
fn compress(state: &mut [u32; 8], block: &[u8; 64], constants: &[u32; 64]) {
    let mut words = [0_u32; 64];
    let mut next = *state;
    for at in 0..64 {
        words[at] = if at < 16 {
            block[at * 4..at * 4 + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
        } else {
            let (a, b) = (words[at - 15], words[at - 2]);
            let a = a.rotate_right(7) ^ a.rotate_right(18) ^ a >> 3;
            let b = b.rotate_right(17) ^ b.rotate_right(19) ^ b >> 10;
            words[at - 16].wrapping_add(a).wrapping_add(words[at - 7]).wrapping_add(b)
        };
        let [a, b, c, _, e, f, g, h] = next;
        let first = (e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
            .wrapping_add(g ^ e & (f ^ g))
            .wrapping_add(h)
            .wrapping_add(constants[at])
            .wrapping_add(words[at]);
        let second = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)).wrapping_add(a & b | c & (a | b));
        next.rotate_right(1);
        next[4] = next[4].wrapping_add(first);
        next[0] = first.wrapping_add(second);
    }
    for (sum, it) in state.iter_mut().zip(next) {
        *sum = sum.wrapping_add(it);
    }
}

/// SHA-256 of what comes piece by piece, by hand: a browser pays half a kilobyte for a crate's tables.
struct Hash<'a> {
    state: [u32; 8],
    block: [u8; 64],
    length: usize,
    constants: &'a [u32; 64],
}

impl Hash<'_> {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.block[self.length % 64] = *byte;
            self.length += 1;
            if self.length.is_multiple_of(64) {
                compress(&mut self.state, &self.block, self.constants);
            }
        }
    }
}

/// SHA-256 of `data`, where `pad` is not 0 after a block of `key`, filled up with zeros, each byte of it XOR `pad`.
#[allow(clippy::cast_possible_truncation)] // byte by byte
fn hash(constants: &Constants, key: &[u8], pad: u8, data: &[u8]) -> [u8; 32] {
    let mut hash = Hash { state: constants.0, block: [0; 64], length: 0, constants: &constants.1 };
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
fn sha256(constants: &Constants, data: &[u8]) -> [u8; 32] {
    hash(constants, &[], 0, data)
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(constants: &Constants, key: &[u8], data: &[u8]) -> [u8; 32] {
    if key.len() > 64 {
        return hmac(constants, &sha256(constants, key), data);
    }
    hash(constants, key, 0x5c, &hash(constants, key, 0x36, data))
}

/// The hash of a body, in hexadecimal digits.
#[must_use]
pub fn payload_hash(body: &[u8]) -> String {
    hex(&sha256(&Constants::new(), body))
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

    /// FIPS 180-4 and its examples.
    #[test]
    fn a_hash_is_the_standards() {
        let Constants(start, rounds) = Constants::new();
        assert_eq!((start[0], start[7]), (0x6a09_e667, 0x5be0_cd19));
        assert_eq!((rounds[0], rounds[1], rounds[62], rounds[63]), (0x428a_2f98, 0x7137_4491, 0xbef9_a3f7, 0xc671_78f2));
        assert_eq!(payload_hash(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(payload_hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(payload_hash(two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        assert_eq!(payload_hash(&vec![b'a'; 1_000_000]), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    #[test]
    fn debug_shows_no_key() {
        let credentials = Credentials { access_key_id: "mark1", secret_access_key: "mark2", session_token: Some("mark3") };
        assert_eq!(format!("{credentials:?}"), "Credentials { .. }");
    }

    #[test]
    fn a_hash_is_right_whatever_the_length() {
        let data: Vec<u8> = (0..=255).chain(0..=255).collect();
        let all: String = (0..data.len()).map(|length| payload_hash(&data[..length])).collect();
        // Python's.
        assert_eq!(payload_hash(all.as_bytes()), "2ea3a289d0430b02fdd9acd46ea4c99de020747e7eb95411d1a5c739a1560b20");
    }

    #[test]
    fn hmacs_are_those_of_rfc_4231_and_of_keys_about_as_long_as_a_block() {
        let of = |key: &[u8], data: &str| hex(&hmac(&Constants::new(), key, data.as_bytes()));
        assert_eq!(of(&[0x0b; 20], "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        assert_eq!(of(b"Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(
            of(&[0xaa; 131], "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
        // Python's.
        assert_eq!(of(&[0xaa; 64], "data"), "b40cc916de2e548d1d83723a3ec6ee0e87a74b75bc9c521b79a22049fd6425dc");
        assert_eq!(of(&[0xaa; 65], "data"), "80d3b585196395ba8e1c99f886aa5cc5b7743b9a315481906bbf4a4ef0ac4a63");
    }

    #[test]
    fn a_request_with_a_body_and_a_session_token_is_signed_with_both() {
        let credentials = Credentials { access_key_id: "AKID", secret_access_key: "secret", session_token: Some("a/b+c==") };
        // As a script of the documentation's steps signs it.
        assert_eq!(
            sign("http://localhost:2772/a%20b//configurationsessions", Some("{}"), &credentials, "eu-west-1", "20260102T030405Z"),
            "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/appconfig/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, \
             Signature=6d5172e58cd1cb601094e1531025a41357a9e98e005b1d23cba2dbe200e66e46"
        );
        // Real ones are longer than their requests.
        let long = "t".repeat(1000);
        let credentials = Credentials { session_token: Some(&long), ..credentials };
        let authorization = sign("http://localhost", None, &credentials, "eu-west-1", "20260102T030405Z");
        assert!(authorization.ends_with("6c51357cc5cc3161202a31ed4139ecba54e5608b06d6ee86a78a9b03f1d71ae2"), "{authorization}");
        let credentials = Credentials { session_token: None, ..credentials };
        let authorization = sign("http://localhost", None, &credentials, "eu-west-1", "20260102T030405Z");
        assert!(authorization.contains(" SignedHeaders=host;x-amz-date, "), "{authorization}");
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
