//! Why an attempt failed.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::protocol::{Exception, Operation};

/// The kinds of failures; the package for JavaScript has the same names in the same order (`pkg/errors.js`).
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $sentence:literal;)*) => {
        /// What kind of failure it was. Stable: a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code's name, for example `token-refused`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

codes! {
    /// No answer: the host could not be reached, or the connection broke off.
    Network = "network", "the endpoint could not be reached or the connection broke off before an answer";
    /// An answer began and was not whole.
    BodyCut = "body-cut", "the answer broke off before its end";
    /// A time limit was over; [`Error::limit`] says which.
    TimedOut = "timed-out", "the answer did not come within the time limit";
    /// What authenticates the request (`sign`, `headers`) threw or gave something unusable; nothing was sent.
    NotSent = "not-sent", "the request could not be prepared and was not sent";
    /// 400 to StartConfigurationSession, or a 400 that AWS did not send: asking again will not mend it.
    BadRequest = "bad-request", "the request was refused as invalid";
    /// The token was refused as expired, corrupted or spent; a new session follows.
    TokenRefused = "token-refused", "the configuration token was refused; a new session is opened";
    /// Polled before the interval was over; the token is kept.
    TooEarly = "too-early", "polled before the interval was over; the token is kept";
    /// 404: an identifier is wrong, or nothing is deployed (any more).
    NotFound = "not-found", "the application, environment, configuration profile or deployment was not found";
    /// The service asks to slow down.
    Throttled = "throttled", "the service asks to slow down";
    /// 401 or 403.
    AccessDenied = "access-denied", "access was denied";
    /// The credentials have expired.
    CredentialsExpired = "credentials-expired", "the credentials have expired";
    /// The signature's time is too far from the service's.
    ClockSkew = "clock-skew", "the signature was refused, perhaps because this clock is off by more than five minutes";
    /// 5xx.
    ServiceError = "service-error", "the service had an internal failure";
    /// A redirect, which is never followed: it would carry the token elsewhere.
    Redirected = "redirected", "the endpoint redirects, and redirects are not followed";
    /// A success without what makes it one, or a status that this service does not answer: a proxy's or a portal's page.
    UnexpectedAnswer = "unexpected-answer", "the answer is not one of AWS AppConfig Data";
    /// A success whose headers a browser hides from pages of another origin.
    HeadersHidden = "headers-hidden", "the answer's headers are hidden: the endpoint must send Access-Control-Expose-Headers";
    /// A body that is not what its content type says.
    InvalidBody = "invalid-body", "the configuration does not parse as its content type says";
    /// A body above the limit.
    BodyTooLarge = "body-too-large", "the configuration is larger than the limit";
    /// The service has sent no configuration where there should be one.
    NoConfiguration = "no-configuration", "the service sent an empty configuration";
    /// A configuration that the caller's own check refused.
    Refused = "refused", "the configuration was refused by the caller's own check";
}

/// Which time limit was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The time until the answer's headers.
    Headers,
    /// The time without a byte.
    Idle,
    /// The time for the whole request.
    Total,
}

/// Why an attempt failed. Nothing in it is secret: no token, no key, no URL, no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure it was.
    pub code: Code,
    /// During which operation.
    pub operation: Operation,
    /// The HTTP status, or 0 where there was none.
    pub status: u16,
    /// The service's exception, where it answered one.
    pub exception: Option<Box<Exception>>,
    /// `x-amzn-RequestId`, for AWS's support.
    pub request_id: Option<String>,
    /// Which time limit was over, where one was.
    pub limit: Option<Limit>,
    /// Whether asking again will not mend it, as far as the answer tells. The loop goes on all the same.
    pub is_final: bool,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation.name(), self.code.sentence())?;
        if self.status != 0 {
            write!(f, " (HTTP {})", self.status)?;
        }
        if let Some(exception) = &self.exception {
            for part in [exception.name.as_deref(), exception.message()].into_iter().flatten() {
                write!(f, ": {part}")?;
            }
        }
        Ok(())
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_operation_status_and_exception() {
        let error = Error {
            code: Code::NotFound,
            operation: Operation::StartConfigurationSession,
            status: 404,
            exception: Some(Box::new(Exception::read(Some("ResourceNotFoundException"), r#"{"Message":"no such application"}"#))),
            request_id: None,
            limit: None,
            is_final: true,
        };
        assert_eq!(
            error.to_string(),
            "StartConfigurationSession: the application, environment, configuration profile or deployment was not found (HTTP 404): ResourceNotFoundException: no such application"
        );
    }
}
