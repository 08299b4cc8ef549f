//! A JSON value.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _, SerializeSeq as _},
};

use crate::write::write_string;

/// A JSON value with its members in the order written.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer of at most 64 bits, written without point or exponent.
    Integer(i128),
    /// Any other number, as nearly as a double can hold it.
    Decimal(f64),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object; no two members have one name.
    Object(Vec<(String, Self)>),
}

impl Node {
    /// Returns the member of that name if this is an object that has it.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        // Linear: the objects it is asked of have few members.
        self.members()?
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Returns the members if this is an object.
    #[must_use]
    pub fn members(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the text if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Names what this is, with its article, as in "a list".
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Decimal(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Appends compact JSON in which every decimal is `null`: for a guest, to which the digits
    /// of a fraction are not worth their code. Serialise the tree where they matter.
    pub fn write_without_decimals(&self, out: &mut String) {
        match self {
            Self::Null | Self::Decimal(_) => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Integer(value) => write_integer(out, *value),
            Self::String(text) => write_string(out, text),
            Self::Array(items) => {
                out.push_str("[");
                for (item, at) in items.iter().zip(0_usize..) {
                    if at > 0 {
                        out.push_str(",");
                    }
                    item.write_without_decimals(out);
                }
                out.push_str("]");
            }
            Self::Object(members) => {
                out.push_str("{");
                for ((name, value), at) in members.iter().zip(0_usize..) {
                    if at > 0 {
                        out.push_str(",");
                    }
                    write_string(out, name);
                    out.push_str(":");
                    value.write_without_decimals(out);
                }
                out.push_str("}");
            }
        }
    }
}

// Not by the digits of 128 bits, which take more code than all the rest.
fn write_integer(out: &mut String, value: i128) {
    let Ok(digits) = u64::try_from(value.unsigned_abs()) else {
        return out.push_str("null");
    };
    if value < 0 {
        out.push_str("-");
    }
    out.push_str(&digits.to_string());
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => match (u64::try_from(*value), i64::try_from(*value)) {
                (Ok(value), _) => serializer.serialize_u64(value),
                (_, Ok(value)) => serializer.serialize_i64(value),
                _ => Err(S::Error::custom("the integer has more than 64 bits")),
            },
            Self::Decimal(value) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
        }
    }
}
