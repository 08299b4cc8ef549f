//! The members of an object, asked for one by one.

use alloc::{string::String, vec::Vec};

use crate::{node::Node, place::Place, read::Read};

/// The members of an object, asked for one by one.
#[derive(Debug)]
pub struct Object<'a> {
    place: &'a Place<'a>,
    members: &'a [(String, Node)],
    asked: Vec<&'static str>,
}

impl<'a> Object<'a> {
    pub(crate) const fn new(place: &'a Place<'a>, members: &'a [(String, Node)]) -> Self {
        Self {
            place,
            members,
            asked: Vec::new(),
        }
    }

    /// Returns the place of a member, if it is there.
    #[inline(never)]
    pub fn place(&mut self, name: &'static str) -> Option<Place<'a>> {
        self.asked.push(name);
        let (name, node) = self.members.iter().find(|(key, _)| key == name)?;
        Some(self.member(name, node))
    }

    /// Returns the place of a member that must be there.
    #[inline(never)]
    pub fn required_place(&mut self, name: &'static str, cure: &str) -> Option<Place<'a>> {
        let place = self.place(name);
        // A value that is no object has been reported as such.
        if place.is_none() && self.place.node.members().is_some() {
            let message = ["the member `", name, "` is missing"].concat();
            self.place.error(&message, cure);
        }
        place
    }

    /// Reads a member that may be left out.
    pub fn optional<T: Read>(&mut self, name: &'static str) -> Option<T> {
        self.place(name).map(|place| T::read(&place))
    }

    /// Reads a member that stands for its empty value when left out.
    pub fn or_default<T: Read + Default>(&mut self, name: &'static str) -> T {
        self.optional(name).unwrap_or_default()
    }

    /// Reads a member that must be there.
    pub fn required<T: Read + Default>(&mut self, name: &'static str, cure: &str) -> T {
        self.required_place(name, cure)
            .map_or_else(T::default, |place| T::read(&place))
    }

    /// Reports the members that nobody asked for.
    #[inline(never)]
    pub fn finish(self) {
        for (name, node) in self.members {
            if !self.asked.contains(&name.as_str()) {
                self.member(name, node).unknown("member", name, &self.asked);
            }
        }
    }

    /// Returns the members that nobody asked for, whose names are data.
    pub fn rest(self) -> impl Iterator<Item = (&'a str, Place<'a>)> {
        let Self {
            place,
            members,
            asked,
        } = self;
        members
            .iter()
            .filter(move |(name, _)| !asked.contains(&name.as_str()))
            .map(move |(name, node)| (name.as_str(), member_of(place, name, node)))
    }

    const fn member(&self, name: &'a str, node: &'a Node) -> Place<'a> {
        member_of(self.place, name, node)
    }
}

const fn member_of<'a>(place: &'a Place<'a>, name: &'a str, node: &'a Node) -> Place<'a> {
    Place {
        node,
        path: place.path.key(name),
        report: place.report,
    }
}
