//! What is known of what a change is made to, besides what follows from the change.

use std::collections::BTreeSet;

use portcullis_json::nearest_or;
use portcullis_policy::authzen::Attribute;
use portcullis_policy::model::Model;
use serde::{Deserialize, Deserializer};

use crate::refused::{Refused, RefusedReason};
use crate::{lookup, named_lists, words};

/// Attributes of what a change is made to, besides those that follow from the change.
///
/// As JSON they are an object of lists of strings; a string stands for a list of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetAttributes(Vec<Attribute>);

impl TargetAttributes {
    /// Adds a value; an empty one adds the attribute without a value. Linear.
    pub fn add(&mut self, name: &str, value: &str) {
        let at = self.0.iter().position(|known| known.name == name);
        let at = at.unwrap_or_else(|| {
            self.0.push(Attribute {
                name: name.to_owned(),
                values: Vec::new(),
            });
            self.0.len().saturating_sub(1)
        });
        let Some(Attribute { values, .. }) = self.0.get_mut(at) else {
            return;
        };
        if !value.is_empty()
            && let Err(at) = values.binary_search_by(|known| known.as_str().cmp(value))
        {
            values.insert(at, value.to_owned());
        }
    }

    /// Returns the attributes, each a set of values.
    #[must_use]
    pub fn as_slice(&self) -> &[Attribute] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TargetAttributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lists = named_lists::read(deserializer)?.into_iter();
        let attributes = lists.map(|(name, values)| {
            let given = values.into_iter().filter(|value| !value.is_empty());
            let values = given.collect::<BTreeSet<_>>().into_iter().collect();
            Attribute { name, values }
        });
        Ok(Self(attributes.collect()))
    }
}

/// Refuses attributes that the catalog does not know, and those that follow from the operation.
pub(crate) fn check(model: &Model, attributes: &[Attribute]) -> Result<(), Refused> {
    let mut given = BTreeSet::new();
    for Attribute { name, values } in attributes {
        let own = ["id", "role", "user"].contains(&name.as_str());
        if own || model.attributes.team.as_ref() == Some(name) {
            return Err(Refused::new(
                RefusedReason::Malformed,
                format!("the resource attribute `{name}` follows from the operation itself"),
                "leave it out",
            ));
        }
        if !model.attributes.resource.contains(name) {
            let known = model.attributes.resource.iter().map(String::as_str);
            let cure = nearest_or(
                name,
                known.clone(),
                words::known("resource attributes", known),
            );
            return Err(Refused::new(
                RefusedReason::Unknown,
                format!("the catalog declares no resource attribute `{name}`"),
                cure,
            ));
        }
        if !given.insert(name) {
            return Err(Refused::new(
                RefusedReason::Duplicate,
                format!("the resource attribute `{name}` appears twice"),
                "give all of its values at once",
            ));
        }
        values
            .iter()
            .try_for_each(|value| lookup::check_value("value", value))?;
    }
    Ok(())
}
