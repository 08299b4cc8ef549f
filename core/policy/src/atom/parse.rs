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

use portcullis_engine::grammar::{has_bidi_control, is_value};
use portcullis_json::nearest_or;

use super::{Atom, Entity, Reference, scanner::Scanner};

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
    let mut scanner = Scanner::new(text);
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

impl Scanner<'_> {
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

    fn end(&mut self) -> Result<(), InvalidAtom> {
        self.space();
        let start = self.offset();
        if self.is_at_end() {
            return Ok(());
        }
        let cure = "write one atom; for \"and\" and \"or\" use lists of atoms";
        Err(self.wrong(start, "something follows the atom", cure))
    }
}

const VERBS: [&str; 8] = [
    "shares", "differs", "is", "lacks", "within", "present", "absent", "true",
];
