//! The authorization of a request as it reached a service: who signed it, for what, and whether it is his signature.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::sigv4::{payload_hash, signature, string_to_sign, Scope, ALGORITHM};
use super::{canonical, percent};

/// A request as it arrived.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// The path as it was sent, percent-encoded.
    pub path: &'a str,
    /// The query as it was sent, without `?`.
    pub query: &'a str,
    /// Names, in whatever case, and values.
    pub headers: &'a [(String, String)],
    /// The body; empty where there is none.
    pub body: &'a [u8],
}

impl Received<'_> {
    /// A header by its name in lower case, in canonical form; several of one name are one, as HTTP has it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> =
            self.headers.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| canonical::value(value)).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// A parameter of the query, decoded.
    fn parameter(&self, name: &str) -> Option<String> {
        let value = self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        percent::decode(value)
    }
}

/// What a request says of its signature, in the `authorization` header or, pre-signed, in its query. Its `Debug` is not to be
/// had: a signature is as good as the request.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The name of the key.
    pub access_key_id: String,
    /// The day of the scope, `20260102`.
    pub day: String,
    /// The region of the scope.
    pub region: String,
    /// The service of the scope.
    pub service: String,
    /// The names of the headers that are signed, in lower case and in order.
    pub signed_headers: Vec<String>,
    /// Hexadecimal digits.
    pub signature: String,
    /// When it was signed: `20260102T030405Z`.
    pub timestamp: String,
    /// Whether it is in the query.
    pub is_presigned: bool,
    /// How long a pre-signed request is good, in seconds, where it says so: some sign only S3's with it.
    pub expires_in: Option<u64>,
    /// What temporary credentials have.
    pub session_token: Option<String>,
}

impl Authorization {
    /// Reads it. `None` where the request has none or an incomplete one.
    #[must_use]
    pub fn read(request: &Received<'_>) -> Option<Self> {
        if let Some(header) = request.header("authorization") {
            let rest = header.strip_prefix(ALGORITHM)?;
            let member =
                |name: &str| rest.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=').map(ToOwned::to_owned));
            let timestamp = request.header("x-amz-date")?;
            let it = Self::of(&member("Credential")?, &member("SignedHeaders")?, member("Signature")?, timestamp)?;
            Some(Self { session_token: request.header("x-amz-security-token"), ..it })
        } else {
            let parameter = |name| request.parameter(name);
            parameter("X-Amz-Algorithm").filter(|it| it == ALGORITHM)?;
            let expires_in = match parameter("X-Amz-Expires") {
                Some(seconds) => Some(seconds.parse().ok()?),
                None => None,
            };
            let it = Self::of(
                &parameter("X-Amz-Credential")?,
                &parameter("X-Amz-SignedHeaders")?,
                parameter("X-Amz-Signature")?,
                parameter("X-Amz-Date")?,
            )?;
            Some(Self { is_presigned: true, expires_in, session_token: parameter("X-Amz-Security-Token"), ..it })
        }
    }

    fn of(credential: &str, headers: &str, signature: String, timestamp: String) -> Option<Self> {
        let mut parts = credential.rsplit('/').map(ToOwned::to_owned);
        parts.next().filter(|it| it == "aws4_request")?;
        let (service, region, day, access_key_id) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let signed_headers = headers.split(';').map(ToOwned::to_owned).collect();
        Some(Self {
            access_key_id,
            day,
            region,
            service,
            signed_headers,
            signature,
            timestamp,
            is_presigned: false,
            expires_in: None,
            session_token: None,
        })
    }

    /// The canonical form of the request that it is said to sign. `None` where a signed header is not there, or the query
    /// cannot be decoded.
    #[must_use]
    pub fn canonical_request(&self, request: &Received<'_>, normalizes_path: bool) -> Option<String> {
        let (mut headers, mut names) = (String::new(), String::new());
        for name in &self.signed_headers {
            canonical::push_header(&mut headers, &mut names, name, &request.header(name)?);
        }
        let pairs = request.query.split('&').filter(|pair| !self.is_presigned || !pair.starts_with("X-Amz-Signature="));
        let query = canonical::query(&pairs.collect::<Vec<_>>().join("&"))?;
        let path = canonical::path(request.path, normalizes_path);
        Some(canonical::request(request.method, &path, &query, &headers, &names, &payload_hash(request.body)))
    }

    /// What was signed if the canonical request is this one.
    #[must_use]
    pub fn string_to_sign(&self, canonical_request: &str) -> String {
        string_to_sign(&self.timestamp, &self.scope(), canonical_request)
    }

    /// The signature that the holder of this key would have made.
    #[must_use]
    pub fn expected_signature(&self, secret_access_key: &str, string_to_sign: &str) -> String {
        signature(secret_access_key, &self.scope(), string_to_sign)
    }

    fn scope(&self) -> Scope<'_> {
        Scope { day: &self.day, region: &self.region, service: &self.service }
    }
}
