//! Issuers that a configuration does not settle.

use super::*;

#[test]
fn what_is_not_settled_about_issuers_is_refused() {
    let first = |name: &'static str, value: Value| {
        invalid(move |config| config["identity"]["issuers"][0][name] = value)
    };
    assert_eq!(invalid(|_| ()), "");
    let own = json!({ "issuer": "i", "audiences": "a", "keys": jwks(9) });
    let twice = json!([own, { "issuer": "j", "audiences": "a", "keys": jwks(9) }, own]);
    let with = |issuers: Value| invalid(|config| config["identity"]["issuers"] = issuers);
    assert_eq!(
        with(twice),
        "$.identity.issuers[2]: `i` is listed twice; give each issuer one entry, with all of its keys, audiences and tenants"
    );
    let count = |count: usize| {
        let of =
            |at: usize| json!({ "issuer": format!("i{at}"), "audiences": "a", "keys": jwks(9) });
        (0..count).map(of).collect::<Value>()
    };
    assert_eq!(with(count(64)), "");
    for issuers in [count(0), count(65)] {
        assert_eq!(
            with(issuers),
            "$.identity.issuers: there is no issuer, or more than 64; list 1 to 64 issuers"
        );
    }
    assert_eq!(
        first("issuer", json!(["i", "j"])),
        "$.identity.issuers[0].issuer: expected a string, found a list; write it between quotes"
    );
    assert_eq!(
        first("tenants", json!(["acme"])),
        "$.identity.issuers[0].tenants: nothing says where a token states its tenant; write \"tenant\": {\"claim\": …} as well"
    );
    let either = "write {\"fixed\": \"acme\"} or {\"claim\": \"tenant\"}";
    for tenant in [json!({}), json!({ "fixed": "acme", "claim": "tenant" })] {
        assert_eq!(
            first("tenant", tenant),
            format!("$.identity.issuers[0].tenant: a tenant is either fixed or a claim; {either}")
        );
    }
    assert_eq!(
        first("tenant", json!("acme")),
        format!("$.identity.issuers[0].tenant: expected an object, found a string; {either}")
    );
    let pair = |tenant: Value, tenants: Value| {
        invalid(|config| {
            config["identity"]["issuers"][0]["tenant"] = tenant;
            config["identity"]["issuers"][0]["tenants"] = tenants;
        })
    };
    assert_eq!(
        pair(json!({ "fixed": "acme" }), json!(["acme"])),
        "$.identity.issuers[0].tenants: the tenant is fixed, so that there are no others; leave `tenants` out"
    );
    for (tenants, expected) in [
        (json!([]), ": no tenant is named"),
        (json!({}), ": no tenant is named"),
        (
            json!(["acme", "*"]),
            "[1]: `*` stands for every tenant, and so alone",
        ),
        (
            json!({ "8d3f": "*" }),
            "[\"8d3f\"]: `*` stands for every tenant, and so alone",
        ),
    ] {
        let error = pair(json!({ "claim": "tenant" }), tenants);
        let expected = expected.replace("[\"8d3f\"]", ".8d3f");
        assert!(
            error.starts_with(&format!("$.identity.issuers[0].tenants{expected}")),
            "{error}"
        );
    }
    // Without a listener's tenant every issuer says for whom it speaks.
    for (tenant, tenants, settled) in [
        (json!({ "claim": "tenant" }), None, false),
        (json!({ "claim": "tenant" }), Some(json!("*")), true),
        (json!({ "claim": "tenant" }), Some(json!("acme")), true),
        (json!({ "fixed": "acme" }), None, true),
        (Value::Null, None, false),
    ] {
        let error = invalid(|config| {
            config.as_object_mut().unwrap().remove("tenant");
            if !tenant.is_null() {
                config["identity"]["issuers"][0]["tenant"] = tenant.clone();
            }
            if let Some(tenants) = &tenants {
                config["identity"]["issuers"][0]["tenants"] = tenants.clone();
            }
        });
        let unsettled = "$: not every identity says which tenant it belongs to, and may; say whose listener it is with `tenant`, or give every issuer its `tenant` and `tenants`, and `trusted_headers` its `tenant`";
        assert_eq!(
            error,
            if settled { "" } else { unsettled },
            "{tenant} {tenants:?}"
        );
    }
}

#[test]
fn the_former_member_is_refused_with_the_name_of_its_successor() {
    let error = invalid(|config| {
        config["identity"] =
            json!({ "jwt": { "issuers": "i", "audiences": "a", "keys": jwks(9) } });
    });
    assert_eq!(
        error,
        "$.identity.jwt: `jwt` is now `issuers`, for keys, tenants and claims belong to an issuer; \
         write \"issuers\": [{\"issuer\": …, \"audiences\": …, \"keys\": …, \"claims\": …}], in it \
         \"tenant\": {\"claim\": …} and \"tenants\": […] for `claims.tenant`, and beside it \
         \"tokens\": [{\"header\": …, \"scheme\": …}] for `header` and `scheme`"
    );
    let error = invalid(|config| {
        config["identity"]["issuers"][0]["claims"] =
            json!({ "roles": "roles", "tenant": "tenant" });
    });
    assert_eq!(
        error,
        "$.identity.issuers[0].claims.tenant: the tenant is no longer among the claims; \
         write \"tenant\": {\"claim\": …} beside `claims`, and in `tenants` for whom the issuer may speak"
    );
}
