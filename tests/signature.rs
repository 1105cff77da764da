//! The service checks signatures where it is given keys: what it accepts, what it refuses and with which words.
//!
//! Time is a number here. AWS's own signers are held to the same check over HTTP, in `tests/judge/signature.test.mjs`.

#![cfg(not(target_arch = "wasm32"))]

use appconfig_edge::protocol::date::{self, UnixMilliseconds};
use appconfig_edge::protocol::sigv4::{self, payload_hash, sign, string_to_sign, timestamp, Credentials, Scope, SERVICE};
use appconfig_edge::protocol::{canonical, percent};
use appconfig_edge::service::{Answer, Call, Configuration, Fault, Key, Options, Plan, Service, Target, Verifier};

const HOST: &str = "appconfigdata.eu-west-1.amazonaws.com";
const BODY: &str = r#"{"ApplicationIdentifier":"shop","EnvironmentIdentifier":"prod","ConfigurationProfileIdentifier":"flags"}"#;
const SECOND: UnixMilliseconds = 1000;
const MINUTE: UnixMilliseconds = 60 * SECOND;
const HOUR: UnixMilliseconds = 60 * MINUTE;

const LASTING: Credentials = Credentials { access_key_id: "AKIDLASTING", secret_access_key: "lasting/secret+key", session_token: None };
const PASSING: Credentials =
    Credentials { access_key_id: "ASIAPASSING", secret_access_key: "passing/secret+key", session_token: Some("IQoJ+passing/token==") };

/// 2026-01-02T03:15:05Z.
fn now() -> UnixMilliseconds {
    date::parse("2026-01-02T03:15:05Z").expect("a date")
}

fn key(credentials: &Credentials, expiration: Option<UnixMilliseconds>) -> Key {
    Key {
        access_key_id: credentials.access_key_id.into(),
        secret_access_key: credentials.secret_access_key.into(),
        session_token: credentials.session_token.map(Into::into),
        expiration,
    }
}

fn verifier(region: Option<&str>) -> Verifier {
    Verifier { keys: vec![key(&LASTING, None), key(&PASSING, Some(now() + 2 * HOUR))], region: region.map(Into::into) }
}

fn service(region: Option<&str>) -> Service {
    let mut it = Service::new(Options { verifier: Some(verifier(region)), ..Options::default() }, 1);
    let target = Target::new("shop", "prod", "flags").expect("a target");
    it.deploy(&target, Configuration::new("one".as_bytes(), "text/plain", None).expect("a configuration"));
    it
}

