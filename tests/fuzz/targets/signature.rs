//! A request to a service that checks signatures: `GET /configuration?…`, headers, a body. `{signature}` in a header is the right one.

use appconfig_edge::protocol::authorization::{Authorization, Received};
use appconfig_edge::protocol::exception::Class;
use appconfig_edge::protocol::sigv4::{sign, timestamp, Credentials};
use appconfig_edge::protocol::{Endpoint, Request, SessionInput, Token};
use appconfig_edge::service::{Key, Refusal, Verifier};

use super::message::Message;
use super::oracle;

const NOW: u64 = 1_767_323_045_000;
const LASTING: Credentials =
    Credentials { access_key_id: "AKIDLASTING", secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCY", session_token: None };
const PASSING: Credentials = Credentials {
    access_key_id: "ASIAPASSING",
    secret_access_key: "q7Zt9mXv/K2rW8pLs+4nBc6yHd0uQe",
    session_token: Some("IQoJ+pAsSiNg/tOkEn=="),
};

fn key(it: &Credentials) -> Key {
    Key {
        access_key_id: it.access_key_id.into(),
        secret_access_key: it.secret_access_key.into(),
        session_token: it.session_token.map(Into::into),
        expiration: it.session_token.map(|_| NOW + 1000),
    }
}

pub(crate) fn check(data: &[u8]) {
    let verifier = Verifier { keys: vec![key(&LASTING), key(&PASSING)], region: Some("eu-west-1".into()) };
    let message = Message::read(data);
    arbitrary(&verifier, &message);
    for credentials in [LASTING, PASSING] {
        signed(&verifier, &message, &credentials);
    }
}

/// A request that anybody wrote.
fn arbitrary(verifier: &Verifier, message: &Message) {
    let (method, target) = message.first.split_once(' ').unwrap_or((&message.first, ""));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let written = Received { method, path, query, headers: &message.headers, body: message.body };
    // What it should have been, so that the code behind a good signature is reached as well.
    let right = Authorization::read(&written).and_then(|it| {
        let canonical = it.canonical_request(&written, true)?;
        Some(it.expected_signature(LASTING.secret_access_key, &it.string_to_sign(&canonical)))
    });
    let signature = right.as_deref().unwrap_or("none");
    let headers: Vec<_> = message.headers.iter().map(|(name, value)| (name.clone(), value.replace("{signature}", signature))).collect();
    let given = Received { headers: &headers, ..written };
    match verifier.check(NOW, &given) {
        Ok(()) => {
            let it = Authorization::read(&given).expect("an authorization");
            assert_eq!(Some(&it.signature), right.as_ref());
            assert!(it.access_key_id == LASTING.access_key_id && it.region == "eu-west-1" && it.service == "appconfig");
            assert!(it.signed_headers.iter().any(|name| name == "host"));
            let body = [message.body, b" "].concat();
            assert!(verifier.check(NOW, &Received { body: &body, ..given }).is_err(), "another body");
            assert!(verifier.check(NOW, &Received { method: "PUT", ..given }).is_err() || method == "PUT", "another method");
            assert!(verifier.check(NOW + 8 * 86_400_000, &given).is_err(), "a week later");
            assert!(Verifier { keys: Vec::new(), region: None }.check(NOW, &given).is_err(), "nobody's key");
        }
        Err(refusal) => {
            let Refusal::Unauthenticated { message, .. } = &refusal else { panic!("{refusal:?}") };
            for secret in [LASTING.secret_access_key, PASSING.secret_access_key, PASSING.session_token.unwrap_or_default()] {
                assert!(!oracle::shows(message, secret), "{message}");
            }
            assert!(right.as_ref().is_none_or(|it| !message.contains(it)), "{message}");
            let spared = [Class::Denied, Class::ClockSkew, Class::CredentialsExpired];
            assert!(refusal.status() == 403 && spared.contains(&refusal.exception().class(403)), "{refusal:?}");
        }
    }
}

/// A request of ours, made of what came.
fn signed(verifier: &Verifier, message: &Message, credentials: &Credentials) {
    // A host writes a URL without dot segments, and with nothing but ASCII in it.
    let path: Vec<_> = message.first.split('/').filter(|it| ![".", ".."].contains(it) && it.is_ascii()).collect();
    let Ok(endpoint) = Endpoint::custom(&format!("https://example.com/{}", path.join("/"))) else { return };
    let text = message.text();
    let input = SessionInput {
        application_identifier: text.clone(),
        environment_identifier: "prod".into(),
        configuration_profile_identifier: "flags".into(),
        required_minimum_poll_interval_in_seconds: None,
    };
    let poll = Token::new(text).map(|token| Request::get_latest_configuration(&endpoint, &token));
    for request in [Some(Request::start_configuration_session(&endpoint, &input)), poll].into_iter().flatten() {
        let time = timestamp(NOW);
        let authorization = sign(&request.url, request.body.as_deref(), credentials, "eu-west-1", &time);
        assert!(!oracle::shows(&authorization, credentials.secret_access_key));
        let (base, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let mut headers = vec![("Host", "example.com"), ("X-Amz-Date", time.as_str()), ("Authorization", authorization.as_str())];
        headers.extend(request.body.as_ref().map(|_| ("Content-Type", "application/json")));
        headers.extend(credentials.session_token.map(|it| ("X-Amz-Security-Token", it)));
        let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let path = base.strip_prefix("https://example.com").expect("the endpoint");
        let body = request.body.as_deref().unwrap_or_default().as_bytes();
        let given = Received { method: request.operation.method(), path, query, headers: &headers, body };
        assert_eq!(verifier.check(NOW, &given), Ok(()), "{}", request.url);
        assert!(verifier.check(NOW, &Received { query: "x", ..given }).is_err());
    }
}
