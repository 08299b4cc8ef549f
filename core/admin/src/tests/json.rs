//! The JSON of changes, results and refusals: written here, and passed on by every shell.

use strum::VariantArray as _;

use super::*;

#[test]
fn a_change_is_read_from_json() {
    let cases = [
        (
            r#"{"operation":"grant","role":"r","grants":{"all":"a:b","*":["a:c","d:@read"]}}"#,
            grant("r", &[("all", "a:b"), ("*", "a:c"), ("*", "d:@read")]),
        ),
        (
            r#"{"operation":"assign","role":"r","team":"emea","subject":"service:ci"}"#,
            assign("r@emea", "service:ci"),
        ),
        (
            r#"{"operation":"unassign","role":"r","subject":{"type":"user","id":"a:b"}}"#,
            Change::Unassign {
                role: "r".to_owned(),
                team: None,
                subject: SubjectKey::new("user", "a:b").into(),
                until: None,
            },
        ),
        (r#"{"operation":"create","role":"r"}"#, create("r")),
    ];
    for (json, expected) in cases {
        assert_eq!(serde_json::from_str::<Change>(json).unwrap(), expected);
    }
}

#[test]
fn what_is_not_a_change_is_refused() {
    let cases = [
        ("{}", "missing field `operation`"),
        (r#"{"operation":"explode"}"#, "unknown variant `explode`"),
        (r#"{"operation":"reset"}"#, "missing field `role`"),
        (
            r#"{"operation":"reset","role":"r","force":true}"#,
            "unknown field `force`",
        ),
        (
            r#"{"operation":"grant","role":"r","grants":{"all":7}}"#,
            "a string or a list of strings",
        ),
        (
            r#"{"operation":"grant","role":"r","grants":{"a":"x","a":"y"}}"#,
            "appears twice",
        ),
        (
            r#"{"operation":"assign","role":"r","subject":7}"#,
            "a key of the directory",
        ),
        (
            r#"{"operation":"assign","role":"r","subject":{"id":"x"}}"#,
            "a key of the directory",
        ),
    ];
    for (json, part) in cases {
        let error = serde_json::from_str::<Change>(json)
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{json}: {error}");
    }
}

#[test]
fn every_operation_has_one_name() {
    for kind in ChangeKind::VARIANTS {
        let json = serde_json::to_string(kind).unwrap();
        assert_eq!(json, format!("\"{}\"", kind.name()));
        // It is known, and at most what it is about is missing.
        match serde_json::from_str::<Change>(&format!(r#"{{"operation":{json}}}"#)) {
            Ok(change) => assert_eq!(change.kind(), *kind),
            Err(error) => assert!(error.to_string().contains("missing field"), "{json}"),
        }
    }
}

#[test]
fn a_result_has_one_form() {
    let done = change(&policy(), "bob", &delete("reader", None)).unwrap();
    let json = serde_json::to_value(&done).unwrap();
    let members = json.as_object().unwrap().keys().collect::<Vec<_>>();
    assert_eq!(members, ["text", "record", "removed", "impacts"]);
    // The page's result and everybody else's are one, to the byte, but for the text.
    let (whole, outcome) = (
        serde_json::to_string(&done).unwrap(),
        serde_json::to_string(&done.outcome()).unwrap(),
    );
    assert!(whole.ends_with(outcome.strip_prefix('{').unwrap()));
    assert_eq!(
        json["removed"][0].to_string(),
        r#"{"subject":{"type":"user","id":"jo"},"group":null,"team":"emea"}"#
    );
    assert_eq!(
        json["removed"][2].to_string(),
        r#"{"subject":null,"group":"g-readers","team":null}"#
    );
    let impact = json["impacts"][0].as_object().unwrap();
    let members = impact.keys().collect::<Vec<_>>();
    assert_eq!(members, ["subject", "before", "after", "gained", "lost"]);
    assert_eq!(
        impact["lost"][0].to_string(),
        r#"{"permission":"roles:read","scope":"all","team":"emea"}"#
    );
}

#[test]
fn a_refusal_has_one_form() {
    let no = change(&policy(), "cleo", &delete("reader", None)).unwrap_err();
    assert_eq!(
        serde_json::to_string(&no).unwrap(),
        format!(
            r#"{{"reason":"not-covered","message":{},"cure":{},"lacking":[{{"permission":"quality:read","scope":"all","team":null}}],"features_off":[]}}"#,
            serde_json::to_string(&no.message).unwrap(),
            serde_json::to_string(&no.cure).unwrap(),
        )
    );
}

#[test]
fn an_actor_brings_no_roles() {
    let document = policy();
    let read = |json: &str| Actor::read(json.as_bytes(), document.model());
    let subject = r#"{"type":"user","id":"x","properties":{"groups":["g-bosses"]}}"#;
    assert_eq!(read(subject).unwrap(), in_groups("x", &["g-bosses"]));
    for own in [r#""roles":["admin"]"#, r#""team_roles":{"emea":["admin"]}"#] {
        let json = format!(r#"{{"type":"user","id":"x","properties":{{{own}}}}}"#);
        let no = read(&json).unwrap_err();
        assert_eq!(no, UnusableActor::OwnRoles);
        assert!(
            no.to_string().contains("does not bring its own roles"),
            "{no}"
        );
    }
    assert!(matches!(read("{}"), Err(UnusableActor::Malformed(_))));
}

#[test]
fn an_actor_is_who_it_is_whatever_else_is_known_of_it() {
    let document = policy();
    let model = document.model();
    let ann = Actor::of_directory("ann");
    assert!(ann.is(&Actor::of_directory("user:ann"), model));
    assert!(ann.is(&in_groups("ann", &["g-bosses"]), model));
    assert!(Actor::vendor("ops").is(&Actor::vendor("ops"), model));
    for other in [
        Actor::of_directory("ben"),
        Actor::of_directory("service:ann"),
        in_groups("ben", &[]),
        Actor::vendor("ann"),
    ] {
        assert!(
            !ann.is(&other, model) && !other.is(&ann, model),
            "{other:?}"
        );
    }
    assert!(!Actor::vendor("ops").is(&Actor::vendor("billing"), model));
}
