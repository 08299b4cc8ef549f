//! Roles that a token or a trusted header states, and may not.

use portcullis_gate::Forward;

use super::*;

/// A policy in which an administrator made a role and called it as the identity provider's
/// `offline_access`, which every token states.
fn desk(changes: impl FnOnce(&mut Value)) -> Value {
    policy("acme", |policy| {
        policy["catalog"]["roles"]["owner"] = json!({ "grants": { "*": "*" } });
        policy["tenant"]["roles"]["offline_access"] = json!({ "grants": { "all": "tickets:*" } });
        changes(policy);
    })
}

fn judged(policy: &Value, roles: &Value, by_headers: bool) -> Verdict {
    let config = config(|config| {
        if by_headers {
            config["identity"] = json!({ "trusted_headers": {
                "peers": "spiffe://mesh", "subject": "x-user-id", "roles": "x-user-roles",
            } });
        } else {
            config["identity"]["issuers"][0]["claims"]["team_roles"] = json!("team_roles");
        }
    });
    let mut gate = Gate::new(config);
    let offered = gate.offer(bundle(policy, 1, None), NOW);
    assert!(matches!(offered, Ok(Offer::Accepted(_))), "{offered:?}");
    if !by_headers {
        let bearer = token(9, &json!({ "roles": roles }));
        return ask(&mut gate, "GET /tickets/1", Some(&bearer), NOW);
    }
    let stated: Vec<&str> = roles
        .as_array()
        .unwrap()
        .iter()
        .flat_map(Value::as_str)
        .collect();
    let stated = stated.join(", ");
    let headers: &[(&[u8], &[u8])] = &[(b"x-user-id", b"jo"), (b"x-user-roles", stated.as_bytes())];
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: b"/tickets/1",
        headers,
        peer: Peer::Identity("spiffe://mesh"),
        nonce: b"",
    };
    gate.judge(&request, NOW)
}

/// Says what became of a request, which roles the upstream was given, and how many were dropped.
fn outcome(verdict: &Verdict) -> (Code, Option<String>, usize) {
    let entry = verdict.entry();
    let roles = match verdict {
        Verdict::Forward(Forward { set, .. }) => set
            .iter()
            .find(|(name, _)| *name == "x-portcullis-roles")
            .map(|(_, roles)| roles.clone()),
        Verdict::Respond(_) => None,
    };
    (entry.code, roles, entry.roles_dropped)
}

#[test]
fn a_tenants_role_counts_only_where_it_is_claimable() {
    let claimable = desk(|policy| {
        policy["tenant"]["roles"]["offline_access"]["claimable"] = json!(true);
    });
    for by_headers in [false, true] {
        let roles = json!(["offline_access"]);
        let verdict = judged(&desk(|_| ()), &roles, by_headers);
        assert_eq!(outcome(&verdict), (Code::NotGranted, None, 1));
        let dropped = r#""roles_dropped":1"#;
        assert!(verdict.entry().to_json().contains(dropped));
        let verdict = judged(&claimable, &roles, by_headers);
        let stated = Some("offline_access".to_owned());
        assert_eq!(outcome(&verdict), (Code::Granted, stated, 0));
        assert!(!verdict.entry().to_json().contains("roles_dropped"));
        // Beside a role that counts, the upstream does not see it.
        let roles = json!(["offline_access", "admin", "unheard-of"]);
        let verdict = judged(&desk(|_| ()), &roles, by_headers);
        let stated = Some("admin".to_owned());
        assert_eq!(outcome(&verdict), (Code::Granted, stated, 1));
    }
}

#[test]
fn a_built_in_role_counts_unless_the_catalog_says_no() {
    let closed = desk(|policy| policy["catalog"]["roles"]["owner"]["claimable"] = json!(false));
    for by_headers in [false, true] {
        let roles = json!(["owner"]);
        let (code, roles_set, dropped) = outcome(&judged(&desk(|_| ()), &roles, by_headers));
        assert_eq!((code, dropped), (Code::Granted, 0));
        assert_eq!(roles_set, Some("owner".to_owned()));
        let verdict = judged(&closed, &roles, by_headers);
        assert_eq!(outcome(&verdict), (Code::NotGranted, None, 1));
    }
}

#[test]
fn a_role_on_a_team_is_dropped_as_well_and_what_groups_and_the_directory_give_stays() {
    let team = |policy: &mut Value| {
        policy["catalog"]["attributes"] =
            json!({ "subject": ["teams"], "resource": ["owner", "teams"], "team": "teams" });
    };
    let mut gate = Gate::new(config(|config| {
        config["identity"]["issuers"][0]["claims"]["team_roles"] = json!("team_roles");
        config["identity"]["issuers"][0]["claims"]["groups"] = json!("groups");
    }));
    let policy = desk(|policy| {
        team(policy);
        policy["tenant"]["groups"] = json!({ "g": "offline_access" });
        policy["tenant"]["directory"] = json!({ "ann": { "roles": "offline_access" } });
    });
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    let mut judge = |claims: Value| {
        let token = token(9, &claims);
        outcome(&ask(&mut gate, "GET /tickets/1", Some(&token), NOW))
    };
    let bound = json!({ "roles": [], "team_roles": { "emea": ["offline_access", "agent"], "apac": ["offline_access"] } });
    let (code, roles, dropped) = judge(bound);
    assert_eq!((code, dropped), (Code::Conditional, 2));
    assert_eq!(roles, Some("agent@emea".to_owned()));
    let by_group = json!({ "roles": ["offline_access"], "groups": ["g"] });
    assert_eq!(judge(by_group), (Code::Granted, None, 1));
    let known = json!({ "roles": [], "sub": "ann" });
    assert_eq!(judge(known), (Code::Granted, None, 0));
}

#[test]
fn names_that_the_policy_does_not_have_pass_no_limit_and_are_named_in_a_denial() {
    // As many as a header or a token has room for.
    let unheard = (0..600).map(|at| format!("r{at}"));
    for by_headers in [false, true] {
        let mut roles: Vec<String> = unheard.clone().collect();
        let denied = judged(&desk(|_| ()), &json!(roles), by_headers);
        assert_eq!(outcome(&denied), (Code::NotGranted, None, 0));
        let why = denied.entry().why.clone().unwrap();
        assert_eq!((why.roles.count, why.unknown_roles.count), (600, 600));
        assert_eq!(why.unknown_roles.names[0], "r0");
        roles.push("admin".to_owned());
        let allowed = judged(&desk(|_| ()), &json!(roles), by_headers);
        let stated = Some("admin".to_owned());
        assert_eq!(outcome(&allowed), (Code::Granted, stated, 0));
        let counted = vec!["agent"; 257];
        let over = judged(&desk(|_| ()), &json!(counted), by_headers);
        assert_eq!(over.entry().code, Code::LimitExceeded);
        // What nobody may state does not count either.
        let mut roles = vec!["offline_access"; 257];
        roles.push("admin");
        let allowed = judged(&desk(|_| ()), &json!(roles), by_headers);
        assert_eq!(allowed.entry().code, Code::Granted);
    }
}
