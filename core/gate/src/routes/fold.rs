//! What servers leave out at the end of a segment.

/// Leaves out the dots and spaces at the end, as some file systems do.
pub(super) fn trimmed(segment: &[u8]) -> &[u8] {
    let mut rest = segment;
    while let [before @ .., last] = rest
        && is_dropped(*last)
    {
        rest = before;
    }
    rest
}

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

/// Says whether some file systems drop it at the end of a name.
const fn is_dropped(byte: u8) -> bool {
    matches!(byte, b'.' | b' ')
}

/// Where some servers end a name: at a format (`.json`), a backup (`~`), a stream (`::$DATA`)
/// or a verb, at parameters (`;x`).
const STARTS_SUFFIX: [u8; 4] = *b".~:;";
