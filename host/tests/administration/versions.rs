//! When a change of roles reaches those who are signed in: omniflow's at the next login,
//! cx-platform's at once.

use std::fs;

use portcullis_engine::{Keeper, KeeperLimits, Offer, TenantKey, UnixSeconds};
use portcullis_host::HostTrust;
use portcullis_policy::{
    authzen::{Request, Vocabulary},
    sign::TrustFile,
};

use super::{CX_PLATFORM, OMNIFLOW, Office};

const NOW: UnixSeconds = UnixSeconds(1_700_000_100);

/// A keeper that takes what the office builds.
fn keeper(office: &Office) -> Keeper {
    office.build(1);
    let file = TrustFile::parse(&office.read("keys/trust.json")).unwrap();
    let trust = HostTrust::from(file).to_trust().unwrap();
    let mut keeper = Keeper::new(trust, KeeperLimits::default());
    offer(&mut keeper, office, 1);
    keeper
}

fn offer(keeper: &mut Keeper, office: &Office, sequence: u64) {
    let bytes = fs::read(office.path(&format!("{sequence}.pclb"))).unwrap();
    let offered = keeper.offer(bytes, NOW).unwrap();
    assert!(matches!(offered, Offer::Accepted(_)), "{offered:?}");
}

/// Asks the policy that answers a token of that version.
fn reason(keeper: &Keeper, version: Option<u64>, subject: &str, permission: &str) -> String {
    let key = TenantKey::new("default", "acme");
    let policy = keeper.policy_for(&key, version, NOW).unwrap();
    let (module, action) = permission.split_once(':').unwrap();
    let request = format!(
        r#"{{"subject":{{"type":"user","id":"{subject}"}},"action":{{"name":"{action}"}},"resource":{{"type":"{module}","id":"r"}}}}"#
    );
    let request = Request::read(request.as_bytes(), &Vocabulary::from(&policy)).unwrap();
    let answer = request.ask(|subject, question| {
        let decision = policy.decide(subject, permission, question);
        decision.answer(&policy).unwrap()
    });
    let answer: serde_json::Value = serde_json::from_str(&answer.unwrap()).unwrap();
    answer["reason"].as_str().unwrap().to_owned()
}

#[test]
fn omniflows_sessions_do_not_update_mid_stream() {
    let office = Office::new(OMNIFLOW);
    office.owner("role assign policy.json trainer kim");
    let mut keeper = keeper(&office);
    office.owner("role unassign policy.json trainer kim");
    office.build(2);
    offer(&mut keeper, &office, 2);
    let may = |version| reason(&keeper, version, "kim", "training:build");
    // Who signed in before goes on as before; who signs in or reloads does not.
    assert_eq!(may(Some(1)), "granted");
    assert_eq!(may(Some(2)), "not-granted");
    assert_eq!(may(None), "not-granted");
    assert_eq!(may(Some(7)), "not-granted");
}

#[test]
fn an_omniflow_change_that_cannot_wait_does_not() {
    let office = Office::new(OMNIFLOW);
    office.owner("role assign policy.json trainer kim");
    let mut keeper = keeper(&office);
    office.owner("role unassign policy.json trainer kim");
    office.ok("build policy.json -k keys/signing.key -o 2.pclb --sequence 2 --pin-floor 2");
    offer(&mut keeper, &office, 2);
    assert_eq!(
        reason(&keeper, Some(1), "kim", "training:build"),
        "not-granted"
    );
}

#[test]
fn cx_platforms_changes_apply_instantly() {
    let office = Office::new(CX_PLATFORM);
    office.owner("role assign policy.json data-analyst kim");
    let mut keeper = keeper(&office);
    let may = |keeper: &Keeper| reason(keeper, Some(1), "kim", "analytics:read");
    assert_eq!(may(&keeper), "granted");
    office.owner("role unassign policy.json data-analyst kim");
    office.build(2);
    offer(&mut keeper, &office, 2);
    assert_eq!(may(&keeper), "not-granted");
}
