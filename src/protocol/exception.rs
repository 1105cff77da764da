//! The exceptions of AWS AppConfig Data, and those that any AWS service may answer with.
//!
//! An exception's name stands in `x-amzn-errortype` (often with a namespace before `#` and a URI after `:`), or in the
//! body's `__type` or `code`. What an answer means is judged by that name first and by the status second.

use super::canonical::part;
use super::document::text_at;
use super::{json, Document};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// An exception as the service answered it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exception {
    /// The bare name, for example `BadRequestException`; `None` where the answer had none.
    pub name: Option<String>,
    /// The texts in the body with the path to each, for example `ReferencedBy.ApplicationIdentifier`, of those members that
    /// the service model has; see the methods. A flat list, because a browser pays for each member that has code of its own.
    pub members: Vec<(String, String)>,
    /// Whether this had AWS's form: a name, or a body that is one whole JSON document. A proxy's page has neither.
    pub in_aws_form: bool,
}

const MESSAGE: &str = "Message";
const REASON: &str = "Reason";
const RESOURCE_TYPE: &str = "ResourceType";
const REFERENCED_BY: &str = "ReferencedBy.";
const INVALID_PARAMETERS: &str = "Details.InvalidParameters.";
const PROBLEM: &str = ".Problem";

/// What is wrong with a parameter of a request (`InvalidParameterProblem` in the service model).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The token cannot be read, or was used before.
    Corrupted,
    /// The token's 24 hours are over.
    Expired,
    /// The token was used before the poll interval was over; it is not spent by that.
    PollIntervalNotSatisfied,
    /// A problem that the model did not have when this was written.
    Other(String),
}

/// What was not found (`ResourceType` in the service model).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceType {
    /// The application.
    Application,
    /// The configuration profile.
    ConfigurationProfile,
    /// A deployment: nothing was ever deployed to this environment.
    Deployment,
    /// The environment.
    Environment,
    /// The configuration, for example after a deployment was reverted.
    Configuration,
    /// A type that the model did not have when this was written.
    Other(String),
}

/// Implements the two directions between an enum and its wire names from one table.
macro_rules! names {
    ($type:ident { $($variant:ident)* }) => {
        impl $type {
            /// The name on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => stringify!($variant),)* Self::Other(name) => name }
            }
            /// Reads the name on the wire; never fails, because the service may learn new names.
            #[must_use]
            pub fn from_name(name: String) -> Self {
                match name.as_str() { $(stringify!($variant) => Self::$variant,)* _ => Self::Other(name) }
            }
        }
    };
}
names!(Problem { Corrupted Expired PollIntervalNotSatisfied });
names!(ResourceType { Application ConfigurationProfile Deployment Environment Configuration });

/// What a client owes an answer that is not a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The request was wrong and asking again will not mend it.
    BadRequest,
    /// Polled before the interval was over: the token is not spent, wait and use it again.
    TooEarly,
    /// Something that the request names is not there.
    NotFound,
    /// Back off.
    Throttled,
    /// Not allowed, or not known who asks.
    Denied,
    /// The credentials were good once: fresh ones may help.
    CredentialsExpired,
    /// The signature's time is too far from the service's.
    ClockSkew,
    /// The service's own trouble: back off.
    Transient,
    /// Nothing that this service answers: a proxy, a portal, a redirect.
    Unexpected,
}

impl Exception {
    /// Reads an answer: the `x-amzn-errortype` header, and what is there of the body (it may be cut, empty or a page).
    ///
    /// ```
    /// use appconfig_edge::protocol::Exception;
    /// let it = Exception::read(Some("a.b#BadRequestException:http://x/"), r#"{"Message":"Request too early"}"#);
    /// assert_eq!(it.name.as_deref(), Some("BadRequestException"));
    /// assert_eq!(it.message(), Some("Request too early"));
    /// ```
    #[must_use]
    pub fn read(error_type: Option<&str>, body: &str) -> Self {
        Self::of(error_type, Document::read(body))
    }

