//! Places in a JSON document.

use alloc::string::{String, ToString as _};
use core::fmt;

use crate::write::write_string;

/// The place of a value in a JSON document: `$.catalog.roles.agent.grants[0]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPath(String);

impl JsonPath {
    /// Returns the path's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<JsonPath> for String {
    fn from(path: JsonPath) -> Self {
        path.0
    }
}

/// A path that costs nothing until it is written: a chain of steps on the stack.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The document.
    Root,
    /// A member of what is at a place.
    Key(&'a Self, &'a str),
    /// An element of what is at a place.
    Index(&'a Self, usize),
}

impl<'a> Path<'a> {
    /// Returns the path of a member.
    #[must_use]
    pub const fn key(&'a self, name: &'a str) -> Self {
        Path::Key(self, name)
    }

    /// Returns the path of an element.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Self {
        Path::Index(self, index)
    }

    /// Writes the path out.
    #[must_use]
    pub fn to_json_path(self) -> JsonPath {
        let mut text = String::new();
        self.write(&mut text);
        JsonPath(text)
    }

    // Recursive, as deep as the document: the parser bounds that.
    fn write(&self, text: &mut String) {
        match self {
            Path::Root => text.push_str("$"),
            Path::Key(parent, name) => {
                parent.write(text);
                write_key(text, name);
            }
            Path::Index(parent, index) => {
                parent.write(text);
                text.push_str("[");
                text.push_str(&index.to_string());
                text.push_str("]");
            }
        }
    }
}

fn write_key(text: &mut String, name: &str) {
    let plain = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if plain {
        text.push_str(".");
        text.push_str(name);
    } else {
        text.push_str("[");
        write_string(text, name);
        text.push_str("]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_json_paths() {
        let catalog = Path::Root.key("catalog");
        let cases = [
            (Path::Root, "$"),
            (catalog, "$.catalog"),
            (catalog.key("team-lead"), "$.catalog.team-lead"),
            (catalog.index(2), "$.catalog[2]"),
            (catalog.key("tickets:read"), "$.catalog[\"tickets:read\"]"),
            (catalog.key("a\"b"), "$.catalog[\"a\\\"b\"]"),
            (catalog.key(""), "$.catalog[\"\"]"),
        ];
        for (path, expected) in cases {
            assert_eq!(path.to_json_path().as_str(), expected);
        }
    }
}
