//! A parsed text, and what is wrong with one that is not JSON.

use alloc::{
    borrow::ToOwned as _,
    collections::BTreeSet,
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt;

use crate::{
    node::Node,
    path::JsonPath,
    place::{Place, Report},
    read::Read,
    tree::{Compared, Kept, parse},
};

/// A parsed JSON text.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonText {
    /// The value; of members with one name it has the first.
    pub root: Node,
    /// The places of members that repeat a name, in the order written: the first
    /// 256 of them.
    pub duplicates: Vec<JsonPath>,
}

impl JsonText {
    /// Parses one JSON value and nothing after it; nesting is bounded.
    ///
    /// # Errors
    ///
    /// Returns the place and the fault of the first thing that is not JSON.
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        let mut kept = Kept::within(usize::MAX);
        let root = parse::<BTreeSet<String>>(text, &mut kept)?;
        Ok(Self {
            root,
            duplicates: kept.duplicates,
        })
    }

    /// Parses as [`JsonText::parse`] does a text whose objects have at most so many members each.
    ///
    /// This is for guests: a fault is worded in brief, and each name is compared with all before
    /// it, so the bound should be in the hundreds.
    ///
    /// # Errors
    ///
    /// Returns the place of the first thing that is not JSON, or is too large.
    pub fn parse_within(text: &[u8], members_max: usize) -> Result<Self, SyntaxError> {
        let mut kept = Kept::within(members_max);
        let parsed = parse::<Compared>(text, &mut kept);
        let (line, column, message) = match parsed {
            Ok(root) if !kept.crowded => {
                return Ok(Self {
                    root,
                    duplicates: kept.duplicates,
                });
            }
            Ok(_) => (1, 1, CROWDED),
            Err(error) if kept.crowded => (error.line(), error.column(), CROWDED),
            Err(error) if error.is_eof() => (error.line(), error.column(), "the text ends early"),
            Err(error) => (
                error.line(),
                error.column(),
                "unexpected here, or nested too deeply",
            ),
        };
        Err(SyntaxError {
            line,
            column,
            message: message.to_owned(),
        })
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

/// How many repeated members a document lists.
pub(crate) const DUPLICATES_MAX: usize = 256;

const CROWDED: &str = "an object has too many members";

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
        assert_eq!((error.line, error.column), (1, 16));
        for text in [r#"{"a":1,"b""#, r#"{"a":1,"b"}"#, r#"{"a":1,"b","c":2}"#] {
            let error = JsonText::parse_within(text.as_bytes(), 1).unwrap_err();
            assert_eq!(error.message, "an object has too many members", "{text}");
        }
    }

    #[test]
    fn a_bound_changes_nothing_but_the_words_of_a_fault() {
        for text in [
            r#"{"a":1,"b":[{"c":{"d":1,"d":{"e":1,"e":2}}}],"a":{"f":1,"f":2}}"#,
            r#"[[],{},null,true,-1,1.5,"x"]"#,
            "[1, 2",
            "{\"a\": 1,}",
            "[1] 2",
        ] {
            let text = text.as_bytes();
            let place = |error: SyntaxError| (error.line, error.column);
            assert_eq!(
                JsonText::parse_within(text, 256).map_err(place),
                JsonText::parse(text).map_err(place)
            );
        }
        let worded = |text: &[u8]| JsonText::parse_within(text, 1).unwrap_err().to_string();
        assert_eq!(worded(b"[1"), "line 1 column 2: the text ends early");
        assert_eq!(
            worded(b"[1,]"),
            "line 1 column 4: unexpected here, or nested too deeply"
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
