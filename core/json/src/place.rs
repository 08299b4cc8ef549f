//! A value and where it is.

use alloc::{format, vec, vec::Vec};
use core::fmt;

use crate::{
    nearest::nearest_or,
    node::Node,
    object::Object,
    path::{JsonPath, Path},
};

/// What keeps the faults of a document: all of them, or the first.
pub trait Report {
    /// Takes what is wrong at a place, and what to do about it.
    fn report(&self, at: &Path<'_>, message: &str, cure: &str) {
        self.report_at(at.to_json_path(), message, cure);
    }

    /// Takes what is wrong at a place that is known as text.
    fn report_at(&self, path: JsonPath, message: &str, cure: &str);
}

/// A value, where it is, and where to report what is wrong with it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The value.
    pub node: &'a Node,
    /// Where it is.
    pub path: Path<'a>,
    pub(crate) report: &'a dyn Report,
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not what it reports to: the table of every such type would hold code for this.
        f.debug_struct("Place")
            .field("node", self.node)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl<'a> Place<'a> {
    /// Begins at the document itself.
    #[must_use]
    pub const fn root(node: &'a Node, report: &'a dyn Report) -> Self {
        Self {
            node,
            path: Path::Root,
            report,
        }
    }

    /// Reports what is wrong with the value, and what to do about it.
    #[inline(never)]
    pub fn error(&self, message: &str, cure: &str) {
        self.report.report(&self.path, message, cure);
    }

    /// Reports that the value should have been something else.
    #[inline(never)]
    pub fn expected(&self, what: &str, cure: &str) {
        let message = ["expected ", what, ", found ", self.node.kind()].concat();
        self.error(&message, cure);
    }

    /// Reports a name that is not known, with the nearest that is.
    #[inline(never)]
    pub fn unknown(&self, what: &str, name: &str, known: &[&str]) {
        let message = format!("unknown {what} `{name}`");
        let all = format!("known here are `{}`", known.join("`, `"));
        self.error(&message, &nearest_or(name, known.iter().copied(), all));
    }

    /// Opens an object; anything else is reported and reads as one without members.
    #[inline(never)]
    pub fn object(&'a self, what: &str, cure: &str) -> Object<'a> {
        let members = self.node.members().unwrap_or_else(|| {
            self.expected(what, cure);
            &[]
        });
        Object::new(self, members)
    }

    /// Returns the elements of a list; anything else is reported and reads as an empty one.
    #[inline(never)]
    pub fn elements(&'a self) -> Vec<Self> {
        let Node::Array(items) = self.node else {
            self.expected("a list", "write it between [ and ]");
            return Vec::new();
        };
        let items = items.iter().zip(0_usize..);
        items
            .map(|(node, at)| Self {
                node,
                path: self.path.index(at),
                report: self.report,
            })
            .collect()
    }

    /// Returns the elements of a list of strings, in which one string may stand alone.
    #[inline(never)]
    pub fn one_or_many(&'a self) -> Vec<Self> {
        match self.node {
            Node::String(_) => vec![*self],
            Node::Array(_) => self.elements(),
            _ => {
                self.expected(
                    "a string or a list of strings",
                    "write \"a\" or [\"a\", \"b\"]",
                );
                Vec::new()
            }
        }
    }
}
