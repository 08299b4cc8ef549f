//! From text to tree, with repeated members found at any depth.

use alloc::{
    borrow::ToOwned as _,
    collections::BTreeSet,
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};

use crate::{
    node::Node,
    path::{JsonPath, Path},
    place::{Place, Report},
    read::Read,
};

/// A parsed JSON text.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonText {
    /// The value; of members with one name it has the first.
    pub root: Node,
    /// The places of members that repeat a name, in the order written: the first
    /// [`DUPLICATES_MAX`] of them.
    pub duplicates: Vec<JsonPath>,
}

impl JsonText {
    /// Parses one JSON value and nothing after it; nesting is bounded.
    ///
    /// # Errors
    ///
    /// Returns the place and the fault of the first thing that is not JSON.
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        Self::parse_within(text, usize::MAX)
    }

    /// Parses as [`JsonText::parse`] does a text whose objects have at most so many members each.
    ///
    /// # Errors
    ///
    /// Returns the place and the fault of the first thing that is not JSON, or is too large.
    pub fn parse_within(text: &[u8], members_max: usize) -> Result<Self, SyntaxError> {
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let mut duplicates = Vec::new();
        let seed = Seed {
            path: Path::Root,
            members_max,
            duplicates: &mut duplicates,
        };
        let root = seed
            .deserialize(&mut deserializer)
            .and_then(|root| deserializer.end().map(|()| root))?;
        Ok(Self { root, duplicates })
    }

    /// Reports repeated members, and returns where reading begins.
    pub fn place<'a>(&'a self, report: &'a dyn Report) -> Place<'a> {
        for path in &self.duplicates {
            report.report_at(
                path.clone(),
                "this member appears twice",
                "keep one of the two",
            );
        }
        Place::root(&self.root, report)
    }

    /// Reads the document as a `T`; reports repeated members, then what is wrong with the rest.
    pub fn read<T: Read>(&self, report: &dyn Report) -> T {
        T::read(&self.place(report))
    }

    /// Returns the value if no member repeats a name.
    ///
    /// # Errors
    ///
    /// Returns the place of the first that does.
    pub fn into_distinct(self) -> Result<Node, JsonPath> {
        match self.duplicates.into_iter().next() {
            Some(path) => Err(path),
            None => Ok(self.root),
        }
    }
}

/// A text that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line of the fault, from one.
    pub line: usize,
    /// The column of the fault in bytes, from one; zero is the end of the line before.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl From<serde_json::Error> for SyntaxError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        Self {
            line: error.line(),
            column: error.column(),
            message: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} column {}: {}",
            self.line, self.column, self.message
        )
    }
}

impl core::error::Error for SyntaxError {}

struct Seed<'p, 'd> {
    path: Path<'p>,
    members_max: usize,
    duplicates: &'d mut Vec<JsonPath>,
}

impl Seed<'_, '_> {
    fn repeated(&mut self, path: Path<'_>) {
        // Each is written out, and may be as long as the text: hostile ones are not worth it.
        if self.duplicates.len() < DUPLICATES_MAX {
            self.duplicates.push(path.to_json_path());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Decimal(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Seed {
            path: self.path.index(items.len()),
            members_max: self.members_max,
            duplicates: &mut *self.duplicates,
        })? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Node, A::Error> {
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut names = BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if members.len() >= self.members_max {
                return Err(A::Error::custom("an object has too many members"));
            }
            let outer = self.path;
            let path = outer.key(&name);
            let first = names.insert(name.clone());
            if !first {
                self.repeated(path);
            }
            let value = object.next_value_seed(Seed {
                path,
                members_max: self.members_max,
                duplicates: &mut *self.duplicates,
            })?;
            if first {
                members.push((name, value));
            }
        }
        Ok(Node::Object(members))
    }
}

/// How many repeated members a document lists.
pub const DUPLICATES_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn duplicates(text: &str) -> Vec<String> {
        let document = JsonText::parse(text.as_bytes()).unwrap();
        document
            .duplicates
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn what_is_written_comes_back() {
        for text in [
            r#"{"b":1,"a":[null,true,"x\n",-5,1.5],"c":{}}"#,
            "18446744073709551615",
            "-9223372036854775808",
            "[]",
        ] {
            let document = JsonText::parse(text.as_bytes()).unwrap();
            assert_eq!(serde_json::to_string(&document.root).unwrap(), text);
            assert!(document.duplicates.is_empty());
            let mut out = String::new();
            document.root.write_without_decimals(&mut out);
            assert_eq!(out, text.replace("1.5", "null"));
        }
    }

    #[test]
    fn only_whole_numbers_of_64_bits_are_integers() {
        for (text, expected) in [
            ("7", true),
            ("-7", true),
            ("18446744073709551615", true),
            ("18446744073709551616", false),
            ("7.0", false),
            ("7e0", false),
            ("-0", false),
        ] {
            let root = JsonText::parse(text.as_bytes()).unwrap().root;
            assert_eq!(matches!(root, Node::Integer(_)), expected, "{text}");
        }
    }

    #[test]
    fn repeated_members_are_found_at_any_depth() {
        assert_eq!(
            duplicates(r#"{"a":1,"b":[{"c":{"d":1,"d":{"e":1,"\u0065":2}}}],"a":2}"#),
            ["$.b[0].c.d", "$.b[0].c.d.e", "$.a"]
        );
        let many = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(1_000));
        assert_eq!(duplicates(&many).len(), DUPLICATES_MAX);
    }

    #[test]
    fn members_are_bounded_where_a_bound_is_given() {
        let text = br#"{"a":{"b":1,"c":2},"d":3}"#;
        assert!(JsonText::parse_within(text, 2).is_ok());
        let error = JsonText::parse_within(text, 1).unwrap_err();
        assert_eq!(error.message, "an object has too many members");
        assert_eq!((error.line, error.column), (1, 15));
    }

    #[test]
    fn syntax_errors_name_line_and_column() {
        for (text, line, column) in [
            ("{\n  \"a\": 1,\n}", 3, 1),
            ("{} x", 1, 4),
            ("[1, 2", 1, 5),
            ("", 1, 0),
            ("{\"a\": \"\\ud800\"}", 1, 14),
        ] {
            let error = JsonText::parse(text.as_bytes()).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(!error.message.contains("at line"), "{error}");
        }
        assert!(JsonText::parse(b"\"\xff\"").is_err());
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(JsonText::parse(deep.as_bytes()).is_err());
    }
}
