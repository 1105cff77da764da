//! The exceptions of AWS AppConfig Data, and those that any AWS service may answer with.
//!
//! An exception's name stands in `x-amzn-errortype` (often with a namespace before `#` and a URI after `:`), or in the
//! body's `__type` or `code`. What an answer means is judged by that name first and by the status second.

use super::json::{self, Reader};
use super::percent;

/// An exception as the service answered it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exception {
    /// The bare name, for example `BadRequestException`; `None` where the answer had none.
    pub name: Option<String>,
    /// The service's sentence (`Message` or `message`).
    pub message: Option<String>,
    /// BadRequestException: why, so far only `InvalidParameters`.
    pub reason: Option<String>,
    /// BadRequestException: `Details.InvalidParameters`, each parameter with its `Problem`.
    pub invalid_parameters: Vec<(String, Problem)>,
    /// ResourceNotFoundException: what was not found.
    pub resource_type: Option<ResourceType>,
    /// ResourceNotFoundException: which parameters of the request refer to it.
    pub referenced_by: Vec<(String, String)>,
    /// Whether this had AWS's form: a name, or a body that is one whole JSON document. A proxy's page has neither.
    pub in_aws_form: bool,
}

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
    /// assert_eq!(it.message.as_deref(), Some("Request too early"));
    /// ```
    #[must_use]
    pub fn read(error_type: Option<&str>, body: &str) -> Self {
        let mut it = Self { name: error_type.and_then(bare_name), ..Self::default() };
        let (mut dunder_type, mut code) = (None, None);
        // What was read before a body breaks off is kept: the closing brace is all that may be missing.
        let _cut = Reader::new(body).object(|name, value| {
            match name {
                "__type" => dunder_type = value.string_or_skip()?,
                "code" | "Code" => code = value.string_or_skip()?,
                "Message" | "message" => it.message = value.string_or_skip()?.or(it.message.take()),
                "Reason" => it.reason = value.string_or_skip()?,
                "ResourceType" => it.resource_type = value.string_or_skip()?.map(ResourceType::from_name),
                "ReferencedBy" => match value.clone().strings() {
                    Some(all) => {
                        it.referenced_by = all;
                        value.skip()?;
                    }
                    None => value.skip()?,
                },
                "Details" => {
                    it.invalid_parameters = invalid_parameters(&mut value.clone()).unwrap_or_default();
                    value.skip()?;
                }
                _ => value.skip()?,
            }
            Some(())
        });
        let body_name = dunder_type.or(code);
        if it.name.is_none() {
            it.name = body_name.as_deref().and_then(bare_name);
        }
        it.in_aws_form = it.name.is_some() || json::is_document(body);
        it
    }

    /// The body of an answer with this exception, as the service writes it: its members in the order of the service model, the name
    /// left to the `x-amzn-errortype` header.
    ///
    /// ```
    /// use appconfig_edge::protocol::Exception;
    /// let it = Exception { message: Some("Rate exceeded".into()), ..Exception::default() };
    /// assert_eq!(it.to_json(), r#"{"Message":"Rate exceeded"}"#);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut members = Vec::new();
        let mut member = |name: &str, value: String| members.push((name.to_owned(), value));
        let text = |text: &str| {
            let mut out = String::new();
            json::write_string(&mut out, text);
            out
        };
        if let Some(message) = &self.message {
            member("Message", text(message));
        }
        if let Some(reason) = &self.reason {
            member("Reason", text(reason));
        }
        if !self.invalid_parameters.is_empty() {
            let problem = |problem: &Problem| object(&[("Problem".to_owned(), text(problem.as_str()))]);
            let parameters: Vec<_> = self.invalid_parameters.iter().map(|(name, it)| (name.clone(), problem(it))).collect();
            member("Details", object(&[("InvalidParameters".to_owned(), object(&parameters))]));
        }
        if let Some(resource_type) = &self.resource_type {
            member("ResourceType", text(resource_type.as_str()));
        }
        if !self.referenced_by.is_empty() {
            let references: Vec<_> = self.referenced_by.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            member("ReferencedBy", object(&references));
        }
        object(&members)
    }

    /// What a client owes this answer, which came with HTTP status `status`.
    #[must_use]
    pub fn class(&self, status: u16) -> Class {
        // AWS writes most names with and without "Exception".
        let name = self.name.as_deref().unwrap_or_default();
        match name.strip_suffix("Exception").unwrap_or(name) {
            "BadRequest" if self.has_problem(&Problem::PollIntervalNotSatisfied) => Class::TooEarly,
            // The quirk of a service that once sent the sentence without the details.
            "BadRequest" if self.message.as_deref() == Some("Request too early") => Class::TooEarly,
            "BadRequest" | "Validation" => Class::BadRequest,
            "ResourceNotFound" => Class::NotFound,
            "InternalServer" | "RequestTimeout" | "InternalFailure" | "ServiceUnavailable" => Class::Transient,
            "Throttling"
            | "Throttled"
            | "RequestThrottled"
            | "TooManyRequests"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
            | "LimitExceeded"
            | "ProvisionedThroughputExceeded"
            | "SlowDown"
            | "EC2Throttled"
            | "PriorRequestNotComplete"
            | "TransactionInProgress" => Class::Throttled,
            "ExpiredToken" => Class::CredentialsExpired,
            "RequestExpired"
            | "InvalidSignature"
            | "SignatureDoesNotMatch"
            | "RequestTimeTooSkewed"
            | "RequestInTheFuture"
            | "AuthFailure" => Class::ClockSkew,
            "AccessDenied"
            | "UnrecognizedClient"
            | "MissingAuthenticationToken"
            | "InvalidClientTokenId"
            | "IncompleteSignature"
            | "NotAuthorized"
            | "OptInRequired"
            | "InvalidAccessKeyId"
            | "Forbidden"
            | "Unauthorized" => Class::Denied,
            _ => match status {
                400 if self.has_problem(&Problem::PollIntervalNotSatisfied) => Class::TooEarly,
                400 => Class::BadRequest,
                401 | 403 => Class::Denied,
                404 => Class::NotFound,
                429 => Class::Throttled,
                408 | 500..=599 => Class::Transient,
                _ => Class::Unexpected,
            },
        }
    }

    /// Forgets every text in which a piece of `secret` stands, as where a proxy's message echoes the URL. The name stays,
    /// unless it is such a text itself.
    pub(crate) fn hide(&mut self, secret: &str) {
        let keep = |text: &mut Option<String>| *text = text.take().filter(|text| !shows(text, secret));
        keep(&mut self.name);
        keep(&mut self.message);
        keep(&mut self.reason);
        self.invalid_parameters.retain(|(name, problem)| !shows(name, secret) && !shows(problem.as_str(), secret));
        self.referenced_by.retain(|(name, value)| !shows(name, secret) && !shows(value, secret));
        self.resource_type = self.resource_type.take().filter(|it| !shows(it.as_str(), secret));
    }

    /// Whether any parameter has this problem.
    #[must_use]
    pub fn has_problem(&self, problem: &Problem) -> bool {
        self.invalid_parameters.iter().any(|(_, it)| it == problem)
    }
}