/// A request on its way.
#[derive(Clone)]
struct Sent {
    method: &'static str,
    prefix: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sent {
    fn new(method: &'static str, path: &str, query: &str, body: &str) -> Self {
        let headers = vec![("Host".into(), HOST.into()), ("User-Agent".into(), "a test".into())];
        Self { method, prefix: String::new(), path: path.into(), query: query.into(), headers, body: body.into() }
    }

    fn start() -> Self {
        let mut it = Self::new("POST", "/configurationsessions", "", BODY);
        it.set("Content-Type", "application/json");
        it
    }

    fn get(token: &str) -> Self {
        let mut query = "configuration_token=".to_owned();
        percent::encode_into(&mut query, token);
        Self::new("GET", "/configuration", &query, "")
    }

    /// Sets a header, or takes it off where the value is empty.
    fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.headers.retain(|(it, _)| !it.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.into(), value.into()));
        }
        self
    }

    fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Signs it as our client does.
    fn signed_for(mut self, credentials: &Credentials, region: &str, time: UnixMilliseconds) -> Self {
        let time = timestamp(time);
        let body = core::str::from_utf8(&self.body).expect("a text");
        let mark = if self.query.is_empty() { "" } else { "?" };
        let url = format!("https://{HOST}{}{}{mark}{}", self.prefix, self.path, self.query);
        let authorization = sign(&url, (self.method == "POST").then_some(body), credentials, region, &time);
        self.set("authorization", &authorization).set("x-amz-date", &time);
        self.set("x-amz-security-token", credentials.session_token.unwrap_or_default());
        self
    }

    fn signed(self, credentials: &Credentials) -> Self {
        self.signed_for(credentials, "eu-west-1", now())
    }

    /// Signs it in the query, as pre-signing does: these headers and nothing else.
    fn presigned_as(mut self, credentials: &Credentials, time: &str, expires: &str, service: &str) -> Self {
        let scope = Scope { day: &time[..8], region: "eu-west-1", service };
        let mut add = |name: &str, value: &str| {
            let mark = if self.query.is_empty() { "" } else { "&" };
            self.query.extend([mark, name, "="]);
            percent::encode_into(&mut self.query, value);
        };
        add("X-Amz-Algorithm", sigv4::ALGORITHM);
        add("X-Amz-Credential", &format!("{}/{}", credentials.access_key_id, scope.to_text()));
        add("X-Amz-Date", time);
        if !expires.is_empty() {
            add("X-Amz-Expires", expires);
        }
        if let Some(token) = credentials.session_token {
            add("X-Amz-Security-Token", token);
        }
        add("X-Amz-SignedHeaders", "host");
        let query = canonical::query(&self.query).expect("a query");
        let path = canonical::path(&(self.prefix.clone() + &self.path), true);
        let request = canonical::request(self.method, &path, &query, &format!("host:{HOST}\n"), "host", &payload_hash(&self.body));
        let signature = sigv4::signature(credentials.secret_access_key, &scope, &string_to_sign(time, &scope, &request));
        self.query.extend(["&X-Amz-Signature=", &signature]);
        self
    }

    fn presigned(self, credentials: &Credentials, expires: &str) -> Self {
        self.presigned_as(credentials, &timestamp(now()), expires, SERVICE)
    }

    fn to(&self, service: &mut Service, time: UnixMilliseconds) -> Answer {
        let Self { method, prefix, path, query, headers, body } = self;
        service.answer(time, Call { method, prefix, path, query, headers, body })
    }

    /// The exception and the sentence that it is refused with by a service of eu-west-1.
    fn refused_at(&self, time: UnixMilliseconds) -> (String, String) {
        let mut service = service(Some("eu-west-1"));
        let answer = self.to(&mut service, time);
        assert_eq!((answer.status, service.sessions()), (403, 0), "{:?}", answer.record);
        let exception = answer.record.exception.expect("an exception");
        let message = answer.record.message.expect("a sentence");
        let mut expected = vec![("content-type", "application/json".to_owned()), ("x-amzn-errortype", exception.clone())];
        expected.push(("date", date::format(time)));
        for header in &expected {
            assert!(answer.headers.contains(header), "{header:?} in {:?}", answer.headers);
        }
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body, serde_json::json!({ "message": message }));
        (exception, message)
    }

    fn refused(&self) -> (String, String) {
        self.refused_at(now())
    }
}

fn pair(exception: &str, message: &str) -> (String, String) {
    (exception.into(), message.into())
}

fn mismatch() -> (String, String) {
    let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
    pair("InvalidSignatureException", message)
}

/// The token in an answer.
fn token(answer: &Answer) -> String {
    if answer.status == 201 {
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        return body["InitialConfigurationToken"].as_str().expect("a token").to_owned();
    }
    let (_, value) = answer.headers.iter().find(|(name, _)| *name == "next-poll-configuration-token").expect("a token");
    value.clone()
}

#[test]
fn a_life_with_signed_and_with_presigned_requests() {
    for region in [None, Some("eu-west-1")] {
        for credentials in [&LASTING, &PASSING] {
            for presigns in [false, true] {
                let mut it = service(region);
                let mut time = now();
                let mut send = |sent: Sent, time| {
                    let sent = if presigns {
                        sent.presigned_as(credentials, &timestamp(time), "60", SERVICE)
                    } else {
                        sent.signed_for(credentials, "eu-west-1", time)
                    };
                    sent.to(&mut it, time)
                };
                let opened = send(Sent::start(), time);
                assert_eq!(opened.status, 201, "{:?}", opened.record);
                let first = send(Sent::get(&token(&opened)), time);
                assert_eq!((first.status, &first.body[..]), (200, &b"one"[..]));
                time += MINUTE;
                let second = send(Sent::get(&token(&first)), time);
                assert_eq!((second.status, second.record.unchanged), (200, true));
            }
        }
    }
}

