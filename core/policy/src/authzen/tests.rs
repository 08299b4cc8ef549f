//! Tests of reading requests.

use super::*;

fn vocabulary() -> Vocabulary {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Vocabulary {
        subject: names(&["teams", "level"]),
        action: names(&["mode"]),
        context: names(&["zone"]),
        resource: names(&["owner", "assignees"]),
    }
}

fn read(text: &str) -> Result<Request, Malformed> {
    Request::read(text.as_bytes(), &vocabulary())
}

/// Puts properties of a subject into a request that is otherwise well.
fn of_subject(properties: &str) -> Result<Subject, Malformed> {
    let text = format!(
        r#"{{"subject":{{"type":"user","id":"jo","properties":{properties}}},
            "action":{{"name":"read"}},"resource":{{"type":"tickets","id":"t"}}}}"#
    );
    read(&text).map(|request| request.subject)
}

fn of_resource(properties: &str) -> Result<Vec<Attribute>, Malformed> {
    let text = format!(
        r#"{{"subject":{{"type":"user","id":"jo"}},"action":{{"name":"read"}},
            "resource":{{"type":"tickets","id":"t","properties":{properties}}}}}"#
    );
    read(&text).map(|request| request.resource.attributes)
}

fn attribute(name: &str, values: &[&str]) -> Attribute {
    Attribute {
        name: name.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

#[test]
fn a_whole_request_is_read() {
    let request = read(
        r#"{"subject":{"type":"identity","id":"jasmine","properties":{"roles":["b","a","b"],
            "team_roles":{"emea":["supervisor","agent"],"apac":"agent","":"admin","none":null},
            "groups":"g","teams":["emea"],"unheard":{"of":[[]]}}},
            "action":{"name":"read","properties":{"mode":true,"other":{}}},
            "resource":{"type":"interactions","id":"i-1","properties":{"owner":"jasmine","assignees":[]}},
            "context":{"features":["quality","a"],"zone":7,"x":{}},"more":1}"#,
    );
    let team = |team: &str, role: &str| TeamRole {
        team: team.to_owned(),
        role: role.to_owned(),
    };
    let expected = Request {
        subject: Subject {
            kind: "user".to_owned(),
            id: "jasmine".to_owned(),
            roles: vec!["a".to_owned(), "b".to_owned()],
            team_roles: vec![
                team("apac", "agent"),
                team("emea", "agent"),
                team("emea", "supervisor"),
            ],
            groups: vec!["g".to_owned()],
            attributes: vec![attribute("teams", &["emea"])],
        },
        action: Action {
            name: "read".to_owned(),
            attributes: vec![attribute("mode", &["true"])],
        },
        resource: Resource {
            module: "interactions".to_owned(),
            id: Some("i-1".to_owned()),
            attributes: vec![
                attribute("assignees", &[]),
                attribute("owner", &["jasmine"]),
            ],
        },
        context: vec![attribute("zone", &["7"])],
        features: Some(vec!["a".to_owned(), "quality".to_owned()]),
    };
    assert_eq!(request, Ok(expected));
}