    /// The same of a body that was read already.
    #[must_use]
    pub fn of(error_type: Option<&str>, body: Document) -> Self {
        let mut it = Self { members: body.texts, ..Self::default() };
        let named = error_type.and_then(bare_name);
        it.name = named.or_else(|| ["__type", "code", "Code"].into_iter().find_map(|path| bare_name(it.member(path)?)));
        // JavaScript, which has read the body, keeps its texts, and hides what is secret itself.
        if !cfg!(feature = "bare") {
            it.hide("");
        }
        it.in_aws_form = it.name.is_some() || body.is_whole;
        it
    }

    /// The text at `path`, the last where there are several.
    #[must_use]
    pub fn member(&self, path: &str) -> Option<&str> {
        text_at(&self.members, path)
    }

    /// The service's sentence (`Message`, and `message` as other services write it).
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.member(MESSAGE).or_else(|| self.member("message"))
    }

    /// BadRequestException: why, so far only `InvalidParameters`.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.member(REASON)
    }

    /// BadRequestException: `Details.InvalidParameters`, each parameter with its `Problem`.
    pub fn invalid_parameters(&self) -> impl Iterator<Item = (&str, Problem)> {
        self.members.iter().filter_map(|(path, value)| {
            let parameter = path.strip_prefix(INVALID_PARAMETERS)?.strip_suffix(PROBLEM)?;
            Some((parameter, Problem::from_name(value.clone())))
        })
    }

    /// ResourceNotFoundException: what was not found.
    #[must_use]
    pub fn resource_type(&self) -> Option<ResourceType> {
        self.member(RESOURCE_TYPE).map(|name| ResourceType::from_name(name.to_owned()))
    }

    /// ResourceNotFoundException: which parameters of the request refer to it, and their values.
    pub fn referenced_by(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members.iter().filter_map(|(path, value)| Some((path.strip_prefix(REFERENCED_BY)?, value.as_str())))
    }

    /// An exception to answer with.
    ///
    /// ```
    /// use appconfig_edge::protocol::{Exception, Problem};
    /// let it = Exception::new("BadRequestException", "Request too early")
    ///     .because("InvalidParameters")
    ///     .invalid_parameter("configuration_token", &Problem::PollIntervalNotSatisfied);
    /// assert_eq!(it.to_json(), concat!(
    ///     r#"{"Message":"Request too early","Reason":"InvalidParameters","#,
    ///     r#""Details":{"InvalidParameters":{"configuration_token":{"Problem":"PollIntervalNotSatisfied"}}}}"#,
    /// ));
    /// ```
    #[must_use]
    pub fn new(name: &str, message: &str) -> Self {
        Self { name: Some(name.to_owned()), members: Vec::new(), in_aws_form: true }.with(MESSAGE.to_owned(), message)
    }

    fn with(mut self, path: String, value: &str) -> Self {
        self.members.push((path, value.to_owned()));
        self
    }

    /// With a `Reason`.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        self.with(REASON.to_owned(), reason)
    }

    /// With a parameter in `Details.InvalidParameters`.
    #[must_use]
    pub fn invalid_parameter(self, parameter: &str, problem: &Problem) -> Self {
        self.with([INVALID_PARAMETERS, parameter, PROBLEM].concat(), problem.as_str())
    }

    /// With a `ResourceType`.
    #[must_use]
    pub fn not_found(self, resource_type: &ResourceType) -> Self {
        self.with(RESOURCE_TYPE.to_owned(), resource_type.as_str())
    }

    /// With a parameter in `ReferencedBy`.
    #[must_use]
    pub fn references(self, parameter: &str, value: &str) -> Self {
        self.with([REFERENCED_BY, parameter].concat(), value)
    }

    /// The body of an answer with this exception, as the service writes it: its members in the order of the service model, the name
    /// left to the `x-amzn-errortype` header.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = |text: &str| {
            let mut out = String::new();
            json::write_string(&mut out, text);
            out
        };
        let mut members = Vec::new();
        let simple = |path: &'static str| self.member(path).map(|value| (path, text(value)));
        members.extend([MESSAGE, REASON].into_iter().filter_map(simple));
        let problem = |problem: &Problem| object(&[("Problem", text(problem.as_str()))]);
        let parameters: Vec<_> = self.invalid_parameters().map(|(name, it)| (name, problem(&it))).collect();
        if !parameters.is_empty() {
            members.push(("Details", object(&[("InvalidParameters", object(&parameters))])));
        }
        members.extend(simple(RESOURCE_TYPE));
        let references: Vec<_> = self.referenced_by().map(|(name, value)| (name, text(value))).collect();
        if !references.is_empty() {
            members.push(("ReferencedBy", object(&references)));
        }
        object(&members)
    }

    /// What a client owes this answer, which came with HTTP status `status`.
    #[must_use]
    pub fn class(&self, status: u16) -> Class {
        // AWS writes most names with and without "Exception".
        let name = self.name.as_deref().unwrap_or_default();
        let name = name.strip_suffix("Exception").unwrap_or(name);
        let listed = CLASSES.iter().find(|(names, _)| names.split(|byte| *byte == b' ').any(|it| it == name.as_bytes()));
        let class = listed.map_or_else(|| Self::class_of_status(status), |(_, class)| *class);
        // The problem tells, or the sentence alone, which a service once sent without details.
        if class == Class::BadRequest && (self.has_problem_named("PollIntervalNotSatisfied") || self.message() == Some("Request too early"))
        {
            return Class::TooEarly;
        }
        class
    }

    fn class_of_status(status: u16) -> Class {
        match status {
            400 => Class::BadRequest,
            401 | 403 => Class::Denied,
            404 => Class::NotFound,
            429 => Class::Throttled,
            408 | 500..=599 => Class::Transient,
            _ => Class::Unexpected,
        }
    }

    /// Forgets every text in which a piece of `secret` stands, as where a proxy's message echoes the URL. The name stays,
    /// unless it is such a text itself. Keeps nothing but what the model names, either: the body may as well be a
    /// configuration, or hold a token.
    pub(crate) fn hide(&mut self, secret: &str) {
        self.name = self.name.take().filter(|name| !shows(name, secret));
        for (path, value) in core::mem::take(&mut self.members) {
            // By hand, because `split` and `retain` cost a browser half a kilobyte.
            let first = part(&mut path.as_str(), b'.');
            if matches!(first, MESSAGE | "message" | REASON | RESOURCE_TYPE | "ReferencedBy" | "Details")
                && !shows(&path, secret)
                && !shows(&value, secret)
            {
                self.members.push((path, value));
            }
        }
    }

    /// Whether any parameter has this problem.
    #[must_use]
    pub fn has_problem(&self, problem: &Problem) -> bool {
        self.has_problem_named(problem.as_str())
    }

    fn has_problem_named(&self, name: &str) -> bool {
        self.members.iter().any(|(path, value)| path.ends_with(PROBLEM) && value == name)
    }
}

