//! People who hold nothing for a while, who may what, and roles that go to another tenant.

use super::office::Office;

const DESK: &str = r#"{
  "catalog": {
    "id": "desk",
    "attributes": { "subject": ["region"], "resource": ["owner", "region"] },
    "scopes": { "own": "shares(subject.id, resource.owner)", "region": "shares(subject.region, resource.region)", "all": "true" },
    "actions": { "read": "read", "write": "write" },
    "modules": { "tickets": {}, "roles": {} },
    "roles": {
      "admin": { "manages": "*", "grants": { "all": "*" } },
      "agent": { "grants": { "own": "tickets:write", "all": "tickets:read" } }
    },
    "administration": { "roles:write": ["create", "assign", "unassign", "activate", "deactivate", "sign-out", "attribute"] }
  },
  "tenant": {
    "id": "acme",
    "directory": {
      "ann": { "roles": "admin" },
      "bob": { "roles": "admin" },
      "jo":  { "roles": ["agent"] }
    }
  }
}
"#;

#[test]
fn one_command_changes_one_line() {
    let office = Office::new(DESK);
    let out = office.ok("subject deactivate policy.json jo --as ann");
    assert!(
        out.contains("jo loses tickets:read at all, tickets:write at own"),
        "{out}"
    );
    let deactivated = DESK.replacen(
        r#"      "jo":  { "roles": ["agent"] }"#,
        r#"      "jo":  { "active": false, "roles": ["agent"] }"#,
        1,
    );
    assert_eq!(office.read("policy.json"), deactivated);
    let who = office.ok("who policy.json tickets:write --resource owner=jo");
    assert_eq!(
        who,
        "ann: admin at all\nbob: admin at all\nclaims of admin: admin at all\nclaims of agent: agent at own, depending on subject.id\nbut never, for they are not active: jo\n"
    );
    office.ok("subject activate policy.json user:jo --as bob");
    assert_eq!(office.read("policy.json"), DESK);
    let who = office.ok("who policy.json tickets:write --resource owner=jo");
    assert!(who.contains("jo: agent at own\n"), "{who}");
    let who = office.ok("who policy.json tickets:write --json");
    assert!(
        who.contains(
            r#""filter":"{\"any\":[{\"all\":[{\"attribute\":\"owner\",\"in\":[\"jo\"]}]}]}""#
        ),
        "{who}"
    );
    office.ok("role assign policy.json agent f:5d9b-ldap:jdoe --as ann");
    let lines = office.read("policy.json");
    let jdoe = "      \"jo\":  { \"roles\": [\"agent\"] },\n      \"user:f:5d9b-ldap:jdoe\": { \"roles\": \"agent\" }\n";
    assert!(lines.contains(jdoe), "{lines}");
    assert_eq!(lines.lines().count(), DESK.lines().count() + 1);
    office.ok("audit verify policy.json");
}

