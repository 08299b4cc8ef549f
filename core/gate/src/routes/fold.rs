//! Where servers end a segment that has a suffix.

use crate::path::is_dropped;

/// Returns the lengths at which a server that cuts a suffix off might end a segment, without
/// the dots and spaces before it: ascending, each once, none of them zero.
pub(super) fn cuts(segment: &[u8]) -> impl Iterator<Item = usize> {
    // The longest prefix so far without dots and spaces at its end.
    let mut kept = 0;
    let mut cut_before = 0;
    segment
        .iter()
        .zip(1_usize..)
        .filter_map(move |(byte, length)| {
            let cut = (STARTS_SUFFIX.contains(byte) && kept > cut_before).then_some(kept);
            if cut.is_some() {
                cut_before = kept;
            }
            if !is_dropped(*byte) {
                kept = length;
            }
            cut
        })
}

/// Where some servers end a name: at a format (`.json`), a backup (`~`), a stream (`::$DATA`)
/// or a verb, at parameters (`;x`); at a query or a fragment, where one in full width is made plain.
pub(super) const STARTS_SUFFIX: [u8; 6] = *b".~:;?#";
