//! Whether a request is signed by a holder of a key, and what AWS says where it is not.
//!
//! No public source shows AppConfig Data itself refusing a signature. Names, statuses and sentences are those of other
//! services behind the same door: 403 for each, as the common errors of Lambda's API reference have it (there are services
//! with 400), `message` in small letters and an error type without a colon, as Lambda (erlcloud/erlcloud#690) and API
//! Gateway were seen to answer. Each sentence below says where it was seen; *inferred* is what was not.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Refusal;
use crate::protocol::authorization::{Authorization, Received};
use crate::protocol::date::{self, UnixMilliseconds};
use crate::protocol::sigv4::{timestamp, SERVICE};

/// How far a request's time may be from the service's, and how long one is good that is pre-signed and does not say, in seconds.
const TOLERANCE: u64 = 300;
/// The longest that a pre-signed request may be good, in seconds.
const WEEK: u64 = 604_800;

/// An access key whose signatures are accepted. Its `Debug` shows none of its parts.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// The key's name.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: String,
    /// What each request has to carry beside the signature, where the key is a temporary one.
    pub session_token: Option<String>,
    /// When a temporary key ends.
    pub expiration: Option<UnixMilliseconds>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

/// Whose signatures are accepted, and for which region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verifier {
    /// The keys.
    pub keys: Vec<Key>,
    /// The region for which requests have to be signed; `None` for any.
    pub region: Option<String>,
}

impl Verifier {
    /// Judges a request that arrived at `now`.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`]. Nothing of a key, a token or a signature is in it.
    pub fn check(&self, now: UnixMilliseconds, request: &Received<'_>) -> Result<(), Refusal> {
        // In which order AWS looks is inferred: what can be told without a key comes first.
        let it = read(request)?;
        all_signed(&it, request)?;
        self.check_scope(&it)?;
        check_time(&it, now)?;
        self.check_key(&it, now, request)
    }

    fn check_scope(&self, it: &Authorization) -> Result<(), Refusal> {
        // tedder/requests-aws4auth#7.
        if it.timestamp.get(..8) != Some(&it.day) {
            let is_day = it.day.len() == 8 && it.day.bytes().all(|byte| byte.is_ascii_digit());
            let (day, time) = (if is_day { &it.day } else { "?" }, &it.timestamp);
            return Err(invalid(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{day}' != '{}', from '{time}'.",
                time.get(..8).unwrap_or_default()
            )));
        }
        // cllunsford/aws-signing-proxy#25, white space and all.
        if it.service != SERVICE {
            return Err(invalid(format!("Credential should be scoped to correct service: '{SERVICE}'. ")));
        }
        // aws/aws-sdk-java#1097 and IAM's guide, "Troubleshoot signed requests"; newer services do not name the region.
        if self.region.as_ref().is_some_and(|region| *region != it.region) {
            return Err(invalid(format!("Credential should be scoped to a valid region, not '{}'. ", shown(&it.region))));
        }
        Ok(())
    }

    fn check_key(&self, it: &Authorization, now: UnixMilliseconds, request: &Received<'_>) -> Result<(), Refusal> {
        let token = it.session_token.as_deref().unwrap_or_default();
        let key = self
            .keys
            .iter()
            .find(|key| key.access_key_id == it.access_key_id && key.session_token.as_deref().unwrap_or_default() == token)
            // The sentence is the same for a key and for a token that nobody knows: badslug/Paw-AWSSignature4DynamicValue#5.
            .ok_or_else(|| refused("UnrecognizedClientException", "The security token included in the request is invalid."))?;
        if key.expiration.is_some_and(|expiration| expiration <= now) {
            // cloudquery/cq-provider-aws#1171; without a full stop.
            return Err(refused("ExpiredTokenException", "The security token included in the request is expired"));
        }
        let expected = it.canonical_request(request, true).map(|canonical| {
            let to_sign = it.string_to_sign(&canonical);
            it.expected_signature(&key.secret_access_key, &to_sign)
        });
        if expected.as_ref() == Some(&it.signature) {
            return Ok(());
        }
        // erlcloud/erlcloud#690, aws/aws-sdk-js-v3#5811. Some services add the canonical request, which has the tokens.
        Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        ))
    }
}

fn refused(exception: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::Unauthenticated { exception, message: message.into() }
}

fn invalid(message: impl Into<String>) -> Refusal {
    refused("InvalidSignatureException", message)
}

fn incomplete(message: impl Into<String>) -> Refusal {
    refused("IncompleteSignatureException", message)
}

/// A region as a refusal may repeat it: what is none may be anything, a secret too.
fn shown(region: &str) -> &str {
    let is_region = region.len() <= 63 && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_region {
        region
    } else {
        "?"
    }
}

