//! What a slice says of itself, who takes it, and what cannot be cut.

use portcullis_engine::{RejectedBundle, SignedBundle, SliceUse, UnixSeconds};
use portcullis_policy::Source;
use portcullis_policy::authzen::Subject;
use portcullis_policy::encode::{BundleMetadata, encode};
use portcullis_policy::sign::sign;
use portcullis_policy::slice::{Audience, SliceMetadata, UnsliceableBundle, slice};

use crate::open::{NOW, cut, open_slice, slices_key, trust, verify, whole, whole_key};

const HELPDESK: &str = include_str!("../helpdesk.json");

fn roles(ids: &[&str]) -> Audience {
    Audience::Roles(ids.iter().map(|id| (*id).to_owned()).collect())
}

fn subject(id: &str) -> Audience {
    Audience::Subject(Subject {
        kind: "user".to_owned(),
        id: id.to_owned(),
        ..Subject::default()
    })
}

#[test]
fn a_slice_names_its_whole_and_keeps_its_place() {
    let whole = whole(HELPDESK);
    let slice = open_slice(cut(&whole.policy, &roles(&["agent"])));
    let (of_whole, of_slice) = (whole.policy.header(), slice.header());
    assert_eq!(of_slice.slice_of, Some(whole.policy.bundle().digest()));
    assert_eq!(of_whole.slice_of, None);
    assert_eq!((of_slice.sequence, of_slice.pin_floor), (7, 3));
    assert_eq!(
        (&of_slice.tenant, &of_slice.audience),
        (&of_whole.tenant, &of_whole.audience)
    );
    assert_eq!(of_slice.catalog_digest, [0; 32]);
    assert_eq!(of_slice.expires_at, of_whole.expires_at);
    assert_eq!(of_slice.audit_head, None);
    assert!(slice.bundle().routes().is_empty());
    assert!(of_slice.generator.starts_with("portcullis "));
}

#[test]
fn a_slice_holds_what_its_roles_reach_and_no_more() {
    let whole = whole(HELPDESK);
    let slice = open_slice(cut(&whole.policy, &roles(&["agent"])));
    assert_eq!(slice.roles().collect::<Vec<_>>(), ["agent"]);
    assert_eq!(slice.modules().collect::<Vec<_>>(), ["tickets", "profile"]);
    assert_eq!(slice.scopes().collect::<Vec<_>>(), ["own"]);
    assert_eq!(slice.features().count(), 0);
    assert_eq!(slice.permission_count(), 5);
    assert_eq!(slice.grant_count(), 5);
    assert!(slice.bundle().size_bytes() < whole.policy.bundle().size_bytes());
    // The admin's slice has what is open, and the features that it rests on.
    let slice = open_slice(cut(&whole.policy, &roles(&["admin"])));
    assert_eq!(
        slice.modules().collect::<Vec<_>>(),
        [
            "tickets",
            "analytics",
            "analytics.exports",
            "profile",
            "roles"
        ]
    );
    assert_eq!(slice.features().collect::<Vec<_>>(), ["analytics"]);
    assert_eq!(slice.enabled_features().collect::<Vec<_>>(), ["analytics"]);
}

#[test]
fn a_subject_takes_its_entry_and_its_groups_along() {
    let whole = whole(HELPDESK);
    let slice = open_slice(cut(&whole.policy, &subject("sarah")));
    assert_eq!(slice.roles().collect::<Vec<_>>(), ["agent", "auditor"]);
    let Audience::Subject(mut by_group) = subject("jo") else {
        panic!("a subject")
    };
    by_group.groups = vec!["idp-leads".to_owned(), "idp-others".to_owned()];
    let slice = open_slice(cut(&whole.policy, &Audience::Subject(by_group)));
    assert_eq!(slice.roles().collect::<Vec<_>>(), ["auditor"]);
    // A subject that has nothing gets a slice with nothing in it.
    let slice = open_slice(cut(&whole.policy, &subject("nobody")));
    assert_eq!(
        (
            slice.roles().count(),
            slice.permission_count(),
            slice.scopes().count()
        ),
        (0, 0, 0)
    );
}

#[test]
fn gateways_refuse_slices_and_browsers_whole_bundles() {
    let whole = whole(HELPDESK);
    let bytes = cut(&whole.policy, &roles(&["agent"]));
    assert_eq!(
        verify(bytes.clone(), SliceUse::WholeOnly).unwrap_err(),
        RejectedBundle::SliceRefused
    );
    assert!(verify(bytes, SliceUse::Either).is_ok());
    // A key for slices signs nothing else, and one for anything signs slices too.
    let metadata = SliceMetadata::new(whole.policy.bundle(), NOW, None);
    let payload = slice(whole.policy.bundle(), &roles(&["agent"]), &metadata).unwrap();
    let by_whole_key = sign(&payload, &[whole_key()]).unwrap();
    assert!(verify(by_whole_key, SliceUse::SlicesOnly).is_ok());
    let metadata = BundleMetadata::new("default", NOW, 10, &whole.source.catalog);
    let payload = encode(&whole.model, &metadata).unwrap();
    let forged = sign(&payload, &[slices_key()]).unwrap();
    assert_eq!(
        verify(forged, SliceUse::Either).unwrap_err(),
        RejectedBundle::SlicesOnlyKey
    );
}

