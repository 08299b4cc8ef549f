//! From a tree to types: every fault is told with its place.

use alloc::{format, string::String, vec, vec::Vec};

use super::Node;
use crate::config::InvalidConfig;

/// A value and where it is; the place is written out only when something is wrong there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) node: &'a Node,
    above: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

impl<'a> Place<'a> {
    pub(crate) const fn root(node: &'a Node) -> Self {
        Self {
            node,
            above: None,
            step: Step::Member("$"),
        }
    }

    pub(crate) fn fault<T>(&self, message: impl Into<String>) -> Result<T, InvalidConfig> {
        Err(self.invalid(message.into()))
    }

    pub(crate) fn expected<T>(&self, what: &str) -> Result<T, InvalidConfig> {
        self.fault(["expected ", what, ", found ", self.node.kind()].concat())
    }

    /// Opens an object.
    pub(crate) fn fields(&'a self) -> Result<Fields<'a>, InvalidConfig> {
        match self.node.members() {
            Some(members) => Ok(Fields {
                place: self,
                members,
                asked: Vec::new(),
            }),
            None => self.expected("an object"),
        }
    }

    pub(crate) fn text(&self) -> Result<&'a str, InvalidConfig> {
        match self.node.as_str() {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => self.fault("expected a text that is not empty"),
            None => self.expected("a string"),
        }
    }

    pub(crate) fn number(&self) -> Result<u64, InvalidConfig> {
        match self.node {
            Node::Integer(value) => match u64::try_from(*value) {
                Ok(value) => Ok(value),
                Err(_) => self.fault("expected a number that is not negative"),
            },
            _ => self.expected("a whole number"),
        }
    }

    pub(crate) fn count(&self) -> Result<usize, InvalidConfig> {
        Ok(usize::try_from(self.number()?).unwrap_or(usize::MAX))
    }

    /// Returns the elements of a list; a string stands for a list of one.
    pub(crate) fn elements(&'a self) -> Result<Vec<Self>, InvalidConfig> {
        match self.node {
            Node::Array(items) => Ok(items
                .iter()
                .zip(0_usize..)
                .map(|(node, at)| Self {
                    node,
                    above: Some(self),
                    step: Step::Element(at),
                })
                .collect()),
            Node::String(_) => Ok(vec![*self]),
            _ => self.expected("a list"),
        }
    }

    /// Returns a list of texts; a string stands for a list of one.
    pub(crate) fn texts(&self) -> Result<Vec<String>, InvalidConfig> {
        let mut texts = Vec::new();
        for place in self.elements()? {
            texts.push(place.text()?.into());
        }
        Ok(texts)
    }

    #[inline(never)]
    fn invalid(&self, message: String) -> InvalidConfig {
        let mut path = String::new();
        self.write(&mut path);
        InvalidConfig { path, message }
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
    pub(crate) fn required(&mut self, name: &'static str) -> Result<Place<'a>, InvalidConfig> {
        match self.optional(name) {
            Some(place) => Ok(place),
            None => self
                .place
                .fault(["the member `", name, "` is missing"].concat()),
        }
    }

    /// Returns every member, for objects whose names are data.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'a str, Place<'a>)> + use<'a> {
        let (members, above) = (self.members.iter(), self.place);
        members.map(|(name, node)| {
            let place = Place {
                node,
                above: Some(above),
                step: Step::Member(name),
            };
            (name.as_str(), place)
        })
    }

    /// Refuses members that nobody asked for.
    #[inline(never)]
    pub(crate) fn finish(self) -> Result<(), InvalidConfig> {
        let unknown = self
            .members
            .iter()
            .find(|(name, _)| !self.asked.contains(&name.as_str()));
        let Some((name, node)) = unknown else {
            return Ok(());
        };
        let cure = match nearest(name, &self.asked) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here are `{}`", self.asked.join("`, `")),
        };
        self.member(name, node)
            .fault(format!("unknown member `{name}`; {cure}"))
    }

    const fn member(&self, name: &'a str, node: &'a Node) -> Place<'a> {
        Place {
            node,
            above: Some(self.place),
            step: Step::Member(name),
        }
    }
}

/// Returns the known name that `name` is most likely a slip for.
pub(crate) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
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
