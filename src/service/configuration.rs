//! What is deployed, and where.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

/// The most bytes of a configuration: 2 MB, or 4 MB on request, as AWS counts a hosted one.
pub const MAXIMUM_BYTES: usize = 4 * 1024 * 1024;
/// The most characters of an identifier.
pub const MAXIMUM_IDENTIFIER_CHARACTERS: usize = 128;

/// Where a configuration is deployed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The application's name.
    pub application: String,
    /// The environment's name.
    pub environment: String,
    /// The configuration profile's name.
    pub configuration_profile: String,
}

impl Target {
    /// The target of these names.
    ///
    /// # Errors
    /// [`Unfit::Identifier`] where one of them cannot be named in a request.
    pub fn new(application: &str, environment: &str, configuration_profile: &str) -> Result<Self, Unfit> {
        for name in [application, environment, configuration_profile] {
            if !is_identifier(name) {
                return Err(Unfit::Identifier);
            }
        }
        Ok(Self { application: application.into(), environment: environment.into(), configuration_profile: configuration_profile.into() })
    }
}

/// Whether `text` is an identifier by the service model: 1 to 128 characters. Control characters are refused as well, nobody means them.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    // A character is one to four bytes, so counting is rarely needed.
    !text.is_empty()
        && (text.len() <= MAXIMUM_IDENTIFIER_CHARACTERS || text.chars().count() <= MAXIMUM_IDENTIFIER_CHARACTERS)
        && !text.chars().any(char::is_control)
}

/// A configuration as it is deployed. Cloning one shares its content.
#[derive(Clone, PartialEq, Eq)]
pub struct Configuration {
    content: Arc<[u8]>,
    content_type: String,
    version_label: Option<String>,
}

/// Why something cannot be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// A name that is empty, longer than 128 characters, or has control characters.
    Identifier,
    /// More than 4 MB.
    Size,
    /// A content type that no header can carry.
    ContentType,
    /// A version label that AWS would not take.
    VersionLabel,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identifier => "expected names of 1 to 128 characters without control characters",
            Self::Size => "expected at most 4,194,304 bytes of content, the most that AWS AppConfig hosts",
            Self::ContentType => "expected a content type such as `application/json`: 1 to 255 visible ASCII characters",
            Self::VersionLabel => {
                "expected a version label of 1 to 64 visible ASCII characters, one of them at least not a digit, as AWS has it"
            }
        })
    }
}

impl core::error::Error for Unfit {}

impl Configuration {
    /// A configuration of this content.
    ///
    /// # Errors
    /// [`Unfit`] says which of the three cannot be.
    ///
    /// ```
    /// use appconfig_edge::service::Configuration;
    /// assert!(Configuration::new("{}".as_bytes(), "application/json", Some("v1")).is_ok());
    /// assert!(Configuration::new("{}".as_bytes(), "application/json", Some("1")).is_err(), "AWS takes no label of digits alone");
    /// ```
    pub fn new(content: impl Into<Arc<[u8]>>, content_type: &str, version_label: Option<&str>) -> Result<Self, Unfit> {
        let content = content.into();
        let visible = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b)) && text.trim() == text
        };
        if content.len() > MAXIMUM_BYTES {
            return Err(Unfit::Size);
        }
        if !visible(content_type, 255) {
            return Err(Unfit::ContentType);
        }
        if version_label.is_some_and(|label| !visible(label, 64) || label.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Unfit::VersionLabel);
        }
        Ok(Self { content, content_type: content_type.to_owned(), version_label: version_label.map(str::to_owned) })
    }

    /// The bytes.
    #[must_use]
    pub fn content(&self) -> &Arc<[u8]> {
        &self.content
    }

    /// The format of the content.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The label of this version, where it has one.
    #[must_use]
    pub fn version_label(&self) -> Option<&str> {
        self.version_label.as_deref()
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("bytes", &self.content.len())
            .field("content_type", &self.content_type)
            .field("version_label", &self.version_label)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_cannot_carry_is_refused() {
        let unfit = |content_type: &str, label: Option<&str>| Configuration::new(Vec::new(), content_type, label).err();
        for content_type in ["", " a/b", "a/b\r\nx: y", "é/x", &"x".repeat(256)] {
            assert_eq!(unfit(content_type, None), Some(Unfit::ContentType), "{content_type:?}");
        }
        for label in ["", "7", "v\n1", "vé", &"v".repeat(65)] {
            assert_eq!(unfit("a/b", Some(label)), Some(Unfit::VersionLabel), "{label:?}");
        }
        assert_eq!(unfit("text/plain; charset=utf-8", Some("2026-11-21T01:18:05.123Z")), None);
        assert_eq!(Configuration::new(vec![0; MAXIMUM_BYTES + 1], "a/b", None), Err(Unfit::Size));
    }

    #[test]
    fn identifiers_are_counted_in_characters() {
        assert!(is_identifier(&"é".repeat(128)) && !is_identifier(&"é".repeat(129)));
        assert!(!is_identifier("") && !is_identifier("a\u{0}b") && is_identifier("a b/c.d"));
        assert_eq!(Target::new("a", "", "c"), Err(Unfit::Identifier));
    }

    #[test]
    fn debug_shows_no_content() {
        let it = Configuration::new("secret".as_bytes(), "text/plain", None).unwrap();
        assert!(!format!("{it:?}").contains("secret"));
    }
}
