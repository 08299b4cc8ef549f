//! Each rejection by a bundle made for it, in the order of the checks, and both sides of every bound.

use portcullis_engine::{
    KeyUse, RejectedBundle, SliceUse, UnixSeconds, pre_authentication_encoding,
};
use portcullis_host::{Engine as _, HostTrust};
use portcullis_policy::sign::FloorFile;
use portcullis_tests::{
    bundles::{self, NOW},
    engines,
};
use sha2::{Digest as _, Sha256};

use crate::{
    craft::{self, Signature, open, signature},
    offer::Offer,
};
use RejectedBundle::{
    BadMagic, BadSignature, Equivocation, Expired, NotYetValid, RolledBack, SliceRefused,
    SlicesOnlyKey, TooLarge, TooManySignatures, UnsortedSignatures, UntrustedSigner, WholeOnlyKey,
    WholeRefused, WrongAudience, WrongTenant, WrongTenantKey,
};

#[test]
fn each_rejection_has_its_bundle() {
    assert_eq!(Offer::default().verdict(), None);
    for code in RejectedBundle::ALL {
        let mut offer = Offer::default();
        offer.spoil(code);
        assert_eq!(offer.verdict(), Some(code), "{}", code.code());
        assert_eq!(RejectedBundle::from_code(code.code()), Some(code));
    }
}

