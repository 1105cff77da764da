//! The written form of feature flags against AWS's own schema and samples (../shared/oracles/flags), and rule by rule.

use std::path::Path;

use appconfig_edge::flags::{retrieval, sentence, written, Mistake};
use serde_json::{json, Value};

/// Enough of regular expressions for these tests: `^[a-z]+$`, literal text, and what is none.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    match pattern {
        "^[a-z]+$" => Some(!text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase())),
        "(" => None,
        literal => Some(text.contains(literal)),
    }
}

fn convert(document: &Value) -> Result<Value, Vec<Mistake>> {
    let text = document.to_string();
    let result = retrieval(&text, &matches).unwrap_or_else(|| panic!("not taken for the written form: {text}"));
    result.map(|text| serde_json::from_str(&text).unwrap())
}

/// The mistakes in a flag `f` with this definition and this value.
fn mistakes(definition: &Value, value: &Value) -> Vec<String> {
    let document = json!({"version": "1", "flags": {"f": definition}, "values": {"f": value}});
    convert(&document)
        .err()
        .unwrap_or_default()
        .iter()
        .map(|it| it.to_string().replace("$.values.f", "V").replace("$.flags.f", "F"))
        .collect()
}

/// The mistakes in a value of an attribute with these constraints.
fn constrained(constraints: &Value, value: &Value) -> Vec<String> {
    mistakes(&json!({"attributes": {"a": {"constraints": constraints}}}), &json!({"enabled": true, "a": value}))
}

fn oracle(name: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracles/flags");
    let text = std::fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        println!("skipped: ../shared/oracles/flags/{name} is not there; it is test data that is not part of this project");
    }
    text
}

fn parsed(name: &str) -> Option<Value> {
    Some(serde_json::from_str(&oracle(name)?).unwrap())
}

#[test]
fn a_flag_with_variants_comes_as_its_default() {
    let Some(sample) = parsed("example-deploy-multivariant.json") else { return };
    assert_eq!(convert(&sample).unwrap(), json!({"ui_refresh": {"_variant": "Default Variant", "enabled": false}}));
    let Some(capture) = parsed("ion-binary-capture-layout.json") else { return };
    assert_eq!(
        convert(&capture["deployment_time"]).unwrap(),
        json!({"promo": {"_variant": "default", "enabled": false}, "plain": {"_variant": "default", "enabled": true}})
    );
}

#[test]
fn the_retrieval_form_is_left_alone() {
    for name in ["example-retrieval-basic-1.json", "example-retrieval-basic-2.json", "rule-cases.json"] {
        let Some(text) = oracle(name) else { return };
        assert_eq!(retrieval(&text, &matches), None, "{name}");
    }
}

#[test]
fn what_comes_out_is_what_the_samples_of_the_retrieval_form_are() {
    for name in ["example-retrieval-basic-1.json", "example-retrieval-basic-2.json"] {
        let Some(sample) = parsed(name) else { return };
        let document = json!({"version": "1", "flags": {}, "values": sample});
        assert_eq!(convert(&document).unwrap(), sample, "{name}");
    }
}

#[test]
fn the_default_variants_of_the_ion_samples_are_ours() {
    // In these, the default is the last element of a flag's list, as JSON in a text of its own.
    for name in ["example-retrieval-mv-1.ion", "example-retrieval-mv-2.ion"] {
        let Some(text) = oracle(name) else { return };
        for line in text.lines().filter(|line| line.starts_with("  '''")) {
            let theirs: Value = serde_json::from_str(line.trim().trim_end_matches(',').trim_matches('\'')).unwrap();
            let mut attributes = theirs.as_object().unwrap().clone();
            let (variant, enabled) = (attributes.remove("_variant").unwrap(), attributes.remove("enabled").unwrap());
            let last = json!({"name": variant, "enabled": enabled, "attributeValues": attributes});
            let document = json!({"version": "1", "flags": {}, "values": {"f": {"_variants": [last]}}});
            assert_eq!(convert(&document).unwrap(), json!({"f": theirs}), "{name}");
        }
    }
}

