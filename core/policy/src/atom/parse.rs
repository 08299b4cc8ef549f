//! The grammar of atoms.
//!
//! ```text
//! atom      = "true" | verb "(" reference [ "," second ] ")"
//! second    = reference | "{" constant { "," constant } "}"
//! reference = entity "." name
//! constant  = bare | JSON string | "'" text "'"
//! bare      = one or more of A-Z a-z 0-9 _ . @ : / + -, not like a reference
//! ```

use core::fmt;
use core::iter::Peekable;
use core::str::CharIndices;

use portcullis_engine::grammar::{has_bidi_control, is_value};
use portcullis_json::nearest_or;

use super::{Atom, Entity, Reference};

/// An atom's text that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAtom {
    /// The character at which it goes wrong, from one.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
    /// What to do.
    pub cure: String,
}

impl fmt::Display for InvalidAtom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at character {}; {}",
            self.message, self.column, self.cure
        )
    }
}

impl core::error::Error for InvalidAtom {}

pub(super) fn parse(text: &str) -> Result<Atom, InvalidAtom> {
    let mut scanner = Scanner {
        text,
        rest: text.char_indices().peekable(),
    };
    let atom = scanner.atom()?;
    scanner.end()?;
    Ok(atom)
}

/// Says whether a constant may be written without quotes.
pub(super) fn needs_no_quotes(constant: &str) -> bool {
    !constant.is_empty() && constant.chars().all(is_bare) && !is_like_reference(constant)
}

const fn is_bare(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '.' | '@' | ':' | '/' | '+' | '-')
}

/// Says whether a constant reads like a reference, as `subject.id` does: without quotes its
/// author may have meant the attribute.
fn is_like_reference(constant: &str) -> bool {
    let (before, after) = constant.split_once('.').unwrap_or((constant, ""));
    !after.is_empty()
        && Entity::ALL
            .iter()
            .any(|entity| entity.name().eq_ignore_ascii_case(before))
}

/// Says how two attributes are compared, where a constant reads like one of them.
fn comparison(verb: &str, of: &Reference, constant: &str) -> String {
    let instead = match verb {
        "is" => "shares",
        "lacks" => "differs",
        _ => "",
    };
    let of_subject = constant.starts_with("subject.");
    let with = matches!(of.entity, Entity::Resource | Entity::Context);
    if of_subject && with && !instead.is_empty() {
        format!("to compare the two attributes, write {instead}({constant}, {of})")
    } else {
        "`shares` and `differs` compare two attributes".to_owned()
    }
}

struct Scanner<'t> {
    text: &'t str,
    rest: Peekable<CharIndices<'t>>,
}

impl<'t> Scanner<'t> {
    fn atom(&mut self) -> Result<Atom, InvalidAtom> {
        self.space();
        let start = self.offset();
        let verb = self.word();
        if verb == "true" {
            return Ok(Atom::True);
        }
        if !VERBS.contains(&verb) {
            let message = if verb.is_empty() {
                "expected an atom".to_owned()
            } else {
                format!("unknown atom `{verb}`")
            };
            let cure = nearest_or(verb, VERBS, format!("known are {}", VERBS.join(", ")));
            return Err(self.wrong(start, message, cure));
        }
        self.symbol('(', "an atom names what it compares between ( and )")?;
        let atom = match verb {
            "shares" => {
                let (subject, with) = self.two(verb)?;
                Atom::Shares { subject, with }
            }
            "differs" => {
                let (subject, with) = self.two(verb)?;
                Atom::Differs { subject, with }
            }
            "present" => Atom::Present {
                resource: self.of(&[Entity::Resource], verb)?.attribute,
            },
            "absent" => Atom::Absent {
                resource: self.of(&[Entity::Resource], verb)?.attribute,
            },
            _ => {
                let of = self.of(&Entity::ALL, verb)?;
                self.symbol(',', "name the constants, as in {open, held}")?;
                let constants = self.constants(verb, &of)?;
                match verb {
                    "is" => Atom::Is { of, constants },
                    "lacks" => Atom::Lacks { of, constants },
                    _ => Atom::Within { of, constants },
                }
            }
        };
        self.symbol(')', "close the atom")?;
        Ok(atom)
    }

