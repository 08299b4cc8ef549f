//! Which format a bundle is written in, and what of it is believed.

use portcullis_engine::{
    Policy, RejectedBundle, SliceUse,
    format::{FORMAT, NONCE_BYTES, PAYLOAD_TYPES, format_of},
    pre_authentication_encoding,
};
use portcullis_policy::{
    authzen::Subject,
    sign::{sign, with_nonce},
    slice::{Audience, SliceMetadata, slice},
};
use portcullis_tests::bundles::{self, NOW};

use crate::craft;

/// Two roles, of which one needs what format 2 has.
const POLICY: &str = r#"{
  "catalog": { "id": "orders", "attributes": { "subject": [], "resource": ["requester"] },
    "scopes": { "by-others": "differs(subject.id, resource.requester)", "own": "shares(subject.id, resource.requester)" },
    "modules": { "orders": { "actions": { "read": "read" } } },
    "roles": { "approver": { "grants": { "by-others": "orders:read" } }, "buyer": { "grants": { "own": "orders:read" } } } },
  "tenant": { "id": "acme" } }"#;

#[test]
fn a_bundle_is_written_in_the_lowest_format_that_has_what_it_uses() {
    assert_eq!(bundles::bundle(&craft::policy())[4], 1);
    assert_eq!(bundles::bundle(POLICY)[4], 2);
    let without = POLICY.replace("differs", "shares");
    assert_eq!(bundles::bundle(&without)[4], 1);
    assert_eq!(format_of(&bundles::payload(POLICY)), FORMAT);
    for nothing in [&b""[..], b"nonsense", &[0xff; 64]] {
        assert_eq!(format_of(nothing), 1);
    }
}

#[test]
fn a_slice_has_the_format_that_it_needs_itself() {
    let whole = craft::open(&bundles::bundle(POLICY), &bundles::trust(), NOW).unwrap();
    let metadata = SliceMetadata::new(&whole, NOW, None);
    let of =
        |role: &str| slice(&whole, &Audience::Roles(vec![role.to_owned()]), &metadata).unwrap();
    assert_eq!(format_of(&of("approver")), 2);
    assert_eq!(format_of(&of("buyer")), 1);
    let nobody = Audience::Subject(Subject {
        kind: "user".to_owned(),
        id: "nobody".to_owned(),
        ..Subject::default()
    });
    assert_eq!(format_of(&slice(&whole, &nobody, &metadata).unwrap()), 1);
    let mut trust = bundles::trust();
    trust.slices = SliceUse::Either;
    for role in ["approver", "buyer"] {
        let bundle = sign(&of(role), &[bundles::key(1)]).unwrap();
        let policy = Policy::from(craft::open(&bundle, &trust, NOW).unwrap());
        assert_eq!(policy.roles().collect::<Vec<_>>(), [role]);
    }
}