#[test]
fn without_keys_everything_is_accepted() {
    let mut it = Service::new(Options::default(), 1);
    it.register(&Target::new("shop", "prod", "flags").expect("a target"));
    let stranger = Credentials { access_key_id: "other", ..LASTING };
    for sent in [
        Sent::start(),
        Sent::start().signed(&stranger),
        Sent::start().signed_for(&LASTING, "x", 0),
        Sent::start().presigned(&stranger, "x"),
    ] {
        assert_eq!(sent.to(&mut it, now()).status, 201);
    }
}

#[test]
fn any_region_will_do_where_none_is_named() {
    for region in ["eu-west-1", "us-gov-west-1", "x"] {
        assert_eq!(Sent::start().signed_for(&LASTING, region, now()).to(&mut service(None), now()).status, 201);
    }
}

#[test]
fn the_endpoints_own_path_is_signed_with_the_rest() {
    let with_prefix = |prefix: &str| {
        let mut sent = Sent::start();
        sent.prefix = prefix.into();
        sent
    };
    for prefix in ["/config", "/a%20b/c", "//two"] {
        for mut sent in [with_prefix(prefix).signed(&LASTING), with_prefix(prefix).presigned(&LASTING, "60")] {
            assert_eq!(sent.to(&mut service(None), now()).status, 201, "{prefix}");
            sent.prefix += "x";
            assert_eq!(sent.refused(), mismatch());
        }
    }
}

#[test]
fn no_signature_and_half_of_one() {
    let missing = pair("MissingAuthenticationTokenException", "Missing Authentication Token");
    assert_eq!(Sent::start().refused(), missing);
    assert_eq!(Sent::get("x").refused(), missing);
    assert_eq!(Sent::start().set("x-amz-date", &timestamp(now())).refused(), missing);

    let incomplete = |message: &str| pair("IncompleteSignatureException", message);
    let whole = Sent::start().signed(&LASTING);
    assert_eq!(
        whole.clone().set("authorization", "Bearer secret").refused(),
        incomplete("Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.")
    );
    assert_eq!(
        whole.clone().set("x-amz-date", "").refused(),
        incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    );
    let (before, _) =
        whole.header("authorization").split_once(", Signature=").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a signature");
    assert_eq!(whole.clone().set("authorization", &before).refused(), incomplete("Authorization header requires 'Signature' parameter."));
    let form = incomplete("Expected AWS4-HMAC-SHA256, and a Credential of keyid/date/region/service/aws4_request.");
    for (from, to) in [("HMAC-SHA256", "ECDSA-P256-SHA256"), ("/aws4_request", ""), ("aws4_request", "aws5_request"), ("eu-west-1/", "")] {
        assert_eq!(whole.clone().set("authorization", &whole.header("authorization").replace(from, to)).refused(), form, "{from}");
    }
    for time in
        ["20260102", "2026-01-02T03:15:05Z", "20261302T031505Z", "20260102T031505+00", "é0260102T03150Z", "Fri, 02 Jan 2026 03:15:05 GMT"]
    {
        assert_eq!(whole.clone().set("x-amz-date", time).refused(), incomplete("Date must be in ISO-8601 'basic format'."), "{time}");
    }

    let whole = Sent::start().presigned(&LASTING, "60");
    let without = |name: &str| {
        let mut sent = whole.clone();
        sent.query = whole.query.split('&').filter(|pair| !pair.starts_with(name)).collect::<Vec<_>>().join("&");
        sent
    };
    for name in ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"] {
        assert_eq!(without(name).refused(), incomplete(&format!("AWS query-string parameters must include '{name}'.")));
    }
    assert_eq!(without("X-Amz-Expires").refused(), mismatch(), "it need not be there, but it was signed");
    assert_eq!(Sent::start().presigned(&LASTING, "soon").refused(), form);
    let week = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds";
    assert_eq!(Sent::start().presigned(&LASTING, "604801").refused(), incomplete(week));
    assert_eq!(Sent::start().presigned(&LASTING, &u64::MAX.to_string()).refused(), incomplete(week));
}

