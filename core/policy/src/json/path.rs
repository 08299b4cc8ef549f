//! Places in a JSON document.

use core::fmt::{self, Write as _};

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

    /// Returns it as a path that owns its text.
    #[must_use]
    pub fn to_json_path(self) -> JsonPath {
        let mut text = String::new();
        self.write(&mut text);
        JsonPath(text)
    }

    fn write(&self, text: &mut String) {
        match self {
            Path::Root => text.push('$'),
            Path::Key(parent, name) => {
                parent.write(text);
                write_key(text, name);
            }
            Path::Index(parent, index) => {
                parent.write(text);
                // Writing to a string cannot fail.
                let _ = write!(text, "[{index}]");
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
        text.push('.');
        text.push_str(name);
    } else {
        let quoted = serde_json::to_string(name).unwrap_or_default();
        let _ = write!(text, "[{quoted}]");
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
