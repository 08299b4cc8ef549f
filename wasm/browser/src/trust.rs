//! Trust as JavaScript packs it.
//!
//! ```text
//! trust = threshold u8, slices u8 (0 whole only, 1 slices only, 2 either),
//!         floor u8 (0 none, 1 sequence, 2 sequence and digest), sequence u64, digest 32 bytes,
//!         largest bundle u32 (0 the engine's bound), keys u8, (use u8, 32 bytes)…,
//!         audience, (0x00, tenant)…, for each key: 0x01, (0x00, tenant)…
//! use   = 0 any, 1 slices only, 2 whole bundles only
//! ```
//!
//! Numbers are little-endian. A key without tenants is for all of them.

use portcullis_engine::{Floor, InvalidTrust, KeyUse, SliceUse, Trust, TrustedKey};

use alloc::{borrow::ToOwned, string::String, vec::Vec};

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
        let key_use = match *take::<1>(&mut rest)? {
            [0] => KeyUse::Any,
            [1] => KeyUse::SlicesOnly,
            [2] => KeyUse::WholeOnly,
            _ => return None,
        };
        match TrustedKey::new(take::<32>(&mut rest)?, key_use) {
            Ok(key) => keys.push(key),
            Err(invalid) => return Some(Err(invalid)),
        }
    }
    // Split as bytes: splitting text takes twice the code.
    let mut lists = rest.split(|byte| *byte == 1);
    let (audience, tenants) = names(lists.next()?)?;
    for key in &mut keys {
        let (_, tenants) = names(lists.next()?)?;
        if !tenants.is_empty() {
            *key = TrustedKey::clone(key).for_tenants(tenants);
        }
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

/// Reads a name, and those that follow it.
fn names(list: &[u8]) -> Option<(&str, Vec<String>)> {
    let mut names = list.split(|byte| *byte == 0);
    let first = core::str::from_utf8(names.next()?).ok()?;
    let mut others = Vec::new();
    for name in names {
        others.push(core::str::from_utf8(name).ok()?.to_owned());
    }
    Some((first, others))
}

fn take<'a, const SIZE: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; SIZE]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(first)
}
