//! What an actor holds on a team, against what it hands out.

use super::RefusedReason as Why;
use super::*;

#[test]
fn a_team_bounds_what_is_handed_out() {
    let policy = policy();
    let source = change(&policy, "ann", &create("small")).unwrap().document;
    let source = change(&source, "ann", &grant("small", &[("all", "tickets:read")]))
        .unwrap()
        .document;
    // tim is a clerk on emea alone.
    refused(
        &source,
        "tim",
        &assign("small", "new"),
        Why::NotAllowed,
        "`people:assign`",
    );
    refused(
        &source,
        "tim",
        &assign("small@apac", "new"),
        Why::NotAllowed,
        "`people:assign`",
    );
    let assigned = change(&source, "tim", &assign("small@emea", "new"))
        .unwrap()
        .document;
    change(&assigned, "tim", &unassign("small@emea", "new")).unwrap();
    refused(
        &source,
        "tim",
        &assign("agent@emea", "new"),
        Why::NotCovered,
        "tickets:delete at own on emea",
    );
    // Groups may have members anywhere.
    refused(
        &source,
        "tim",
        &map("g", "small@emea"),
        Why::NotCovered,
        "tickets:read at all",
    );
}

#[test]
fn what_holds_everywhere_covers_what_holds_on_a_team() {
    let source = change(&policy(), "ann", &create("small")).unwrap().document;
    let grants = grant("small", &[("team", "tickets:write")]);
    let source = change(&source, "ann", &grants).unwrap().document;
    for binding in ["small", "small@apac"] {
        change(&source, "cleo", &assign(binding, "new")).unwrap();
    }
    let own = grant("small", &[("own", "tickets:read")]);
    let source = change(&source, "ann", &own).unwrap().document;
    for binding in ["small", "small@apac"] {
        change(&source, "cleo", &assign(binding, "new")).unwrap();
    }
    // What holds on a team covers nothing beyond it.
    change(&source, "tim", &assign("small@emea", "new")).unwrap();
    refused(
        &source,
        "tim",
        &assign("small", "new"),
        Why::NotAllowed,
        "`people:assign`",
    );
}

/// A role for the tickets of one's teams, held by nobody yet.
fn with_a_role_for_teams() -> Document {
    let source = change(&policy(), "ann", &create("small")).unwrap().document;
    let grants = grant("small", &[("team", "tickets:write")]);
    change(&source, "ann", &grants).unwrap().document
}

#[test]
fn a_binding_reaches_no_team_that_the_actor_does_not() {
    // On apac by its attributes, cleo writes apac's tickets; who is bound to emea writes emea's.
    let source = with_a_role_for_teams();
    let lacking = "`tickets:write at team on emea`";
    refused(
        &source,
        "cleo",
        &assign("small@emea", "new"),
        Why::NotCovered,
        lacking,
    );
    refused(
        &source,
        "cleo",
        &map("g", "small@emea"),
        Why::NotCovered,
        lacking,
    );
    change(&source, "cleo", &map("g", "small@apac")).unwrap();
    // On emea by its binding, tim reaches it too; so does who reaches all.
    change(&source, "tim", &assign("small@emea", "new")).unwrap();
    let bound = change(&source, "ann", &assign("small@emea", "new"))
        .unwrap()
        .document;
    // Taking it away, and changing what is bound there, are the same.
    refused(
        &bound,
        "cleo",
        &unassign("small@emea", "new"),
        Why::NotCovered,
        lacking,
    );
    refused(
        &bound,
        "cleo",
        &revoke("small", &[("*", "tickets:write")]),
        Why::NotCovered,
        lacking,
    );
    change(&bound, "cleo", &grant("small", &[("own", "tickets:read")])).unwrap();
    change(&bound, "cleo", &rename("small", "smaller")).unwrap();
    let mapped = change(&source, "ann", &map("g", "small@emea")).unwrap();
    refused(
        &mapped.document,
        "cleo",
        &delete("small", None),
        Why::NotCovered,
        lacking,
    );
}

#[test]
fn on_a_team_what_differs_from_ones_teams_lacks_it() {
    // On a team, what is elsewhere is not that team's, so either way of saying so covers the other.
    let elsewhere = POLICY.replacen(
        r#""all": "true""#,
        r#""elsewhere": "differs(subject.teams, resource.numbers)", "not-emeas": "lacks(resource.numbers, {emea})", "all": "true""#,
        1,
    );
    let bound = |held: &str, wanted: &str, binding: &str| {
        let policy = elsewhere
            .replacen(
                r#""supports": ["own", "team", "all"]"#,
                r#""supports": ["own", "team", "elsewhere", "not-emeas", "all"]"#,
                1,
            )
            .replacen(
                r#""team": "tickets:write" } },"#,
                &format!(r#""{held}": "tickets:write" }} }},"#),
                1,
            );
        let source = Document::load(&policy).unwrap();
        let source = change(&source, "ann", &create("small")).unwrap().document;
        let grants = grant("small", &[(wanted, "tickets:write")]);
        let source = change(&source, "ann", &grants).unwrap().document;
        change(&source, "tim", &assign(binding, "new")).is_ok()
    };
    // tim is a clerk on emea alone.
    assert!(bound("elsewhere", "elsewhere", "small@emea"));
    assert!(bound("not-emeas", "not-emeas", "small@emea"));
    assert!(bound("not-emeas", "elsewhere", "small@emea"));
    // What is not emea's may still be of another team that somebody is on.
    assert!(!bound("elsewhere", "not-emeas", "small@emea"));
    assert!(!bound("elsewhere", "all", "small@emea"));
}

#[test]
fn who_reaches_every_case_reaches_a_team() {
    // Neither alone holds of a team's tickets; one of the two always does.
    let halves = POLICY.replacen(
        r#""all": "true""#,
        r#""taken": "present(resource.owner)", "free": "absent(resource.owner)", "of-a-team": "present(resource.teams)", "all": "true""#,
        1,
    );
    let clerk = |grants: &str| {
        let policy = halves
            .replacen(
                r#""supports": ["own", "team", "all"]"#,
                r#""supports": ["own", "team", "taken", "free", "of-a-team", "all"]"#,
                1,
            )
            .replacen(
                r#""team": "tickets:write" } },"#,
                &format!(r#""team": "tickets:write", {grants} }} }},"#),
                1,
            );
        let source = Document::load(&policy).unwrap();
        let source = change(&source, "ann", &create("small")).unwrap().document;
        let grants = grant("small", &[("team", "tickets:write")]);
        let source = change(&source, "ann", &grants).unwrap().document;
        change(&source, "cleo", &assign("small@emea", "new")).is_ok()
    };
    assert!(clerk(r#""of-a-team": "tickets:write""#));
    assert!(clerk(
        r#""taken": "tickets:write", "free": "tickets:write""#
    ));
    assert!(!clerk(r#""taken": "tickets:write""#));
    assert!(!clerk(
        r#""taken": "tickets:write", "free": "tickets:read""#
    ));
}