#[test]
fn no_format_is_taken_for_another() {
    let open = |format: u8, payload_type: &str, payload: &[u8]| {
        let mut message = pre_authentication_encoding(payload);
        let written = PAYLOAD_TYPES[usize::from(format_of(payload)) - 1].len();
        // Behind "DSSEv1 36 ": the types are equally long.
        assert_eq!(written, payload_type.len());
        message.splice(10..10 + written, payload_type.bytes());
        let mut bundle = craft::envelope(&message, &[craft::signature(1, &message)]);
        bundle[4] = format;
        craft::open(&bundle, &bundles::trust(), NOW).map(|_| ())
    };
    let [first, second] = PAYLOAD_TYPES;
    let (old, new) = (craft::payload(), bundles::payload(POLICY));
    let wrong = Err(RejectedBundle::WrongPayloadType);
    for payload in [&old, &new] {
        assert_eq!(open(1, second, payload), wrong);
        assert_eq!(open(2, first, payload), wrong);
        for format in [0, FORMAT + 1, 0xff] {
            let unsupported = Err(RejectedBundle::UnsupportedFormat);
            assert_eq!(open(format, first, payload), unsupported);
        }
    }
    assert_eq!(open(1, first, &old), Ok(()));
    assert_eq!(open(2, second, &new), Ok(()));
    // A later format has all that an earlier one has, and not the other way round.
    assert_eq!(open(2, second, &old), Ok(()));
    let malformed = Err(RejectedBundle::MalformedPayload);
    assert_eq!(open(1, first, &new), malformed);
    let claimed = bundles::payload(&claimable("", r#""claimable": true"#));
    assert_eq!(open(2, second, &claimed), Ok(()));
    assert_eq!(open(1, first, &claimed), malformed);
}

#[test]
fn a_whole_bundle_may_end_with_a_nonce_and_nothing_else() {
    let payload = craft::payload();
    let open = |format: u8, payload: &[u8], ends: usize| {
        let payload = [payload, &vec![7; ends]].concat();
        let written = PAYLOAD_TYPES[usize::from(format_of(&payload)) - 1];
        let asked = PAYLOAD_TYPES[usize::from(format) - 1];
        let mut message = pre_authentication_encoding(&payload);
        message.splice(10..10 + written.len(), asked.bytes());
        let mut bundle = craft::envelope(&message, &[craft::signature(1, &message)]);
        bundle[4] = format;
        let mut trust = bundles::trust();
        trust.slices = SliceUse::Either;
        let native = craft::open(&bundle, &trust, NOW);
        native.map(|bundle| (bundle.digest(), bundle.routes().to_vec()))
    };
    let (bare, routes) = open(2, &payload, 0).unwrap();
    let (closed, same) = open(2, &payload, NONCE_BYTES).unwrap();
    assert_ne!(bare, closed);
    assert_eq!(routes, same);
    let long = Err(RejectedBundle::NotCanonical);
    for ends in [1, NONCE_BYTES - 1, NONCE_BYTES + 1, 2 * NONCE_BYTES] {
        assert_eq!(open(2, &payload, ends), long, "{ends}");
    }
    assert_eq!(open(1, &payload, NONCE_BYTES), long);
    let whole = craft::open(&bundles::bundle(POLICY), &bundles::trust(), NOW).unwrap();
    let metadata = SliceMetadata::new(&whole, NOW, None);
    let slice = slice(
        &whole,
        &Audience::Roles(vec!["buyer".to_owned()]),
        &metadata,
    )
    .unwrap();
    assert!(open(2, &slice, 0).is_ok());
    assert_eq!(open(2, &slice, NONCE_BYTES), long);
}

#[test]
fn a_whole_is_not_told_by_its_slice() {
    let (payload, key) = (bundles::payload(POLICY), bundles::key(1));
    let closed = with_nonce(payload.clone(), &key.nonce(&payload));
    let open = |payload: &[u8]| {
        let bundle = sign(payload, std::slice::from_ref(&key)).unwrap();
        craft::open(&bundle, &bundles::trust(), NOW).unwrap()
    };
    let (guess, whole) = (open(&payload), open(&closed));
    let metadata = SliceMetadata::new(&whole, NOW, None);
    let mut trust = bundles::trust();
    trust.slices = SliceUse::Either;
    for role in ["approver", "buyer"] {
        let slice = slice(&whole, &Audience::Roles(vec![role.to_owned()]), &metadata).unwrap();
        let slice = sign(&slice, &[bundles::key(1)]).unwrap();
        let slice = craft::open(&slice, &trust, NOW).unwrap();
        assert_eq!(slice.header().slice_of, Some(whole.digest()));
        assert_ne!(slice.header().slice_of, Some(guess.digest()));
        assert_eq!(slice.header().catalog_digest, [0; 32]);
        assert_eq!(slice.header().audit_head, None);
    }
}

#[test]
fn what_a_role_is_by_default_needs_no_later_format() {
    for (of_catalog, of_tenant, format) in [
        ("", "", 1),
        (r#""claimable": true"#, r#""claimable": false"#, 1),
        (r#""claimable": false"#, "", 2),
        ("", r#""claimable": true"#, 2),
    ] {
        let policy = claimable(of_catalog, of_tenant);
        let bundle = bundles::bundle(&policy);
        assert_eq!(bundle[4], format, "{policy}");
        let policy = Policy::from(craft::open(&bundle, &bundles::trust(), NOW).unwrap());
        let is = |role: &str| policy.role_is_claimable(policy.role(role).unwrap());
        assert_eq!(is("buyer"), !of_catalog.contains("false"));
        assert_eq!(is("own"), of_tenant.contains("true"));
        assert!(policy.role_is_built_in(policy.role("buyer").unwrap()));
        assert!(!policy.role_is_built_in(policy.role("own").unwrap()));
    }
}

/// A policy of format 1, but for what is said of a built-in role and of a tenant's own.
fn claimable(of_catalog: &str, of_tenant: &str) -> String {
    let buyer = format!(r#""buyer": {{ {of_catalog} }}"#);
    let own = format!(r#""id": "acme", "roles": {{ "own": {{ {of_tenant} }} }}"#);
    let policy = POLICY.replace("differs", "shares");
    let buyer_as_written = r#""buyer": { "grants": { "own": "orders:read" } }"#;
    assert!(policy.contains(buyer_as_written));
    policy
        .replace(buyer_as_written, &buyer)
        .replace(r#""id": "acme""#, &own)
}