/// Whether the beginning of `secret` stands in `text`, plain or percent-encoded. Messages are often cut, so sixteen
/// characters are enough to be suspicious; fewer than four are no secret.
pub(crate) fn shows(text: &str, secret: &str) -> bool {
    let plain: String = secret.chars().take(16).collect();
    let mut encoded = String::new();
    percent::encode_into(&mut encoded, &plain);
    let stands = |piece: &str| text.as_bytes().windows(piece.len()).any(|window| window == piece.as_bytes());
    plain.len() >= 4 && (stands(&plain) || stands(&encoded))
}

/// A JSON object of members whose values are JSON already.
fn object(members: &[(String, String)]) -> String {
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
    let text = text.split([':', ',']).next()?;
    let name = text.rsplit('#').next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Reads `{"InvalidParameters": {parameter: {"Problem": …}}}`.
fn invalid_parameters(details: &mut Reader) -> Option<Vec<(String, Problem)>> {
    let mut all = Vec::new();
    details.object(|name, value| {
        if name != "InvalidParameters" {
            return value.skip();
        }
        value.object(|parameter, detail| {
            for (member, text) in detail.strings()? {
                if member == "Problem" {
                    all.push((parameter.to_owned(), Problem::from_name(text)));
                }
            }
            Some(())
        })
    })?;
    Some(all)
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
        assert_eq!(it.reason.as_deref(), Some("InvalidParameters"));
        assert_eq!(
            it.invalid_parameters,
            [("configuration_token".to_owned(), Problem::Expired), ("y".to_owned(), Problem::Other("New".into()))]
        );
        let it = Exception::read(
            None,
            r#"{"__type":"x#ResourceNotFoundException","ResourceType":"Environment","ReferencedBy":{"a":"b","c":1}}"#,
        );
        assert_eq!(it.resource_type, Some(ResourceType::Environment));
        assert_eq!(it.referenced_by, [("a".to_owned(), "b".to_owned())]);
        assert_eq!(it.class(404), Class::NotFound);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = Exception {
            message: Some("a \"quoted\" word".into()),
            reason: Some("InvalidParameters".into()),
            invalid_parameters: vec![("configuration_token".into(), Problem::Expired), ("x".into(), Problem::Other("New".into()))],
            resource_type: Some(ResourceType::Configuration),
            referenced_by: vec![("ApplicationIdentifier".into(), "shop\n".into())],
            name: Some("BadRequestException".into()),
            in_aws_form: true,
        };
        assert_eq!(Exception::read(Some("BadRequestException:"), &written.to_json()), written);
        assert_eq!(Exception::default().to_json(), "{}");
    }

    #[test]
    fn a_cut_body_keeps_what_was_whole() {
        let it = Exception::read(None, r#"{"__type":"ThrottlingException","Message":"Rate ex"#);
        assert_eq!(it.name.as_deref(), Some("ThrottlingException"));
        assert_eq!((it.message.as_deref(), it.class(400)), (None, Class::Throttled));
    }

    #[test]
    fn a_text_that_echoes_a_secret_is_forgotten() {
        let secret = "AYADeL+/w==0123456789";
        let body =
            r#"{"Message":"bad token AYADeL%2B%2Fw%3D%3D01234","Reason":"fine","ReferencedBy":{"a":"x AYADeL+\/w==012345","b":"c"}}"#;
        let mut it = Exception::read(Some("BadRequestException"), body);
        it.hide(secret);
        assert_eq!((it.message, it.reason.as_deref(), it.name.as_deref()), (None, Some("fine"), Some("BadRequestException")));
        assert_eq!(it.referenced_by, [("b".to_owned(), "c".to_owned())]);
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
    fn too_early_is_known_by_its_problem_and_by_its_sentence() {
        let details = r#"{"Details":{"InvalidParameters":{"configuration_token":{"Problem":"PollIntervalNotSatisfied"}}}}"#;
        assert_eq!(Exception::read(Some("BadRequestException"), details).class(400), Class::TooEarly);
        assert_eq!(Exception::read(None, details).class(400), Class::TooEarly);
        assert_eq!(Exception::read(Some("BadRequestException"), r#"{"Message":"Request too early"}"#).class(400), Class::TooEarly);
    }
}
