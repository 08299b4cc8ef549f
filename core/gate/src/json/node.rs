//! A JSON value.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use core::{cell::Cell, fmt};

use portcullis_engine::write_json_string;
use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

/// A JSON value with its members in the order written; no two have one name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// An integer of 64 bits; a larger number, or one with a point, is a decimal.
    Integer(i128),
    Decimal(f64),
    String(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Node {
    /// Parses one value and nothing after it.
    ///
    /// # Errors
    ///
    /// Tells where it is no JSON, or a member stands twice.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let sound = Cell::new(true);
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let read = Seed(&sound)
            .deserialize(&mut deserializer)
            .and_then(|node| deserializer.end().map(|()| node));
        match read {
            Ok(node) if sound.get() => Ok(node),
            Ok(_) => Err("a member stands twice, or there are more than 256 of them".to_owned()),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                Err(format!("not JSON at line {line} column {column}"))
            }
        }
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        // Linear: the objects it is asked of have few members.
        self.members()?
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    pub(crate) fn members(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Names what this is, with its article.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Decimal(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Appends compact JSON.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Integer(value) => out.push_str(&format!("{value}")),
            // Nothing here is measured in fractions; their digits are not worth their code.
            Self::Decimal(_) => out.push_str("null"),
            Self::String(text) => write_json_string(out, text),
            Self::Array(items) => {
                out.push('[');
                for (item, at) in items.iter().zip(0_usize..) {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for ((name, value), at) in members.iter().zip(0_usize..) {
                    if at > 0 {
                        out.push(',');
                    }
                    write_json_string(out, name);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Reads a value, and says if a member stands twice anywhere in it.
#[derive(Clone, Copy)]
struct Seed<'s>(&'s Cell<bool>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Node::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut members: Vec<(String, Node)> = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            // Quadratic, and bounded.
            if members.len() >= MEMBERS_MAX || members.iter().any(|(known, _)| *known == name) {
                self.0.set(false);
                continue;
            }
            members.push((name, value));
        }
        Ok(Node::Object(members))
    }
}

const MEMBERS_MAX: usize = 256;