#[test]
fn sets_are_read_by_the_rules() {
    let cases: &[(&str, Option<&[&str]>)] = &[
        (r#""jo""#, Some(&["jo"])),
        (r#"["b","a","b"]"#, Some(&["a", "b"])),
        ("null", Some(&[])),
        ("[]", Some(&[])),
        (r#""""#, Some(&[])),
        (r#"["","a"]"#, Some(&["a"])),
        ("true", Some(&["true"])),
        ("[false,1,\"x\"]", Some(&["1", "false", "x"])),
        ("-12", Some(&["-12"])),
        ("18446744073709551615", Some(&["18446744073709551615"])),
        ("-9223372036854775808", Some(&["-9223372036854775808"])),
        ("18446744073709551616", None),
        ("-9223372036854775809", None),
        ("1.0", None),
        ("1e2", None),
        ("-0", None),
        ("[1.5]", None),
        ("{}", None),
        ("[null]", None),
        ("[[]]", None),
        ("[{}]", None),
    ];
    for (text, expected) in cases {
        let found = of_resource(&format!("{{\"owner\":{text}}}"));
        match expected {
            Some(values) => {
                assert_eq!(found, Ok(vec![attribute("owner", values)]), "{text}");
            }
            None => assert!(!found.unwrap_err().limit, "{text}"),
        }
        // The same rules for roles, groups and each entry of team_roles.
        for properties in [
            format!("{{\"roles\":{text}}}"),
            format!("{{\"groups\":{text}}}"),
            format!("{{\"team_roles\":{{\"emea\":{text}}}}}"),
        ] {
            assert_eq!(
                of_subject(&properties).is_ok(),
                expected.is_some(),
                "{properties}"
            );
        }
    }
    assert_eq!(of_resource("{}"), Ok(Vec::new()));
    assert_eq!(of_resource("null"), Ok(Vec::new()));
}

#[test]
fn malformed_requests_say_why() {
    let subject = r#""subject":{"type":"user","id":"jo"}"#;
    let action = r#""action":{"name":"read"}"#;
    let resource = r#""resource":{"type":"tickets","id":"t"}"#;
    let cases = [
        (String::new(), "blank"),
        (" \t".to_owned(), "blank"),
        ("{".to_owned(), "not JSON"),
        (format!("{{{subject},{action},{resource}}} x"), "not JSON"),
        ("[]".to_owned(), "must be an object"),
        (format!("{{{action},{resource}}}"), "`subject` is missing"),
        (format!("{{{subject},{resource}}}"), "`action` is missing"),
        (format!("{{{subject},{action}}}"), "`resource` is missing"),
        (
            format!("{{\"subject\":\"jo\",{action},{resource}}}"),
            "`subject` is a string",
        ),
        (
            format!("{{\"subject\":{{\"type\":\"user\"}},{action},{resource}}}"),
            "`subject.id` is missing",
        ),
        (
            format!("{{\"subject\":{{\"type\":1,\"id\":\"jo\"}},{action},{resource}}}"),
            "`subject.type` is a number",
        ),
        (
            format!("{{\"subject\":{{\"type\":\"u\",\"id\":null}},{action},{resource}}}"),
            "`subject.id` is null",
        ),
        (
            format!("{{{subject},\"action\":{{\"name\":[]}},{resource}}}"),
            "`action.name` is a list",
        ),
        (
            format!("{{{subject},{action},\"resource\":{{\"type\":\"tickets\"}}}}"),
            "`resource.id` is missing",
        ),
        (
            format!("{{{subject},{action},{resource},\"context\":[]}}"),
            "`context` is a list",
        ),
        (
            format!("{{{subject},{action},{resource},\"context\":{{\"features\":{{}}}}}}"),
            "`context.features`",
        ),
        (
            format!("{{{subject},{action},{resource},{action}}}"),
            "`$.action` appears twice",
        ),
        (
            format!("{{{subject},{action},{resource},\"x\":{{\"y\":[{{\"z\":1,\"z\":2}}]}}}}"),
            "`$.x.y[0].z` appears twice",
        ),
    ];
    for (text, message) in cases {
        let error = read(&text).unwrap_err();
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(!error.limit, "{text}");
    }
    for properties in [
        "[]",
        "\"x\"",
        "{\"team_roles\":[]}",
        "{\"team_roles\":\"x\"}",
    ] {
        assert!(!of_subject(properties).unwrap_err().limit, "{properties}");
    }
    assert!(Request::read(b"{\"subject\":\"\xff\"}", &vocabulary()).is_err());
    assert!(of_subject("{\"team_roles\":null}").is_ok());
}

#[test]
fn limits_hold_on_both_sides() {
    let list = |count: usize| {
        let values = (0..count).map(|index| format!("\"v{index}\""));
        values.collect::<Vec<_>>().join(",")
    };
    let over = |result: Result<(), Malformed>, over: bool, what: &str| match result {
        Ok(()) => assert!(!over, "{what}"),
        Err(error) => {
            assert!(over && error.limit, "{what}: {error}");
            assert!(
                error.answer().contains("\"message\":\"limit-exceeded: "),
                "{what}"
            );
        }
    };
    for (count, is_over) in [(256, false), (257, true)] {
        let value = "x".repeat(count);
        let found = of_resource(&format!("{{\"owner\":\"{value}\"}}"));
        over(found.map(drop), is_over, "bytes of a value");
        let found = of_subject(&format!("{{\"roles\":[{}]}}", list(count)));
        over(found.map(drop), is_over, "roles");
        let half = list(128);
        let rest = list(count - 128);
        let found = of_subject(&format!(
            "{{\"roles\":[{half}],\"team_roles\":{{\"t\":[{rest}]}}}}"
        ));
        over(found.map(drop), is_over, "roles and team roles");
    }
    for (count, is_over) in [(4_096, false), (4_097, true)] {
        let all = list(count);
        let found = of_subject(&format!("{{\"roles\":[{}],\"groups\":[{all}]}}", list(256)));
        over(found.map(drop), is_over, "groups");
    }
    for (count, is_over) in [(1024, false), (1025, true)] {
        let found = of_resource(&format!("{{\"owner\":[{}]}}", list(count)));
        over(found.map(drop), is_over, "values of an attribute");
    }
    // A role, group or team outside the grammar is merely unknown.
    let long = "x".repeat(300);
    let properties = format!(
        "{{\"roles\":\"{long}\",\"groups\":\"a\\u0001\",\"team_roles\":{{\"{long}\":\"a\"}}}}"
    );
    assert!(of_subject(&properties).is_ok());
    for value in ["a\\u0000b", "\\u001f", "\\u007f", "\\u0085"] {
        let found = of_resource(&format!("{{\"owner\":\"{value}\"}}"));
        over(found.map(drop), true, value);
    }
    assert!(of_resource("{\"owner\":\"\\u00a0\"}").is_ok());
}

#[test]
fn values_of_the_whole_request_are_counted_together() {
    let list = |count: usize| {
        let values = (0..count).map(|index| format!("\"v{index}\""));
        values.collect::<Vec<_>>().join(",")
    };
    for (rest, is_over) in [(1024, false), (1025, true)] {
        let (full, rest) = (list(1024), list(rest));
        let text = format!(
            r#"{{"subject":{{"type":"user","id":"jo","properties":{{"teams":[{full}],"level":[{full}]}}}},
               "action":{{"name":"read","properties":{{"mode":[{full}]}}}},
               "resource":{{"type":"tickets","id":"t","properties":{{"owner":[{rest}]}}}}}}"#
        );
        let found = read(&text);
        assert_eq!(found.is_err(), is_over);
    }
    let text = format!(
        r#"{{"subject":{{"type":"user","id":"jo","properties":{{"teams":[{0}],"level":[{0}]}}}},
           "action":{{"name":"read","properties":{{"mode":[{0}]}}}},"context":{{"zone":[{0}]}},
           "resource":{{"type":"tickets","id":"t","properties":{{"owner":"one"}}}}}}"#,
        list(1024)
    );
    assert!(read(&text).unwrap_err().limit);
}