#[test]
fn another_key_another_token() {
    let unknown = pair("UnrecognizedClientException", "The security token included in the request is invalid.");
    for credentials in [
        Credentials { access_key_id: "AKIDOTHER", ..LASTING },
        Credentials { session_token: Some("IQoJ+passing/token=="), ..LASTING },
        Credentials { session_token: Some("IQoJ+another/token=="), ..PASSING },
        Credentials { session_token: None, ..PASSING },
    ] {
        assert_eq!(Sent::start().signed(&credentials).refused(), unknown);
        assert_eq!(Sent::start().presigned(&credentials, "60").refused(), unknown);
    }
    for credentials in
        [Credentials { secret_access_key: "lasting/secret+kez", ..LASTING }, Credentials { secret_access_key: "", ..PASSING }]
    {
        assert_eq!(Sent::start().signed(&credentials).refused(), mismatch());
        assert_eq!(Sent::get("x").presigned(&credentials, "60").refused(), mismatch());
    }
}

#[test]
fn a_token_ends() {
    let expired = pair("ExpiredTokenException", "The security token included in the request is expired");
    for (after, ended) in [(2 * HOUR - 1, false), (2 * HOUR, true), (3 * HOUR, true)] {
        let time = now() + after;
        let sent = Sent::start().signed_for(&PASSING, "eu-west-1", time);
        if ended {
            assert_eq!(sent.refused_at(time), expired);
        } else {
            assert_eq!(sent.to(&mut service(None), time).status, 201);
        }
    }
    // Not the token's end, but nobody's key: that is what is told.
    let stranger = Credentials { secret_access_key: "other", ..PASSING };
    assert_eq!(Sent::start().signed_for(&stranger, "eu-west-1", now() + HOUR).refused_at(now() + HOUR), mismatch());
}

#[test]
fn another_scope() {
    let invalid = |message: &str| pair("InvalidSignatureException", message);
    assert_eq!(
        Sent::start().signed_for(&LASTING, "eu-west-2", now()).refused(),
        invalid("Credential should be scoped to a valid region, not 'eu-west-2'. ")
    );
    assert_eq!(
        Sent::start().signed_for(&LASTING, "EU", now()).refused(),
        invalid("Credential should be scoped to a valid region, not '?'. ")
    );
    let time = timestamp(now());
    for service in ["appconfigdata", "s3", ""] {
        assert_eq!(
            Sent::start().presigned_as(&LASTING, &time, "60", service).refused(),
            invalid("Credential should be scoped to correct service: 'appconfig'. ")
        );
    }
    let mut sent = Sent::start().signed(&LASTING);
    let other_day = sent.header("authorization").replace("20260102", "20260101");
    assert_eq!(
        sent.set("authorization", &other_day).refused(),
        invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T031505Z'.")
    );
}

