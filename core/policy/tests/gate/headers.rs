//! Headers of trusted peers.

use super::*;

fn ask_by_headers(target: &str, headers: &[(&[u8], &[u8])]) -> Verdict {
    let mut gate = gate(|config| {
        config["identity"] = json!({ "trusted_headers": {
            "peers": "mesh", "subject": "x-user-id", "roles": "x-user-roles", "teams": "x-teams",
        } });
    });
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers,
        peer: Peer::Identity("mesh"),
        nonce: b"",
    };
    gate.judge(&request, NOW)
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
fn a_header_of_thousands_of_teams_is_refused_by_the_limit_that_it_passes() {
    let list = |each: &str| {
        let values: Vec<String> = (0..9_000).map(|at| format!("{each}{at:x}")).collect();
        values.join(",")
    };
    for (header, each, expected) in [
        ("x-teams", "", "more than 1,024 values of one attribute"),
        ("x-user-roles", "r@", "more than 256 roles and groups"),
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
