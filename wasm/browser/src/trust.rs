//! Trust as JavaScript packs it.
//!
//! ```text
//! trust = threshold u8, slices u8 (0 whole only, 1 slices only, 2 either),
//!         floor u8 (0 none, 1 sequence, 2 sequence and digest), sequence u64, digest 32 bytes,
//!         largest bundle u32 (0 the engine's bound), keys u8, (slices only u8, 32 bytes)…,
//!         audience, (0x00, tenant)…
//! ```
//!
//! Numbers are little-endian.

use portcullis_engine::{Floor, InvalidTrust, KeyUse, SliceUse, Trust, TrustedKey};

use alloc::{borrow::ToOwned, vec::Vec};

use crate::answer::Failure;

pub(crate) fn trust(packed: &[u8]) -> Result<Trust, Failure> {
    read(packed)
        .ok_or(Failure::InvalidTrust("it does not follow its layout"))?
        .map_err(|invalid| Failure::InvalidTrust(invalid.message()))
}

fn read(packed: &[u8]) -> Option<Result<Trust, InvalidTrust>> {
    let mut rest = packed;
    let [threshold, slices, floor] = *take::<3>(&mut rest)?;
    let sequence = u64::from_le_bytes(*take::<8>(&mut rest)?);
    let digest = *take::<32>(&mut rest)?;
    let bound = u32::from_le_bytes(*take::<4>(&mut rest)?);
    let [count] = *take::<1>(&mut rest)?;
    let mut keys = Vec::new();
    for _ in 0..count {
        let [slices_only] = *take::<1>(&mut rest)?;
        let key_use = if slices_only == 0 {
            KeyUse::Any
        } else {
            KeyUse::SlicesOnly
        };
        match TrustedKey::new(take::<32>(&mut rest)?, key_use) {
            Ok(key) => keys.push(key),
            Err(invalid) => return Some(Err(invalid)),
        }
    }
    // Split as bytes: splitting text takes twice the code.
    let mut names = rest.split(|byte| *byte == 0);
    let audience = core::str::from_utf8(names.next()?).ok()?;
    let mut tenants = Vec::new();
    for name in names {
        tenants.push(core::str::from_utf8(name).ok()?.to_owned());
    }
    let trust = Trust::new(usize::from(threshold), keys, audience);
    Some(trust.map(|mut trust| {
        trust.tenants = tenants;
        trust.slices = match slices {
            0 => SliceUse::WholeOnly,
            2 => SliceUse::Either,
            _ => SliceUse::SlicesOnly,
        };
        trust.floor = (floor > 0).then_some(Floor {
            sequence,
            digest: (floor > 1).then_some(digest),
        });
        if bound > 0 {
            trust.bundle_bytes_max = usize::try_from(bound).unwrap_or(usize::MAX);
        }
        trust
    }))
}

fn take<'a, const SIZE: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; SIZE]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(first)
}
