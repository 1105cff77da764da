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

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "AWS4-HMAC-SHA256 Credential=key/20260102/eu-west-1/appconfig/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d67";
    const QUERY: &str = "b=2&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=key%2F20260102%2Feu-west-1%2Fappconfig%2Faws4_request&\
                         X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host&X-Amz-Signature=5d67&a=1";

    fn headers(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    fn received<'a>(headers: &'a [(String, String)], query: &'a str) -> Received<'a> {
        Received { method: "GET", path: "/configuration", query, headers, body: b"" }
    }

    #[test]
    fn it_is_read_from_the_header() {
        let mut all = headers(&[("Authorization", HEADER), ("X-Amz-Date", "20260102T030405Z"), ("HOST", " a  b"), ("host", "c ")]);
        assert_eq!(received(&all, "").header("host").as_deref(), Some("a b,c"));
        let read = |headers: &[(String, String)]| Authorization::read(&received(headers, ""));
        let it = read(&all).unwrap();
        assert_eq!((it.access_key_id.as_str(), it.day.as_str(), it.region.as_str()), ("key", "20260102", "eu-west-1"));
        assert_eq!((it.service.as_str(), it.signature.as_str(), it.timestamp.as_str()), ("appconfig", "5d67", "20260102T030405Z"));
        assert_eq!(it.signed_headers, ["host", "x-amz-date"]);
        assert_eq!((it.is_presigned, it.expires_in, it.session_token), (false, None, None));
        all.push(("x-amz-security-token".into(), "token".into()));
        assert_eq!(read(&all).unwrap().session_token.as_deref(), Some("token"));
        for (what, by) in
            [("HMAC-SHA256", "HMAC-SHA1"), ("aws4_request", "aws5_request"), ("key/20260102/", ""), ("Signature", "signature")]
        {
            all[0].1 = HEADER.replace(what, by);
            assert!(read(&all).is_none(), "{by}");
        }
        all[0].1 = HEADER.into();
        all.remove(1);
        assert!(read(&all).is_none(), "without a date");
    }

    #[test]
    fn it_is_read_from_the_query() {
        let read = |query: &str| Authorization::read(&received(&[], query));
        let it = read(QUERY).unwrap();
        assert_eq!((it.access_key_id.as_str(), it.signature.as_str(), it.timestamp.as_str()), ("key", "5d67", "20260102T030405Z"));
        assert_eq!((it.is_presigned, it.expires_in, it.session_token), (true, None, None));
        let it = read(&(QUERY.to_owned() + "&X-Amz-Expires=300&X-Amz-Security-Token=a%2Fb")).unwrap();
        assert_eq!((it.expires_in, it.session_token.as_deref()), (Some(300), Some("a/b")));
        assert!(read(&(QUERY.to_owned() + "&X-Amz-Expires=soon")).is_none());
        for name in ["Algorithm", "Credential", "Date", "SignedHeaders", "Signature"] {
            assert!(read(&QUERY.replace(name, "Else")).is_none(), "without {name}");
        }
        assert!(read(&QUERY.replace("SHA256", "SHA1")).is_none());
    }

    #[test]
    fn the_canonical_request_has_the_query_without_a_signature_of_its_own() {
        let all = headers(&[("Host", "a"), ("X-Amz-Date", "20260102T030405Z"), ("Authorization", HEADER)]);
        let hash = payload_hash(b"");
        let it = received(&all, "b=2&X-Amz-Signature=5d67&a=1");
        assert_eq!(
            Authorization::read(&it).unwrap().canonical_request(&it, true).unwrap(),
            format!("GET\n/configuration\nX-Amz-Signature=5d67&a=1&b=2\nhost:a\nx-amz-date:20260102T030405Z\n\nhost;x-amz-date\n{hash}")
        );
        let it = received(&all[..1], QUERY);
        let presigned = Authorization::read(&it).unwrap();
        assert_eq!(
            presigned.canonical_request(&it, true).unwrap(),
            format!(
                "GET\n/configuration\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=key%2F20260102%2Feu-west-1%2Fappconfig%2Faws4_request&\
                 X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host&a=1&b=2\nhost:a\n\nhost\n{hash}"
            )
        );
        assert_eq!(presigned.canonical_request(&received(&[], QUERY), true), None, "a signed header is not there");
        let to_sign = presigned.string_to_sign("request");
        assert_eq!(
            to_sign,
            format!("AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/eu-west-1/appconfig/aws4_request\n{}", payload_hash(b"request"))
        );
        let scope = Scope { day: "20260102", region: "eu-west-1", service: "appconfig" };
        assert_eq!(presigned.expected_signature("secret", &to_sign), signature("secret", &scope, &to_sign));
    }
}
