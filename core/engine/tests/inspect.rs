//! A policy's parts by number, and unsigned payloads.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot load its bundle has failed"
)]

use portcullis_engine::{
    Bundle, FeatureId, KeyUse, ModuleId, PermissionId, Policy, RejectedBundle, RoleOrigin,
    SignedBundle, Subject, Trust, TrustedKey, UnixSeconds,
};

const GOLDEN: &[u8] = include_bytes!("../../../tests/golden/format-1-whole.pclb");
/// The public half of the Ed25519 key whose seed is 32 times the byte 1.
const KEY: [u8; 32] = *b"\x8a\x88\xe3\xdd\x74\x09\xf1\x95\xfd\x52\xdb\x2d\x3c\xba\x5d\x72\
\xca\x67\x09\xbf\x1d\x94\x12\x1b\xf3\x74\x88\x01\xb4\x0f\x6f\x5c";
const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

fn signed() -> Bundle {
    let key = TrustedKey::new(&KEY, KeyUse::Any).unwrap();
    let trust = Trust::new(1, [key], "default").unwrap();
    SignedBundle::new(GOLDEN.to_vec())
        .verify(&trust, NOW)
        .unwrap()
}

fn payload() -> Vec<u8> {
    postcard::to_extend(&signed().payload().unwrap(), Vec::new()).unwrap()
}

#[test]
fn a_payload_without_a_signature_reads_as_the_signed_bundle_does() {
    let (signed, unverified) = (
        signed(),
        Bundle::from_unverified_payload(payload()).unwrap(),
    );
    assert_eq!(unverified.header(), signed.header());
    assert_eq!(unverified.digest(), signed.digest());
    assert_eq!(unverified.routes(), signed.routes());
    assert_eq!(unverified.payload(), signed.payload());
    let (signed, unverified) = (Policy::from(signed), Policy::from(unverified));
    assert!(signed.modules().eq(unverified.modules()));
    assert!(signed.roles().eq(unverified.roles()));
}

#[test]
fn a_payload_without_a_signature_is_checked_like_a_signed_one() {
    let rejected = |payload| Bundle::from_unverified_payload(payload).unwrap_err();
    let mut trailing = payload();
    trailing.push(0);
    assert_eq!(rejected(trailing), RejectedBundle::NotCanonical);
    let mut short = payload();
    short.pop();
    assert_eq!(rejected(short), RejectedBundle::MalformedPayload);
    let bundle = signed();
    let mut contradicts = bundle.payload().unwrap();
    contradicts.header.expires_at = contradicts.header.not_before;
    let contradicts = postcard::to_extend(&contradicts, Vec::new()).unwrap();
    assert_eq!(rejected(contradicts), RejectedBundle::Corrupt);
}

#[test]
fn openness_is_said_by_number_as_it_is_by_name() {
    let policy = Policy::from(signed());
    for features in [&[][..], &["a-feature"], &["a-feature", "b-feature"]] {
        let policy = policy.with_features(features);
        let modules = policy.modules().collect::<Vec<_>>();
        let names = policy.open_modules().map(|module| modules[module.index()]);
        assert!(names.eq(policy.enabled_modules()));
        let on = (0..).map(FeatureId).zip(policy.features());
        for (feature, name) in on {
            assert_eq!(policy.feature_is_enabled(feature), features.contains(&name));
        }
        for permission in (0..9).map(PermissionId) {
            let missing = policy.missing_features(permission).count();
            let known = policy.permission_module(permission).is_some();
            let open = policy.permission_is_open(permission);
            assert_eq!(open, known && missing == 0, "{permission:?}");
            let module = policy.permission_module(permission);
            assert!(!open || policy.open_modules().any(|own| Some(own) == module));
        }
    }
}

