//! Tree to types: every value of a wrong shape is reported and reading goes on.

use super::{Node, Path};
use crate::problem::{Problems, nearest_or};

/// A type that can be read from a place in a document.
///
/// Reading never stops: what is wrong is reported, and an empty value stands in
/// for it so that the rest can be judged too.
pub(crate) trait Read: Sized {
    fn read(place: &Place<'_>) -> Self;
}

/// A value, where it is, and where to report what is wrong with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) node: &'a Node,
    pub(crate) path: Path<'a>,
    pub(crate) problems: &'a Problems,
}

impl<'a> Place<'a> {
    /// Reports that the value should have been something else.
    pub(crate) fn expected(&self, what: &str, cure: &str) {
        let kind = self.node.kind();
        self.problems
            .error(&self.path, format!("expected {what}, found {kind}"), cure);
    }

    /// Opens an object; anything else is reported and reads as one without members.
    pub(crate) fn fields(&'a self, what: &str, cure: &str) -> Fields<'a> {
        let members = self.node.members().unwrap_or_else(|| {
            self.expected(what, cure);
            &[]
        });
        Fields {
            place: self,
            members,
            asked: Vec::new(),
        }
    }
}

/// The members of an object, asked for one by one.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    place: &'a Place<'a>,
    members: &'a [(String, Node)],
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Reads a member that may be left out.
    pub(crate) fn optional<T: Read>(&mut self, name: &'static str) -> Option<T> {
        self.asked.push(name);
        let (_, node) = self.members.iter().find(|(key, _)| key == name)?;
        Some(T::read(&Place {
            node,
            path: self.place.path.key(name),
            problems: self.place.problems,
        }))
    }

    /// Reads a member that stands for its empty value when left out.
    pub(crate) fn or_default<T: Read + Default>(&mut self, name: &'static str) -> T {
        self.optional(name).unwrap_or_default()
    }

    /// Reads a member that must be there.
    pub(crate) fn required<T: Read + Default>(&mut self, name: &'static str, cure: &str) -> T {
        self.optional(name).unwrap_or_else(|| {
            // A value that is no object has been reported as such.
            if self.place.node.members().is_some() {
                let message = format!("the member `{name}` is missing");
                self.place.problems.error(&self.place.path, message, cure);
            }
            T::default()
        })
    }

    /// Reports the members that nobody asked for.
    pub(crate) fn finish(self) {
        for (key, _) in self.members {
            if !self.asked.contains(&key.as_str()) {
                let list = self.asked.join("`, `");
                let cure = nearest_or(
                    key,
                    self.asked.iter().copied(),
                    format!("known here are `{list}`"),
                );
                self.place.problems.error(
                    &self.place.path.key(key),
                    format!("unknown key `{key}`"),
                    cure,
                );
            }
        }
    }

    /// Returns the members that nobody asked for, whose names are data.
    pub(crate) fn rest(self) -> impl Iterator<Item = (&'a str, Place<'a>)> {
        let Fields {
            place,
            members,
            asked,
        } = self;
        members
            .iter()
            .filter(move |(key, _)| !asked.contains(&key.as_str()))
            .map(move |(key, node)| {
                let path = place.path.key(key);
                let problems = place.problems;
                (
                    key.as_str(),
                    Place {
                        node,
                        path,
                        problems,
                    },
                )
            })
    }
}

impl Read for String {
    fn read(place: &Place<'_>) -> Self {
        place.node.as_str().map_or_else(
            || {
                place.expected("a string", "write it between quotes");
                Self::new()
            },
            Self::from,
        )
    }
}

impl Read for bool {
    fn read(place: &Place<'_>) -> Self {
        match place.node {
            Node::Bool(value) => *value,
            _ => {
                place.expected("a boolean", "write true or false");
                false
            }
        }
    }
}

impl Read for u32 {
    fn read(place: &Place<'_>) -> Self {
        whole(place).unwrap_or_default()
    }
}

impl Read for u64 {
    fn read(place: &Place<'_>) -> Self {
        whole(place).unwrap_or_default()
    }
}

fn whole<T: core::str::FromStr>(place: &Place<'_>) -> Option<T> {
    let number = match place.node {
        Node::Integer(text) => text.parse().ok(),
        _ => None,
    };
    if number.is_none() {
        place.expected(
            "a whole number that is not negative and not too large",
            "write it without point, exponent or quotes",
        );
    }
    number
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Thing {
        label: Option<String>,
        count: u32,
        on: bool,
    }

    impl Read for Thing {
        fn read(place: &Place<'_>) -> Self {
            let mut fields = place.fields("a thing", "write an object");
            let thing = Self {
                label: fields.optional("label"),
                count: fields.required("count", "say how many"),
                on: fields.or_default("on"),
            };
            fields.finish();
            thing
        }
    }

    fn check(text: &str, expected: &[&str]) {
        let document = Document::parse(text).unwrap();
        let problems = Problems::default();
        Thing::read(&Place {
            node: &document.root,
            path: Path::Root,
            problems: &problems,
        });
        let found = match problems.finish() {
            Ok(_) => Vec::new(),
            Err(invalid) => invalid.problems().iter().map(ToString::to_string).collect(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        check(r#"{"label":"x","count":3,"on":true}"#, &[]);
        check(r#"{"count":3}"#, &[]);
        check(
            r#"{"labl":"x","on":"yes","extra":{}}"#,
            &[
                "$: the member `count` is missing; say how many",
                "$.on: expected a boolean, found a string; write true or false",
                "$.labl: unknown key `labl`; did you mean `label`?",
                "$.extra: unknown key `extra`; known here are `label`, `count`, `on`",
            ],
        );
        check(
            "[]",
            &["$: expected a thing, found a list; write an object"],
        );
        for count in ["-1", "1.5", "4294967296", "\"1\"", "1e3"] {
            let text = format!("{{\"count\":{count}}}");
            let document = Document::parse(&text).unwrap();
            let problems = Problems::default();
            Thing::read(&Place {
                node: &document.root,
                path: Path::Root,
                problems: &problems,
            });
            assert!(problems.finish().is_err(), "{count}");
        }
    }
}