#[test]
fn a_clock_may_be_off_by_five_minutes() {
    for behind in [true, false] {
        for (off, accepted) in [(0, true), (5 * MINUTE, true), (5 * MINUTE + SECOND, false), (6 * MINUTE, false), (HOUR, false)] {
            let time = if behind { now() - off } else { now() + off };
            for sent in
                [Sent::start().signed_for(&LASTING, "eu-west-1", time), Sent::start().presigned_as(&LASTING, &timestamp(time), "", SERVICE)]
            {
                // Half a second is nothing that a signature could tell.
                let answer = sent.to(&mut service(None), now() + 500);
                assert_eq!(answer.status == 201, accepted, "{behind} {off}: {:?}", answer.record);
            }
        }
    }
    let refused = |time: UnixMilliseconds| Sent::start().signed_for(&LASTING, "eu-west-1", time).refused();
    assert_eq!(
        refused(now() - 11 * MINUTE),
        pair(
            "InvalidSignatureException",
            "Signature expired: 20260102T030405Z is now earlier than 20260102T031005Z (20260102T031505Z - 5 min.)"
        )
    );
    assert_eq!(
        refused(now() + HOUR),
        pair(
            "InvalidSignatureException",
            "Signature not yet current: 20260102T041505Z is still later than 20260102T032005Z (20260102T031505Z + 5 min.)"
        )
    );
}

#[test]
fn a_presigned_request_is_good_for_as_long_as_it_says() {
    for (expires, after, accepted) in
        [("60", 60 * SECOND, true), ("60", 61 * SECOND, false), ("3600", HOUR, true), ("3600", HOUR + SECOND, false), ("0", 0, true)]
    {
        let answer = Sent::start().presigned(&LASTING, expires).to(&mut service(None), now() + after);
        assert_eq!(answer.status == 201, accepted, "{expires} {after}");
    }
    let sent = Sent::start().presigned(&LASTING, "90");
    assert_eq!(
        sent.refused_at(now() + 2 * MINUTE),
        pair(
            "InvalidSignatureException",
            "Signature expired: 20260102T031505Z is now earlier than 20260102T031535Z (20260102T031705Z - 90 sec.)"
        )
    );
    // It is not good before its time, however long it is.
    let early = Sent::start().presigned(&LASTING, "604800").refused_at(now() - 6 * MINUTE);
    assert!(early.1.starts_with("Signature not yet current: "), "{early:?}");
}

#[test]
fn what_has_to_be_signed() {
    // Signs these headers instead.
    let signing = |names: &str| {
        let mut sent = Sent::start().signed(&PASSING);
        let scope = Scope { day: "20260102", region: "eu-west-1", service: SERVICE };
        let headers: Vec<_> = names.split(';').map(|name| format!("{name}:{}\n", sent.header(name))).collect();
        let headers = headers.concat();
        let request = canonical::request("POST", "/configurationsessions", "", &headers, names, &payload_hash(BODY.as_bytes()));
        let signature = sigv4::signature(PASSING.secret_access_key, &scope, &string_to_sign(&timestamp(now()), &scope, &request));
        let credential = format!("{}/{}", PASSING.access_key_id, scope.to_text());
        // With and without white space, as RFC 9110 has lists.
        sent.set("authorization", &format!("AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={names},  Signature={signature}"));
        sent
    };
    for names in ["host;x-amz-date;x-amz-security-token", "content-type;host;user-agent;x-amz-date;x-amz-security-token"] {
        assert_eq!(signing(names).to(&mut service(None), now()).status, 201, "{names}");
    }
    let wanted = |name: &str| pair("InvalidSignatureException", &format!("{name} must be a 'SignedHeader' in the AWS Authorization."));
    assert_eq!(signing("x-amz-date;x-amz-security-token").refused(), wanted("'Host' or ':authority'"));
    assert_eq!(signing("host;x-amz-security-token").refused(), wanted("'X-Amz-Date'"));
    assert_eq!(signing("host;x-amz-date").refused(), wanted("'X-Amz-Security-Token'"));
    let mut sent = Sent::start().signed(&LASTING);
    assert_eq!(sent.set("content-type", "").refused(), mismatch(), "signed, and not there");
}