#[test]
fn required_features_are_those_of_the_permission_and_of_every_module_above() {
    let policy = Policy::from(signed()).with_features(&[]);
    let features = policy.features().collect::<Vec<_>>();
    let every = (0..).map(PermissionId).take(policy.permission_count());
    for permission in every.clone() {
        let names = policy.required_features([permission]);
        let names = names.iter().map(|feature| features[feature.index()]);
        // No feature is on, so that each one that is named is missing.
        assert!(names.eq(policy.missing_features(permission)));
    }
    let mut together = every
        .clone()
        .flat_map(|permission| policy.required_features([permission]))
        .collect::<Vec<_>>();
    together.sort_unstable();
    together.dedup();
    assert_eq!(policy.required_features(every), together);
}

#[test]
fn modules_know_the_one_that_they_are_in() {
    let policy = Policy::from(signed());
    let modules = policy.modules().collect::<Vec<_>>();
    for (module, name) in (0..).map(ModuleId).zip(policy.modules()) {
        let parent = policy.module_parent(module);
        let parent = parent.map(|parent| modules[parent.index()]);
        assert_eq!(parent, name.rsplit_once('.').map(|(above, _)| above));
    }
    assert_eq!(policy.module_parent(ModuleId(u16::MAX)), None);
}

#[test]
fn roles_come_with_their_origin_team_and_availability() {
    let policy = Policy::from(signed());
    let subject = Subject::new("user", "sarah")
        .unwrap()
        .with_roles(&["clerk", "later", "no-such"])
        .unwrap()
        .with_team_roles(&[("emea", &["agent"])])
        .unwrap()
        .with_groups(&["g-lead-emea", "no-such"])
        .unwrap();
    let assigned = policy
        .assigned_roles(&subject)
        .into_iter()
        .map(|own| {
            (
                policy.role_name(own.role),
                own.team,
                own.origin,
                own.available,
            )
        })
        .collect::<Vec<_>>();
    for expected in [
        ("clerk", None, RoleOrigin::Request, true),
        ("later", None, RoleOrigin::Request, false),
        ("agent", Some("emea"), RoleOrigin::Request, true),
    ] {
        assert!(assigned.contains(&expected), "{expected:?} in {assigned:?}");
    }
    let mapped = |id| {
        let from = |origin: &RoleOrigin<'_>| *origin == RoleOrigin::Group(id);
        assigned
            .iter()
            .filter(|(_, _, origin, _)| from(origin))
            .count()
    };
    assert!(mapped("g-lead-emea") > 0 && mapped("g-read") > 0);
    assert_eq!(mapped("no-such"), 0);
    assert!(assigned.iter().any(|own| own.2 == RoleOrigin::Directory));
}

#[test]
fn grants_and_scope_tables_are_those_of_the_payload() {
    let bundle = signed();
    let payload = bundle.payload().unwrap();
    let whole = payload.catalog.modules.iter();
    let tables = whole
        .flat_map(|module| module.permissions.iter())
        .map(|permission| {
            payload
                .catalog
                .scope_tables
                .iter()
                .nth(permission.scopes.into())
        })
        .map(|table| table.unwrap().iter().collect::<Vec<_>>())
        .collect::<Vec<_>>();
    let policy = Policy::from(bundle.clone());
    let read = policy.scope_tables();
    for (permission, table) in (0..).map(PermissionId).zip(&tables) {
        let rows = read
            .rows(permission)
            .map(|row| (row.scope.0, row.condition.0));
        assert!(rows.eq(table.iter().map(|row| (row.scope, row.condition))));
    }
    let mut available = 0;
    for name in policy.roles() {
        let role = policy.role(name).unwrap();
        let grants = policy.grants(role).collect::<Vec<_>>();
        assert!(grants.is_sorted_by(|a, b| a.permission < b.permission));
        for grant in &grants {
            let rows = read.rows(grant.permission).map(|row| row.scope);
            let rows = rows.collect::<Vec<_>>();
            assert!(!grant.scopes.is_empty());
            assert!(grant.scopes.iter().all(|scope| rows.contains(scope)));
        }
        available += if policy.role_is_available(role) {
            grants.len()
        } else {
            0
        };
    }
    assert_eq!(available, policy.grant_count());
}
