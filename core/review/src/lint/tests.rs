//! Tests of the linter.

use super::*;

/// A policy without findings; each test spoils it.
pub(super) const CLEAN: &str = r#"{ "catalog": { "id": "c", "features": ["extra"],
    "attributes": { "subject": "teams", "resource": ["owner", "teams"], "team": "teams" },
    "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
    "actions": { "read": "read", "write": "write" },
    "modules": { "m": {}, "x": { "requires": "extra", "actions": { "read": "read" } } },
    "roles": { "admin": { "grants": { "*": "*" } }, "agent": { "grants": { "own": "m:read" } }, "later": { "available": false } } },
  "tenant": { "id": "t", "features": ["extra"], "roles": { "mine": { "grants": { "all": "m:*" } } },
    "directory": { "jo": { "roles": ["mine"] }, "service:ci": { "roles": ["agent"] } } },
  "tests": [ { "name": "t", "subject": { "id": "jo", "roles": ["admin", "agent@emea"] }, "expect": { "m:read": "allow" } } ] }"#;

/// Returns the findings as code, severity and path.
pub(super) fn found(text: &str) -> Vec<String> {
    let (source, model) = Source::load(text).unwrap_or_else(|error| panic!("{error}"));
    let findings = lint(&source, &model);
    let short = findings.iter().map(|finding| {
        let severity = finding.severity.name();
        format!("{} {severity} {}", finding.code, finding.path)
    });
    short.collect()
}

fn spoiled(from: &str, to: &str) -> Vec<String> {
    assert!(CLEAN.contains(from), "{from}");
    found(&CLEAN.replacen(from, to, 1))
}

