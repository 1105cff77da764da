//! Answers: the headers that count, and what a host says of a body that it keeps.

use super::{json, Document, Token};
use alloc::string::String;

/// The poll interval where an answer has none, or one outside 1 to 86,400 seconds: the service's own default.
pub const DEFAULT_INTERVAL_IN_SECONDS: u32 = 60;
/// The longest poll interval, and the lifetime of a token: a day.
pub const DAY_IN_SECONDS: u32 = 86_400;
/// The most characters of an answer's text that a host hands over: an initial token has up to 8,192, an exception fewer.
pub const MAXIMUM_TEXT_CHARACTERS: usize = 16_384;

/// Header names, in lower case. A proxy in front of the service must expose these to pages of other origins, with
/// `Content-Type`, `Date` and `Retry-After`.
pub mod header {
    /// The token for the next poll.
    pub const NEXT_TOKEN: &str = "next-poll-configuration-token";
    /// The time to wait before the next poll, in seconds.
    pub const NEXT_INTERVAL: &str = "next-poll-interval-in-seconds";
    /// The label of a hosted configuration version.
    pub const VERSION_LABEL: &str = "version-label";
    /// The format of the configuration.
    pub const CONTENT_TYPE: &str = "content-type";
    /// An exception's name.
    pub const ERROR_TYPE: &str = "x-amzn-errortype";
    /// The request's id, for AWS's support.
    pub const REQUEST_ID: &str = "x-amzn-requestid";
    /// Seconds or a date to wait for.
    pub const RETRY_AFTER: &str = "retry-after";
    /// Milliseconds to wait for.
    pub const AMZ_RETRY_AFTER: &str = "x-amz-retry-after";
}

/// What a host says of the body of a GetLatestConfiguration answer, which stays with the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// No bytes.
    Empty,
    /// The same bytes as those of the configuration that is held.
    Same,
    /// Other bytes, or nothing is held.
    New,
    /// Not what its content type says, for example JSON that does not parse.
    Malformed {
        /// Whether the last malformed body that this host saw had the same bytes.
        again: bool,
    },
    /// Refused by the caller's own check.
    Refused {
        /// Whether the last refused body that this host saw had the same bytes.
        again: bool,
    },
    /// More bytes than the host takes; it stopped reading.
    TooLarge,
}

