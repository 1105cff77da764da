//! A token, and whatever else ends up in a URL: `endpoint`, then a line with the token as it is in the URL.

use appconfig_edge::protocol::{percent, Endpoint, Request, Token};

use super::oracle;

pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (address, text) = text.split_once('\n').unwrap_or(("", &text));

    let token = Token::new(text.to_owned());
    assert_eq!(token.is_some(), oracle::is_token(text), "{text:?}");
    let mut encoded = String::new();
    percent::encode_into(&mut encoded, text);
    assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{encoded}");
    assert_eq!(percent::decode(&encoded).as_deref(), Some(text));
    if let Some(token) = &token {
        assert_eq!(format!("{token:?}"), "Token(…)");
        goes_through(&Endpoint::custom("https://config.example.com").unwrap(), token);
    }
    // As a query that somebody else wrote.
    if let Some(token) = Request::token_in_query(text) {
        assert!(oracle::is_token(token.as_str()));
        goes_through(&Endpoint::custom("https://config.example.com").unwrap(), &token);
    }

    if let Ok(endpoint) = Endpoint::custom(address) {
        let base = endpoint.as_str();
        assert!(address.starts_with(base) && !base.ends_with('/') && address[base.len()..].bytes().all(|byte| byte == b'/'), "{address}");
        let (scheme, rest) = base.split_once("://").unwrap();
        let host = rest.split('/').next().unwrap_or_default();
        assert!(["http", "https"].contains(&scheme) && !host.is_empty() && !host.contains('@'), "{address}");
        assert!(!base.contains(|c: char| "?#\\ ".contains(c) || c.is_ascii_control()), "{address}");
        goes_through(&endpoint, &Token::new("a+b/c==".into()).unwrap());
    }
    for (fips, dual_stack) in [(false, false), (false, true), (true, false), (true, true)] {
        if let Ok(endpoint) = Endpoint::of_region(address, fips, dual_stack) {
            assert!(endpoint
                .as_str()
                .bytes()
                .skip("https://".len())
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)));
            assert_eq!(Endpoint::custom(endpoint.as_str()).as_ref(), Ok(&endpoint));
        }
    }
}

/// A service finds the token again in the request that spends it.
fn goes_through(endpoint: &Endpoint, token: &Token) {
    let url = Request::get_latest_configuration(endpoint, token).url;
    let (base, query) = url.split_once('?').expect("a query");
    assert_eq!(base, [endpoint.as_str(), "/configuration"].concat());
    assert_eq!(Request::token_in_query(query).as_ref(), Some(token));
}
