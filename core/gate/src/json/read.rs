//! From a tree to types: the first fault is kept with its place, and reading goes on.

use alloc::{format, string::String, vec, vec::Vec};
use core::cell::RefCell;

use super::Node;
use crate::config::InvalidConfig;

/// The first thing that was wrong. What is read after it stands in for what should have
/// been there, and is thrown away with the rest.
// Not a `Result` at every step: undoing what was read so far would be most of the code.
#[derive(Debug, Default)]
pub(crate) struct Faults(RefCell<Option<InvalidConfig>>);

impl Faults {
    /// Returns what was read, if nothing was wrong.
    pub(crate) fn unless<T>(self, read: Option<T>) -> Result<T, InvalidConfig> {
        match (self.0.into_inner(), read) {
            (Some(fault), _) => Err(fault),
            (None, Some(read)) => Ok(read),
            (None, None) => Err(InvalidConfig::at_root("it cannot be used")),
        }
    }
}

/// A value and where it is; the place is written out only when something is wrong there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) node: &'a Node,
    faults: &'a Faults,
    above: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

impl<'a> Place<'a> {
    pub(crate) const fn root(node: &'a Node, faults: &'a Faults) -> Self {
        Self {
            node,
            faults,
            above: None,
            step: Step::Member("$"),
        }
    }

    /// Notes what is wrong here, unless something was wrong before.
    #[inline(never)]
    pub(crate) fn fault(&self, message: &str) {
        if let Ok(mut first) = self.faults.0.try_borrow_mut()
            && first.is_none()
        {
            let mut path = String::new();
            self.write(&mut path);
            *first = Some(InvalidConfig {
                path,
                message: message.into(),
            });
        }
    }

    #[inline(never)]
    pub(crate) fn expected(&self, what: &str) {
        self.fault(&["expected ", what, ", found ", self.node.kind()].concat());
    }

    /// Opens an object.
    #[inline(never)]
    pub(crate) fn fields(&'a self) -> Fields<'a> {
        let members = self.node.members().unwrap_or_else(|| {
            self.expected("an object");
            &[]
        });
        Fields {
            place: self,
            members,
            asked: Vec::new(),
        }
    }

    #[inline(never)]
    pub(crate) fn text(&self) -> &'a str {
        match self.node.as_str() {
            Some("") => self.fault("expected a text that is not empty"),
            Some(text) => return text,
            None => self.expected("a string"),
        }
        ""
    }

    #[inline(never)]
    pub(crate) fn number(&self) -> u64 {
        match self.node {
            Node::Integer(value) => match u64::try_from(*value) {
                Ok(value) => return value,
                Err(_) => self.fault("expected a number that is not negative"),
            },
            _ => self.expected("a whole number"),
        }
        0
    }

    pub(crate) fn count(&self) -> usize {
        usize::try_from(self.number()).unwrap_or(usize::MAX)
    }

    /// Returns the elements of a list; a string stands for a list of one.
    #[inline(never)]
    pub(crate) fn elements(&'a self) -> Vec<Self> {
        match self.node {
            Node::Array(items) => items
                .iter()
                .zip(0_usize..)
                .map(|(node, at)| Self {
                    node,
                    faults: self.faults,
                    above: Some(self),
                    step: Step::Element(at),
                })
                .collect(),
            Node::String(_) => vec![*self],
            _ => {
                self.expected("a list");
                Vec::new()
            }
        }
    }

    /// Returns a list of texts; a string stands for a list of one.
    #[inline(never)]
    pub(crate) fn texts(&self) -> Vec<String> {
        let elements = self.elements();
        elements.iter().map(|place| place.text().into()).collect()
    }

    fn write(&self, out: &mut String) {
        if let Some(above) = self.above {
            above.write(out);
        }
        match self.step {
            Step::Member(name) => {
                if self.above.is_some() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Step::Element(at) => out.push_str(&format!("[{at}]")),
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
    #[inline(never)]
    pub(crate) fn optional(&mut self, name: &'static str) -> Option<Place<'a>> {
        self.asked.push(name);
        let (name, node) = self.members.iter().find(|(key, _)| key == name)?;
        Some(self.member(name, node))
    }

    #[inline(never)]
    pub(crate) fn required(&mut self, name: &'static str) -> Place<'a> {
        self.optional(name).unwrap_or_else(|| {
            self.place
                .fault(&["the member `", name, "` is missing"].concat());
            self.member(name, &Node::Null)
        })
    }

    /// Returns the text of a member that may be left out.
    #[inline(never)]
    pub(crate) fn optional_text(&mut self, name: &'static str) -> Option<String> {
        self.optional(name).map(|place| place.text().into())
    }

    /// Returns the texts of a member that may be left out.
    #[inline(never)]
    pub(crate) fn optional_texts(&mut self, name: &'static str) -> Vec<String> {
        self.optional(name)
            .map_or_else(Vec::new, |place| place.texts())
    }

    /// Returns every member, for objects whose names are data.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'a str, Place<'a>)> + use<'a, '_> {
        let members = self.members.iter();
        members.map(|(name, node)| (name.as_str(), self.member(name, node)))
    }

    /// Refuses members that nobody asked for.
    #[inline(never)]
    pub(crate) fn finish(self) {
        let unknown = self
            .members
            .iter()
            .find(|(name, _)| !self.asked.contains(&name.as_str()));
        if let Some((name, node)) = unknown {
            self.member(name, node).unknown("member", name, &self.asked);
        }
    }

    const fn member(&self, name: &'a str, node: &'a Node) -> Place<'a> {
        Place {
            node,
            faults: self.place.faults,
            above: Some(self.place),
            step: Step::Member(name),
        }
    }
}

impl Place<'_> {
    /// Notes a name that is not known, with the nearest that is.
    pub(crate) fn unknown(&self, what: &str, name: &str, known: &[&str]) {
        let cure = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here are `{}`", known.join("`, `")),
        };
        self.fault(&format!("unknown {what} `{name}`; {cure}"));
    }
}

/// Returns the known name that `name` is most likely a slip for.
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    if name.len() > SLIP_BYTES_MAX {
        return None;
    }
    let slips_max = (name.len() / 3).clamp(1, 3);
    let measured = known.iter().map(|known| (distance(name, known), *known));
    let near = measured.filter(|(slips, _)| *slips <= slips_max);
    near.min_by_key(|(slips, _)| *slips).map(|(_, known)| known)
}

/// Counts the bytes to insert, delete or replace (Levenshtein): names here are ASCII.
// Written out, for the crates that have it need the standard library.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (left, at) in a.bytes().zip(1_usize..) {
        let mut diagonal = at.saturating_sub(1);
        let mut before = at;
        for (right, cell) in b.bytes().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(left != right));
            diagonal = *cell;
            let moved = before.min(*cell).saturating_add(1);
            *cell = replaced.min(moved);
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = at;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

const SLIP_BYTES_MAX: usize = 64;