#[test]
fn a_request_that_was_changed_on_its_way() {
    type Change = fn(&mut Sent);
    let changes: [(&str, Change); 8] = [
        ("body", |it| it.body[2] ^= 1),
        ("body that is no text", |it| it.body = vec![0xff, 0xfe]),
        ("white space in the body", |it| it.body.push(b' ')),
        ("query", |it| it.query += "&debug=1"),
        ("path", |it| it.prefix += "/elsewhere"),
        ("host", |it| _ = it.set("Host", "other.example.com")),
        ("content type", |it| _ = it.set("Content-Type", "text/plain")),
        ("a second host", |it| it.headers.push(("host".into(), "other.example.com".into()))),
    ];
    for (what, change) in changes {
        let mut sent = Sent::start().signed(&LASTING);
        change(&mut sent);
        assert_eq!(sent.refused(), mismatch(), "{what}");
        let mut sent = Sent::start().presigned(&LASTING, "60");
        change(&mut sent);
        // Pre-signed, the content type is not signed here.
        if what != "content type" {
            assert_eq!(sent.refused(), mismatch(), "{what}, pre-signed");
        }
    }
    for (from, to) in [("=AYAD", "=AYAE"), ("=AYAD", "=%41YAD"), ("configuration_token=", "configuration_token=&configuration_token=")] {
        let mut sent = Sent::get("AYADtoken").signed(&PASSING);
        sent.query = sent.query.replace(from, to);
        if to.contains("%41") {
            // Another way to write the same thing.
            assert_eq!(sent.to(&mut service(None), now()).record.problem.as_deref(), Some("Corrupted"));
        } else {
            assert_eq!(sent.refused(), mismatch(), "{to}");
        }
    }
    let mut sent = Sent::get("AYADtoken").signed(&LASTING);
    sent.query += "%zz";
    assert_eq!(sent.refused(), mismatch(), "a broken escape");
}

/// SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ z >> 29
}

#[test]
fn no_changed_character_is_accepted() {
    let mut state = 7;
    let mut service = service(Some("eu-west-1"));
    for round in 0..3000 {
        let presigns = round % 2 == 0;
        let token: String =
            (0..=random(&mut state) % 40).map(|_| char::from_u32(33 + (random(&mut state) % 94) as u32).unwrap_or('x')).collect();
        let sent = if round % 3 == 0 { Sent::start() } else { Sent::get(&token) };
        let credentials = if round % 5 == 0 { &LASTING } else { &PASSING };
        let mut sent = if presigns { sent.presigned(credentials, "60") } else { sent.signed(credentials) };
        let answer = sent.to(&mut service, now());
        assert_ne!(answer.status, 403, "{:?}", answer.record);
        // One character of what is signed becomes another one, which means something else.
        let other = |byte: u8| if byte == b'A' { b'B' } else { b'A' };
        let changed = |text: &mut String, at: u64| {
            let mut bytes = core::mem::take(text).into_bytes();
            let at = usize::try_from(at).expect("small") % bytes.len();
            bytes[at] = other(bytes[at]);
            *text = String::from_utf8(bytes).expect("ASCII");
        };
        let before = sent.query.clone();
        match random(&mut state) % 3 {
            0 if !sent.query.is_empty() => changed(&mut sent.query, random(&mut state)),
            1 if !sent.body.is_empty() => {
                let at = usize::try_from(random(&mut state)).expect("64 bits") % sent.body.len();
                sent.body[at] = other(sent.body[at]);
            }
            _ => {
                let signed = ["authorization", "x-amz-date", "x-amz-security-token", "host"];
                let names: Vec<_> = signed.into_iter().filter(|name| !sent.header(name).is_empty()).collect();
                let name = names[usize::try_from(random(&mut state)).expect("64 bits") % names.len()];
                let mut value = sent.header(name);
                changed(&mut value, random(&mut state));
                sent.set(name, &value);
            }
        }
        let answer = sent.to(&mut service, now());
        assert_eq!(answer.status, 403, "{before} became {}, {:?}: {:?}", sent.query, sent.headers, answer.record);
    }
}

