//! Where the service lives: `https://appconfigdata[-fips].{region}.{suffix}`, as the published rule set and partitions have it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use super::canonical::{part, push_all};

/// The partitions: the beginning of their regions' names, the suffix of their hosts, and the suffix for dual-stack, one text with
/// spaces between, because a browser pays for the addresses and lengths that a table has as well.
/// The first match counts and the last matches all, as the rule set does with regions that are not known yet.
/// Held to `partitions.json` of the service model by `tests/protocol_oracles.rs`.
const PARTITIONS: &str = "cn- amazonaws.com.cn api.amazonwebservices.com.cn \
    us-gov- amazonaws.com api.aws \
    us-iso- c2s.ic.gov api.aws.ic.gov \
    us-isob- sc2s.sgov.gov api.aws.scloud \
    eu-isoe- cloud.adc-e.uk api.cloud-aws.adc-e.uk \
    us-isof- csp.hci.ic.gov api.aws.hci.ic.gov \
    eusc- amazonaws.eu api.amazonwebservices.eu  \
    amazonaws.com api.aws";

/// The base address that requests are built on: scheme, authority and perhaps a path, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

/// Why something is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// The region is empty or has characters other than lower-case letters, digits and hyphens.
    Region,
    /// Not an absolute `http:` or `https:` URL, or one with user information, a query, a fragment or white space.
    Url,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Region => "expected a region such as `eu-west-1`: lower-case letters, digits and hyphens",
            Self::Url => "expected an absolute http: or https: URL without user information, query, fragment or white space",
        })
    }
}

impl core::error::Error for EndpointError {}

impl Endpoint {
    /// AWS's own endpoint for `region`.
    ///
    /// # Errors
    /// [`EndpointError::Region`] where `region` cannot be part of a host name.
    ///
    /// ```
    /// use appconfig_edge::protocol::Endpoint;
    /// let endpoint = Endpoint::of_region("eu-west-1", false, false).unwrap();
    /// assert_eq!(endpoint.as_str(), "https://appconfigdata.eu-west-1.amazonaws.com");
    /// ```
    pub fn of_region(region: &str, use_fips: bool, use_dual_stack: bool) -> Result<Self, EndpointError> {
        let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if region.is_empty() || region.len() > 63 || !region.bytes().all(label) || region.starts_with('-') || region.ends_with('-') {
            return Err(EndpointError::Region);
        }
        let mut rest = PARTITIONS;
        let (prefix, suffix, dual_stack_suffix) = loop {
            let mut next = || part(&mut rest, b' ');
            let partition = (next(), next(), next());
            if region.starts_with(partition.0) {
                break partition;
            }
        };
        let mut url = String::from("https://appconfigdata");
        // A trap of the rule set: GovCloud's plain host is the FIPS one already, unless dual-stack is asked for as well.
        if use_fips && (use_dual_stack || prefix != "us-gov-") {
            url.push_str("-fips");
        }
        push_all(&mut url, &[".", region, ".", if use_dual_stack { dual_stack_suffix } else { suffix }]);
        Ok(Self(url))
    }

    /// An endpoint of one's own: a proxy, the emulator, a VPC endpoint.
    ///
    /// # Errors
    /// [`EndpointError::Url`] where `url` is not an absolute `http:` or `https:` URL that paths can be appended to.
    pub fn custom(url: &str) -> Result<Self, EndpointError> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(EndpointError::Url)?;
        // Byte by byte: searching a str by pattern costs a browser half a kilobyte.
        let mut in_authority = true;
        let mut length = 0; // of what is left without slashes at its end
        for (at, byte) in rest.bytes().enumerate() {
            if byte == b'/' {
                in_authority = false;
            } else {
                length = at + 1;
            }
            if byte <= b' ' || matches!(byte, b'?' | b'#' | b'\\' | 0x7f) || in_authority && byte == b'@' {
                return Err(EndpointError::Url);
            }
        }
        if length == 0 || rest.as_bytes().first() == Some(&b'/') {
            return Err(EndpointError::Url);
        }
        Ok(Self(url.get(..url.len() - rest.len() + length).unwrap_or(url).to_owned()))
    }

    /// For JavaScript, which knows where the service is and writes the URLs itself.
    #[cfg(all(feature = "client", target_arch = "wasm32"))]
    pub(crate) fn elsewhere() -> Self {
        Self(String::new())
    }

    /// The base address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn govcloud_is_fips_already_unless_dual_stack() {
        let url = |fips, dual| Endpoint::of_region("us-gov-west-1", fips, dual).unwrap().0;
        assert_eq!(url(true, false), "https://appconfigdata.us-gov-west-1.amazonaws.com");
        assert_eq!(url(true, true), "https://appconfigdata-fips.us-gov-west-1.api.aws");
    }

    #[test]
    fn what_could_change_the_host_is_refused() {
        for region in ["", "eu west", "eu-west-1.evil.example", "EU-WEST-1", "a/b", "a@b", "a#", "-a", "é"] {
            assert_eq!(Endpoint::of_region(region, false, false), Err(EndpointError::Region), "{region}");
        }
        let of_length = |length| Endpoint::of_region(&"a".repeat(length), false, false);
        assert!(of_length(63).is_ok(), "as long as a host's label may be");
        assert_eq!(of_length(64), Err(EndpointError::Region));
        for url in [
            "",
            "/config",
            "ftp://x",
            "https://",
            "https://user@x",
            "https://x?y",
            "https://x#y",
            "https://x /",
            "https://x\r\ny",
            "https:///x",
        ] {
            assert_eq!(Endpoint::custom(url), Err(EndpointError::Url), "{url}");
        }
        assert!(EndpointError::Region.to_string().contains("eu-west-1") && EndpointError::Url.to_string().contains("https:"));
        assert_eq!(Endpoint::custom("http://127.0.0.1:8080/config//").unwrap().as_str(), "http://127.0.0.1:8080/config");
    }
}