#[test]
fn of_two_faults_the_earlier_is_named() {
    let mut wrong = Vec::new();
    for (at, first) in RejectedBundle::ALL.into_iter().enumerate() {
        for second in RejectedBundle::ALL.into_iter().skip(at + 1) {
            if exclude_each_other(first, second) {
                continue;
            }
            let mut offer = Offer::default();
            offer.spoil(second);
            offer.spoil(first);
            let verdict = offer.verdict();
            if verdict != Some(first) {
                wrong.push(format!("{first:?} and {second:?}: {verdict:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_component_names_the_same_code() {
    for code in RejectedBundle::ALL {
        let mut offer = Offer::default();
        offer.spoil(code);
        let bundle = offer.bundle();
        let opened = engines::component().open(&bundle, &offer.trust(&bundle), offer.now);
        let failure = opened.unwrap_err().to_string();
        assert_eq!(failure, format!("bundle-rejected({})", code.code()));
    }
}

#[test]
fn a_bundle_holds_from_not_before_until_expires_at() {
    let base = Offer::default();
    for (now, expected) in [
        (base.not_before - 1, Some(NotYetValid)),
        (base.not_before, None),
        (base.expires_at - 1, None),
        (base.expires_at, Some(Expired)),
        (0, Some(NotYetValid)),
        (u64::MAX, Some(Expired)),
    ] {
        let offer = Offer {
            now: UnixSeconds(now),
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "at {now}");
    }
}

#[test]
fn the_size_bound_is_the_largest_size_taken() {
    for (less, expected) in [(0, None), (1, Some(TooLarge))] {
        let offer = Offer {
            bytes_less: Some(less),
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "{less} bytes less");
    }
    let trust = HostTrust {
        bundle_bytes_max: None,
        ..bundles::trust()
    };
    let most = portcullis_engine::limits::BUNDLE_BYTES_MAX;
    for (length, expected) in [(most, BadMagic), (most + 1, TooLarge)] {
        let opened = open(&vec![b'x'; length], &trust, NOW);
        assert_eq!(opened.err(), Some(expected), "{length} bytes");
    }
}

#[test]
fn a_sequence_may_repeat_only_with_the_digest_recorded() {
    let sequence = Offer::default().sequence;
    let digest: [u8; 32] = Sha256::digest(Offer::default().payload()).into();
    for (floor, digest, expected) in [
        (sequence - 1, None, None),
        (sequence - 1, Some([0; 32]), None),
        (sequence, None, Some(Equivocation)),
        (sequence, Some([0; 32]), Some(Equivocation)),
        (sequence, Some(digest), None),
        (sequence + 1, None, Some(RolledBack)),
        (sequence + 1, Some(digest), Some(RolledBack)),
        (0, None, None),
        (u64::MAX, None, Some(RolledBack)),
    ] {
        let offer = Offer {
            floor: Some(FloorFile {
                sequence: floor,
                digest,
            }),
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "floor {floor} {digest:?}");
    }
}

#[test]
fn eight_signatures_are_taken_and_nine_are_not() {
    for (count, expected) in [(1, None), (8, None), (9, Some(TooManySignatures))] {
        let offer = Offer {
            signers: (1..=count).collect(),
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "{count} signatures");
    }
    let none = Offer {
        signers: Vec::new(),
        ..Offer::default()
    };
    assert_eq!(none.verdict(), Some(UntrustedSigner));
}

#[test]
fn so_many_distinct_trusted_keys_must_sign() {
    for (threshold, trusted, signers, expected) in [
        (1, vec![1], vec![1], None),
        (1, vec![1, 2], vec![2], None),
        (2, vec![1, 2], vec![1], Some(UntrustedSigner)),
        (2, vec![1, 2], vec![1, 2], None),
        (2, vec![1, 2, 3], vec![1, 3], None),
        (2, vec![1, 2, 3], vec![1, 9], Some(UntrustedSigner)),
        (3, vec![1, 2, 3], vec![1, 2, 3], None),
        (3, vec![1, 2, 3], vec![1, 2, 9], Some(UntrustedSigner)),
        // A key that is listed twice is one key, however often it signs.
        (2, vec![1, 1, 2], vec![1], Some(UntrustedSigner)),
        (2, vec![1, 1, 2], vec![1, 2], None),
        (1, vec![1], vec![9], Some(UntrustedSigner)),
        (8, (1..=8).collect(), (1..=8).collect(), None),
    ] {
        let case = format!("{threshold} of {trusted:?} by {signers:?}");
        let offer = Offer {
            threshold,
            keys: trusted
                .into_iter()
                .map(|seed| (seed, KeyUse::Any))
                .collect(),
            signers,
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "{case}");
    }
}

#[test]
fn a_signature_given_twice_is_not_ascending() {
    let message = pre_authentication_encoding(&craft::payload());
    let mut signatures = vec![signature(1, &message), signature(2, &message)];
    signatures.sort_unstable();
    let verdict = |signatures: &[Signature]| {
        open(
            &craft::envelope(&message, signatures),
            &bundles::trust(),
            NOW,
        )
        .err()
    };
    assert_eq!(verdict(&signatures), None);
    signatures.reverse();
    assert_eq!(verdict(&signatures), Some(UnsortedSignatures));
    let twice = [signature(1, &message); 2];
    assert_eq!(verdict(&twice), Some(UnsortedSignatures));
}

#[test]
fn a_key_id_is_only_a_hint() {
    let message = pre_authentication_encoding(&craft::payload());
    let verdict = |signatures: &[Signature]| {
        open(
            &craft::envelope(&message, signatures),
            &bundles::trust(),
            NOW,
        )
        .err()
    };
    // An unknown key's signature may be anything; it counts for nothing.
    let mut unknown = signature(2, &message);
    unknown[70] ^= 1;
    assert_eq!(verdict(&[unknown]), Some(UntrustedSigner));
    // Under the id of a known key it must verify by that key.
    let mut borrowed = signature(2, &message);
    borrowed[..8].copy_from_slice(&signature(1, &message)[..8]);
    assert_eq!(verdict(&[borrowed]), Some(BadSignature));
    // A good one beside it does not save it.
    let mut both = [signature(1, &message), borrowed];
    both.sort_unstable();
    assert_eq!(verdict(&both), Some(BadSignature));
    // The trusted key's signature under another id is an unknown key's.
    let mut hidden = signature(1, &message);
    hidden[0] ^= 1;
    assert_eq!(verdict(&[hidden]), Some(UntrustedSigner));
}

#[test]
fn slices_and_wholes_are_taken_where_they_may_be() {
    use KeyUse::{Any, SlicesOnly, WholeOnly};
    for (slice, slices, keys, expected) in [
        (false, SliceUse::WholeOnly, Any, None),
        (false, SliceUse::Either, Any, None),
        (false, SliceUse::SlicesOnly, Any, Some(WholeRefused)),
        (true, SliceUse::WholeOnly, Any, Some(SliceRefused)),
        (true, SliceUse::Either, Any, None),
        (true, SliceUse::SlicesOnly, Any, None),
        (false, SliceUse::WholeOnly, SlicesOnly, Some(SlicesOnlyKey)),
        (false, SliceUse::Either, SlicesOnly, Some(SlicesOnlyKey)),
        (false, SliceUse::SlicesOnly, SlicesOnly, Some(SlicesOnlyKey)),
        (true, SliceUse::WholeOnly, SlicesOnly, Some(SliceRefused)),
        (true, SliceUse::Either, SlicesOnly, None),
        (true, SliceUse::SlicesOnly, SlicesOnly, None),
        (false, SliceUse::WholeOnly, WholeOnly, None),
        (false, SliceUse::Either, WholeOnly, None),
        (false, SliceUse::SlicesOnly, WholeOnly, Some(WholeRefused)),
        (true, SliceUse::WholeOnly, WholeOnly, Some(WholeOnlyKey)),
        (true, SliceUse::Either, WholeOnly, Some(WholeOnlyKey)),
        (true, SliceUse::SlicesOnly, WholeOnly, Some(WholeOnlyKey)),
    ] {
        let offer = Offer {
            slice,
            slices,
            keys: vec![(1, keys)],
            ..Offer::default()
        };
        assert_eq!(
            offer.verdict(),
            expected,
            "slice {slice}, {slices:?}, {keys:?}"
        );
    }
    // Listed for both uses, a key has the narrower; and it does not fill up a threshold.
    for (keys, signers, expected) in [
        (
            vec![(1, Any), (1, SlicesOnly)],
            vec![1],
            Some(SlicesOnlyKey),
        ),
        (
            vec![(1, SlicesOnly), (1, Any)],
            vec![1],
            Some(SlicesOnlyKey),
        ),
        // For opposite uses it signs nothing.
        (
            vec![(1, WholeOnly), (1, SlicesOnly)],
            vec![1],
            Some(SlicesOnlyKey),
        ),
        (vec![(1, Any), (1, WholeOnly)], vec![1], None),
        (vec![(1, Any), (2, SlicesOnly)], vec![1, 2], None),
    ] {
        let offer = Offer {
            keys,
            signers,
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected);
    }
    let offer = Offer {
        threshold: 2,
        keys: vec![(1, Any), (2, SlicesOnly)],
        signers: vec![1, 2],
        ..Offer::default()
    };
    assert_eq!(offer.verdict(), Some(SlicesOnlyKey));
}

#[test]
fn a_key_signs_for_its_own_tenants() {
    for (threshold, keys, expected) in [
        (1, vec![(1, vec!["acme"])], None),
        (1, vec![(1, vec!["other", "acme"])], None),
        (1, vec![(1, vec![])], None),
        (1, vec![(1, vec!["other"])], Some(WrongTenantKey)),
        (
            1,
            vec![(1, vec!["acm", "acmee", "Acme"])],
            Some(WrongTenantKey),
        ),
        // Listed twice, it signs for whom both lines name.
        (
            1,
            vec![(1, vec!["acme", "a"]), (1, vec!["acme", "b"])],
            None,
        ),
        (1, vec![(1, vec![]), (1, vec!["acme"])], None),
        (
            1,
            vec![(1, vec!["other"]), (1, vec![])],
            Some(WrongTenantKey),
        ),
        (
            1,
            vec![(1, vec!["acme"]), (1, vec!["other"])],
            Some(WrongTenantKey),
        ),
        // A key of another tenant does not fill up a threshold, and does no harm beside enough.
        (2, vec![(1, vec!["acme"]), (2, vec!["acme"])], None),
        (
            2,
            vec![(1, vec!["acme"]), (2, vec!["other"])],
            Some(WrongTenantKey),
        ),
        (1, vec![(1, vec!["other"]), (2, vec!["acme"])], None),
    ] {
        let case = format!("{threshold} of {keys:?}");
        let offer = Offer {
            threshold,
            signers: if keys.iter().any(|(seed, _)| *seed == 2) {
                vec![1, 2]
            } else {
                vec![1]
            },
            keys: keys.iter().map(|(seed, _)| (*seed, KeyUse::Any)).collect(),
            key_tenants: keys.into_iter().map(|(_, tenants)| tenants).collect(),
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "{case}");
    }
    // One key may not sign for the tenant, the other not a whole bundle: neither counts.
    let offer = Offer {
        keys: vec![(1, KeyUse::Any), (2, KeyUse::SlicesOnly)],
        key_tenants: vec![vec!["other"], vec!["acme"]],
        signers: vec![1, 2],
        ..Offer::default()
    };
    assert_eq!(offer.verdict(), Some(SlicesOnlyKey));
}

#[test]
fn audience_and_tenant_are_compared_whole() {
    for (audience, expected) in [
        ("default", None),
        ("Default", Some(WrongAudience)),
        ("default ", Some(WrongAudience)),
        ("defaul", Some(WrongAudience)),
        ("", Some(WrongAudience)),
    ] {
        let offer = Offer {
            audience: audience.to_owned(),
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "`{audience}`");
    }
    for (tenants, expected) in [
        (vec![], None),
        (vec!["acme"], None),
        (vec!["other", "acme"], None),
        (vec!["other"], Some(WrongTenant)),
        (vec!["acm", "acmee", ""], Some(WrongTenant)),
    ] {
        let offer = Offer {
            tenants: tenants.iter().map(ToString::to_string).collect(),
            ..Offer::default()
        };
        assert_eq!(offer.verdict(), expected, "{tenants:?}");
    }
}

/// Says whether no bundle can have both faults at once.
fn exclude_each_other(first: RejectedBundle, second: RejectedBundle) -> bool {
    matches!(
        (first, second),
        // A whole bundle and a slice.
        (SlicesOnlyKey, WholeOnlyKey | SliceRefused)
            | (WholeOnlyKey | SliceRefused, WholeRefused)
            // A sequence below the floor, and the floor itself.
            | (RolledBack, Equivocation)
            // Two signers are needed, and the one may not sign this: the threshold fails first.
            | (UntrustedSigner, SlicesOnlyKey | WholeOnlyKey)
    )
}