#[test]
fn a_refusal_spends_no_token_and_opens_no_session() {
    let mut it = service(None);
    let opened = Sent::start().signed(&LASTING).to(&mut it, now());
    let get = Sent::get(&token(&opened));
    let stranger = Credentials { secret_access_key: "other", ..LASTING };
    assert_eq!(get.clone().to(&mut it, now()).status, 403);
    assert_eq!(get.clone().signed(&stranger).to(&mut it, now()).status, 403);
    assert_eq!(Sent::start().signed(&stranger).to(&mut it, now()).status, 403);
    assert_eq!(it.sessions(), 1);
    assert_eq!(get.signed(&LASTING).to(&mut it, now()).body[..], *b"one");
}

#[test]
fn a_clock_that_is_ahead_is_the_one_that_counts() {
    let mut it = service(None);
    it.fault(Plan { times: Plan::ALWAYS, ..Plan::new(Fault::ClockSkew) });
    let theirs = now() + HOUR;
    let refused = Sent::start().signed(&LASTING).to(&mut it, now());
    assert_eq!(refused.status, 403);
    assert!(refused.headers.contains(&("date", date::format(theirs))), "{:?}", refused.headers);
    assert_eq!(
        refused.record.message.as_deref(),
        Some("Signature expired: 20260102T031505Z is now earlier than 20260102T041005Z (20260102T041505Z - 5 min.)")
    );
    // Who believes either of them is let in.
    let corrected = Sent::start().signed_for(&LASTING, "eu-west-1", theirs).to(&mut it, now());
    assert_eq!((corrected.status, corrected.record.fault), (201, Some("clock-skew")));
    it.clear_faults(None);
    assert_eq!(Sent::start().signed_for(&LASTING, "eu-west-1", theirs).to(&mut it, now()).status, 403);
}

#[test]
fn a_fault_that_was_asked_for_comes_before_the_signature() {
    let mut it = service(None);
    for (fault, status) in [
        (Fault::Throttle, 429),
        (Fault::InternalError, 500),
        (Fault::Unavailable, 503),
        (Fault::HtmlPage, 200),
        (Fault::HiddenHeaders, 403),
    ] {
        it.fault(Plan::new(fault));
        assert_eq!(Sent::start().to(&mut it, now()).status, status);
    }
    assert_eq!(Sent::new("GET", "/", "", "").to(&mut it, now()).status, 404, "what is no operation needs no signature");
}

#[test]
fn nothing_secret_is_shown() {
    let options = Options { verifier: Some(verifier(Some("eu-west-1"))), ..Options::default() };
    let mut shown = format!("{options:?} {:#?}", key(&PASSING, None));
    assert!(shown.contains("Key { .. }"), "{shown}");
    let stranger = Credentials { secret_access_key: "mark-stranger", session_token: Some("mark-token"), ..PASSING };
    let mut secrets = vec!["lasting/secret", "passing/secret", "passing/token", "mark-", "AKID", "ASIA"];
    let signatures: Vec<String> = [Sent::start().signed(&PASSING), Sent::start().signed(&stranger)]
        .iter()
        .map(|sent| sent.header("authorization").split_once("Signature=").expect("a signature").1.to_owned())
        .collect();
    for sent in [
        Sent::start().signed(&stranger),
        Sent::get("mark-configuration").signed(&stranger),
        Sent::get("mark-configuration").presigned(&stranger, "mark-expires"),
        Sent::get("mark-configuration").presigned(&Credentials { secret_access_key: "mark", ..PASSING }, "60"),
        Sent::start().signed(&PASSING).set("x-amz-date", "mark-date").clone(),
        Sent::start().set("authorization", "Basic mark-password").clone(),
        Sent::start().signed_for(&PASSING, "mark_region", now()),
        Sent::start().signed_for(&PASSING, "../mark-/secret", now()),
        Sent::start().signed_for(&PASSING, "eu-west-1", now() - HOUR),
    ] {
        let answer = sent.to(&mut service(Some("eu-west-1")), now());
        assert_eq!(answer.status, 403);
        shown.extend([format!("{:?} {:?}", answer.headers, answer.record), String::from_utf8_lossy(&answer.body).into_owned()]);
    }
    secrets.extend(signatures.iter().map(String::as_str));
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