#[test]
fn an_empty_id_is_none_and_a_wrong_one_is_over_a_limit() {
    for (id, expected) in [("", Some(false)), ("\\u0007", Some(true))] {
        let text = format!(
            r#"{{"subject":{{"type":"user","id":"{id}"}},"action":{{"name":"read"}},
               "resource":{{"type":"tickets","id":"{id}"}}}}"#
        );
        assert_eq!(
            read(&text).err().map(|error| error.limit),
            expected.filter(|over| *over)
        );
    }
}

#[test]
fn a_filter_heeds_the_resource_type_alone() {
    for resource in [
        r#"{"type":"tickets"}"#,
        r#"{"type":"tickets","id":7,"properties":{"owner":{}}}"#,
    ] {
        let text = format!(
            r#"{{"subject":{{"type":"user","id":"jo"}},"action":{{"name":"read"}},"resource":{resource}}}"#
        );
        let request = Request::read_filter(text.as_bytes(), &vocabulary()).unwrap();
        assert_eq!(request.resource.module, "tickets");
        assert_eq!(request.resource.id, None);
        assert!(request.resource.attributes.is_empty());
    }
}

#[test]
fn a_subject_alone_is_read() {
    let subject = Subject::read(
        br#"{"type":"service","id":"ci","properties":{"roles":"reader","teams":null}}"#,
        &vocabulary(),
    )
    .unwrap();
    assert_eq!(
        (subject.kind.as_str(), subject.id.as_str()),
        ("service", "ci")
    );
    assert_eq!(subject.attributes, [attribute("teams", &[])]);
    assert!(Subject::read(b"{\"id\":\"ci\"}", &vocabulary()).is_err());
    assert!(Subject::read(b"\"ci\"", &vocabulary()).is_err());
}

#[test]
fn an_error_answers_on_one_line() {
    let error = read("{\"a\":\n1").unwrap_err();
    let answer = error.answer();
    assert!(!answer.contains('\n'));
    let start =
        r#"{"decision":false,"context":{"effect":"error","error":{"status":400,"message":""#;
    assert!(answer.starts_with(start), "{answer}");
}
