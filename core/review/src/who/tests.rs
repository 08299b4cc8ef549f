//! Who may, and on what it depends.

use super::*;
use portcullis_policy::Source;
use portcullis_policy::authzen::Attribute;

const POLICY: &str = r#"{ "catalog": { "id": "c", "features": ["extra"],
    "attributes": { "subject": "teams", "resource": ["owner", "teams"], "team": "teams" },
    "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
    "actions": { "read": "read" },
    "modules": { "m": {}, "x": { "requires": "extra" } },
    "roles": { "admin": { "grants": { "*": "*" } }, "agent": { "claimable": false, "grants": { "own": "m:read" } } } },
  "tenant": { "id": "t", "groups": { "g": "agent@emea" },
    "directory": { "jo": { "roles": "agent" }, "al": {}, "service:ci": { "roles": "admin" }, "f:1:x": { "groups": "g" } } } }"#;

fn who(permission: &str, resource: &Resource) -> Result<Who, UnanswerableWho> {
    let (source, model) = Source::load(POLICY).unwrap();
    let metadata = BundleMetadata::new("a", UnixSeconds(0), 60, &source.catalog);
    Who::new(&model, &metadata, permission, resource)
}

fn lines(resource: &Resource) -> Vec<String> {
    let who = who("m:read", resource).unwrap();
    who.may.iter().map(ToString::to_string).collect()
}

#[test]
fn everybody_of_whom_the_policy_says_so_is_named() {
    assert_eq!(
        lines(&Resource::default()),
        [
            "service:ci: admin at all",
            r#"user:f:1:x: where {"any":[{"all":[{"attribute":"owner","in":["f:1:x"]},{"attribute":"teams","in":["emea"]}]}]}"#,
            r#"jo: where {"any":[{"all":[{"attribute":"owner","in":["jo"]}]}]}"#,
            "members of g: agent@emea at own, depending on subject.id, resource.owner and resource.teams",
            "claims of admin: admin at all",
        ]
    );
}

#[test]
fn what_everybody_holds_comes_first() {
    let policy = POLICY.replacen(
        r#""id": "c","#,
        r#""id": "c", "everyone": { "role": "member", "types": ["service", "user"] },"#,
        1,
    );
    let policy = policy.replacen(
        r#""roles": { "admin""#,
        r#""roles": { "member": { "grants": { "own": "m:read" } }, "admin""#,
        1,
    );
    let (source, model) = Source::load(&policy).unwrap();
    let metadata = BundleMetadata::new("a", UnixSeconds(0), 60, &source.catalog);
    let who = Who::new(&model, &metadata, "m:read", &Resource::default()).unwrap();
    let lines: Vec<String> = who.may.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines[..2],
        [
            "every service: member at own, depending on subject.id and resource.owner",
            "every user: member at own, depending on subject.id and resource.owner",
        ]
    );
    assert!(lines.iter().any(|line| line.starts_with("al: where")));
}

#[test]
fn who_may_for_a_time_is_named_with_its_end() {
    let held = r#""jo": { "roles": ["admin", { "role": "agent", "until": "1970-01-01T00:00:10Z" }] },
        "kim": { "roles": [{ "role": "admin", "until": "1970-01-01T00:00:30Z" }, { "role": "agent", "until": "1970-01-01T00:00:20Z" }] },
        "lou": { "roles": [{ "role": "admin", "until": "1970-01-01T00:00:10Z" }, "agent"] },
        "old": { "roles": { "role": "admin", "until": "1970-01-01T00:00:05Z" } }"#;
    let policy = POLICY.replacen(r#""jo": { "roles": "agent" }"#, held, 1);
    let (source, model) = Source::load(&policy).unwrap();
    let metadata = BundleMetadata::new("a", UnixSeconds(5), 60, &source.catalog);
    let who = Who::new(&model, &metadata, "m:read", &Resource::default()).unwrap();
    let lines = who.may.iter().map(ToString::to_string);
    let lines: Vec<String> = lines
        .filter(|line| !line.contains(':') || !line.contains("ci"))
        .collect();
    assert_eq!(
        lines[1..4],
        [
            "jo: admin at all",
            "kim: admin at all until 1970-01-01T00:00:30Z",
            // From then on of fewer resources.
            "lou: admin at all until 1970-01-01T00:00:10Z",
        ]
    );
    assert!(!lines.iter().any(|line| line.starts_with("old")));
}

#[test]
fn whoever_is_not_active_is_excepted_by_name() {
    let policy = POLICY.replacen(
        r#""al": {}"#,
        r#""al": { "active": false, "groups": "g" }"#,
        1,
    );
    let policy = policy.replacen(
        r#""service:ci": {"#,
        r#""service:ci": { "active": false,"#,
        1,
    );
    let (source, model) = Source::load(&policy).unwrap();
    let metadata = BundleMetadata::new("a", UnixSeconds(0), 60, &source.catalog);
    let who = Who::new(&model, &metadata, "m:read", &Resource::default()).unwrap();
    let inactive: Vec<String> = who.inactive.iter().map(ToString::to_string).collect();
    assert_eq!(inactive, ["service:ci", "al"]);
    let lines: Vec<String> = who.may.iter().map(ToString::to_string).collect();
    let (names, _): (Vec<&str>, Vec<&str>) = lines
        .iter()
        .map(|line| line.split_once(": ").unwrap())
        .unzip();
    assert_eq!(
        names,
        ["user:f:1:x", "jo", "members of g", "claims of admin"]
    );
}

#[test]
fn what_is_known_of_the_resource_decides() {
    let owned = Resource {
        attributes: vec![Attribute {
            name: "owner".to_owned(),
            values: vec!["jo".to_owned()],
        }],
        ..Resource::default()
    };
    assert_eq!(
        lines(&owned),
        [
            "service:ci: admin at all",
            "jo: agent at own",
            "members of g: agent@emea at own, depending on subject.id and resource.teams",
            "claims of admin: admin at all",
        ]
    );
}

#[test]
fn nobody_may_what_is_off_or_not_there() {
    let off = who("x:read", &Resource::default()).unwrap();
    assert_eq!(
        (off.features_off, off.may),
        (vec!["extra".to_owned()], vec![])
    );
    let unknown = who("m:reed", &Resource::default()).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "there is no permission `m:reed`; did you mean `m:read`?"
    );
}