    /// Reads the subject's attribute, and the one that it is compared with.
    fn two(&mut self, verb: &str) -> Result<(String, Reference), InvalidAtom> {
        let subject = self.of(&[Entity::Subject], &format!("the first of `{verb}`"))?;
        self.symbol(',', "name what it is compared with, as in resource.owner")?;
        let others = [Entity::Resource, Entity::Context];
        let with = self.of(&others, &format!("the second of `{verb}`"))?;
        Ok((subject.attribute, with))
    }

    /// Reads a reference to one of `entities`.
    fn of(&mut self, entities: &[Entity], whose: &str) -> Result<Reference, InvalidAtom> {
        self.space();
        let start = self.offset();
        let name = self.word();
        let known = Entity::ALL.into_iter().find(|entity| entity.name() == name);
        let names = entities.iter().map(|entity| entity.name());
        let list = names.clone().collect::<Vec<_>>().join(" or ");
        let Some(entity) = known.filter(|entity| entities.contains(entity)) else {
            let (message, cure) = if known.is_some() {
                let message = format!("{whose} cannot be of the {name}");
                (message, format!("write an attribute of the {list}"))
            } else {
                let message = format!("expected an attribute of the {list}");
                let example = format!("write it as in {}.id", list.replace(" or ", ".id or "));
                (message, nearest_or(name, names, example))
            };
            return Err(self.wrong(start, message, cure));
        };
        self.symbol(
            '.',
            "write the attribute after a point, as in resource.owner",
        )?;
        let start = self.offset();
        let attribute = self.word();
        if attribute.is_empty() {
            return Err(self.wrong(
                start,
                "expected an attribute's name",
                "write one after the point",
            ));
        }
        Ok(Reference {
            entity,
            attribute: attribute.to_owned(),
        })
    }

    fn constants(&mut self, verb: &str, of: &Reference) -> Result<Vec<String>, InvalidAtom> {
        self.symbol('{', "constants stand between { and }, as in {open, held}")?;
        let mut constants = Vec::new();
        loop {
            self.space();
            let start = self.offset();
            constants.push(self.constant(verb, of)?);
            self.space();
            if self.take('}') {
                break;
            }
            let last = constants.last().map_or("", String::as_str);
            self.no_spaced_reference(start, last, verb, of)?;
            self.symbol(',', "separate constants by commas and close them with }; quote one with other characters")?;
        }
        constants.sort_unstable();
        constants.dedup();
        Ok(constants)
    }

    fn constant(&mut self, verb: &str, of: &Reference) -> Result<String, InvalidAtom> {
        self.space();
        let start = self.offset();
        let constant = match self.peek() {
            Some('"') => self.quoted(start)?,
            Some('\'') => self.text_in_single_quotes(start)?,
            _ => self.bare(start, verb, of)?,
        };
        if constant.is_empty() {
            let cure =
                "write a constant; quote one with other characters than A-Z a-z 0-9 _ . @ : / + -";
            return Err(self.wrong(start, "expected a constant", cure));
        }
        if !is_value(&constant) || has_bidi_control(&constant) {
            let cure = "write 1 to 256 bytes without characters that control a terminal or the direction of text";
            return Err(self.wrong(start, "this is not a possible value", cure));
        }
        Ok(constant)
    }

    fn bare(&mut self, start: usize, verb: &str, of: &Reference) -> Result<String, InvalidAtom> {
        let constant = self.run(is_bare);
        if is_like_reference(constant) {
            return Err(self.wrong(
                start,
                format!("`{constant}` between {{ and }} is text, not an attribute"),
                format!(
                    "if you mean the text, quote it, as in '{constant}'; {}",
                    comparison(verb, of, constant)
                ),
            ));
        }
        Ok(constant.to_owned())
    }

    /// Refuses `subject .id` and `subject. id`, which read like a reference with a space in it.
    fn no_spaced_reference(
        &mut self,
        start: usize,
        before: &str,
        verb: &str,
        of: &Reference,
    ) -> Result<(), InvalidAtom> {
        let entity = before.strip_suffix('.');
        if entity.is_none() && !self.take('.') {
            return Ok(());
        }
        self.space();
        let reference = format!("{}.{}", entity.unwrap_or(before), self.word());
        if !is_like_reference(&reference) {
            return Ok(());
        }
        Err(self.wrong(
            start,
            format!("`{reference}` between {{ and }} is text, not an attribute"),
            format!(
                "if you mean the text, quote it, as in '{reference}'; {}",
                comparison(verb, of, &reference)
            ),
        ))
    }