/// An answer, as far as the core wants it. Its headers are read through a function, so that a host pays only for those
/// that count for the status at hand.
#[derive(Clone, Default)]
pub struct Response {
    /// The HTTP status; 0 where the host hides it (an opaque answer).
    pub status: u16,
    /// `Next-Poll-Configuration-Token`.
    pub next_token: Option<String>,
    /// `Next-Poll-Interval-In-Seconds`.
    pub next_interval: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Version-Label`.
    pub version_label: Option<String>,
    /// `x-amzn-ErrorType`.
    pub error_type: Option<String>,
    /// `x-amzn-RequestId`.
    pub request_id: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `x-amz-retry-after`.
    pub amz_retry_after: Option<String>,
    /// The answer's text, at most [`MAXIMUM_TEXT_CHARACTERS`]: for StartConfigurationSession, and for what is no success.
    pub text: String,
    /// What the host's own JSON parser has found in that text, where it has one; then the text itself is not read.
    pub document: Option<Document>,
    /// The body, where it is a configuration.
    pub body: Option<Body>,
    /// Whether the host may have hidden headers, as a browser does across origins unless they are exposed.
    pub headers_may_be_hidden: bool,
}

impl Response {
    /// Reads what counts for `status`; `header` is asked for names in lower case.
    ///
    /// ```
    /// use appconfig_edge::protocol::{response::Body, Response};
    /// let headers = [("next-poll-configuration-token", "t2"), ("next-poll-interval-in-seconds", "30")];
    /// let header = |name: &str| headers.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
    /// let mut answer = Response::read(200, header);
    /// answer.body = Some(Body::Empty);
    /// assert_eq!(answer.interval_in_seconds(), 30);
    /// ```
    #[must_use]
    pub fn read(status: u16, mut header: impl FnMut(&'static str) -> Option<String>) -> Self {
        let succeeds = is_configuration(status);
        let fails = !succeeds && status != 201;
        let mut read = |counts: bool, name| if counts { header(name) } else { None };
        Self {
            status,
            next_token: read(succeeds, header::NEXT_TOKEN),
            next_interval: read(succeeds, header::NEXT_INTERVAL),
            content_type: read(succeeds, header::CONTENT_TYPE),
            version_label: read(succeeds, header::VERSION_LABEL),
            error_type: read(fails, header::ERROR_TYPE),
            retry_after: read(fails, header::RETRY_AFTER),
            amz_retry_after: read(fails, header::AMZ_RETRY_AFTER),
            request_id: read(fails, header::REQUEST_ID),
            text: String::new(),
            document: None,
            body: None,
            headers_may_be_hidden: false,
        }
    }

    /// Whether the token's header could be read as one.
    #[must_use]
    pub fn next_token(&self) -> Option<Token> {
        Token::new(self.next_token.clone()?)
    }

    /// The interval that this answer asks for; anything outside 1 to 86,400 seconds is read as 60.
    #[must_use]
    pub fn interval_in_seconds(&self) -> u32 {
        // Digits alone, by hand: `trim` and `parse` cost a browser more, and `parse` takes a plus sign.
        let mut seconds = 0_u32;
        for byte in self.next_interval.as_deref().unwrap_or_default().bytes() {
            seconds = match byte {
                b'0'..=b'9' => seconds.saturating_mul(10).saturating_add(u32::from(byte - b'0')),
                _ => u32::MAX,
            };
        }
        if (1..=DAY_IN_SECONDS).contains(&seconds) {
            seconds
        } else {
            DEFAULT_INTERVAL_IN_SECONDS
        }
    }

    /// The initial token of a StartConfigurationSession answer.
    #[must_use]
    pub fn initial_token(&self) -> Option<Token> {
        let read;
        let document = if let Some(document) = &self.document {
            document
        } else {
            read = self.read_text();
            &read
        };
        for (path, text) in &document.texts {
            if document.is_whole && path == "InitialConfigurationToken" {
                return Token::new(text.clone());
            }
        }
        None
    }

    /// What is read of the text.
    #[must_use]
    pub fn document(&self) -> Document {
        self.document.clone().unwrap_or_else(|| self.read_text())
    }

    /// The same, taken out of it.
    pub(crate) fn take_document(&mut self) -> Document {
        self.document.take().unwrap_or_else(|| self.read_text())
    }

    fn read_text(&self) -> Document {
        // The browser's module is always given a document, and brings no parser.
        if cfg!(feature = "bare") {
            Document::default()
        } else {
            Document::read(&self.text)
        }
    }
}

/// The body of a StartConfigurationSession answer, as the service writes it.
///
/// ```
/// use appconfig_edge::protocol::{response, Token};
/// let token = Token::new("AYAD+/==".into()).unwrap();
/// assert_eq!(response::session_to_json(&token), r#"{"InitialConfigurationToken":"AYAD+/=="}"#);
/// ```
#[must_use]
pub fn session_to_json(initial_token: &Token) -> String {
    let mut out = String::from("{\"InitialConfigurationToken\":");
    json::write_string(&mut out, initial_token.as_str());
    out.push('}');
    out
}

impl core::fmt::Debug for Response {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Response").field("status", &self.status).field("body", &self.body).finish_non_exhaustive()
    }
}