#[test]
fn a_role_is_given_for_a_time() {
    let office = Office::new(DESK);
    let done =
        office.ok("role assign policy.json agent kim --until 2999-12-31T01:00:00+01:00 --as ann");
    assert!(
        done.contains("assigned agent to kim until 2999-12-31T00:00:00Z"),
        "{done}"
    );
    let line = r#""kim": { "roles": { "role": "agent", "until": "2999-12-31T00:00:00Z" } }"#;
    assert!(
        office.read("policy.json").contains(line),
        "{}",
        office.read("policy.json")
    );
    let who = office.ok("who policy.json tickets:read");
    assert!(
        who.contains("kim: agent at all until 2999-12-31T00:00:00Z\n"),
        "{who}"
    );
    assert!(who.contains("jo: agent at all\n"), "{who}");
    let later = office.ok("who policy.json tickets:read --now 32503593600");
    assert!(!later.contains("kim"), "{later}");
    let json = office.ok("who policy.json tickets:read --json");
    assert!(json.contains(r#""until":"2999-12-31T00:00:00Z""#), "{json}");
    office.refused(
        "role assign policy.json agent kim --until 30d --as ann",
        "which is longer",
    );
    office.ok("role unassign policy.json agent kim --until 30d --as ann");
    assert!(!office.read("policy.json").contains("2999"));
    office.ok("role assign policy.json agent kim --as ann");
    assert!(
        office
            .read("policy.json")
            .contains(r#""kim": { "roles": "agent" }"#)
    );
    for (wrong, part) in [
        ("30", "write how long"),
        ("tomorrow", "write how long"),
        ("2026-12-31", "write how long"),
        ("-1d", "an end is ahead"),
        ("9999999w", "after 9999-12-31T23:59:59Z"),
    ] {
        let words = format!("role assign policy.json agent new --until {wrong} --as ann");
        let ran = office.run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.exit, 64, "{wrong}: {}", ran.err);
        assert!(ran.err.contains(part), "{wrong}: {}", ran.err);
    }
    office.ok("audit verify policy.json");
}

#[test]
fn a_role_goes_from_tenant_to_tenant() {
    let office = Office::new(DESK);
    let exported = office.ok("role export policy.json agent");
    let globex = DESK.replacen("acme", "globex", 1);
    std::fs::write(office.path("globex.json"), globex).unwrap();
    std::fs::write(office.path("agent.json"), &exported).unwrap();
    office.ok("role import globex.json @agent.json --id helper --as ann");
    let again = office.ok("role export globex.json helper");
    assert_eq!(again.replacen("helper", "agent", 1), exported);
    let unknown = exported.replacen("tickets:write", "fax:write", 1);
    std::fs::write(office.path("agent.json"), unknown).unwrap();
    office.refused(
        "role import globex.json @agent.json --id other --as ann",
        "unknown permission `fax:write`",
    );
}

#[test]
fn somebody_and_everybody_is_signed_out() {
    let office = Office::new(DESK);
    let before = "--before 2023-10-31T08:00:00Z --as ann";
    let done = office.ok(&format!("subject sign-out policy.json jo {before}"));
    assert!(done.starts_with("signed out jo\n"), "{done}");
    let line = r#"      "jo":  { "sessions_from": "2023-10-31T08:00:00Z", "roles": ["agent"] }"#;
    let signed_out = DESK.replacen(r#"      "jo":  { "roles": ["agent"] }"#, line, 1);
    assert_eq!(office.read("policy.json"), signed_out);
    let again = "subject sign-out policy.json jo --before 2023-10-30T08:00:00Z --as ann";
    office.refused(again, "signed out before 2023-10-31T08:00:00Z already");
    office.refused("subject sign-out policy.json kim --as ann", "--unlisted");
    office.ok("subject sign-out policy.json kim --unlisted --as ann");
    let done = office.ok(&format!("subject sign-out-all policy.json {before}"));
    assert!(done.starts_with("signed out everybody\n"), "{done}");
    let policy = office.read("policy.json");
    assert!(
        policy.contains(r#""sessions_from": "2023-10-31T08:00:00Z","#),
        "{policy}"
    );
    let log = office.ok("audit log policy.json");
    office.ok("keygen -o keys");
    office.ok("build policy.json -k keys/signing.key -o shop.pclb");
    let shown = office.ok("inspect shop.pclb --trust keys/trust.json --now 1700000001");
    let said =
        "everybody before 2023-10-31T08:00:00Z, and 2 of the directory before times of their own";
    assert!(shown.contains(said), "{shown}");
    let json = office.ok("inspect shop.pclb --trust keys/trust.json --now 1700000001 --json");
    assert!(
        json.contains(r#""sessions_from":{"everybody":1698739200,"people":2}"#),
        "{json}"
    );
    assert!(log.contains("sign-out-all"), "{log}");
    office.ok("audit verify policy.json");
    let wrong = "subject sign-out policy.json jo --before yesterday --as ann";
    let ran = office.run(&wrong.split(' ').collect::<Vec<_>>());
    assert_eq!(ran.exit, 64, "{}", ran.err);
}

#[test]
fn somebody_gets_the_attributes_that_its_grants_read() {
    let office = Office::new(DESK);
    let done = office.ok("subject attribute policy.json jo region emea apac --as ann");
    assert!(done.starts_with("said what region of jo is\n"), "{done}");
    let line = r#"      "jo":  { "roles": ["agent"], "region": ["apac", "emea"] }"#;
    let said = DESK.replacen(r#"      "jo":  { "roles": ["agent"] }"#, line, 1);
    assert_eq!(office.read("policy.json"), said);
    let log = office.ok("audit log policy.json");
    assert!(
        log.contains("ann: attribute subject jo attribute region"),
        "{log}"
    );
    let csv = office.ok("audit export policy.json --csv");
    assert!(csv.contains(",jo,,,region,,"), "{csv}");
    office.refused(
        "subject attribute policy.json jo regoin emea --as ann",
        "did you mean `region`?",
    );
    office.refused(
        "subject attribute policy.json ann region emea --as ann",
        "its own access",
    );
    let nothing = [
        "subject",
        "attribute",
        "policy.json",
        "jo",
        "region",
        "--as",
        "ann",
    ];
    assert_eq!(office.run(&nothing).exit, 64);
    office.ok("subject attribute policy.json jo region --none --as ann");
    assert_eq!(office.read("policy.json"), DESK);
    office.ok("audit verify policy.json");
}

#[test]
fn who_reads_like_somebody_else_is_refused() {
    let office = Office::new(DESK);
    for (words, part) in [
        ("role assign policy.json agent User:jo", "write `user:jo`"),
        ("role assign policy.json agent JO", "write `jo`"),
        ("role assign policy.json agent jо", "write `jo`"),
        ("subject deactivate policy.json JO --unlisted", "but `jo`"),
        (
            "subject deactivate policy.json User:jo --unlisted",
            "write `user:jo`",
        ),
        (
            "subject deactivate policy.json uѕer:jo --unlisted",
            "write `user:jo`",
        ),
    ] {
        office.refused(&format!("{words} --as ann"), part);
    }
    // With the type before it, it is the id that is meant.
    office.ok("subject deactivate policy.json user:User:jo --unlisted --as ann");
    let spaced = [
        "role",
        "assign",
        "policy.json",
        "agent",
        "kim ",
        "--as",
        "ann",
    ];
    let ran = office.run(&spaced);
    assert!(
        ran.exit == 1 && ran.err.contains("space around it"),
        "{}",
        ran.err
    );
    let ran = office.run(&[
        "role",
        "assign",
        "policy.json",
        "agent",
        "kim",
        "--as-json",
        r#"{"type":"User","id":"ann"}"#,
    ]);
    assert!(
        ran.exit == 64 && ran.err.contains("did you mean `user`?"),
        "{}",
        ran.err
    );
}
