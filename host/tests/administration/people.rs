//! People who hold nothing for a while, who may what, and roles that go to another tenant.

use super::office::Office;

const DESK: &str = r#"{
  "catalog": {
    "id": "desk",
    "attributes": { "resource": ["owner"] },
    "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
    "actions": { "read": "read", "write": "write" },
    "modules": { "tickets": {}, "roles": {} },
    "roles": {
      "admin": { "manages": "*", "grants": { "all": "*" } },
      "agent": { "grants": { "own": "tickets:write", "all": "tickets:read" } }
    },
    "administration": { "roles:write": ["create", "assign", "unassign", "activate", "deactivate"] }
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
        "ann: admin at all\nbob: admin at all\nclaims of admin: admin at all\nbut never, for they are not active: jo\n"
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
    for wrong in ["30", "tomorrow", "2026-12-31"] {
        let words = format!("role assign policy.json agent new --until {wrong} --as ann");
        let ran = office.run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.exit, 64, "{wrong}: {}", ran.err);
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