#[test]
fn the_same_cut_gives_the_same_bytes() {
    let whole = whole(HELPDESK);
    let one = cut(&whole.policy, &roles(&["agent", "reader"]));
    assert_eq!(
        cut(&whole.policy, &roles(&["reader", "agent", "agent"])),
        one
    );
    assert_ne!(cut(&whole.policy, &roles(&["agent"])), one);
}

#[test]
fn a_slice_never_outlives_its_whole() {
    let whole = whole(HELPDESK);
    let bundle = whole.policy.bundle();
    let expiry = |valid_for| {
        let metadata = SliceMetadata::new(bundle, NOW, valid_for);
        let bytes = sign(
            &slice(bundle, &roles(&["agent"]), &metadata).unwrap(),
            &[slices_key()],
        );
        open_slice(bytes.unwrap()).expires_at()
    };
    assert_eq!(expiry(None), UnixSeconds(2_000));
    assert_eq!(expiry(Some(1)), UnixSeconds(1_001));
    assert_eq!(expiry(Some(1_000)), UnixSeconds(2_000));
    assert_eq!(expiry(Some(1_001)), UnixSeconds(2_000));
    assert_eq!(expiry(Some(u64::MAX)), UnixSeconds(2_000));
    let longer = SliceMetadata {
        issued_at: NOW,
        expires_at: UnixSeconds(9_999),
        generator: "test".to_owned(),
    };
    let bytes = sign(
        &slice(bundle, &roles(&["agent"]), &longer).unwrap(),
        &[slices_key()],
    )
    .unwrap();
    assert_eq!(open_slice(bytes).expires_at(), UnixSeconds(2_000));
    for (issued_at, sliceable) in [(699, false), (700, true), (1_999, true), (2_000, false)] {
        let metadata = SliceMetadata::new(bundle, UnixSeconds(issued_at), None);
        let cut = slice(bundle, &roles(&["agent"]), &metadata);
        assert_eq!(cut.is_ok(), sliceable, "{issued_at}");
        assert!(cut.is_ok() || cut == Err(UnsliceableBundle::OutOfTime));
    }
}

#[test]
fn a_clock_that_is_five_minutes_behind_locks_nobody_out() {
    let whole = whole(HELPDESK);
    let slice = cut(&whole.policy, &roles(&["agent"]));
    assert_eq!(whole.policy.header().not_before, UnixSeconds(NOW.0 - 300));
    for (behind, rejected) in [
        (1, None),
        (299, None),
        (300, None),
        (301, Some(RejectedBundle::NotYetValid)),
    ] {
        let now = UnixSeconds(NOW.0 - behind);
        let opened = SignedBundle::new(slice.clone()).verify(&trust(SliceUse::Either), now);
        assert_eq!(opened.err(), rejected, "{behind} s behind");
    }
}

#[test]
fn a_bundle_of_the_first_seconds_of_time_holds_from_the_first() {
    let (source, _) = Source::load(HELPDESK).unwrap();
    for (issued_at, not_before) in [(0, 0), (299, 0), (300, 0), (301, 1)] {
        let metadata = BundleMetadata::new("default", UnixSeconds(issued_at), 10, &source.catalog);
        assert_eq!(metadata.not_before, UnixSeconds(not_before));
    }
}

#[test]
fn what_cannot_be_cut_is_said_with_a_cure() {
    let whole = whole(HELPDESK);
    let bundle = whole.policy.bundle();
    let metadata = SliceMetadata::new(bundle, NOW, None);
    for (ids, message) in [
        (&[][..], "a slice is for somebody: name a role"),
        (
            &["agnet"],
            "the bundle has no role `agnet`; did you mean `agent`?",
        ),
        (
            &["zzzzzzzzzz"],
            "the bundle has no role `zzzzzzzzzz`; `portcullis inspect` lists its roles",
        ),
        (
            &["agent", "team-lead"],
            "the role `team-lead` is not available yet, so it grants nothing; leave it out",
        ),
    ] {
        let error = slice(bundle, &roles(ids), &metadata).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let bytes = cut(&whole.policy, &roles(&["admin"]));
    let first = SignedBundle::new(bytes)
        .verify(&trust(SliceUse::Either), NOW)
        .unwrap();
    let error = slice(&first, &roles(&["admin"]), &metadata).unwrap_err();
    assert_eq!(error, UnsliceableBundle::SliceAlready);
}