#[test]
fn what_a_role_holds_without_what_it_needs_is_found() {
    let needs = CLEAN.replacen(
        r#""write": "write" }"#,
        r#""write": { "kind": "write", "needs": "read" } }"#,
        1,
    );
    assert_eq!(found(&needs), [""; 0]);
    let alone = needs.replacen(r#""all": "m:*""#, r#""all": "m:write""#, 1);
    assert_eq!(found(&alone), ["needs-more warning $.tenant.roles.mine"]);
}

#[test]
fn a_directory_whose_only_administrator_is_not_active_is_found() {
    let named = CLEAN.replacen(
        r#""roles": { "admin""#,
        r#""administration": { "m:write": "edit" }, "roles": { "admin""#,
        1,
    );
    let named = named.replacen(
        r#""id": "jo", "roles": ["#,
        r#""id": "x", "roles": ["mine", "#,
        1,
    );
    assert_eq!(found(&named), [""; 0]);
    let nobody = named.replacen(
        r#""roles": ["mine"]"#,
        r#""roles": ["mine"], "active": false"#,
        1,
    );
    assert_eq!(found(&nobody), ["nobody-left error $.tenant.directory"]);
    let (source, model) = Source::load(&nobody).unwrap();
    let said = lint(&source, &model)[0].to_string();
    assert!(
        said.contains("only `jo` may edit roles (`m:write`)"),
        "{said}"
    );
    let other = r#""service:ci": { "roles": ["agent"] }"#;
    for (left, findings) in [
        (r#""ann": { "roles": "admin" }"#, 0),
        (r#""ann": { "roles": "admin@emea" }"#, 1),
        (r#""ann": { "roles": "admin", "active": false }"#, 1),
    ] {
        let policy = nobody.replacen(other, &format!("{other}, {left}"), 1);
        assert_eq!(found(&policy).len(), findings, "{left}");
    }
    let by_group = nobody.replacen(
        r#""directory""#,
        r#""groups": { "g": "admin" }, "directory""#,
        1,
    );
    assert_eq!(found(&by_group), [""; 0]);
}

#[test]
fn administrators_who_may_for_a_time_only_are_found() {
    let named = CLEAN.replacen(
        r#""roles": { "admin""#,
        r#""administration": { "x:read": "edit" }, "roles": { "admin""#,
        1,
    );
    let held = |roles: &str| named.replacen(r#"["mine"]"#, roles, 1);
    let for_good = held(r#"["mine", "admin"]"#);
    assert_eq!(found(&for_good), [""; 0]);
    let until = r#""until": "2100-01-01T00:00:00Z" }"#;
    let role = held(&format!(r#"["mine", {{ "role": "admin", {until}]"#));
    let features = r#""features": ["extra"], "roles""#;
    let feature = for_good.replacen(
        features,
        &format!(r#""features": {{ "feature": "extra", {until}, "roles""#),
        1,
    );
    let off = for_good.replacen(features, r#""roles""#, 1);
    for policy in [role, feature, off] {
        let found = found(&policy);
        let nobody_left = "nobody-left warning $.tenant.directory".to_owned();
        assert!(found.contains(&nobody_left), "{found:?}");
    }
}

#[test]
fn a_role_that_counts_for_no_test_is_untested() {
    let untested = "role-untested warning $.tenant.roles.mine".to_owned();
    let mine = r#""directory": { "jo": { "roles": ["mine"] }"#;
    let tested = CLEAN.replacen(
        r#""jo", "roles": ["admin""#,
        r#""x", "roles": ["admin", "mine""#,
        1,
    );
    assert_ne!(tested, CLEAN);
    assert_eq!(found(&tested), [""; 0]);
    let by_person = CLEAN.replacen(
        mine,
        r#""directory": { "jo": { "active": false, "roles": ["mine"] }"#,
        1,
    );
    assert!(found(&by_person).contains(&untested));
    let by_team = CLEAN.replacen(r#", "team": "teams" }"#, " }", 1);
    let by_team = by_team.replacen(mine, r#""directory": { "jo": { "groups": "g" }"#, 1);
    let by_team = by_team.replacen(r#""agent@emea"]"#, r#""agent", "mine@emea"]"#, 1);
    assert!(found(&by_team).contains(&untested));
}

#[test]
fn what_is_nearly_a_known_name_is_hinted_at() {
    let directory = r#""jo": { "roles": ["mine"] }"#;
    for (to, path) in [
        (
            r#""jo": { "roles": ["mine"], "groups": "G-lead " }"#,
            "$.tenant.directory.jo.groups",
        ),
        (
            r#""jo": { "roles": ["mine"], "groups": "g-laed" }"#,
            "$.tenant.directory.jo.groups",
        ),
        (
            r#""jo": { "roles": ["mine", "agent@EMEA"], "teams": "emea" }"#,
            "$.tenant.directory",
        ),
        (
            r#""jo": { "roles": ["mine"], "teams": ["emea", "emae", "north", "south", "tier-1", "tier-2"] }"#,
            "$.tenant.directory",
        ),
        (
            r#""jo": { "roles": ["mine"] }, "user:servce:ci": {}"#,
            r#"$.tenant.directory["user:servce:ci"]"#,
        ),
    ] {
        let mapped = CLEAN.replacen(
            r#""id": "t","#,
            r#""id": "t", "groups": { "g-lead": "agent" },"#,
            1,
        );
        assert!(mapped.contains(directory));
        let found = found(&mapped.replacen(directory, to, 1));
        assert_eq!(found, [format!("near-miss info {path}")], "{to}");
    }
    let test = r#""subject": { "id": "jo","#;
    for (to, path) in [
        (r#""groups": "G-lead","#, ".groups"),
        (r#""type": "User","#, ".type"),
        (r#""team_roles": { "EMEA": "agent" },"#, ""),
    ] {
        let policy = CLEAN
            .replacen(
                r#""id": "t","#,
                r#""id": "t", "groups": { "g-lead": "agent@emea" },"#,
                1,
            )
            .replacen(test, &format!("{test} {to}"), 1);
        let near = format!("near-miss info $.tests[0].subject{path}");
        let found = found(&policy);
        let found: Vec<&String> = found.iter().filter(|one| one.starts_with("near")).collect();
        assert_eq!(found, [&near]);
    }
    let known =
        r#""jo": { "roles": ["mine"], "groups": ["g-lead", "staff"], "teams": ["emea", "apac"] }"#;
    assert_eq!(spoiled(directory, known), [""; 0]);
}

#[test]
fn a_clean_policy_has_no_findings() {
    assert_eq!(found(CLEAN), [""; 0]);
}

#[test]
fn a_custom_role_that_nobody_has_is_found() {
    let unused =
        r#"{ "mine": { "grants": { "all": "m:*" } }, "new": { "grants": { "own": "m:read" } } }"#;
    let roles = r#"{ "mine": { "grants": { "all": "m:*" } } }"#;
    assert_eq!(
        spoiled(roles, unused),
        [
            "role-unused warning $.tenant.roles.new",
            "role-untested warning $.tenant.roles.new",
        ]
    );
    // A test that gives it shows that requests may bring it along.
    let text = CLEAN
        .replacen(roles, unused, 1)
        .replacen("[\"admin\",", "[\"admin\", \"new\",", 1);
    assert_eq!(found(&text), ["role-unused info $.tenant.roles.new"]);
    let mapped = CLEAN
        .replacen(roles, unused, 1)
        .replacen("[\"admin\",", "[\"admin\", \"new\",", 1)
        .replacen(
            "\"directory\"",
            "\"groups\": { \"g\": \"new\" }, \"directory\"",
            1,
        );
    assert_eq!(found(&mapped), [""; 0]);
}

#[test]
fn a_role_that_no_test_covers_is_found() {
    assert_eq!(
        spoiled("[\"admin\", \"agent@emea\"]", "\"admin\""),
        ["role-untested warning $.catalog.roles.agent"]
    );
    // The test's subject is in the directory, so `mine` is covered; in another's name it is not.
    assert_eq!(
        spoiled(
            "\"subject\": { \"id\": \"jo\"",
            "\"subject\": { \"id\": \"al\""
        ),
        ["role-untested warning $.tenant.roles.mine"]
    );
    let (policy, _) = CLEAN.split_once(",\n  \"tests\"").unwrap();
    assert_eq!(found(&format!("{policy} }}")), ["untested warning $.tests"]);
}

#[test]
fn a_service_that_may_do_everything_is_an_error() {
    let place = "$.tenant.directory[\"service:ci\"]";
    assert_eq!(
        spoiled(
            "\"service:ci\": { \"roles\": [\"agent\"] }",
            "\"service:ci\": { \"roles\": [\"admin\"] }"
        ),
        [format!("service-all-powerful error {place}")]
    );
    assert_eq!(
        spoiled(
            "\"service:ci\": { \"roles\": [\"agent\"] }",
            "\"service:ci\": { \"roles\": [\"admin@emea\"] }"
        ),
        [format!("service-all-powerful warning {place}")]
    );
    assert_eq!(
        spoiled(
            "\"directory\": { \"jo\": { \"roles\": [\"mine\"] }, \"service:ci\": { \"roles\": [\"agent\"] } }",
            "\"groups\": { \"g\": \"admin\" }, \"directory\": { \"jo\": { \"roles\": [\"mine\"] }, \"service:ci\": { \"groups\": \"g\" } }"
        ),
        [format!("service-all-powerful error {place}")]
    );
    // At a scope that always holds it needs no other; a person may have it.
    assert_eq!(
        spoiled(
            "\"admin\": { \"grants\": { \"*\": \"*\" } }",
            "\"admin\": { \"grants\": { \"all\": \"*\" } }"
        ),
        [""; 0]
    );
    let all = CLEAN
        .replacen(
            "\"admin\": { \"grants\": { \"*\": \"*\" } }",
            "\"admin\": { \"grants\": { \"all\": \"*\" } }",
            1,
        )
        .replacen(
            "\"service:ci\": { \"roles\": [\"agent\"] }",
            "\"service:ci\": { \"roles\": [\"admin\"] }",
            1,
        );
    assert_eq!(found(&all), [format!("service-all-powerful error {place}")]);
    assert_eq!(
        spoiled(
            "\"jo\": { \"roles\": [\"mine\"] }",
            "\"jo\": { \"roles\": [\"mine\", \"admin\"] }"
        ),
        [""; 0]
    );
}

#[test]
fn scopes_that_can_never_hold_are_found_where_they_are_written() {
    assert_eq!(
        spoiled(
            "\"own\": \"shares(subject.id, resource.owner)\"",
            "\"own\": [[\"present(resource.owner)\", \"absent(resource.owner)\"]]"
        ),
        ["scope-never-holds warning $.catalog.scopes.own"]
    );
    assert_eq!(
        spoiled(
            "\"m\": {}",
            "\"m\": { \"scopes\": { \"own\": [\"present(resource.owner)\", [\"is(resource.owner, {a})\", \"lacks(resource.owner, {a})\"]] } }"
        ),
        ["alternative-never-holds warning $.catalog.modules.m.scopes.own[1]"]
    );
}

#[test]
fn guards_that_nothing_fills_are_named() {
    // What is of the resource is unknown where it is not given, and an id is given.
    let with = |guard: &str| {
        let declared = CLEAN.replacen(
            "\"subject\": \"teams\"",
            "\"subject\": [\"teams\", \"suspended\"], \"action\": [\"mode\"], \"context\": [\"token\"]",
            1,
        );
        declared.replacen("\"all\": \"true\"", &format!("\"all\": {guard}"), 1)
    };
    for guard in [
        "\"lacks(resource.owner, {a})\"",
        "\"differs(subject.id, resource.owner)\"",
        "\"lacks(subject.type, {service})\"",
        "\"is(context.token, {full})\"",
    ] {
        assert_eq!(found(&with(guard)), [""; 0], "{guard}");
    }
    for guard in [
        "\"lacks(context.token, {read-only})\"",
        "\"lacks(action.mode, {dry})\"",
        "\"lacks(subject.suspended, {yes})\"",
        "[\"true\", [\"present(resource.owner)\", \"differs(subject.id, context.token)\"]]",
        "\"differs(subject.suspended, resource.owner)\"",
    ] {
        let unfilled = ["guard-unfilled warning $.catalog.scopes.all"];
        assert_eq!(found(&with(guard)), unfilled, "{guard}");
    }
    // Where it is written, once for each attribute.
    let both = with("\"differs(subject.suspended, context.token)\"");
    let twice = ["guard-unfilled warning $.catalog.scopes.all"; 2];
    assert_eq!(found(&both), twice);
    let in_module = with("\"true\"").replacen(
        "\"m\": {}",
        "\"m\": { \"scopes\": { \"own\": \"lacks(context.token, {x})\" } }",
        1,
    );
    let there = ["guard-unfilled warning $.catalog.modules.m.scopes.own"];
    assert_eq!(found(&in_module), there);
}

#[test]
fn what_fills_a_guard_is_known() {
    let guard = |atom: &str| {
        let declared = CLEAN.replacen(
            "\"subject\": \"teams\"",
            "\"subject\": [\"teams\", \"suspended\"], \"context\": [\"token\"]",
            1,
        );
        declared.replacen("\"all\": \"true\"", &format!("\"all\": \"{atom}\""), 1)
    };
    let (token, suspended) = (
        guard("lacks(context.token, {read-only})"),
        guard("lacks(subject.suspended, {yes})"),
    );
    let stated = |text: &str, subject: &str, beside: &str| {
        let named = format!("\"subject\": {{ {subject} \"id\": \"jo\"");
        let tested = text.replacen("\"subject\": { \"id\": \"jo\"", &named, 1);
        tested.replacen("\"expect\"", &format!("{beside} \"expect\""), 1)
    };
    // A test shows that requests state it.
    let by_request = stated(&token, "", "\"context\": { \"token\": [] },");
    assert_eq!(found(&by_request), [""; 0]);
    let by_subject = stated(&suspended, "\"suspended\": \"no\",", "");
    assert_eq!(found(&by_subject), [""; 0]);
    // Of the gate's requests only its configuration tells.
    let route = "\"routes\": [{ \"methods\": \"GET\", \"path\": \"/m\", \"permission\": \"m:read\", \"conditional\": \"forward\" }], \"roles\": { \"admin\"";
    for tested in [&by_request, &by_subject] {
        let routed = tested.replacen("\"roles\": { \"admin\"", route, 1);
        let guards = found(&routed).into_iter();
        let guards = guards
            .filter(|finding| finding.starts_with("guard"))
            .collect::<Vec<_>>();
        assert_eq!(guards, ["guard-unfilled info $.catalog.scopes.all"]);
    }
    // So does the directory, with a value of it …
    let jo = "\"jo\": { \"roles\": [\"mine\"]";
    let listed =
        |values: &str| suspended.replacen(jo, &format!("{jo}, \"suspended\": {values}"), 1);
    assert_eq!(found(&listed("\"no\"")), [""; 0]);
    let unfilled = ["guard-unfilled warning $.catalog.scopes.all"];
    assert_eq!(found(&listed("[]")), unfilled);
    // … or with an entry, where nothing else may.
    let only = suspended.replacen(
        "\"team\": \"teams\" }",
        "\"team\": \"teams\", \"directory_only\": \"suspended\" }",
        1,
    );
    assert_eq!(found(&only), [""; 0]);
}

#[test]
fn a_pattern_that_catches_what_is_for_others_is_found() {
    let with =
        |action: &str| CLEAN.replacen("\"write\": \"write\"", &format!("\"write\": {action}"), 1);
    let for_admin = with("{ \"kind\": \"write\", \"default_for\": \"admin\" }");
    assert_eq!(
        found(&for_admin),
        ["default-overridden warning $.tenant.roles.mine.grants.all"]
    );
    // By its whole name it is meant; what `except` takes away is not caught.
    let named = for_admin.replacen("\"all\": \"m:*\"", "\"all\": [\"m:@read\", \"m:write\"]", 1);
    assert_eq!(found(&named), [""; 0]);
    let except = for_admin.replacen(
        "{ \"all\": \"m:*\" }",
        "{ \"all\": \"m:*\" }, \"except\": \"m:write\"",
        1,
    );
    assert_eq!(found(&except), [""; 0]);
    // A copy of a role that it is for is as good as that role.
    let copy = for_admin.replacen("{ \"mine\": {", "{ \"mine\": { \"base\": \"admin\",", 1);
    assert_eq!(found(&copy), [""; 0]);
    let for_agent = with("{ \"kind\": \"write\", \"default_for\": \"agent\" }");
    assert_eq!(
        found(&for_agent),
        [
            "default-overridden warning $.catalog.roles.admin.grants[\"*\"]",
            "default-overridden warning $.tenant.roles.mine.grants.all",
        ]
    );
}

#[test]
fn features_and_permissions_without_use_are_found() {
    assert_eq!(
        spoiled(
            "\"features\": [\"extra\"],\n",
            "\"features\": [\"extra\", \"idle\"],\n"
        ),
        ["feature-unused warning $.catalog.features[1]"]
    );
    assert_eq!(
        spoiled("{ \"*\": \"*\" } }", "{ \"*\": \"m:*\" } }"),
        ["permission-ungranted info $.catalog.modules"]
    );
    assert_eq!(
        spoiled(
            "\"jo\": { \"roles\": [\"mine\"] }",
            "\"jo\": { \"roles\": [\"mine\", \"later\"] }"
        ),
        ["role-not-available info $.tenant.directory.jo"]
    );
}

#[test]
fn what_the_compiler_warns_of_is_a_finding_and_the_worst_comes_first() {
    let text = CLEAN
        .replacen(
            "{ \"*\": \"*\" } }",
            "{ \"*\": \"*\" }, \"except\": \"m:nothing\" }",
            1,
        )
        .replacen(
            "\"id\": \"c\",",
            "\"id\": \"c\", \"retired\": \"m:nothing\",",
            1,
        )
        .replacen(
            "\"service:ci\": { \"roles\": [\"agent\"] }",
            "\"service:ci\": { \"roles\": [\"admin\"] }",
            1,
        );
    let found = found(&text);
    assert_eq!(
        found[0],
        "service-all-powerful error $.tenant.directory[\"service:ci\"]"
    );
    assert!(
        found[1].starts_with("compiler warning $.catalog.roles.admin.except"),
        "{found:?}"
    );
}
