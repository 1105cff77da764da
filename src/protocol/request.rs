//! The two requests, built for every runtime and read for the emulator.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use super::canonical::push_all;
use super::{json, percent, Endpoint, Token};

/// The path of StartConfigurationSession, below the endpoint.
pub const SESSIONS_PATH: &str = "/configurationsessions";
/// The path of GetLatestConfiguration, below the endpoint.
pub const CONFIGURATION_PATH: &str = "/configuration";
/// The query parameter that carries the token.
pub const TOKEN_PARAMETER: &str = "configuration_token";

/// An operation of AWS AppConfig Data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Opens a configuration session: `POST /configurationsessions`, answered with 201 and the initial token.
    StartConfigurationSession = 0,
    /// Spends a token: `GET /configuration`, answered with the configuration, or with nothing where it is unchanged.
    GetLatestConfiguration = 1,
}

impl Operation {
    /// The name as AWS writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StartConfigurationSession => "StartConfigurationSession",
            Self::GetLatestConfiguration => "GetLatestConfiguration",
        }
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::StartConfigurationSession => "POST",
            Self::GetLatestConfiguration => "GET",
        }
    }

    /// The path, below the endpoint.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::StartConfigurationSession => SESSIONS_PATH,
            Self::GetLatestConfiguration => CONFIGURATION_PATH,
        }
    }
}

/// The input of StartConfigurationSession.
///
/// ```
/// use appconfig_edge::protocol::SessionInput;
/// let input = SessionInput {
///     application_identifier: "shop".into(),
///     environment_identifier: "prod".into(),
///     configuration_profile_identifier: "flags".into(),
///     required_minimum_poll_interval_in_seconds: Some(30),
/// };
/// assert_eq!(SessionInput::from_json(&input.to_json()), Some(input));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInput {
    /// The application's id or name, 1 to 128 characters.
    pub application_identifier: String,
    /// The environment's id or name, 1 to 128 characters.
    pub environment_identifier: String,
    /// The configuration profile's id or name, 1 to 128 characters.
    pub configuration_profile_identifier: String,
    /// The least time between two polls of this session that the client asks for, 15 to 86,400 seconds.
    pub required_minimum_poll_interval_in_seconds: Option<u32>,
}

impl SessionInput {
    /// The body of the request, its members in the order of the service model.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from("{\"ApplicationIdentifier\":");
        json::write_string(&mut out, &self.application_identifier);
        out.push_str(",\"EnvironmentIdentifier\":");
        json::write_string(&mut out, &self.environment_identifier);
        out.push_str(",\"ConfigurationProfileIdentifier\":");
        json::write_string(&mut out, &self.configuration_profile_identifier);
        if let Some(seconds) = self.required_minimum_poll_interval_in_seconds {
            out.push_str(",\"RequiredMinimumPollIntervalInSeconds\":");
            json::write_number(&mut out, seconds);
        }
        out.push('}');
        out
    }

    /// Reads a request's body. `None` where it is no JSON object or lacks a required member or has one of another type;
    /// lengths and ranges are the service's to judge. Unknown members are passed over, as the service does.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        let (mut application, mut environment, mut profile, mut interval) = (None, None, None, None);
        let mut reader = json::Reader::new(text);
        reader.object(|name, value| {
            match name {
                "ApplicationIdentifier" => application = Some(value.string()?),
                "EnvironmentIdentifier" => environment = Some(value.string()?),
                "ConfigurationProfileIdentifier" => profile = Some(value.string()?),
                "RequiredMinimumPollIntervalInSeconds" => interval = value.integer_or_null()?,
                _ => value.skip()?,
            }
            Some(())
        })?;
        reader.at_end().then_some(())?;
        Some(Self {
            application_identifier: application?,
            environment_identifier: environment?,
            configuration_profile_identifier: profile?,
            required_minimum_poll_interval_in_seconds: interval,
        })
    }
}

/// A request, complete but for what authenticates it. Its `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Which operation this is.
    pub operation: Operation,
    /// The whole URL, the token percent-encoded.
    pub url: String,
    /// The JSON body, for StartConfigurationSession; it goes with `content-type: application/json`.
    pub body: Option<String>,
}

