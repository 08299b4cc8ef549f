//! Headers of trusted peers.

use super::*;

fn by_headers(config: &mut Value) {
    config["identity"] = json!({ "trusted_headers": {
        "peers": "spiffe://mesh", "subject": "x-user-id", "roles": "x-user-roles", "teams": "x-teams",
    } });
}

fn by<'a>(headers: &'a [(&'a [u8], &'a [u8])], target: &'a str) -> Request<'a> {
    Request {
        method: b"GET",
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers,
        peer: Peer::Identity("spiffe://mesh"),
        nonce: b"",
    }
}

fn ask_by_headers(target: &str, headers: &[(&[u8], &[u8])]) -> Verdict {
    gate(by_headers).judge(&by(headers, target), NOW)
}

#[test]
fn another_spelling_of_an_identity_header_ends_here_even_from_a_trusted_peer() {
    let headers: &[(&[u8], &[u8])] = &[
        (b"X-User-Id", b"jo"),
        (b"x_user_id", b"boss"),
        (b"X-User.Roles", b"admin"),
        (b"x_teams", b"all"),
        (b"x-user-roles", b"agent"),
    ];
    let Verdict::Forward(forward) = ask_by_headers("/open", headers) else {
        panic!("a public route was refused");
    };
    assert_eq!(forward.remove, ["x_user_id", "X-User.Roles", "x_teams"]);
    let verdict = ask_by_headers("/tickets/1", headers);
    assert_eq!(verdict.entry().code, Code::IdentityInvalid);
}

#[test]
fn peers_that_are_every_address_are_warned_of() {
    for (peers, expected) in [
        (json!("10.0.0.0/8"), 0),
        (json!("0.0.0.0/0"), 1),
        (json!(["10.0.0.0/8", "::/0"]), 1),
    ] {
        let config = config(|config| {
            config["identity"] =
                json!({ "trusted_headers": { "peers": peers, "subject": "x-user-id" } });
        });
        let warnings = config.warnings();
        let said = warnings
            .iter()
            .filter(|said| said.contains("every address"));
        assert_eq!(said.count(), expected, "{warnings:?}");
    }
}

#[test]
fn no_attribute_comes_from_a_header_that_says_who_asks() {
    let policy = policy("acme", |policy| {
        let routes = policy["catalog"]["routes"].as_array_mut().unwrap();
        for (path, header) in [
            ("/by-id", "x_user_id"),
            ("/by-roles", "x-user-roles"),
            ("/by-other", "x-owner"),
        ] {
            routes.push(json!({ "methods": "GET", "path": path, "permission": "tickets:read",
                "resource": { "owner": format!("header.{header}") },
                "cors": { "origins": "https://app.example.com", "headers": ["x-user-roles", "x-owner"] } }));
        }
    });
    let mut gate = Gate::new(config(|config| {
        config["identity"]["trusted_headers"] =
            json!({ "peers": "spiffe://mesh", "subject": "x-user-id", "roles": "x-user-roles" });
    }));
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    let bearer = format!("Bearer {}", token(9, &json!({ "sub": "jo" })));
    // A client with a token of its own writes the owner itself.
    let headers: &[(&[u8], &[u8])] = &[
        (b"authorization", bearer.as_bytes()),
        (b"x-user-id", b"jo"),
        (b"x-user-roles", b"jo"),
        (b"x-owner", b"jo"),
    ];
    let mut ask = |method: &str, target: &str, headers: &[(&[u8], &[u8])]| {
        gate.judge(
            &Request {
                method: method.as_bytes(),
                authority: b"api.example.com",
                target: target.as_bytes(),
                headers,
                peer: Peer::Unknown,
                nonce: b"",
            },
            NOW,
        )
    };
    for target in ["/by-id", "/by-roles"] {
        let verdict = ask("GET", target, headers);
        let entry = verdict.entry();
        let found = (entry.code, entry.detail.as_str());
        assert_eq!(
            found,
            (Code::AttributeAmbiguous, "identity-header"),
            "{target}"
        );
    }
    assert_eq!(ask("GET", "/by-other", headers).entry().code, Code::Granted);
    let preflight: &[(&[u8], &[u8])] = &[
        (b"origin", b"https://app.example.com"),
        (b"access-control-request-method", b"GET"),
    ];
    let Verdict::Respond(answer) = ask("OPTIONS", "/by-other", preflight) else {
        panic!("a preflight went on");
    };
    let sent = answer
        .headers
        .iter()
        .find(|(name, _)| name == "access-control-allow-headers");
    assert_eq!(sent.map(|(_, value)| value.as_str()), Some("x-owner"));
}