#[test]
fn every_rule_of_the_cases_is_well_formed_and_none_with_a_letter_less() {
    let Some(cases) = parsed("rule-cases.json") else { return };
    let single = cases["cases"].as_array().unwrap().iter().map(|case| &case["rule"]);
    let split =
        cases["split_distribution"].as_array().unwrap().iter().flat_map(|case| case["variants"].as_array().unwrap()).map(|it| &it[1]);
    let rules: Vec<&str> = single.chain(split).filter_map(Value::as_str).collect();
    assert!(rules.len() >= 28);
    let told = |rule: &str| {
        let variants = json!([{"name": "a", "enabled": true, "rule": rule}, {"name": "default", "enabled": false}]);
        mistakes(&json!({}), &json!({"_variants": variants}))
    };
    for rule in rules {
        assert_eq!(told(rule), [""; 0], "{rule}");
        for wrong in [&rule[1..], &rule[..rule.len() - 1], &rule.replacen('(', "(x", 1)] {
            let told = told(wrong);
            assert!(told.len() == 1 && told[0].starts_with("V._variants[0].rule: expected "), "{wrong}: {told:?}");
        }
    }
}

/// The members that the published schema knows are those that we know, and the limits are its limits.
#[test]
fn the_limits_are_those_of_the_schema() {
    let Some(schema) = parsed("deployment-time.schema.json") else { return };
    let limit = |pointer: &str| usize::try_from(schema["definitions"].pointer(pointer).unwrap().as_u64().unwrap()).unwrap();
    let long = |length: usize| "x".repeat(length);
    let variants = |count: usize| {
        let mut all = vec![json!({"name": "v", "enabled": true, "rule": "(exists key::\"a\")"}); count - 1];
        all.push(json!({"name": "v", "enabled": true}));
        json!({"_variants": all})
    };
    let named = |rule: String| json!({"_variants": [{"name": "v", "enabled": true, "rule": rule}, {"name": "v", "enabled": true}]});
    let attributes = |count: usize| (0..count).map(|at| (format!("a{at}"), json!({}))).collect::<serde_json::Map<_, _>>();
    let values = |count: usize| (0..count).map(|at| (format!("a{at}"), json!(1))).collect::<serde_json::Map<_, _>>();
    let of = |pointer: &str, build: &dyn Fn(usize) -> (Value, Value)| {
        let most = limit(pointer);
        let (definition, value) = build(most);
        assert_eq!(mistakes(&definition, &value), [""; 0], "{pointer}");
        let (definition, value) = build(most + 1);
        assert_eq!(mistakes(&definition, &value).len(), 1, "{pointer}");
    };
    of("/customerDefinedDescription/maxLength", &|n| (json!({"description": long(n)}), json!({})));
    of("/attributeDefinitions/maxProperties", &|n| (json!({"attributes": attributes(n)}), json!({})));
    of("/attributeValue/oneOf/0/maxLength", &|n| (json!({}), json!({"enabled": true, "a": long(n)})));
    of("/attributeValue/oneOf/3/oneOf/0/items/maxLength", &|n| (json!({}), json!({"enabled": true, "a": [long(n)]})));
    of("/flagValue/properties/_variants/maxLength", &|n| (json!({}), variants(n)));
    of("/variant/properties/rule/maxLength", &|n| (json!({}), named(format!("(exists key::\"{}\")", long(n - 16)))));
    of("/variant/properties/attributeValues/maxProperties", &|n| {
        (json!({}), json!({"_variants": [{"name": "v", "enabled": true, "attributeValues": values(n)}]}))
    });
    of("/stringConstraints/properties/enum/maxLength", &|n| {
        (json!({"attributes": {"a": {"constraints": {"type": "string", "enum": vec!["x"; n]}}}}), json!({}))
    });
    of("/stringConstraints/properties/pattern/maxLength", &|n| {
        (json!({"attributes": {"a": {"constraints": {"type": "string", "pattern": long(n)}}}}), json!({}))
    });
    for (length, count) in [(1, 0), (64, 0), (65, 1)] {
        assert_eq!(mistakes(&json!({"name": long(length)}), &json!({})).len(), count);
        assert_eq!(mistakes(&json!({}), &json!({ long(length): 1 })).len(), count);
    }
    let mut all = json!({"enabled": true, "_createdAt": "x", "_updatedAt": "x"});
    all.as_object_mut().unwrap().extend(values(25));
    assert_eq!(mistakes(&json!({}), &all), [""; 0]);
    all["more"] = json!(1);
    assert_eq!(mistakes(&json!({}), &all), ["V: expected at most 25 attributes, got 26"]);
}

