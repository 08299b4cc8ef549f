//! The names that a policy may read in a query: those that every server reads plainly.

use super::name::DEPTH_MAX;
use crate::bytes::Bytes;

/// Why servers do not read a parameter of some name alike, however it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnreadableParameter {
    /// The name is over 128 bytes.
    Long,
    /// It has a dot.
    Dot,
    /// Its brackets are not whole members behind a name.
    Brackets,
    /// It has more than five members.
    Deep,
    /// A member is a number.
    Number,
    /// It has a character that some read otherwise.
    Character,
    /// It says how the query is encoded.
    Charset,
    /// Every object of JavaScript has a member of that name.
    OfObjects,
}

impl UnreadableParameter {
    /// Returns why a policy may not read a name; nothing if every server reads it alike: a word, and
    /// perhaps members in brackets, as in `owner` and `filter[owner]`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if name.len() > NAME_BYTES_MAX {
            return Some(Self::Long);
        }
        if name.contains('.') {
            return Some(Self::Dot);
        }
        let (word, brackets) = match name.find('[') {
            Some(at) => name.split_at_checked(at).unwrap_or((name, "")),
            None => (name, ""),
        };
        let Some(members) = members(brackets) else {
            return Some(Self::Brackets);
        };
        if members.clone().count() > DEPTH_MAX {
            return Some(Self::Deep);
        }
        if members.clone().any(is_number) {
            return Some(Self::Number);
        }
        let mut parts = core::iter::once(word).chain(members);
        let is_plain = |part: &str| !part.is_empty() && PLAIN.has_all(part.as_bytes());
        if !parts.clone().all(is_plain) {
            return Some(Self::Character);
        }
        if is_charset(word) {
            return Some(Self::Charset);
        }
        parts
            .any(|part| OF_OBJECTS.contains(&part))
            .then_some(Self::OfObjects)
    }

    /// Returns why, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Long => "its name is over 128 bytes",
            Self::Dot => "PHP reads a dot in a name as `_`, and others nest by it",
            Self::Brackets => "servers read these brackets in several ways",
            Self::Deep => "some servers nest no deeper than five members",
            Self::Number => "some servers make a list of members that are numbers",
            Self::Character => "servers read some of its characters in several ways",
            Self::Charset => "servers take this parameter for how the query is encoded",
            Self::OfObjects => "in JavaScript every object has a member of that name",
        }
    }

    /// Returns what to do instead.
    #[must_use]
    pub const fn cure(self) -> &'static str {
        match self {
            Self::Long => "let the API take a shorter one",
            Self::Dot => {
                "write query.filter[owner] for a member, or let the API take a name without dots"
            }
            Self::Brackets => "write a name and then whole members, such as query.filter[owner]",
            Self::Deep => "let the API take a flatter name",
            Self::Number => "let the API take a member with a name, such as query.filter[owner]",
            Self::Character => "use letters, digits, `_`, `-`, `~`, `$`, `@` and `:`",
            Self::Charset | Self::OfObjects => "let the API take another name",
        }
    }
}

/// Says whether some servers take a parameter for how the query is encoded.
pub(crate) fn is_charset(word: &str) -> bool {
    CHARSETS.iter().any(|own| word.eq_ignore_ascii_case(own))
}

/// Returns the members in brackets, if there is nothing else.
fn members(brackets: &str) -> Option<impl Iterator<Item = &str> + Clone> {
    let inner = match brackets {
        "" => "",
        _ => brackets.strip_prefix('[')?.strip_suffix(']')?,
    };
    let members = inner.split("][").filter(|_| !brackets.is_empty());
    let is_whole = |member: &str| !member.is_empty() && !member.contains(['[', ']']);
    members.clone().all(is_whole).then_some(members)
}

fn is_number(member: &str) -> bool {
    member.bytes().all(|byte| byte.is_ascii_digit())
}

/// What every server takes for itself, sent plainly or percent-encoded.
static PLAIN: Bytes = Bytes::with_alphanumeric(b"_-~$@:");
const NAME_BYTES_MAX: usize = 128;
/// qs, where it is set up so, and what reads forms as HTML says (4.10.5.1.16, `_charset_`).
const CHARSETS: [&str; 2] = ["utf8", "_charset_"];
/// What qs leaves out for that, unless it is set up otherwise.
const OF_OBJECTS: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_and_members() {
        for name in [
            "owner",
            "owner_id",
            "owner-id",
            "$filter",
            "a:b",
            "@type",
            "7",
            "filter[owner]",
            "filter[a][b][c][d][e]",
            "filter[$eq]",
            "utf8x",
            "filter[utf8]",
        ] {
            assert_eq!(UnreadableParameter::of(name), None, "{name}");
        }
        for (name, why) in [
            ("owner.id", "a dot"),
            ("filter.owner", "a dot"),
            ("filter[a.b]", "a dot"),
            ("filter[]", "brackets"),
            ("filter[", "brackets"),
            ("filter]", "characters"),
            ("filter[a", "brackets"),
            ("filter[a]x", "brackets"),
            ("filter[a][", "brackets"),
            ("filter[[a]]", "brackets"),
            ("filter[a][]", "brackets"),
            ("filter[a]][b]", "brackets"),
            ("[owner]", "characters"),
            ("filter[a][b][c][d][e][f]", "five members"),
            ("filter[0]", "numbers"),
            ("own er", "characters"),
            ("owner+id", "characters"),
            ("owner%20", "characters"),
            ("a&b", "characters"),
            ("a=b", "characters"),
            ("a;b", "characters"),
            ("?owner", "characters"),
            ("é", "characters"),
            ("filter[é]", "characters"),
            ("utf8", "encoded"),
            ("UTF8", "encoded"),
            ("_charset_", "encoded"),
            ("toString", "JavaScript"),
            ("filter[__proto__]", "JavaScript"),
        ] {
            let found = UnreadableParameter::of(name);
            let said = found.map(UnreadableParameter::message).unwrap_or_default();
            assert!(said.contains(why), "{name}: {found:?}");
            assert!(found.is_some_and(|found| !found.cure().is_empty()));
        }
        let long = "a".repeat(NAME_BYTES_MAX);
        assert_eq!(UnreadableParameter::of(&long), None);
        assert!(UnreadableParameter::of(&[&long, "a"].concat()).is_some());
    }
}
