//! Guards that the configuration fills nowhere.

use portcullis_engine::{Policy, SignedBundle};

use super::*;

fn unfilled(changes: impl FnOnce(&mut Value)) -> Vec<String> {
    let config = config(changes);
    let policy = policy("acme", |policy| {
        let catalog = &mut policy["catalog"];
        catalog["attributes"]["subject"] = json!(["region"]);
        catalog["attributes"]["resource"] = json!(["owner", "author"]);
        catalog["attributes"]["context"] = json!(["token", "zone"]);
        catalog["attributes"]["action"] = json!(["reason"]);
        catalog["scopes"]["guarded"] = json!("lacks(context.token, {read-only})");
        catalog["scopes"]["twice"] = json!("lacks(context.token, {none})");
        catalog["scopes"]["reasoned"] = json!("lacks(action.reason, {audit})");
        // What is unknown of these is no guard of the configuration's.
        catalog["scopes"]["inside"] = json!("is(context.zone, {inside})");
        catalog["scopes"]["others"] = json!("differs(subject.id, resource.author)");
        catalog["scopes"]["abroad"] = json!("lacks(subject.region, {eu})");
        catalog["roles"]["agent"]["grants"] = json!({ "guarded": "tickets:write", "reasoned": "tickets:read", "twice": "tickets:read" });
    });
    let bundle = SignedBundle::new(bundle(&policy, 1, None));
    let policy = Policy::from(bundle.verify(config.trust(), NOW).unwrap());
    let mut all = config.unfilled_guards(&policy);
    all.sort();
    all
}

#[test]
fn a_guard_that_the_configuration_fills_nowhere_is_named() {
    assert_eq!(unfilled(|_| ()), ["action.reason", "context.token"]);
    let all = unfilled(|config| {
        let claims = &mut config["identity"]["issuers"][0]["claims"];
        claims["context"] = json!({ "token": "use" });
    });
    assert_eq!(all, ["action.reason"]);
    // What fills the subject's, or another's, fills no guard of the context.
    let all = unfilled(|config| {
        let claims = &mut config["identity"]["issuers"][0]["claims"];
        claims["attributes"] = json!({ "token": "use" });
        claims["action"] = json!({ "reason": { "constant": "none" } });
    });
    assert_eq!(all, ["context.token"]);
    let all = unfilled(|config| {
        let claims = &mut config["identity"]["issuers"][0]["claims"];
        claims["context"] = json!({ "token": "use" });
        config["identity"]["trusted_headers"] = json!({
            "peers": "10.0.0.0/8", "subject": "x-user", "action": { "reason": "x-reason" },
        });
    });
    assert_eq!(all, [""; 0]);
}
