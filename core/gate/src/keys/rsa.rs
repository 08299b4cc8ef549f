//! RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.2): verification alone.
//!
//! Nothing here is secret: key, message and signature are all public, so the time it
//! takes reveals nothing. That is why the one thing needed, a power modulo an odd number,
//! is written here and held against `crypto-bigint` by test: the crates for RSA bring
//! key generation and arithmetic for secrets, and with them the component passed its
//! bound (`rsa` 0.10 by 30 kB compressed, `crypto-bigint` 0.7 alone by 17 kB).

use alloc::{vec, vec::Vec};

use sha2::{Digest, Sha256};

/// An RSA public key of 2048 to 4096 bits.
#[derive(Debug, Clone)]
pub(crate) struct RsaKey {
    modulus: Modulus,
    bytes: usize,
    exponent: u32,
}

/// An odd number, and what multiplying modulo it needs (Montgomery, 1985).
#[derive(Debug, Clone)]
struct Modulus {
    /// Least significant limb first, as all numbers here; INVARIANT (odd).
    limbs: Vec<u32>,
    /// −1 / modulus, modulo 2³².
    inverse: u32,
    /// (2³²)^(2 · limbs), modulo the modulus.
    square_of_radix: Vec<u32>,
}

impl RsaKey {
    /// Takes modulus and exponent, big-endian and without leading zeros (RFC 7518,
    /// section 6.3.1).
    pub(super) fn new(n: &[u8], e: &[u8]) -> Option<Self> {
        let full = n.first()? & 0x80 != 0;
        if !full || !(MODULUS_BYTES_MIN..=MODULUS_BYTES_MAX).contains(&n.len()) {
            return None;
        }
        let mut exponent = 0_u32;
        if e.is_empty() || e.len() > 4 || e.first() == Some(&0) {
            return None;
        }
        for byte in e {
            exponent = (exponent << 8_u32) | u32::from(*byte);
        }
        // Even ones have no inverse, and with 1 every message would be its signature.
        if exponent < 3 || exponent & 1 == 0 {
            return None;
        }
        Some(Self {
            modulus: Modulus::new(limbs(n))?,
            bytes: n.len(),
            exponent,
        })
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        if signature.len() != self.bytes {
            return false;
        }
        let signature = limbs(signature);
        if !is_less(&signature, &self.modulus.limbs) {
            return false;
        }
        // The whole encoded message is built and compared: nothing of it is parsed.
        self.modulus.power(&signature, self.exponent) == limbs(&self.encoded(message))
    }

    /// Returns the encoded message (RFC 8017, section 9.2).
    fn encoded(&self, message: &[u8]) -> Vec<u8> {
        let tail = DIGEST_INFO.len().saturating_add(DIGEST_BYTES);
        let mut out = vec![0, 1];
        out.resize(self.bytes.saturating_sub(tail).saturating_sub(1), 0xff);
        out.push(0);
        out.extend_from_slice(&DIGEST_INFO);
        out.extend_from_slice(&Sha256::digest(message));
        out
    }
}

impl Modulus {
    fn new(limbs: Vec<u32>) -> Option<Self> {
        let lowest = *limbs.first()?;
        if lowest & 1 == 0 {
            return None;
        }
        // Newton's iteration: each step doubles the bits that are right, from three on.
        let mut inverse = lowest;
        for _ in 0..4 {
            let error = 2_u32.wrapping_sub(lowest.wrapping_mul(inverse));
            inverse = inverse.wrapping_mul(error);
        }
        let mut own = Self {
            inverse: inverse.wrapping_neg(),
            square_of_radix: Vec::new(),
            limbs,
        };
        let count = own.limbs.len();
        let mut power = vec![0; count.saturating_add(1)];
        if let Some(lowest) = power.first_mut() {
            *lowest = 1;
        }
        for _ in 0..count.saturating_mul(64) {
            own.double(&mut power);
        }
        power.truncate(count);
        own.square_of_radix = power;
        Some(own)
    }

    /// Returns `base` to the power of `exponent`, which is at least one.
    fn power(&self, base: &[u32], exponent: u32) -> Vec<u32> {
        let base = self.multiply(base, &self.square_of_radix);
        let mut power = base.clone();
        // From the bit below the highest down.
        let bits = 32_u32.saturating_sub(exponent.leading_zeros());
        for bit in (0..bits.saturating_sub(1)).rev() {
            power = self.multiply(&power, &power);
            if (exponent >> bit) & 1 == 1 {
                power = self.multiply(&power, &base);
            }
        }
        let mut one = vec![0; self.limbs.len()];
        if let Some(lowest) = one.first_mut() {
            *lowest = 1;
        }
        self.multiply(&power, &one)
    }

    /// Returns `a · b / radix`, modulo the modulus.
    fn multiply(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let count = self.limbs.len();
        let mut sum = vec![0; count.saturating_add(2)];
        for digit in a {
            add_product(&mut sum, *digit, b);
            let lowest = sum.first().copied().unwrap_or(0);
            // Makes the lowest limb zero, so that it can be shifted out.
            add_product(&mut sum, lowest.wrapping_mul(self.inverse), &self.limbs);
            sum.rotate_left(1);
        }
        // INVARIANT (below twice the modulus): one subtraction is enough.
        self.reduce(&mut sum);
        sum.truncate(count);
        sum
    }

