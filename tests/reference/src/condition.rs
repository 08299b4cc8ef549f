//! A scope's condition: a disjunction of conjunctions of atoms, and how atoms are written.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::truth::Test;

/// A disjunction of conjunctions of atoms.
#[derive(Debug, Clone)]
pub(crate) struct Condition(pub(crate) Vec<Vec<Atom>>);

/// One atom.
#[derive(Debug, Clone)]
pub(crate) enum Atom {
    /// Always holds.
    True,
    /// The subject attribute named first meets the attribute.
    Shares(String, Path),
    /// The subject attribute named first does not meet the attribute.
    Differs(String, Path),
    /// The attribute passes a test against constants.
    Test(Path, Test),
}

/// An attribute of one of the four parties.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) party: Party,
    pub(crate) attribute: String,
}

/// Whose attribute it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    Subject,
    Action,
    Context,
    Resource,
}

impl Condition {
    /// Reads a condition: a string is a list of one, a list is "or", an inner list "and".
    pub(crate) fn read(source: &Value) -> Result<Self, String> {
        let conjunctions = match source {
            Value::Array(items) => items
                .iter()
                .map(read_conjunction)
                .collect::<Result<_, _>>()?,
            one => vec![read_conjunction(one)?],
        };
        Ok(Self(conjunctions))
    }
}

impl Path {
    /// The resource attribute `attribute`.
    pub(crate) fn resource(attribute: &str) -> Self {
        Self {
            party: Party::Resource,
            attribute: attribute.to_owned(),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        let (party, attribute) = text.trim().split_once('.').ok_or_else(|| bad(text))?;
        let party = match party {
            "subject" => Party::Subject,
            "action" => Party::Action,
            "context" => Party::Context,
            "resource" => Party::Resource,
            _ => return Err(bad(text)),
        };
        Ok(Self {
            party,
            attribute: attribute.to_owned(),
        })
    }

    fn read_of(party: Party, text: &str) -> Result<Self, String> {
        Self::read(text).and_then(|path| {
            if path.party == party {
                Ok(path)
            } else {
                Err(bad(text))
            }
        })
    }
}

impl Atom {
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "true" {
            return Ok(Self::True);
        }
        let (name, inside) = text
            .strip_suffix(')')
            .and_then(|text| text.split_once('('))
            .ok_or_else(|| bad(text))?;
        let two = || inside.split_once(',').ok_or_else(|| bad(text));
        let on_constants = |test: fn(BTreeSet<String>) -> Test| {
            let (path, constants) = two()?;
            Ok(Self::Test(
                Path::read(path)?,
                test(read_constants(constants)?),
            ))
        };
        match name.trim() {
            verb @ ("shares" | "differs") => {
                let (left, right) = two()?;
                let (left, right) = (Path::read_of(Party::Subject, left)?, Path::read(right)?);
                if matches!(right.party, Party::Subject | Party::Action) {
                    return Err(bad(text));
                }
                Ok(match verb {
                    "shares" => Self::Shares(left.attribute, right),
                    _ => Self::Differs(left.attribute, right),
                })
            }
            "is" => on_constants(Test::In),
            "lacks" => on_constants(Test::NotIn),
            "within" => on_constants(Test::Within),
            "present" => Ok(Self::Test(
                Path::read_of(Party::Resource, inside)?,
                Test::Present,
            )),
            "absent" => Ok(Self::Test(
                Path::read_of(Party::Resource, inside)?,
                Test::Absent,
            )),
            _ => Err(bad(text)),
        }
    }
}

fn read_conjunction(source: &Value) -> Result<Vec<Atom>, String> {
    let text = |item: &Value| {
        item.as_str()
            .map(str::to_owned)
            .ok_or_else(|| bad(&item.to_string()))
    };
    match source {
        Value::Array(atoms) => atoms.iter().map(|atom| Atom::read(&text(atom)?)).collect(),
        one => Ok(vec![Atom::read(&text(one)?)?]),
    }
}

/// Reads `{a, b}`; a constant is a bare word or, where it needs one, a JSON string.
fn read_constants(text: &str) -> Result<BTreeSet<String>, String> {
    let inside = text
        .trim()
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let mut rest = inside.ok_or_else(|| bad(text))?.trim();
    let mut constants = BTreeSet::new();
    while !rest.is_empty() {
        let constant = if rest.starts_with('"') {
            let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let constant = strings
                .next()
                .and_then(Result::ok)
                .ok_or_else(|| bad(text))?;
            rest = rest.get(strings.byte_offset()..).unwrap_or_default();
            constant
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            word.trim().to_owned()
        };
        constants.insert(constant);
        rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.is_empty() => {}
            None => return Err(bad(text)),
        }
    }
    Ok(constants)
}

fn bad(text: &str) -> String {
    format!("`{text}` is not an atom")
}