/// A policy of which every grant reads what a request says.
const UNKNOWN: &str = r#"{ "catalog": { "id": "c", "features": ["extra"],
    "attributes": { "subject": ["teams", "region"], "directory_only": "region", "action": "kind", "context": "net",
        "resource": ["owner", "teams", "region"], "team": "teams" },
    "scopes": { "own": "shares(subject.id, resource.owner)", "team": "shares(subject.teams, resource.teams)",
        "region": "shares(subject.region, resource.region)", "staff": "is(subject.type, {user})",
        "inside": "lacks(context.net, {public})", "soft": "is(action.kind, {soft})",
        "open": "is(resource.owner, {nobody})", "all": "true" },
    "actions": { "read": "read" }, "modules": { "m": { "requires": "extra" } },
    "everyone": { "role": "member", "types": "service" },
    "roles": { "member": { "claimable": false, "grants": { "open": "m:read" } },
        "agent": { "claimable": false, "grants": { "own": "m:read" } }, "teamed": { "claimable": false, "grants": { "team": "m:read" } },
        "regional": { "claimable": false, "grants": { "region": "m:read" } }, "staff": { "claimable": false, "grants": { "staff": "m:read" } },
        "inside": { "claimable": false, "grants": { "inside": "m:read" } }, "soft": { "claimable": false, "grants": { "soft": "m:read" } },
        "stated": { "grants": { "own": "m:read" } } } },
  "tenant": { "id": "t", "features": [{ "feature": "extra", "until": "1970-01-01T00:01:00Z" }],
    "groups": { "g-agent": "agent", "g-teamed": "teamed", "g-regional": "regional", "g-staff": "staff", "g-inside": "inside", "g-soft": "soft" },
    "directory": { "al": { "roles": "teamed" }, "bo": { "roles": "regional" }, "cy": { "roles": "regional", "region": "eu" },
        "di": { "roles": "inside" }, "service:ed": { "roles": "staff" }, "fa": { "roles": { "role": "soft", "until": "1970-01-01T00:00:30Z" } } } } }"#;

fn unknown(attributes: &[(&str, &str)]) -> Vec<String> {
    let (source, model) = Source::load(UNKNOWN).unwrap();
    let metadata = BundleMetadata::new("a", UnixSeconds(0), 60, &source.catalog);
    let attributes = attributes.iter().map(|(name, value)| Attribute {
        name: (*name).to_owned(),
        values: vec![(*value).to_owned()],
    });
    let resource = Resource {
        attributes: attributes.collect(),
        ..Resource::default()
    };
    let who = Who::new(&model, &metadata, "m:read", &resource).unwrap();
    let lines = who.may.iter().map(ToString::to_string);
    lines
        .map(|line| line.replace(" until 1970-01-01T00:01:00Z", ""))
        .collect()
}

#[test]
fn whom_a_grant_lets_by_what_only_a_request_says_is_named() {
    assert_eq!(
        unknown(&[]),
        [
            "every service: member at open, depending on resource.owner",
            r#"service:ed: where {"any":[{"all":[{"attribute":"owner","in":["nobody"]}]}]}"#,
            "al: teamed at team, depending on subject.teams and resource.teams",
            r#"cy: where {"any":[{"all":[{"attribute":"region","in":["eu"]}]}]}"#,
            "di: inside at inside, depending on context.net",
            "fa: soft at soft until 1970-01-01T00:00:30Z, depending on action.kind",
            "members of g-agent: agent at own, depending on subject.id and resource.owner",
            "members of g-inside: inside at inside, depending on context.net",
            "members of g-regional: regional at region, depending on subject.region and resource.region",
            "members of g-soft: soft at soft, depending on action.kind",
            "members of g-staff: staff at staff, depending on subject.type",
            "members of g-teamed: teamed at team, depending on subject.teams and resource.teams",
            "claims of stated: stated at own, depending on subject.id and resource.owner",
        ]
    );
}

#[test]
fn what_the_resource_rules_out_lets_nobody() {
    let lines = unknown(&[("owner", "jo"), ("region", "us")]);
    let named = |who: &str| lines.iter().any(|line| line.starts_with(who));
    assert!(!named("every service") && !named("cy"), "{lines:?}");
    assert!(
        lines.contains(&"members of g-agent: agent at own, depending on subject.id".to_owned()),
        "{lines:?}"
    );
    let everybody = unknown(&[("owner", "nobody")]);
    assert_eq!(everybody[0], "every service: member at open");
}