#[test]
fn dates_and_descriptions_are_stripped_and_a_disabled_flag_has_no_attributes() {
    let document = json!({
        "version": "1",
        "flags": {
            "on": {"name": "On", "description": "d", "_createdAt": "c", "_updatedAt": "u", "_deprecation": {"status": "planned", "date": "2026-11-21"},
                "attributes": {"list": {"description": "d", "constraints": {"type": "array", "required": true, "elements": {"type": "number"}}}}},
            "off": {"attributes": {"a": {"constraints": {"type": "string", "required": true}}}},
            "unset": {"name": "Defined, and without a value"},
        },
        "values": {
            "on": {"enabled": true, "_createdAt": "c", "_updatedAt": "u", "list": [1, 2.5]},
            "off": {"enabled": false, "a": "x"},
            "plain": {},
        },
    });
    assert_eq!(
        convert(&document).unwrap(),
        json!({"on": {"enabled": true, "list": [1, 2.5]}, "off": {"enabled": false}, "plain": {"enabled": false}})
    );
}

#[test]
fn order_and_numbers_stay_as_they_were_written() {
    let text = r#"{"values": {"b": {"z": 1.50, "enabled": true, "y": 1e400}, "a": {"enabled": true, "t": "\u00e9\n"}}, "version": "1"}"#;
    let expected = r#"{"b":{"enabled":true,"z":1.50,"y":1e400},"a":{"enabled":true,"t":"é\u000a"}}"#;
    assert_eq!(retrieval(text, &matches), Some(Ok(expected.into())));
    assert_eq!(retrieval(r#"{"version":"1","flags":{}}"#, &matches), Some(Ok("{}".into())));
}

#[test]
fn other_documents_are_not_taken_for_flags() {
    for text in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"version":"1"}"#,
        r#"{"flags":{"enabled":true},"values":{"enabled":false}}"#,
        r#"{"flags":{}}"#,
        r#"{"version":{"enabled":true},"flags":{"enabled":true},"values":{"enabled":true}}"#,
        r#"{"version":"1","flags":{"enabled":true}}"#,
        r#"{"version":"1","flags":["a"],"values":7}"#,
    ] {
        assert_eq!(retrieval(text, &matches), None, "{text}");
    }
    // Where it has to be flags, it is a mistake.
    assert_eq!(sentence(&written("{", &matches).unwrap_err()), "$: expected a JSON document, and this is none");
    assert_eq!(sentence(&written("[]", &matches).unwrap_err()), "$: expected an object, got an array");
    assert_eq!(sentence(&written("{}", &matches).unwrap_err()), "$: expected a member version, which is \"1\"");
}

