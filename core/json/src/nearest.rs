//! The known name that somebody most likely meant.

use alloc::{format, string::String, vec::Vec};
use core::mem;

/// Words a cure for a name that is not known: the nearest that is, or else `otherwise`.
pub fn nearest_or<'n>(
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
    otherwise: impl Into<String>,
) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.into(),
    }
}

/// Returns the known name that `name` is most likely a slip for: one that differs in case or in
/// white space around it alone, or of which at most a third of its characters, and three, are
/// inserted, deleted, replaced or swapped with their neighbour.
///
/// Of names as near as one another the first is returned.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let folded = name.trim();
    // Names are short; a longer one is no slip of any of them, and would cost quadratic time.
    if name.len() > SLIP_BYTES_MAX {
        return None;
    }
    let name: Vec<char> = name.chars().collect();
    let slips_max = (name.len() / 3).clamp(1, SLIPS_MAX);
    let mut best: Option<(usize, &str)> = None;
    for known in known {
        if known.trim().eq_ignore_ascii_case(folded) {
            return Some(known);
        }
        // Two lengths differ by no more than what was inserted or deleted.
        if known.chars().count().abs_diff(name.len()) > slips_max {
            continue;
        }
        let characters: Vec<char> = known.chars().collect();
        let slips = distance(&name, &characters);
        if slips <= slips_max && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, known));
        }
    }
    best.map(|(_, known)| known)
}

/// Counts the characters to insert, delete, replace or swap with their neighbour: the optimal
/// string alignment, a Damerau-Levenshtein distance in which nothing is edited twice.
// Written out, for the crates that have it need the standard library.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (left, row) in a.iter().zip(1_usize..) {
        let mut current = Vec::with_capacity(above.len());
        current.push(row);
        let mut beside = row;
        let mut previous = None;
        for (right, column) in b.iter().zip(1_usize..) {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let diagonal = at(&above, column.saturating_sub(1));
            let replaced = diagonal.saturating_add(usize::from(left != right));
            let moved = beside.min(at(&above, column)).saturating_add(1);
            let mut least = replaced.min(moved);
            if last == Some(right) && previous == Some(left) {
                least = least.min(at(&before, column.saturating_sub(2)).saturating_add(1));
            }
            current.push(least);
            beside = least;
            previous = Some(right);
        }
        last = Some(left);
        before = mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

const SLIP_BYTES_MAX: usize = 128;
const SLIPS_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_slip_away_or_there_is_no_such_name() {
        let known = ["label", "grants", "description", "own"];
        let cases = [
            ("labl", Some("label")),
            ("lable", Some("label")),
            ("albel", Some("label")),
            ("grant", Some("grants")),
            ("descriptoin", Some("description")),
            ("on", Some("own")),
            ("lbela", None),
            ("permissions", None),
            ("", None),
            ("GRANTS", Some("grants")),
            (" own ", Some("own")),
            ("Description\t", Some("description")),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
        assert_eq!(nearest("a", ["b", "c"]), Some("b"), "the first of equals");
        assert_eq!(nearest("größe", ["grösse", "größen"]), Some("größen"));
    }

    #[test]
    fn distances_are_those_of_the_optimal_string_alignment() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
            ("ca", "abc", 3),
            ("abcd", "badc", 2),
        ] {
            let a: Vec<char> = a.chars().collect();
            let b: Vec<char> = b.chars().collect();
            assert_eq!(distance(&a, &b), expected);
        }
    }
}