impl Request {
    /// StartConfigurationSession.
    #[must_use]
    pub fn start_configuration_session(endpoint: &Endpoint, input: &SessionInput) -> Self {
        let mut url = endpoint.as_str().to_owned();
        url.push_str(SESSIONS_PATH);
        Self { operation: Operation::StartConfigurationSession, url, body: Some(input.to_json()) }
    }

    /// GetLatestConfiguration with `token`.
    ///
    /// ```
    /// use appconfig_edge::protocol::{Endpoint, Request, Token};
    /// let endpoint = Endpoint::custom("https://config.example.com/").unwrap();
    /// let request = Request::get_latest_configuration(&endpoint, &Token::new("a+b/c==".into()).unwrap());
    /// assert_eq!(request.url, "https://config.example.com/configuration?configuration_token=a%2Bb%2Fc%3D%3D");
    /// ```
    #[must_use]
    pub fn get_latest_configuration(endpoint: &Endpoint, token: &Token) -> Self {
        let mut url = endpoint.as_str().to_owned();
        push_all(&mut url, &[CONFIGURATION_PATH, "?", TOKEN_PARAMETER, "="]);
        percent::encode_into(&mut url, token.as_str());
        Self { operation: Operation::GetLatestConfiguration, url, body: None }
    }

    /// The token in a query string (without `?`) as it reached a service; `None` where it is not there or not decodable.
    #[must_use]
    pub fn token_in_query(query: &str) -> Option<Token> {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(TOKEN_PARAMETER)?.strip_prefix('='))?;
        Token::new(percent::decode(value)?)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> SessionInput {
        SessionInput {
            application_identifier: "a\"\\\u{1}é".into(),
            environment_identifier: "b".into(),
            configuration_profile_identifier: "c".into(),
            required_minimum_poll_interval_in_seconds: None,
        }
    }

    #[test]
    fn the_body_is_json_that_others_read() {
        let value: serde_json::Value = serde_json::from_str(&input().to_json()).unwrap();
        assert_eq!(value["ApplicationIdentifier"], "a\"\\\u{1}é");
        assert_eq!(value.get("RequiredMinimumPollIntervalInSeconds"), None);
        assert_eq!(SessionInput::from_json(&input().to_json()), Some(input()));
        let often = SessionInput { required_minimum_poll_interval_in_seconds: Some(15), ..input() };
        assert_eq!(SessionInput::from_json(&often.to_json()), Some(often));
    }

    #[test]
    fn a_body_that_is_not_the_models_is_refused() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"ApplicationIdentifier":"a","EnvironmentIdentifier":"b"}"#,
            r#"{"ApplicationIdentifier":1,"EnvironmentIdentifier":"b","ConfigurationProfileIdentifier":"c"}"#,
            r#"{"ApplicationIdentifier":"a","EnvironmentIdentifier":"b","ConfigurationProfileIdentifier":"c"} x"#,
        ] {
            assert_eq!(SessionInput::from_json(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_survives_the_query() {
        let token = Token::new("AYADeL+/w==&%é?#".into()).unwrap();
        let request = Request::get_latest_configuration(&Endpoint::custom("http://x").unwrap(), &token);
        let query = request.url.split_once('?').unwrap().1;
        assert_eq!(Request::token_in_query(query), Some(token));
        assert_eq!(Request::token_in_query("a=b&configuration_token=x").unwrap().as_str(), "x");
        for query in ["", "configuration_token", "configuration_token=", "configuration_token=%zz", "xconfiguration_token=a"] {
            assert_eq!(Request::token_in_query(query), None, "{query}");
        }
    }

    #[test]
    fn operations_are_named_as_aws_does() {
        for (it, all) in [
            (Operation::StartConfigurationSession, ["StartConfigurationSession", "POST", "/configurationsessions"]),
            (Operation::GetLatestConfiguration, ["GetLatestConfiguration", "GET", "/configuration"]),
        ] {
            assert_eq!([it.name(), it.method(), it.path()], all);
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let request = Request::get_latest_configuration(&Endpoint::custom("http://x").unwrap(), &Token::new("secret".into()).unwrap());
        assert_eq!(format!("{request:?}"), "Request { operation: GetLatestConfiguration, .. }");
    }
}
