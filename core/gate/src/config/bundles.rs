//! `limits` of what is kept: how large bundles are, how many, and for how long.

use alloc::format;
use core::ops::RangeInclusive;

use portcullis_engine::{KeeperLimits, Trust};
use portcullis_json::{Object, Read as _};

use super::{count, limits::grouped};

/// Reads the members that are about bundles.
pub(super) fn read(object: &mut Object<'_>, keeping: &mut KeeperLimits, trust: &mut Trust) {
    let mut within = |name: &'static str, range: RangeInclusive<u64>| {
        let place = object.place(name)?;
        let stated = u64::read(&place);
        if !range.contains(&stated) {
            let [least, most] = [range.start(), range.end()].map(|bound| grouped(count(*bound)));
            place.error("out of bounds", &format!("write {least} to {most}"));
        }
        Some(stated)
    };
    if let Some(bytes) = within("bundle_bytes", 1..=64 << 20) {
        trust.bundle_bytes_max = count(bytes);
    }
    if let Some(versions) = within("versions", 1..=1_024) {
        keeping.versions_max = count(versions);
    }
    if let Some(seconds) = within("pinned_seconds", 0..=MONTH) {
        keeping.pinned_seconds_max = seconds;
    }
    if let Some(seconds) = within("stale_seconds", 0..=MONTH) {
        keeping.stale_seconds = seconds;
    }
    if let Some(seconds) = within("poll_seconds", 1..=86_400) {
        keeping.poll_seconds = seconds;
    }
}

const MONTH: u64 = 30 * 86_400;
