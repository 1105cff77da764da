//! Holds the protocol to test data that others wrote: `../shared/oracles`, read in place (its README has the origins).
//! Where the folder is absent, as on a user's machine, each test says so and passes.

#![cfg(not(target_arch = "wasm32"))]

mod oracle;

use appconfig_edge::protocol::exception::Class;
use appconfig_edge::protocol::{date, retry_after, Endpoint, Exception, Response};
use oracle::{list, oracle, text};
use serde_json::Value;

fn status(case: &Value) -> u16 {
    case["status"].as_u64().and_then(|it| u16::try_from(it).ok()).expect("a status")
}

/// A header, whatever the case of its name.
fn header(case: &Value, name: &str) -> Option<String> {
    let headers = case["headers"].as_object()?;
    headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| text(value).to_owned())
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|it| *it == c);
    let (mut out, mut bits, mut count) = (Vec::new(), 0_usize, 0);
    for value in text.bytes().filter_map(digit) {
        (bits, count) = ((bits << 6 | value) & 0xfff, count + 6);
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).expect("eight bits"));
        }
    }
    out
}

#[test]
fn answers_are_read_as_botocore_reads_them_or_better() {
    let Some(oracle) = oracle("response-parsing.json") else { return };
    for case in list(&oracle["cases"]) {
        let name = text(&case["name"]);
        let body = base64(text(&case["body_b64"]));
        let theirs = &case["botocore"];
        if name.starts_with("ok-") {
            let ours = Response::read(status(case), |name| header(case, name));
            let token = ours.next_token().map(|token| token.as_str().to_owned());
            match name {
                // botocore fails on the header; an interval that cannot be read is no reason to lose a token.
                "ok-bad-interval" => assert_eq!((token.as_deref(), ours.interval_in_seconds()), (Some("t3"), 60)),
                // botocore hands the body over; without a next token it may be anybody's page, and the poller refuses it.
                "ok-missing-token" => assert_eq!((token, theirs["Configuration"].as_str()), (None, Some("x"))),
                // botocore decodes the body as UTF-8 and fails; ours stays with the host, as bytes.
                "ok-binary" => assert_eq!((token.as_deref(), ours.interval_in_seconds(), body.len()), (Some("t"), 15, 256)),
                _ => {
                    assert_eq!(token.as_deref(), theirs["NextPollConfigurationToken"].as_str(), "{name}");
                    assert_eq!(Some(u64::from(ours.interval_in_seconds())), theirs["NextPollIntervalInSeconds"].as_u64(), "{name}");
                    assert_eq!(ours.content_type.as_deref(), theirs["ContentType"].as_str(), "{name}");
                    assert_eq!(body, text(&theirs["Configuration"]).as_bytes(), "{name}");
                }
            }
            continue;
        }
        let ours = Exception::read(header(case, "x-amzn-errortype").as_deref(), &String::from_utf8_lossy(&body));
        match name {
            // botocore makes the status the code and the page the message; a page is nobody's message.
            "err-html-403" => {
                assert_eq!((ours.name.as_deref(), ours.message(), ours.in_aws_form), (None, None, false));
                assert_eq!(ours.class(403), Class::Denied);
            }
            // botocore raises an AttributeError; `null` is a JSON body, and so the refusal of whoever speaks JSON.
            "err-null" => assert_eq!((ours.name.as_deref(), ours.in_aws_form, ours.class(400)), (None, true, Class::BadRequest)),
            _ => {
                assert_eq!(ours.name.as_deref(), theirs["code"].as_str(), "{name}");
                // botocore makes an absent message an empty one; ours stays absent.
                assert_eq!(ours.message().unwrap_or_default(), text(&theirs["message"]), "{name}");
            }
        }
        if name == "err-type" {
            assert_eq!(ours.resource_type().map(|it| it.as_str().to_owned()).as_deref(), Some("Environment"));
            assert_eq!(ours.referenced_by().collect::<Vec<_>>(), [("a", "b")]);
        }
    }
}

#[test]
fn error_names_are_read_as_rest_json_1_has_them() {
    let Some(oracle) = oracle("restjson1-error-cases.json") else { return };
    for case in list(&oracle["cases"]) {
        let id = text(&case["id"]);
        let ours = Exception::read(header(case, "x-amzn-errortype").as_deref(), text(&case["body"]));
        // A status of 200 is no error; its body names none either.
        assert_eq!(ours.name.as_deref(), case["expect_error_code"].as_str(), "{id}");
        if id == "RestJsonInvalidGreetingError" {
            assert_eq!(ours.message(), Some("Hi"));
        }
    }
}