    /// Doubles a number below the modulus.
    fn double(&self, number: &mut [u32]) {
        let mut carry = 0;
        for limb in number.iter_mut() {
            let high = *limb >> 31_u32;
            *limb = (*limb << 1_u32) | carry;
            carry = high;
        }
        self.reduce(number);
    }

    fn reduce(&self, number: &mut [u32]) {
        if is_less(number, &self.limbs) {
            return;
        }
        let mut borrow = false;
        let zeros = core::iter::repeat(&0);
        for (limb, less) in number.iter_mut().zip(self.limbs.iter().chain(zeros)) {
            let (once, first) = limb.overflowing_sub(*less);
            let (twice, second) = once.overflowing_sub(u32::from(borrow));
            *limb = twice;
            borrow = first || second;
        }
    }
}

/// Adds `digit · number`; the sum has the room.
fn add_product(sum: &mut [u32], digit: u32, number: &[u32]) {
    let mut carry = 0_u32;
    let zeros = core::iter::repeat(&0);
    for (limb, factor) in sum.iter_mut().zip(number.iter().chain(zeros)) {
        // At most (2³² − 1)² + 2 · (2³² − 1), which is 2⁶⁴ − 1.
        let product = u64::from(digit).wrapping_mul(u64::from(*factor));
        let wide = product
            .wrapping_add(u64::from(*limb))
            .wrapping_add(u64::from(carry));
        let [a, b, c, d, e, f, g, h] = wide.to_le_bytes();
        *limb = u32::from_le_bytes([a, b, c, d]);
        carry = u32::from_le_bytes([e, f, g, h]);
    }
}

/// Compares numbers that may have zeros at their ends.
fn is_less(a: &[u32], b: &[u32]) -> bool {
    let limb = |number: &[u32], at: usize| number.get(at).copied().unwrap_or(0);
    for at in (0..a.len().max(b.len())).rev() {
        let (x, y) = (limb(a, at), limb(b, at));
        if x != y {
            return x < y;
        }
    }
    false
}

/// Reads a number, big-endian.
fn limbs(bytes: &[u8]) -> Vec<u32> {
    let chunks = bytes.rchunks(4);
    chunks
        .map(|chunk| {
            chunk
                .iter()
                .fold(0_u32, |limb, byte| (limb << 8_u32) | u32::from(*byte))
        })
        .collect()
}

const MODULUS_BYTES_MIN: usize = 256;
const MODULUS_BYTES_MAX: usize = 512;
const DIGEST_BYTES: usize = 32;
/// The DER that says that a SHA-256 digest follows (RFC 8017, section 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

#[cfg(test)]
mod tests {
    use crypto_bigint::{
        BoxedUint, Odd,
        modular::{BoxedMontyForm, BoxedMontyParams},
    };
    use proptest::prelude::*;

    use super::*;

    fn expected(base: &[u8], exponent: u32, modulus: &[u8]) -> Vec<u8> {
        let odd = Odd::new(BoxedUint::from_be_slice_vartime(modulus)).unwrap();
        let params = BoxedMontyParams::new_vartime(odd);
        let base = BoxedUint::from_be_slice_vartime(base);
        let power = BoxedMontyForm::new(base, &params).pow(&BoxedUint::from(exponent));
        power.retrieve().to_be_bytes().to_vec()
    }

    fn check(mut modulus: Vec<u8>, mut base: Vec<u8>, exponent: u32) {
        let last = modulus.len().saturating_sub(1);
        modulus[0] |= 0x80;
        modulus[last] |= 1;
        base[0] &= 0x7f;
        let own = Modulus::new(limbs(&modulus)).unwrap();
        assert_eq!(
            own.power(&limbs(&base), exponent),
            limbs(&expected(&base, exponent, &modulus))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn powers_are_what_a_well_kept_crate_computes(
            modulus in prop::collection::vec(any::<u8>(), 256),
            base in prop::collection::vec(any::<u8>(), 256),
            exponent in prop_oneof![Just(3), Just(65_537), 1_u32..],
        ) {
            check(modulus, base, exponent);
        }
    }

    #[test]
    fn powers_hold_at_the_edges() {
        for bytes in [256, 384, 512] {
            let (ones, zeros) = (vec![0xff; bytes], vec![0; bytes]);
            for modulus in [&ones, &zeros] {
                for base in [&ones, &zeros] {
                    for exponent in [1, 2, 3, 65_537, u32::MAX] {
                        check(modulus.clone(), base.clone(), exponent);
                    }
                }
            }
        }
    }

    #[test]
    fn only_sensible_keys_are_taken() {
        let mut n = vec![0xff; 256];
        for (bytes, e, taken) in [
            (256, &[1, 0, 1][..], true),
            (256, &[3], true),
            (512, &[1, 0, 1], true),
            (255, &[1, 0, 1], false),
            (513, &[1, 0, 1], false),
            (256, &[1], false),
            (256, &[2], false),
            (256, &[], false),
            (256, &[0, 3], false),
            (256, &[1, 0, 0, 0, 1], false),
        ] {
            n.resize(bytes, 0xff);
            assert_eq!(RsaKey::new(&n, e).is_some(), taken, "{bytes} {e:?}");
        }
        n.resize(256, 0xff);
        n[255] = 0xfe;
        assert!(RsaKey::new(&n, &[3]).is_none(), "even");
        n[0] = 0x7f;
        n[255] = 0xff;
        assert!(RsaKey::new(&n, &[3]).is_none(), "2047 bits");
    }
}
