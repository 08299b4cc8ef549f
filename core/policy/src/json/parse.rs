//! Text to tree, with duplicate members found at any depth.

use core::fmt;
use std::collections::HashSet;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::{JsonPath, Node, Path};

/// A parsed JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The value; of members with one name the first stands.
    pub root: Node,
    /// The places of members that repeat a name, in the order written.
    pub duplicates: Vec<JsonPath>,
}

impl Document {
    /// Parses one JSON value and nothing after it; nesting is bounded.
    ///
    /// # Errors
    /// Tells the place and the fault of the first thing that is not JSON.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let mut duplicates = Vec::new();
        let root = Seed {
            path: Path::Root,
            duplicates: &mut duplicates,
        }
        .deserialize(&mut deserializer)
        .and_then(|root| deserializer.end().map(|()| root))?;
        Ok(Self { root, duplicates })
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
    duplicates: &'d mut Vec<JsonPath>,
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
        Ok(Node::Integer(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        // The parser is done with what is not finite, so there is always a text.
        Ok(serde_json::Number::from_f64(value)
            .map_or(Node::Null, |number| Node::Decimal(number.to_string())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Seed {
            path: self.path.index(items.len()),
            duplicates: &mut *self.duplicates,
        })? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut names = HashSet::new();
        while let Some(name) = object.next_key::<String>()? {
            let path = self.path.key(&name);
            let first = names.insert(name.clone());
            if !first {
                self.duplicates.push(path.to_json_path());
            }
            let value = object.next_value_seed(Seed {
                path,
                duplicates: &mut *self.duplicates,
            })?;
            if first {
                members.push((name, value));
            }
        }
        Ok(Node::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duplicates(text: &str) -> Vec<String> {
        let document = Document::parse(text).unwrap();
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
            let document = Document::parse(text).unwrap();
            assert_eq!(serde_json::to_string(&document.root).unwrap(), text);
            assert!(document.duplicates.is_empty());
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
            let root = Document::parse(text).unwrap().root;
            assert_eq!(matches!(root, Node::Integer(_)), expected, "{text}");
        }
    }

    #[test]
    fn duplicate_members_are_found_at_any_depth() {
        assert_eq!(
            duplicates(r#"{"a":1,"b":[{"c":{"d":1,"d":{"e":1,"\u0065":2}}}],"a":2}"#),
            ["$.b[0].c.d", "$.b[0].c.d.e", "$.a"]
        );
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
            let error = Document::parse(text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(!error.message.contains("at line"), "{error}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(Document::parse(&deep).is_err());
    }
}