    /// Reads text up to the next single quote; it has no escapes.
    fn text_in_single_quotes(&mut self, start: usize) -> Result<String, InvalidAtom> {
        self.take('\'');
        let text = self.run(|character| character != '\'');
        if !self.take('\'') {
            return Err(self.wrong(start, "this text has no end", "close it with '"));
        }
        Ok(text.to_owned())
    }

    /// Reads a JSON string.
    fn quoted(&mut self, start: usize) -> Result<String, InvalidAtom> {
        self.take('"');
        let mut escaped = false;
        loop {
            match self.rest.next() {
                None => {
                    return Err(self.wrong(start, "this string has no end", "close it with \""));
                }
                Some((_, '"')) if !escaped => break,
                Some((_, character)) => escaped = character == '\\' && !escaped,
            }
        }
        let quoted = self.text.get(start..self.offset()).unwrap_or_default();
        serde_json::from_str(quoted)
            .map_err(|_| self.wrong(start, "this is not a JSON string", "fix its escapes"))
    }

    fn end(&mut self) -> Result<(), InvalidAtom> {
        self.space();
        let start = self.offset();
        if start == self.text.len() {
            return Ok(());
        }
        let cure = "write one atom; for \"and\" and \"or\" use lists of atoms";
        Err(self.wrong(start, "something follows the atom", cure))
    }

    fn symbol(&mut self, symbol: char, cure: &str) -> Result<(), InvalidAtom> {
        self.space();
        if self.take(symbol) {
            return Ok(());
        }
        let start = self.offset();
        Err(self.wrong(start, format!("expected `{symbol}`"), cure))
    }

    fn take(&mut self, symbol: char) -> bool {
        self.rest
            .next_if(|(_, character)| *character == symbol)
            .is_some()
    }

    fn space(&mut self) {
        while self
            .rest
            .next_if(|(_, character)| character.is_ascii_whitespace())
            .is_some()
        {}
    }

    fn word(&mut self) -> &'t str {
        self.run(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
    }

    fn run(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let start = self.offset();
        while self
            .rest
            .next_if(|(_, character)| wanted(*character))
            .is_some()
        {}
        let end = self.offset();
        self.text.get(start..end).unwrap_or_default()
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|(_, character)| *character)
    }

    fn offset(&mut self) -> usize {
        self.rest
            .peek()
            .map_or(self.text.len(), |(offset, _)| *offset)
    }

    fn wrong(
        &self,
        offset: usize,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> InvalidAtom {
        let before = self.text.get(..offset).unwrap_or_default();
        InvalidAtom {
            column: before.chars().count().saturating_add(1),
            message: message.into(),
            cure: cure.into(),
        }
    }
}