#[test]
fn a_header_of_thousands_of_teams_is_refused_by_the_limit_that_it_passes() {
    let list = |each: &str| {
        let values: Vec<String> = (0..5_000).map(|at| format!("{each}{at:x}")).collect();
        values.join(",")
    };
    for (header, each, expected) in [
        ("x-teams", "", "more than 1,024 teams (limits.teams)"),
        (
            "x-user-roles",
            "agent@",
            "more than 256 roles (limits.roles)",
        ),
    ] {
        let list = list(each);
        let headers: &[(&[u8], &[u8])] =
            &[(b"x-user-id", b"jo"), (header.as_bytes(), list.as_bytes())];
        let verdict = ask_by_headers("/tickets/1", headers);
        let entry = verdict.entry();
        assert_eq!(
            (entry.code, entry.detail.as_str()),
            (Code::LimitExceeded, expected)
        );
    }
}

/// On every route that wants to know who asks, whatever it then asks for.
#[test]
fn a_limit_of_an_identity_holds_wherever_an_identity_counts() {
    let policy = policy("acme", |policy| {
        policy["catalog"]["routes"] = json!([
            { "methods": "GET", "path": "/asks", "permission": "tickets:read", "conditional": "forward" },
            { "methods": "GET", "path": "/knows", "authenticated": true },
            { "methods": "GET", "path": "/wonders", "public": true, "identity": "optional" }
        ]);
    });
    let mut gate = Gate::new(config(by_headers));
    assert!(gate.offer(bundle(&policy, 1, None), NOW).is_ok());
    let mut ask = |target: &str, roles: usize| {
        let roles = vec!["agent"; roles].join(",");
        let headers: &[(&[u8], &[u8])] =
            &[(b"x-user-id", b"jo"), (b"x-user-roles", roles.as_bytes())];
        let verdict = gate.judge(&by(headers, target), NOW);
        (verdict.entry().code, verdict.entry().detail.clone())
    };
    let too_many = (
        Code::LimitExceeded,
        "more than 256 roles (limits.roles)".to_owned(),
    );
    for (target, expected) in [
        ("/asks", Code::Conditional),
        ("/knows", Code::Authenticated),
        ("/wonders", Code::Public),
    ] {
        assert_eq!(ask(target, 257), too_many, "{target}");
        assert_eq!(ask(target, 256).0, expected, "{target}");
    }
}

#[test]
fn of_many_groups_the_mapped_one_counts_and_the_others_do_no_harm() {
    let mut gate = Gate::new(config(|config| {
        config["identity"] = json!({ "trusted_headers": {
            "peers": "spiffe://mesh", "subject": "x-user-id", "groups": "x-user-groups",
        } });
    }));
    let mapped = policy("acme", |policy| {
        policy["tenant"]["groups"] = json!({ "g-admins": "admin" });
    });
    gate.offer(bundle(&mapped, 1, None), NOW).unwrap();
    let mut code = |unmapped: usize| {
        let mut groups: Vec<String> = (0..unmapped).map(|at| format!("x{at}")).collect();
        groups.push("g-admins".to_owned());
        let groups = groups.join(",");
        let request = Request {
            method: b"GET",
            authority: b"api.example.com",
            target: b"/tickets/1",
            headers: &[
                (b"x-user-id", b"kim"),
                (b"x-user-groups", groups.as_bytes()),
            ],
            peer: Peer::Identity("spiffe://mesh"),
            nonce: b"",
        };
        let verdict = gate.judge(&request, NOW);
        let entry = verdict.entry();
        (entry.code, entry.detail.clone())
    };
    assert_eq!(code(256), (Code::Granted, String::new()));
    assert_eq!(code(4_095), (Code::Granted, String::new()));
    let passed = "more than 4,096 groups (limits.groups)".to_owned();
    assert_eq!(code(4_096), (Code::LimitExceeded, passed));
}