#[test]
fn classes_are_those_of_the_retry_standard() {
    let Some(oracle) = oracle("retry-standard-constants.json") else { return };
    let class = |name: Option<&str>, status| Exception { name: name.map(str::to_owned), ..Exception::default() }.class(status);
    for code in list(&oracle["throttling"]["codes"]) {
        assert_eq!(class(Some(text(code)), 400), Class::Throttled, "{code}");
    }
    for status in list(&oracle["throttling"]["status"]) {
        assert_eq!(class(None, u16::try_from(status.as_u64().unwrap()).unwrap()), Class::Throttled);
    }
    for code in list(&oracle["transient"]["codes"]) {
        let expected = match text(code) {
            // Of a client's own, not of an answer.
            "TimeoutError(ts)" => continue,
            // In both of their lists; we back off in either case.
            "PriorRequestNotComplete(botocore)" => Class::Throttled,
            _ => Class::Transient,
        };
        assert_eq!(class(text(code).split('(').next(), 400), expected, "{code}");
    }
    for status in list(&oracle["transient"]["statuses"]) {
        assert_eq!(class(None, u16::try_from(status.as_u64().unwrap()).unwrap()), Class::Transient);
    }
    for code in list(&oracle["clock_skew_codes"]) {
        // Theirs may be a matter of the clock; it mostly is not, and "AccessDenied alone is not retried without correction".
        let expected = if code == "AccessDeniedException" { Class::Denied } else { Class::ClockSkew };
        assert_eq!(class(Some(text(code)), 403), expected, "{code}");
    }
}

#[test]
fn waits_are_read_as_smithy_reads_them() {
    let Some(oracle) = oracle("retry-after-cases.json") else { return };
    let now = oracle["now_ms"].as_u64().expect("a time");
    for case in list(&oracle["cases"]) {
        let value = case["value"].as_str().map(|it| match it {
            "<RFC7231 date now+60s>" => date::format(now + 60_000),
            "<RFC7231 date>, 45" => date::format(now) + ", 45",
            "<ISO date now+30s>" => iso(now + 30_000),
            "<past date>" => date::format(now - 60_000),
            it => it.to_owned(),
        });
        let of = |name: &str| if case["header"] == name { value.clone() } else { header(case, name) };
        let ours = retry_after::wait(of("retry-after").as_deref(), of("x-amz-retry-after").as_deref(), now);
        match case["expect"].as_str() {
            // Theirs to decide, and ours: no wait, five minutes, no wait.
            Some("decide") => assert_eq!(ours, None, "{case}"),
            Some("decide: cap") => assert_eq!(ours, Some(300_000), "{case}"),
            Some("decide: 0") => assert_eq!(ours, Some(0), "{case}"),
            Some(other) => panic!("{other}"),
            None => {
                // botocore also caps a wait at its own backoff and five seconds; our cap is five minutes.
                let tolerance = case["tolerance_ms"].as_u64().unwrap_or(0);
                assert_eq!(ours.is_none(), case["expect_delay_ms"].is_null(), "{case}");
                let theirs = case["expect_delay_ms"].as_u64().unwrap_or(0);
                assert!(ours.unwrap_or(0).abs_diff(theirs) <= tolerance, "{case}: {ours:?}");
            }
        }
    }
}

/// `1994-11-06T08:49:37Z` of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn iso(time: u64) -> String {
    let http = date::format(time);
    let parts: Vec<_> = http.split([' ', ',']).filter(|it| !it.is_empty()).collect();
    let [_, day, month, year, clock, _] = parts[..] else { panic!("{http}") };
    let month = "JanFebMarAprMayJunJulAugSepOctNovDec".find(month).expect("a month") / 3 + 1;
    format!("{year}-{month:02}-{day}T{clock}Z")
}

#[test]
fn endpoints_are_those_of_the_rule_set() {
    let Some(oracle) = oracle("endpoint-tests.json") else { return };
    for case in list(&oracle["testCases"]) {
        let parameters = &case["params"];
        let flag = |name: &str| parameters[name].as_bool().unwrap_or(false);
        let ours = Endpoint::of_region(parameters["Region"].as_str().unwrap_or_default(), flag("UseFIPS"), flag("UseDualStack"));
        let ours = ours.ok().map(|it| it.as_str().to_owned());
        // None where theirs is an error: a missing region.
        assert_eq!(ours.as_deref(), case["expect"]["endpoint"]["url"].as_str(), "{}", case["documentation"]);
    }
}

#[test]
fn every_region_is_in_its_partition() {
    let Some(oracle) = oracle("model/partitions.json") else { return };
    let mut regions = 0;
    for partition in list(&oracle["partitions"]) {
        let id = text(&partition["id"]);
        let outputs = &partition["outputs"];
        assert!(outputs["supportsFIPS"] == true && outputs["supportsDualStack"] == true, "{id}");
        // A pseudo-region such as `aws-cn-global` names a partition, and this service is in none of them.
        for region in partition["regions"].as_object().expect("regions").keys().filter(|it| !it.ends_with("-global")) {
            for (use_fips, use_dual_stack) in [(false, false), (true, false), (false, true), (true, true)] {
                let suffix = text(&outputs[if use_dual_stack { "dualStackDnsSuffix" } else { "dnsSuffix" }]);
                // GovCloud's plain host is the FIPS one already.
                let fips = if use_fips && (use_dual_stack || id != "aws-us-gov") { "-fips" } else { "" };
                let ours = Endpoint::of_region(region, use_fips, use_dual_stack).expect("a region");
                assert_eq!(ours.as_str(), format!("https://appconfigdata{fips}.{region}.{suffix}"));
            }
            regions += 1;
        }
    }
    assert!(regions > 40);
}