/// What names mean, without "Exception" at their end; the lists follow the published retry standard's.
const CLASSES: [(&[u8], Class); 7] = [
    (b"BadRequest Validation", Class::BadRequest),
    (b"ResourceNotFound", Class::NotFound),
    (b"InternalServer RequestTimeout InternalFailure ServiceUnavailable", Class::Transient),
    (
        b"Throttling Throttled RequestThrottled TooManyRequests RequestLimitExceeded BandwidthLimitExceeded LimitExceeded \
          ProvisionedThroughputExceeded SlowDown EC2Throttled PriorRequestNotComplete TransactionInProgress",
        Class::Throttled,
    ),
    (b"ExpiredToken", Class::CredentialsExpired),
    (b"RequestExpired InvalidSignature SignatureDoesNotMatch RequestTimeTooSkewed RequestInTheFuture AuthFailure", Class::ClockSkew),
    (
        b"AccessDenied UnrecognizedClient MissingAuthenticationToken InvalidClientTokenId IncompleteSignature NotAuthorized \
          OptInRequired InvalidAccessKeyId Forbidden Unauthorized",
        Class::Denied,
    ),
];

/// Whether a piece of `secret` stands in `text`. Messages are cut, and encoded in more ways than one can list, so six
/// letters and digits in a row are enough to be suspicious; fewer than four characters are no secret.
pub(crate) fn shows(text: &str, secret: &str) -> bool {
    let secret = secret.as_bytes();
    let length = secret.len().min(6);
    let suspicious = |piece: &[u8]| length == secret.len() || piece.iter().all(u8::is_ascii_alphanumeric);
    let stands = |piece: &[u8]| text.as_bytes().windows(length).any(|window| window == piece);
    length > 3 && secret.windows(length).any(|piece| suspicious(piece) && stands(piece))
}

