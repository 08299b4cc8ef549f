//! For which tenant an issuer speaks, and which roles it states.

use super::{
    issuers::{believed, judged, mismatch, refused, two},
    *,
};

#[test]
fn listener_issuer_and_claim_agree_on_the_tenant() {
    let judge = |listener: Option<&str>, members: Value, claim: Value| {
        let mut gate = two(|config| {
            if let Some(listener) = listener {
                config["tenant"] = listener.into();
            }
            let mut own = json!({ "issuer": "i", "audiences": "a", "keys": jwks(9), "claims": { "roles": "roles" } });
            for (name, value) in members.as_object().unwrap() {
                own[name] = value.clone();
            }
            config["identity"]["issuers"] = json!([own]);
        });
        let verdict = ask(
            &mut gate,
            "GET /tickets/1",
            Some(&token(9, &json!({ "tenant": claim }))),
            NOW,
        );
        let entry = verdict.entry();
        (entry.code, entry.detail.clone(), entry.tenant.clone())
    };
    let claim = |tenants: Value| json!({ "tenant": { "claim": "tenant" }, "tenants": tenants });
    let fixed = |tenant: &str| json!({ "tenant": { "fixed": tenant } });
    let names = json!({ "8d3f": "acme", "77aa": "globex" });
    let (ok, wrong) = (Code::Conditional, Code::TenantMismatch);
    for (listener, members, stated, expected) in [
        // A listener for one: an issuer that says nothing is believed for it.
        (Some("acme"), json!({}), json!("globex"), (ok, "", "acme")),
        (
            Some("acme"),
            fixed("acme"),
            json!("globex"),
            (ok, "", "acme"),
        ),
        (
            Some("acme"),
            fixed("globex"),
            json!("acme"),
            (wrong, "identity", "globex"),
        ),
        (
            Some("acme"),
            json!({ "tenant": { "claim": "tenant" } }),
            json!("acme"),
            (ok, "", "acme"),
        ),
        (
            Some("acme"),
            json!({ "tenant": { "claim": "tenant" } }),
            json!("globex"),
            (wrong, "identity", "globex"),
        ),
        (
            Some("acme"),
            claim(json!("*")),
            json!("globex"),
            (wrong, "identity", "globex"),
        ),
        (
            Some("acme"),
            claim(json!(["globex"])),
            json!("globex"),
            (wrong, "identity", "globex"),
        ),
        (
            Some("acme"),
            claim(json!(["globex"])),
            json!("acme"),
            (wrong, "issuer", "acme"),
        ),
        // A listener for all.
        (None, fixed("globex"), json!("acme"), (ok, "", "globex")),
        (
            None,
            fixed("initech"),
            json!("acme"),
            (wrong, "", "initech"),
        ),
        (None, claim(json!("*")), json!("globex"), (ok, "", "globex")),
        (
            None,
            claim(json!("*")),
            json!("initech"),
            (wrong, "", "initech"),
        ),
        (None, claim(json!("*")), json!("*"), (wrong, "", "*")),
        (
            None,
            claim(json!(["acme", "globex"])),
            json!("globex"),
            (ok, "", "globex"),
        ),
        (
            None,
            claim(json!(["acme", "globex"])),
            json!("initech"),
            (wrong, "issuer", "initech"),
        ),
        (None, claim(names.clone()), json!("8d3f"), (ok, "", "acme")),
        (
            None,
            claim(names.clone()),
            json!("77aa"),
            (ok, "", "globex"),
        ),
        (None, claim(names), json!("acme"), (wrong, "issuer", "acme")),
    ] {
        let (code, detail, tenant) = judge(listener, members.clone(), stated.clone());
        assert_eq!(
            (code, detail.as_str(), tenant.as_str()),
            expected,
            "{listener:?} {members} {stated}"
        );
    }
}

#[test]
fn a_tenant_may_be_a_list_of_one_or_an_object_of_one() {
    let mut gate = two(|config| {
        config["identity"]["issuers"][0]["tenant"]["claim"] = json!(["organization"]);
    });
    for (stated, expected) in [
        (json!("acme"), believed()),
        (json!(["acme"]), believed()),
        (json!({ "acme": { "id": "9a" } }), believed()),
        (json!({ "acme": {} }), believed()),
        (json!(["acme", "globex"]), refused("tenant")),
        (json!({ "acme": {}, "globex": {} }), refused("tenant")),
        (json!(["acme", "acme"]), refused("tenant")),
        (json!([]), refused("tenant")),
        (json!({}), refused("tenant")),
        (json!([["acme"]]), refused("tenant")),
        (json!([{ "acme": {} }]), refused("tenant")),
        (json!(""), refused("tenant")),
        (json!([""]), refused("tenant")),
        (json!("ac\u{7}me"), refused("tenant")),
        (json!(null), refused("tenant")),
        (json!({ "globex": {} }), mismatch("issuer")),
    ] {
        let claims = json!({ "iss": "a", "organization": stated });
        assert_eq!(judged(&mut gate, 9, &claims), expected, "{claims}");
    }
    assert_eq!(
        judged(&mut gate, 9, &json!({ "iss": "a" })),
        refused("tenant")
    );
}

#[test]
fn a_role_that_the_issuer_may_not_state_is_dropped() {
    let mut gate = gate(|config| {
        config["identity"]["issuers"][0]["roles"] = json!(["agent"]);
        config["identity"]["issuers"][0]["claims"]["team_roles"] = json!("bound");
    });
    for (claims, expected) in [
        (json!({ "roles": ["agent", "admin"] }), Some("agent")),
        (
            json!({ "roles": "agent", "bound": { "t": ["admin", "agent"], "u": ["admin"] } }),
            Some("agent,agent@t"),
        ),
        (
            json!({ "roles": "agent", "bound": ["admin@t"] }),
            Some("agent"),
        ),
        (json!({ "roles": "admin" }), None),
    ] {
        let token = token(9, &claims);
        let verdict = ask(&mut gate, "GET /tickets/1", Some(&token), NOW);
        match (verdict, expected) {
            (Verdict::Forward(forward), Some(roles)) => {
                let mut set = forward.set.iter();
                let stated = set.find(|(name, _)| *name == "x-portcullis-roles");
                assert_eq!(
                    stated.map(|(_, value)| value.as_str()),
                    Some(roles),
                    "{claims}"
                );
            }
            (Verdict::Respond(response), None) => assert_eq!(response.entry.code, Code::NotGranted),
            (other, _) => panic!("{claims}: {other:?}"),
        }
    }
}
