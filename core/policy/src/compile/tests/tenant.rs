//! What a tenant may and may not say.

use super::*;

#[test]
fn everybody_administers_nothing() {
    let with = |everyone: &str, role: &str| {
        let policy = BASE
            .replacen(
                r#""id": "helpdesk","#,
                &format!(r#""id": "helpdesk", "everyone": {{ "role": "{everyone}" }}, "administration": {{ "tickets:merge": ["create", "delete"] }},"#),
                1,
            )
            .replacen(r#""agent": { "editable": true,"#, &format!(r#""agent": {{ "editable": true, {role}"#), 1)
            ;
        errors(&policy)
    };
    assert_eq!(with("agent", ""), [""; 0]);
    for (found, expected) in [
        (
            with("admin", ""),
            "$.catalog.everyone.role: `admin` grants a permission that stands for create, delete",
        ),
        (
            with("agent", r#""manages": "*","#),
            "$.catalog.everyone.role: `agent` manages roles",
        ),
        (
            with("agent", r#""claimable": true,"#),
            "$.catalog.roles.agent.claimable: `agent` is everybody's role, and nobody states it",
        ),
    ] {
        assert!(
            found.iter().any(|error| error.starts_with(expected)),
            "{expected}: {found:#?}"
        );
    }
}

#[test]
fn nobody_states_what_everybody_holds() {
    let everyone = BASE.replacen(
        r#""id": "helpdesk","#,
        r#""id": "helpdesk", "everyone": { "role": "agent" },"#,
        1,
    );
    let (_, model) = Source::load(&everyone).unwrap();
    let claimable = |id: &str| model.roles[model.role(id).unwrap().get()].claimable;
    assert_eq!((claimable("agent"), claimable("admin")), (false, true));
    let subjects = [
        r#""roles": "agent""#,
        r#""team_roles": { "emea": "agent" }"#,
    ];
    for subject in subjects {
        let test = format!(
            r#""tests": [{{ "name": "n", "subject": {{ "id": "jo", {subject} }}, "expect": {{ "tickets:read": "allow" }} }}], "catalog": {{"#
        );
        let found = errors(&everyone.replacen(r#""catalog": {"#, &test, 1));
        let expected = "`agent` is everybody's role, and nobody states it; take it out";
        assert!(
            found.iter().any(|error| error.contains(expected)),
            "{found:#?}"
        );
    }
}

#[test]
fn more_roles_than_the_limit_are_a_warning() {
    let fewer = BASE.replacen(
        r#""roles": {"#,
        r#""limits": { "custom_roles": 0 }, "roles": {"#,
        1,
    );
    let model = compiled(&fewer);
    let found = model.warnings.iter().map(ToString::to_string);
    let found: Vec<String> = found.filter(|warning| warning.contains("limit")).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .starts_with("$.tenant.roles: the tenant has 1 roles of its own, and the limit is 0;")
    );
    assert_eq!(model.custom_roles_max, Some(0));
    // The tenant's own limit, which the vendor sets, comes first.
    let raised = fewer.replacen(
        r#""id": "acme""#,
        r#""id": "acme", "limits": { "custom_roles": 1 }"#,
        1,
    );
    let model = compiled(&raised);
    assert_eq!(model.custom_roles_max, Some(1));
    assert!(
        !model
            .warnings
            .iter()
            .any(|warning| warning.message.contains("limit"))
    );
}

#[test]
fn no_id_or_label_turns_the_text_around_it() {
    for turning in ["\u{202e}", "\u{2066}", "\u{200f}", "\u{61c}", "\\u001b"] {
        let label = format!(r#""clones": "agent", "label": "a{turning}b""#);
        let team =
            format!(r#""id": "acme", "directory": {{ "jo": {{ "roles": "agent@a{turning}b" }} }}"#);
        let person = format!(r#""id": "acme", "directory": {{ "j{turning}o": {{}} }}"#);
        let group = format!(r#""id": "acme", "groups": {{ "g{turning}": "agent" }}"#);
        for (from, to) in [
            (r#""clones": "agent""#, &label),
            (r#""id": "acme""#, &team),
            (r#""id": "acme""#, &person),
            (r#""id": "acme""#, &group),
        ] {
            let errors = errors(&BASE.replacen(from, to, 1));
            assert!(
                errors
                    .iter()
                    .any(|error| error.contains("direction of text")),
                "{to:?}: {errors:?}"
            );
        }
    }
}

#[test]
fn a_team_binding_needs_a_team_attribute() {
    let with_team = BASE.replacen(
        r#""id": "acme""#,
        r#""id": "acme", "groups": { "g": ["agent@emea@x", "agent"] }, "directory": { "service:a:b": { "roles": "reader@emea", "teams": ["b", "a"] } }"#,
        1,
    );
    let model = compiled(&with_team);
    assert_eq!(
        model.tenant.groups[0].roles[1].team.as_deref(),
        Some("emea@x")
    );
    let person = &model.tenant.directory[0];
    assert_eq!(
        (person.kind.as_str(), person.id.as_str()),
        ("service", "a:b")
    );
    assert_eq!(
        person.attributes,
        [("teams".to_owned(), vec!["a".to_owned(), "b".to_owned()])]
    );
    let without = with_team.replacen(r#", "team": "teams" }"#, " }", 1);
    let warnings = compiled(&without).warnings;
    let about_teams = warnings
        .iter()
        .filter(|one| one.message.contains("binds a role to a team"));
    assert_eq!(about_teams.count(), 2);
}