/// Whether a GetLatestConfiguration answer with this status carries a configuration or says that it is unchanged.
/// The service answers 200; emulators and proxies answer 204 for an empty body.
#[must_use]
pub fn is_configuration(status: u16) -> bool {
    matches!(status, 200 | 204)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absurd_interval_is_read_as_sixty() {
        let interval = |text: &str| Response { next_interval: Some(text.into()), ..Response::default() }.interval_in_seconds();
        assert_eq!((interval("1"), interval("15"), interval("86400")), (1, 15, 86_400));
        for text in ["", "0", "-1", "+5", "1.5", "86401", "1e9", "1000000000", "99999999999999999999", "abc", "60, 60", "NaN"] {
            assert_eq!(interval(text), 60, "{text}");
        }
        assert_eq!(Response::default().interval_in_seconds(), 60);
    }

    #[test]
    fn a_token_is_taken_from_a_whole_document_by_its_name_whoever_parsed_it() {
        let of = |text: &str| Response { text: text.into(), ..Response::default() };
        let token = |text: &str| of(text).initial_token().map(|token| token.as_str().to_owned());
        assert_eq!(token(r#"{"a":"b","InitialConfigurationToken":"t"}"#).as_deref(), Some("t"));
        for text in [r#"{"InitialConfigurationToken":"t""#, r#"{"a":"b"}"#, ""] {
            assert_eq!(token(text), None, "{text}");
        }
        let mut it = of(r#"{"a":"b"}"#);
        assert_eq!(it.document().texts, [("a".into(), "b".into())]);
        assert_eq!(it.take_document().texts, [("a".into(), "b".into())]);
        it.document = Some(Document::read(r#"{"InitialConfigurationToken":"parsed"}"#));
        assert_eq!(it.initial_token().as_ref().map(Token::as_str), Some("parsed"));
        assert_eq!(it.take_document().texts[0].1, "parsed");
    }

    #[test]
    fn what_is_read_depends_on_the_status() {
        use header::{AMZ_RETRY_AFTER, CONTENT_TYPE, ERROR_TYPE, NEXT_INTERVAL, NEXT_TOKEN, REQUEST_ID, RETRY_AFTER, VERSION_LABEL};
        for status in [0, 200, 201, 202, 204, 302, 400, 500] {
            let mut asked = Vec::new();
            let it = Response::read(status, |name| {
                asked.push(name);
                Some(name.into())
            });
            let all: &[&str] = match status {
                200 | 204 => &[NEXT_TOKEN, NEXT_INTERVAL, CONTENT_TYPE, VERSION_LABEL],
                201 => &[],
                _ => &[ERROR_TYPE, RETRY_AFTER, AMZ_RETRY_AFTER, REQUEST_ID],
            };
            assert_eq!((it.status, &asked[..]), (status, all));
            let success = [it.next_token.as_deref(), it.next_interval.as_deref(), it.content_type.as_deref(), it.version_label.as_deref()];
            let failure = [it.error_type.as_deref(), it.retry_after.as_deref(), it.amz_retry_after.as_deref(), it.request_id.as_deref()];
            assert_eq!(success.into_iter().chain(failure).flatten().collect::<Vec<_>>(), all, "each where it belongs");
            assert_eq!(is_configuration(status), it.next_token.is_some());
            assert_eq!(it.next_token().map(|token| token.as_str().to_owned()), it.next_token);
        }
    }

    #[test]
    fn what_the_service_writes_of_a_session_is_read() {
        let token = Token::new("a\"+/é".into()).unwrap();
        assert_eq!(Response { text: session_to_json(&token), ..Response::default() }.initial_token(), Some(token));
    }

    #[test]
    fn an_initial_token_is_read_from_json_alone() {
        let token = |text: &str| Response { text: text.into(), ..Response::default() }.initial_token();
        assert_eq!(token(r#"{"x":{},"InitialConfigurationToken":"a+b"}"#).unwrap().as_str(), "a+b");
        for text in [
            "",
            "{}",
            "<html>",
            r#"{"InitialConfigurationToken":""}"#,
            r#"{"InitialConfigurationToken":1}"#,
            r#"{"InitialConfigurationToken":"a b"}"#,
            r#"{"InitialConfigurationToken":"a"#,
        ] {
            assert_eq!(token(text), None, "{text}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let answer = Response { next_token: Some("secret".into()), text: "secret".into(), ..Response::default() };
        assert_eq!(format!("{answer:?}"), "Response { status: 0, body: None, .. }");
    }
}