const VERBS: [&str; 8] = [
    "shares", "differs", "is", "lacks", "within", "present", "absent", "true",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoms_come_back_as_written() {
        for text in [
            "true",
            "shares(subject.id, resource.owner)",
            "shares(subject.calling-groups, context.groups)",
            "differs(subject.id, resource.creator)",
            "differs(subject.teams, context.teams)",
            "is(resource.state, {held, open})",
            "is(subject.type, {service})",
            "lacks(action.mode, {a.b@c:d/e+f-g_h})",
            "within(context.zone, {\"a b\", \"{x}, \\\"y\\\"\", \"ü\"})",
            "present(resource.id)",
            "absent(resource.owner)",
        ] {
            assert_eq!(Atom::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn space_and_order_of_constants_do_not_matter() {
        for text in [
            "is(resource.a,{b,a})",
            " is ( resource.a , { \"b\" , a , a } ) ",
        ] {
            assert_eq!(
                Atom::parse(text).map(|atom| atom.to_string()),
                Ok("is(resource.a, {a, b})".to_owned()),
            );
        }
    }

    #[test]
    fn a_constant_that_reads_like_a_reference_is_quoted() {
        for text in ["subject.id", "Resource.owner", "context.a.b", "action.name"] {
            let error =
                Atom::parse(&format!("lacks(resource.creator, {{a, {text}}})")).unwrap_err();
            assert_eq!(error.column, 29, "{error}");
            assert!(
                error.message.contains("is text, not an attribute"),
                "{error}"
            );
            assert!(error.cure.contains(&format!("'{text}'")), "{error}");
            assert!(error.cure.contains("differs"), "{error}");

            let quoted = format!("lacks(resource.creator, {{\"{text}\"}})");
            for written in [&quoted, &quoted.replace('"', "'")] {
                let atom = Atom::parse(written).unwrap();
                assert_eq!(atom.to_string(), quoted);
            }
        }
        for (atom, cure) in [
            (
                "lacks(resource.creator, {subject.id})",
                "write differs(subject.id, resource.creator)",
            ),
            (
                "lacks(resource.creator, { subject .id })",
                "write differs(subject.id, resource.creator)",
            ),
            (
                "lacks(resource.creator, {a, subject. id})",
                "write differs(subject.id, resource.creator)",
            ),
            (
                "lacks(context.teams, {subject.teams})",
                "write differs(subject.teams, context.teams)",
            ),
            (
                "is(resource.owner, {subject.id})",
                "write shares(subject.id, resource.owner)",
            ),
            (
                "within(resource.owner, {subject.id})",
                "`shares` and `differs`",
            ),
            ("lacks(action.a, {subject.id})", "`shares` and `differs`"),
            ("lacks(resource.a, {resource.b})", "`shares` and `differs`"),
        ] {
            let error = Atom::parse(atom).unwrap_err();
            assert!(error.cure.contains(cure), "{error}");
        }
        for text in ["subject", "subject.", "subjects.id", "a.subject.id", ".id"] {
            let atom = format!("is(resource.a, {{{text}}})");
            assert_eq!(Atom::parse(&atom).unwrap().to_string(), atom);
        }
        let quoted = Atom::parse("is(resource.a, {'a \"b'})").unwrap();
        assert_eq!(quoted.to_string(), "is(resource.a, {\"a \\\"b\"})");
    }

    #[test]
    fn errors_name_place_and_cure() {
        for (text, column, message, cure) in [
            ("", 1, "expected an atom", "known are"),
            (
                "share(subject.id, resource.a)",
                1,
                "`share`",
                "did you mean `shares`?",
            ),
            ("shares(subject.id)", 18, "expected `,`", "resource.owner"),
            (
                "shares(resource.a, subject.id)",
                8,
                "cannot be of the resource",
                "subject",
            ),
            (
                "shares(subject.id, subject.type)",
                20,
                "cannot be of the subject",
                "resource or context",
            ),
            (
                "differs(resource.a, subject.id)",
                9,
                "the first of `differs`",
                "subject",
            ),
            (
                "differs(subject.id, action.a)",
                21,
                "the second of `differs`",
                "resource or context",
            ),
            (
                "differs(subject.id, {a})",
                21,
                "expected an attribute",
                "resource",
            ),
            (
                "shares(subject.id, resorce.a)",
                20,
                "expected an attribute",
                "did you mean `resource`?",
            ),
            (
                "shares(subject.id, resource)",
                28,
                "expected `.`",
                "after a point",
            ),
            (
                "shares(subject.id, resource.)",
                29,
                "an attribute's name",
                "after the point",
            ),
            (
                "present(subject.id)",
                9,
                "cannot be of the subject",
                "resource",
            ),
            ("is(resource.a)", 14, "expected `,`", "{open, held}"),
            ("is(resource.a, b)", 16, "expected `{`", "{ and }"),
            ("is(resource.a, {})", 17, "expected a constant", "quote"),
            ("is(resource.a, {b c})", 19, "expected `,`", "quote"),
            ("is(resource.a, {b,})", 19, "expected a constant", "quote"),
            ("is(resource.a, {\"b})", 17, "no end", "close it"),
            ("is(resource.a, {'b})", 17, "no end", "close it"),
            ("is(resource.a, {''})", 17, "expected a constant", "quote"),
            (
                "is(resource.a, {\"\\q\"})",
                17,
                "not a JSON string",
                "escapes",
            ),
            (
                "is(resource.a, {\"\\u0001\"})",
                17,
                "not a possible value",
                "control",
            ),
            ("is(resource.a, {\"\"})", 17, "expected a constant", "quote"),
            ("is(resource.a, {b}", 19, "expected `)`", "close"),
            ("true or false", 6, "something follows", "lists of atoms"),
            ("TRUE", 1, "unknown atom `TRUE`", ""),
        ] {
            let error = Atom::parse(text).unwrap_err();
            assert_eq!(error.column, column, "{text}: {error}");
            assert!(error.message.contains(message), "{text}: {error}");
            assert!(error.cure.contains(cure), "{text}: {error}");
        }
        assert!(Atom::parse(&format!("is(resource.a, {{{}}})", "x".repeat(256))).is_ok());
        assert!(Atom::parse(&format!("is(resource.a, {{{}}})", "x".repeat(257))).is_err());
    }
}
