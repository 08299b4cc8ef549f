//! Objects whose names are data, in the order written.

use std::borrow::Cow;

use portcullis_json::{Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Named values in the order written; the order is catalog order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members<T> {
    // INVARIANT (distinct): no two members have one name.
    members: Vec<(String, T)>,
}

impl<T> Members<T> {
    /// No members.
    pub(crate) const EMPTY: Self = Self {
        members: Vec::new(),
    };

    /// Returns the members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.members
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Returns the names in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.as_str())
    }

    /// Returns the member of that name. Linear.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Returns the member of that name, to change it. Linear.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.members
            .iter_mut()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Returns the members in order, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut T)> {
        self.members
            .iter_mut()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Puts a member in the place of the one with its name, or else last.
    pub fn set(&mut self, name: &str, value: T) -> Option<T> {
        if let Some(known) = self.get_mut(name) {
            Some(core::mem::replace(known, value))
        } else {
            self.members.push((name.to_owned(), value));
            None
        }
    }

    /// Takes the member of that name away.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let index = self.members.iter().position(|(key, _)| key == name)?;
        Some(self.members.remove(index).1)
    }

    /// Gives a member another name, in its place; `false` if it is not there or the name is taken.
    pub fn rename(&mut self, name: &str, to: &str) -> bool {
        if self.get(to).is_some() {
            return false;
        }
        for (key, _) in &mut self.members {
            if key == name {
                to.clone_into(key);
                return true;
            }
        }
        false
    }

    /// Returns how many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns whether it is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> FromIterator<(String, T)> for Members<T> {
    /// Of members with one name the last stands, in the place of the first.
    fn from_iter<I: IntoIterator<Item = (String, T)>>(members: I) -> Self {
        let mut all = Self::default();
        for (name, value) in members {
            all.set(&name, value);
        }
        all
    }
}

impl<T: Read> Read for Members<T> {
    fn read(place: &Place<'_>) -> Self {
        let object = place.object("an object", "write the names as members: {\"name\": …}");
        // A parsed object has distinct members.
        Self {
            members: object
                .rest()
                .map(|(name, place)| (name.to_owned(), T::read(&place)))
                .collect(),
        }
    }
}

impl<T: Serialize> Serialize for Members<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            object.serialize_entry(name, value)?;
        }
        object.end()
    }
}

impl<T: JsonSchema> JsonSchema for Members<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("MembersOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}