/// What the request says of its signature. A refusal names what is not there, and does not repeat what is, as AWS does.
fn read(request: &Received<'_>) -> Result<Authorization, Refusal> {
    let has_parameter = |name: &str| request.query.split('&').any(|pair| pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
    let parameters = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date"];
    let header = request.header("authorization");
    // Something of the five, so that a mere X-Amz-Date is not taken for a signature.
    if header.is_none() && !parameters[..4].iter().any(|name| has_parameter(name)) {
        // brain-power/Brain-Power-Amazon-Fidgetology#29, common-voice/common-voice#1599.
        return Err(refused("MissingAuthenticationTokenException", "Missing Authentication Token"));
    }
    let Some(it) = Authorization::read(request) else {
        let missing: Vec<_> = if let Some(header) = header {
            // aws/chalice#828.
            let members = ["Credential", "Signature", "SignedHeaders"].into_iter().filter(|name| !header.contains(&format!("{name}=")));
            let members = members.map(|name| format!("Authorization header requires '{name}' parameter."));
            let date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned();
            members.chain(request.header("x-amz-date").is_none().then_some(date)).collect()
        } else {
            // Inferred.
            let missing = parameters.into_iter().filter(|name| !has_parameter(name));
            missing.map(|name| format!("AWS query-string parameters must include '{name}'.")).collect()
        };
        // Inferred as well: all is there, and something of it is in no known form.
        let form = "Expected AWS4-HMAC-SHA256, and a Credential of keyid/date/region/service/aws4_request.";
        return Err(incomplete(if missing.is_empty() { form.to_owned() } else { missing.join(" ") }));
    };
    if parse(&it.timestamp).is_none() {
        // Inferred.
        return Err(incomplete("Date must be in ISO-8601 'basic format'."));
    }
    Ok(it)
}

/// Refuses a signature without what it has to sign.
fn all_signed(it: &Authorization, request: &Received<'_>) -> Result<(), Refusal> {
    let is_signed = |name: &str| it.signed_headers.iter().any(|signed| signed == name);
    if !is_signed("host") {
        // aws/aws-sdk-php#2469, aws/aws-sdk-js-v3#3796.
        return Err(invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
    }
    // IAM's guide, "Create a signed AWS API request", wants them signed; the sentence is inferred.
    for (header, name) in [("x-amz-date", "X-Amz-Date"), ("x-amz-security-token", "X-Amz-Security-Token")] {
        if request.header(header).is_some() && !is_signed(header) {
            return Err(invalid(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")));
        }
    }
    Ok(())
}

fn check_time(it: &Authorization, now: UnixMilliseconds) -> Result<(), Refusal> {
    let signed = parse(&it.timestamp).unwrap_or_default();
    let good_for = it.expires_in.unwrap_or(TOLERANCE);
    if good_for > WEEK {
        // S3's sentence, bryanjos/aws_auth#31; that others have it is inferred.
        return Err(incomplete(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
        ));
    }
    // To the second, as both times are written.
    let now = now / 1000 * 1000;
    if signed.saturating_add(good_for * 1000) < now {
        Err(expired(signed, now, good_for))
    } else if now.saturating_add(TOLERANCE * 1000) < signed {
        Err(not_yet_current(signed, now))
    } else {
        Ok(())
    }
}

/// remind101/logspout-kinesis#21, mhart/aws4#118. That a pre-signed one is refused with this sentence as well is inferred.
fn expired(signed: UnixMilliseconds, now: UnixMilliseconds, good_for: u64) -> Refusal {
    let limit = timestamp(now.saturating_sub(good_for * 1000));
    let good_for = if good_for.is_multiple_of(60) { format!("{} min.", good_for / 60) } else { format!("{good_for} sec.") };
    invalid(format!("Signature expired: {} is now earlier than {limit} ({} - {good_for})", timestamp(signed), timestamp(now)))
}

/// basak/glacier-cli#36.
fn not_yet_current(signed: UnixMilliseconds, now: UnixMilliseconds) -> Refusal {
    let limit = timestamp(now.saturating_add(TOLERANCE * 1000));
    invalid(format!("Signature not yet current: {} is still later than {limit} ({} + 5 min.)", timestamp(signed), timestamp(now)))
}

/// What a request gets whose time is too far from the service's, whatever it is.
pub(super) fn skewed(signed: UnixMilliseconds, now: UnixMilliseconds) -> Refusal {
    if now < signed {
        not_yet_current(signed, now)
    } else {
        expired(signed, now, TOLERANCE)
    }
}

/// `20260102T030405Z`.
fn parse(text: &str) -> Option<UnixMilliseconds> {
    let pattern = b"00000000T000000Z";
    let fits = |(byte, wanted): (&u8, &u8)| if *wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
    if text.len() != pattern.len() || !text.as_bytes().iter().zip(pattern).all(fits) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    date::parse(&format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(9, 11), part(11, 13), part(13, 15)))
}
