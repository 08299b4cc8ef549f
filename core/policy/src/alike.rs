//! Names that people take for one another.

use portcullis_json::nearest;

/// Says whether two names are read as one though they differ: in case, in white space, in what
/// nobody sees, or in letters of other alphabets that look like Latin ones.
///
/// Not complete: it knows the letters that words in Latin script are imitated with (Unicode
/// Technical Standard 39, section 4), not every pair that looks alike.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    one != other && seen(one) == seen(other)
}

/// Returns the known name that another one looks like, and is not.
pub fn look_alike<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let own = seen(name);
    let mut known = known.into_iter();
    known.find(|known| *known != name && seen(known) == own)
}

/// Returns the known name that another one is most likely meant to be: one that looks like it, or
/// that it is a slip for, as [`nearest`] says.
pub fn meant<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    look_alike(name, known.clone()).or_else(|| nearest(name, known))
}

/// How one letter sets two names apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// One of them has a letter more.
    Missing,
    /// One letter is another.
    Replaced,
    /// Two neighbours are swapped.
    Swapped,
}

/// Returns how one letter sets two names apart; nothing where more does, or nothing.
#[must_use]
pub fn slip(one: &str, other: &str) -> Option<Slip> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let most = one.len().min(other.len()).saturating_sub(start);
    let ends = one.iter().rev().zip(other.iter().rev());
    let end = ends.take(most).take_while(|(a, b)| a == b).count();
    let middle = |all: &[char]| {
        let middle = all.get(start..all.len().saturating_sub(end));
        middle.unwrap_or_default().to_vec()
    };
    match (middle(&one).as_slice(), middle(&other).as_slice()) {
        ([], [_]) | ([_], []) => Some(Slip::Missing),
        ([_], [_]) => Some(Slip::Replaced),
        ([a, b], [c, d]) if (a, b) == (d, c) => Some(Slip::Swapped),
        _ => None,
    }
}

/// Returns a name as people see it.
fn seen(name: &str) -> String {
    let visible = name.chars().filter(|one| !is_unseen(*one));
    visible
        .flat_map(|one| plain(one).to_lowercase().map(plain))
        .collect()
}

fn is_unseen(one: char) -> bool {
    one.is_whitespace()
        || one.is_control()
        || matches!(one,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the Latin letter that another one looks like.
fn plain(one: char) -> char {
    match one {
        'А' | 'а' | 'Α' | 'α' | 'ɑ' => 'a',
        'В' | 'Β' => 'b',
        'С' | 'с' | 'Ϲ' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'Е' | 'е' | 'Ε' | 'ҽ' => 'e',
        'ɡ' => 'g',
        'Н' | 'Η' | 'һ' => 'h',
        'І' | 'і' | 'Ι' | 'ι' | 'ı' | 'İ' | 'Ӏ' | 'ӏ' | 'ɩ' => 'i',
        'Ј' | 'ј' | 'ϳ' => 'j',
        'К' | 'Κ' | 'к' | 'κ' | '\u{212a}' => 'k',
        'М' | 'Μ' => 'm',
        'Ν' | 'п' => 'n',
        'О' | 'о' | 'Ο' | 'ο' | 'օ' => 'o',
        'Р' | 'р' | 'Ρ' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'Ѕ' | 'ѕ' | 'ſ' => 's',
        'Т' | 'Τ' | 'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ѡ' => 'w',
        'Х' | 'х' | 'Χ' | 'χ' => 'x',
        'У' | 'у' | 'Υ' | 'γ' => 'y',
        'Ζ' => 'z',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{a789}' | '\u{2236}' | '\u{fe55}' => ':',
        '\u{2024}' => '.',
        // Full-width forms of what is printable in ASCII, 0xFEE0 above it.
        '\u{ff01}'..='\u{ff5e}' => {
            let below = u32::from(one).checked_sub(0xfee0);
            below.and_then(char::from_u32).unwrap_or(one)
        }
        _ => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_as_one_is_alike() {
        for (name, like) in [
            ("user", "User"),
            ("user", "uѕеr"),
            ("user", "user "),
            ("user", "us\u{200b}er"),
            ("user", "ｕｓｅｒ"),
            ("jo", "JO"),
            ("bob", "bоb"),
            ("ΑΒ", "ab"),
            ("service", "ѕегviсе"),
            ("team-a", "team\u{2010}a"),
        ] {
            assert!(alike(name, like) && alike(like, name), "{name} {like:?}");
        }
        for (name, other) in [
            ("user", "user"),
            ("user", "users"),
            ("jo", "joe"),
            ("Größe", "grosse"),
        ] {
            assert!(!alike(name, other), "{name} {other}");
        }
        for (one, other, expected) in [
            ("emea", "emae", Some(Slip::Swapped)),
            ("emea", "emeaa", Some(Slip::Missing)),
            ("mea", "emea", Some(Slip::Missing)),
            ("emea", "emes", Some(Slip::Replaced)),
            ("emea", "emea", None),
            ("emea", "apac", None),
            ("", "a", Some(Slip::Missing)),
        ] {
            assert_eq!(slip(one, other), expected, "{one} {other}");
            assert_eq!(slip(other, one), expected, "{other} {one}");
        }
        assert_eq!(meant("g-leds", ["g-leads"].into_iter()), Some("g-leads"));
        assert_eq!(look_alike("JO", ["ann", "jo"]), Some("jo"));
        assert_eq!(look_alike("jo", ["ann", "jo"]), None);
    }
}