#[test]
fn what_is_wrong_at_the_top_is_told() {
    let told = |text: &str| sentence(&retrieval(text, &matches).unwrap().unwrap_err());
    assert_eq!(told(r#"{"version":1,"flags":{}}"#), "$.version: expected \"1\", got 1");
    assert_eq!(told(r#"{"flags":{},"values":{}}"#), "$: expected a member version, which is \"1\"");
    assert_eq!(told(r#"{"version":"1","flags":{},"vals":{}}"#), "$.vals: is not known: expected version, flags, values");
    assert_eq!(told(r#"{"version":"1","flags":{"A b":[]}}"#), "$.flags[\"A b\"]: expected a key of 1 to 64 letters, digits, _ and -, the first of them a small letter; $.flags[\"A b\"]: expected an object, got an array");
    assert_eq!(
        told(r#"{"version":"1","values":{"a":{"enabled":true},"a":{}}}"#),
        "$.values.a: stands here twice: one of them would be lost"
    );
    let many = format!(r#"{{"version":"1","values":{{{}}}}}"#, (0..500).map(|at| format!("\"a{at}\":1")).collect::<Vec<_>>().join(","));
    assert!(told(&many).ends_with("; and 97 more"), "{}", told(&many));
}

#[test]
fn a_definition_is_checked() {
    for (definition, sentence) in [
        (json!({"names": "x"}), "F.names: is not known: expected name, description, attributes, _createdAt, _updatedAt, _deprecation"),
        (json!({"name": ""}), "F.name: expected 1 to 64 characters in one line, got \"\""),
        (json!({"name": "a\nb"}), "F.name: expected 1 to 64 characters in one line, got \"a\\nb\""),
        (json!({"name": 7}), "F.name: expected a text, got 7"),
        (json!({"_deprecation": {"status": "soon"}}), "F._deprecation.status: expected \"planned\", got \"soon\""),
        (
            json!({"_deprecation": {"date": "2026-13-01"}}),
            "F._deprecation.date: expected a date such as \"2026-11-21\", got \"2026-13-01\"",
        ),
        (
            json!({"attributes": {"_a": {}}}),
            "F.attributes._a: expected a key of 1 to 64 letters, digits, _ and -, the first of them a small letter",
        ),
        (json!({"attributes": {"a": {"type": "string"}}}), "F.attributes.a.type: is not known: expected description, constraints"),
    ] {
        assert_eq!(mistakes(&definition, &json!({})), [sentence]);
    }
    for (constraints, sentence) in [
        (json!({}), "expected a member type, one of boolean, number, string, array"),
        (json!({"type": "text"}), ".type: expected boolean or number or string or array, got \"text\""),
        (json!({"type": "string", "minimum": 1}), ".minimum: is not known: expected type, required, pattern, enum"),
        (json!({"type": "string", "pattern": "(", }), ".pattern: expected a regular expression, and this is none"),
        (json!({"type": "string", "pattern": "a", "enum": ["a"]}), "expected a pattern or an enum, got both"),
        (json!({"type": "string", "enum": [1.5]}), ".enum[0]: expected a text or a whole number, got 1.5"),
        (json!({"type": "number", "minimum": 0.5}), ".minimum: expected a whole number, got 0.5"),
        (json!({"type": "number", "minimum": 2, "maximum": 1}), "expected a minimum that is not above the maximum"),
        (json!({"type": "boolean", "required": "yes"}), ".required: expected true or false, got \"yes\""),
        (json!({"type": "array", "elements": {"type": "array"}}), ".elements.type: expected number or string, got \"array\""),
    ] {
        let told = mistakes(&json!({"attributes": {"a": {"constraints": constraints}}}), &json!({}));
        let place = if sentence.starts_with('.') { "F.attributes.a.constraints" } else { "F.attributes.a.constraints: " };
        assert_eq!(told, [format!("{place}{sentence}")]);
    }
}

#[test]
fn a_value_is_checked_against_its_constraints() {
    let string = json!({"type": "string"});
    let number = json!({"type": "number", "minimum": -1, "maximum": 10});
    let one_of = json!({"type": "string", "enum": ["red", 7]});
    let pattern = json!({"type": "string", "pattern": "^[a-z]+$"});
    let list = json!({"type": "array", "elements": one_of});
    for (constraints, fit) in [
        (&string, json!("")),
        (&number, json!(-1)),
        (&number, json!(10.0)),
        (&one_of, json!("red")),
        (&one_of, json!("7")),
        (&pattern, json!("abc")),
        (&list, json!(["red", "red"])),
        (&json!({"type": "boolean"}), json!(false)),
        (&json!({"type": "array"}), json!([1, 2])),
    ] {
        assert_eq!(constrained(constraints, &fit), [""; 0], "{constraints} {fit}");
    }
    for (constraints, unfit, sentence) in [
        (&string, json!(1), "V.a: expected a text, as its constraints say, got 1"),
        (&string, json!(null), "V.a: expected a text, as its constraints say, got null"),
        (&number, json!(-1.5), "V.a: expected a number from -1, got -1.5"),
        (&number, json!(11), "V.a: expected a number up to 10, got 11"),
        (&number, json!("1"), "V.a: expected a number, as its constraints say, got \"1\""),
        (&one_of, json!("green"), "V.a: expected one of \"red\", 7, got \"green\""),
        (&pattern, json!("ABC"), "V.a: expected a text that matches ^[a-z]+$, got \"ABC\""),
        (&list, json!(["red", "green"]), "V.a[1]: expected one of \"red\", 7, got \"green\""),
        (&list, json!("red"), "V.a: expected an array, as its constraints say, got \"red\""),
        (&json!({"type": "boolean"}), json!(0), "V.a: expected true or false, as its constraints say, got 0"),
        (&json!({"type": "array"}), json!([1, "2"]), "V.a[1]: expected a number, as the first item is, got \"2\""),
    ] {
        assert_eq!(constrained(constraints, &unfit), [sentence]);
    }
    let required = json!({"attributes": {"a": {"constraints": {"type": "string", "required": true}}}});
    assert_eq!(mistakes(&required, &json!({"enabled": true})), ["V: expected the attribute a, which is required"]);
    assert_eq!(mistakes(&required, &json!({"enabled": false})), [""; 0]);
}

#[test]
fn a_value_without_constraints_is_checked_for_its_form() {
    for (value, sentence) in [
        (json!({"enabled": "yes"}), "V.enabled: expected true or false, got \"yes\""),
        (json!({"a": {}}), "V.a: expected a text, a number, true or false, or an array, got an object"),
        (json!({"a": [[]]}), "V.a[0]: expected a text or a number, got an array"),
        (json!({"a": []}), "V.a: expected at least one item, as AWS's schema takes no empty array"),
        (json!({"_a": 1}), "V._a: is not known: expected enabled, _variants, _createdAt, _updatedAt or an attribute"),
        (json!({"A": 1}), "V.A: expected a key of 1 to 64 letters, digits, _ and -, the first of them a small letter"),
        (json!({"_variants": []}), "V._variants: expected at least one variant: the last is the default"),
        (json!({"_variants": [{"enabled": true}]}), "V._variants[0]: expected a member name"),
        (json!({"_variants": [{"name": "a"}]}), "V._variants[0]: expected a member enabled"),
        (
            json!({"_variants": [{"name": "a", "enabled": true, "rule": "(exists key::\"a\")"}]}),
            "V._variants[0].rule: expected none: the last variant is the default, for whom no other rule holds",
        ),
        (
            json!({"_variants": [{"name": "a", "enabled": true}, {"name": "b", "enabled": true}]}),
            "V._variants[0]: expected a rule: only the last variant, the default, goes without",
        ),
        (
            json!({"_variants": [{"name": "a", "enabled": true, "attributeValues": {"a": null}}]}),
            "V._variants[0].attributeValues.a: expected a text, a number, true or false, or an array, got null",
        ),
    ] {
        assert_eq!(mistakes(&json!({}), &value), [sentence]);
    }
}

#[test]
fn no_document_makes_it_panic() {
    let seed = json!({
        "version": "1",
        "flags": {"f": {"name": "F", "attributes": {"a": {"constraints": {"type": "array", "elements": {"type": "string", "enum": ["x", 1]}}}}}},
        "values": {"f": {"enabled": true, "a": ["x"]}, "g": {"_variants": [{"name": "v", "enabled": true, "rule": "(in $a [\"b\"])"}, {"name": "d", "enabled": true}]}},
    })
    .to_string();
    let mut state = 1_u64;
    let mut random = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut served = 0;
    for _ in 0..50_000 {
        let mut bytes = seed.clone().into_bytes();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(3) {
                0 => bytes[at] = b"{}[]\",:\\u01e.-x ()$_"[random(20)],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"\"[{1"[random(4)]),
            }
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if let Some(Ok(out)) = retrieval(&text, &matches) {
            served += 1;
            assert!(serde_json::from_str::<Value>(&out).is_ok(), "{text} gave {out}");
        }
    }
    assert!(served > 500, "{served}");
}