/// A JSON object of members whose values are JSON already.
fn object(members: &[(&str, String)]) -> String {
    let mut out = String::from("{");
    for (name, value) in members {
        if out.len() > 1 {
            out.push(',');
        }
        json::write_string(&mut out, name);
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
    out
}

/// `namespace#Name:uri` to `Name`; `None` where no name is left.
fn bare_name(text: &str) -> Option<String> {
    // Piece by piece, because going through characters costs a browser more.
    let mut rest = text;
    let mut rest = part(&mut rest, b':');
    let rest = part(&mut rest, b',');
    let from = rest.bytes().rposition(|byte| byte == b'#').map_or(0, |at| at + 1);
    let (mut rest, mut name) = (rest.get(from..).unwrap_or_default(), String::new());
    while !rest.is_empty() {
        name.push_str(part(&mut rest, b' '));
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_in_full() {
        let it = Exception::read(
            Some("BadRequestException"),
            r#"{"Details":{"Other":[1],"InvalidParameters":{"configuration_token":{"Problem":"Expired","x":1},"y":{"Problem":"New"}}},"Reason":"InvalidParameters","Message":"m"}"#,
        );
        assert_eq!(it.reason(), Some("InvalidParameters"));
        assert!(it.has_problem(&Problem::Expired) && !it.has_problem(&Problem::Corrupted));
        let parameters: Vec<_> = it.invalid_parameters().collect();
        assert_eq!(parameters, [("configuration_token", Problem::Expired), ("y", Problem::Other("New".into()))]);
        let it = Exception::read(
            None,
            r#"{"__type":"x#ResourceNotFoundException","ResourceType":"Environment","ReferencedBy":{"a":"b","c":1}}"#,
        );
        assert_eq!(it.resource_type(), Some(ResourceType::Environment));
        assert_eq!(it.referenced_by().collect::<Vec<_>>(), [("a", "b")]);
        assert_eq!(it.class(404), Class::NotFound);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = Exception::new("BadRequestException", "a \"quoted\" word")
            .because("InvalidParameters")
            .invalid_parameter("configuration_token", &Problem::Expired)
            .invalid_parameter("x", &Problem::Other("New".into()))
            .not_found(&ResourceType::Configuration)
            .references("ApplicationIdentifier", "shop\n");
        assert_eq!(Exception::read(Some("BadRequestException:"), &written.to_json()), written);
        assert_eq!(Exception::default().to_json(), "{}");
    }

    #[test]
    fn a_cut_body_keeps_what_was_whole() {
        let it = Exception::read(None, r#"{"__type":"ThrottlingException","Message":"Rate ex"#);
        assert_eq!(it.name.as_deref(), Some("ThrottlingException"));
        assert_eq!((it.message(), it.class(400)), (None, Class::Throttled));
    }

    #[test]
    fn a_text_that_echoes_a_secret_is_forgotten() {
        let secret = "AYADeL+/w==0123456789";
        let body =
            r#"{"Message":"bad token AYADeL%2B%2Fw%3D%3D01234","Reason":"fine","ReferencedBy":{"a":"x AYADeL+\/w==012345","b":"c"}}"#;
        let mut it = Exception::read(Some("BadRequestException"), body);
        it.hide(secret);
        assert_eq!((it.message(), it.reason(), it.name.as_deref()), (None, Some("fine"), Some("BadRequestException")));
        assert_eq!(it.referenced_by().collect::<Vec<_>>(), [("b", "c")]);
    }

    #[test]
    fn of_a_body_that_is_no_exception_nothing_is_kept() {
        for body in [r#"{"checkout":{"enabled":true,"key":"x"},"Messages":"x"}"#, r#"{"InitialConfigurationToken":"x"}"#] {
            assert_eq!(Exception::read(None, body).members, []);
        }
    }

    #[test]
    fn a_secret_is_known_by_any_piece_however_it_is_written() {
        let secret = "AYADeL+/w==0123456789abcdef/xyz";
        for text in ["AYADeL+/w==0123456", "x AYADeL%2b%2fw%3d", "&#43;/w==0123456789", "e AYADeL", "..6789abcdef/xyz", secret] {
            assert!(shows(text, secret), "{text}");
        }
        for text in ["", "AYADe", "w==01", "token 12345 is expired"] {
            assert!(!shows(text, secret), "{text}");
        }
        assert!(shows("a-b+c d", "a-b+c") && !shows("a-b", "a-b"));
    }

    #[test]
    fn only_a_name_or_whole_json_is_in_aws_form() {
        for (error_type, body, expected) in [
            (None, "", false),
            (None, "<html>", false),
            (None, "{", false),
            (None, "{}", true),
            (None, "null", true),
            (None, "[]", true),
            (Some(""), "", false),
            (Some("X:"), "", true),
        ] {
            assert_eq!(Exception::read(error_type, body).in_aws_form, expected, "{error_type:?} {body}");
        }
    }

    #[test]
    fn a_name_counts_more_than_a_status() {
        let class = |name: &str, status| Exception { name: Some(name.into()), ..Exception::default() }.class(status);
        assert_eq!(class("ThrottlingException", 400), Class::Throttled);
        assert_eq!(class("ExpiredTokenException", 403), Class::CredentialsExpired);
        assert_eq!(class("InvalidSignatureException", 403), Class::ClockSkew);
        assert_eq!(class("SomethingNew", 503), Class::Transient);
        assert_eq!(Exception::default().class(302), Class::Unexpected);
    }

    #[test]
    fn a_status_counts_where_there_is_no_name() {
        for (status, class) in [
            (400, Class::BadRequest),
            (401, Class::Denied),
            (403, Class::Denied),
            (404, Class::NotFound),
            (408, Class::Transient),
            (429, Class::Throttled),
            (500, Class::Transient),
            (599, Class::Transient),
        ] {
            assert_eq!(Exception::default().class(status), class, "{status}");
        }
        for status in [0, 100, 299, 300, 402, 405, 407, 409, 428, 430, 499, 600, u16::MAX] {
            assert_eq!(Exception::default().class(status), Class::Unexpected, "{status}");
        }
    }

    #[test]
    fn a_name_is_what_is_left_without_namespace_and_address() {
        for (text, name) in [
            ("X", Some("X")),
            ("a.b#X", Some("X")),
            ("a#b#X:http://c/#d", Some("X")),
            (" X ", Some("X")),
            ("X, X", Some("X")),
            ("X:", Some("X")),
            ("", None),
            (":X", None),
            ("X#", None),
            (" ", None),
        ] {
            assert_eq!(bare_name(text).as_deref(), name, "{text:?}");
        }
    }

    #[test]
    fn too_early_is_known_by_its_problem_and_by_its_sentence() {
        let details = r#"{"Details":{"InvalidParameters":{"configuration_token":{"Problem":"PollIntervalNotSatisfied"}}}}"#;
        assert_eq!(Exception::read(Some("BadRequestException"), details).class(400), Class::TooEarly);
        assert_eq!(Exception::read(None, details).class(400), Class::TooEarly);
        let sentence = r#"{"Message":"Request too early"}"#;
        assert_eq!(Exception::read(Some("BadRequestException"), sentence).class(400), Class::TooEarly);
        // Another name counts more than either.
        for body in [details, sentence] {
            assert_eq!(Exception::read(Some("ThrottlingException"), body).class(400), Class::Throttled);
        }
        let expired = details.replace("PollIntervalNotSatisfied", "Expired");
        for body in [r#"{"Message":"Request"}"#, r#"{"Reason":"PollIntervalNotSatisfied"}"#, &expired] {
            assert_eq!(Exception::read(Some("BadRequestException"), body).class(400), Class::BadRequest, "{body}");
        }
    }
}
