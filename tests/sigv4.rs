//! Signatures against AWS's own vectors and botocore's (`../shared/oracles`, read in place), byte for byte.
//! Where the folder is absent, as on a user's machine, each test says so and passes.

#![cfg(not(target_arch = "wasm32"))]

mod oracle;

use appconfig_edge::protocol::authorization::{Authorization, Received};
use appconfig_edge::protocol::sigv4::{sign, timestamp, Credentials};
use appconfig_edge::protocol::{date, percent, Endpoint, Request, SessionInput, Token};
use oracle::{list, oracle, text};
use serde_json::Value;

/// A request as it stands on the wire.
struct Wire {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Wire {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let first = lines.next().expect("a request line").trim_end_matches(" HTTP/1.1");
        let (method, target) = first.split_once(' ').expect("a method");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.into(), value.into())).collect();
        Self { method: method.into(), path: path.into(), query: query.into(), headers, body: body.trim_end_matches('\n').into() }
    }

    fn received(&self) -> Received<'_> {
        let Self { method, path, query, headers, body } = self;
        Received { method, path, query, headers, body: body.as_bytes() }
    }
}

#[test]
fn awss_own_vectors_are_signed_alike() {
    let Some(oracle) = oracle("sigv4-vectors.json") else { return };
    let mut checked = 0;
    for case in list(&oracle) {
        for form in ["header", "query"] {
            let expected = &case[form];
            // One case is of another collection, without the query form and without the secret key's signature apart.
            let Some(signed) = expected["signed_request"].as_str() else { continue };
            let what = format!("{} in the {form}", text(&case["name"]));
            let mut wire = Wire::read(signed);
            if case["context"]["omit_session_token"] == true {
                // Added after signing: in the header form it is not among the signed headers by itself.
                wire.query = wire.query.split('&').filter(|pair| !pair.starts_with("X-Amz-Security-Token=")).collect::<Vec<_>>().join("&");
            }
            let received = wire.received();
            let authorization = Authorization::read(&received).unwrap_or_else(|| panic!("{what}: no authorization"));
            let normalizes = case["context"]["normalize"] != false;
            let canonical = authorization.canonical_request(&received, normalizes).unwrap_or_else(|| panic!("{what}: no canonical form"));
            assert_eq!(canonical, text(&expected["canonical_request"]), "{what}");
            let to_sign = authorization.string_to_sign(&canonical);
            assert_eq!(to_sign, text(&expected["string_to_sign"]).trim_end(), "{what}");
            let secret = case["context"]["credentials"]["secret_access_key"].as_str().unwrap_or("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
            let signature = authorization.expected_signature(secret, &to_sign);
            assert_eq!(signature, authorization.signature, "{what}");
            if let Some(told) = expected["signature"].as_str() {
                assert_eq!(signature, told, "{what}");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 39);
}

/// The credentials of a case.
fn credentials(case: &Value) -> Credentials<'_> {
    let member = |name: &str| case["credentials"][name].as_str();
    Credentials {
        access_key_id: member("access_key_id").expect("an access key"),
        secret_access_key: member("secret_access_key").expect("a secret key"),
        session_token: member("session_token"),
    }
}

#[test]
fn requests_are_signed_as_botocore_signs_them() {
    let Some(oracle) = oracle("signed-requests.json") else { return };
    let time = timestamp(date::parse(text(&oracle["frozen_time"])).expect("a date"));
    for case in list(&oracle["cases"]) {
        let name = text(&case["name"]);
        let input = |member: &str| text(&case["input"][member]).to_owned();
        let option = |member: &str| case["options"]["cfg"][member] == true;
        let region = text(&case["region"]);
        let endpoint = match case["options"]["endpoint_url"].as_str() {
            Some(url) => Endpoint::custom(url),
            None => Endpoint::of_region(region, option("use_fips_endpoint"), option("use_dualstack_endpoint")),
        };
        let endpoint = endpoint.unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = &case["expect"];
        let request = if case["operation"] == "StartConfigurationSession" {
            let mut request = Request::start_configuration_session(
                &endpoint,
                &SessionInput {
                    application_identifier: input("ApplicationIdentifier"),
                    environment_identifier: input("EnvironmentIdentifier"),
                    configuration_profile_identifier: input("ConfigurationProfileIdentifier"),
                    required_minimum_poll_interval_in_seconds: None,
                },
            );
            // The same JSON, but with botocore's white space.
            request.body = Some(text(&expected["body"]).to_owned());
            request
        } else {
            // botocore's cases have characters that no token has.
            let token = input("ConfigurationToken");
            let mut request = Request::get_latest_configuration(&endpoint, &Token::new("x".into()).expect("a token"));
            request.url.pop();
            percent::encode_into(&mut request.url, &token);
            request
        };
        assert_eq!(request.url, text(&expected["url"]), "{name}");
        assert_eq!(time, text(&expected["headers"]["X-Amz-Date"]), "{name}");
        let authorization = sign(&request.url, request.body.as_deref(), &credentials(case), region, &time);
        assert_eq!(authorization, text(&expected["headers"]["Authorization"]), "{name}");
    }
}
