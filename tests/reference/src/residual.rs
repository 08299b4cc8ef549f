//! The residual: what must hold of the resource, in canonical form, and what it means.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{attributes::Attributes, truth::Test};

/// One atom of a residual: a test of a resource attribute that was unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OpenAtom {
    pub(crate) attribute: String,
    pub(crate) test: Test,
}

/// A disjunction of conjunctions, deduplicated by being sets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Residual(pub(crate) BTreeSet<BTreeSet<OpenAtom>>);

impl Residual {
    /// Writes the canonical form.
    pub(crate) fn to_json(&self) -> Value {
        let least = self.0.iter().filter(|conjunction| {
            // Dropped if its atoms include all of another's.
            !self
                .0
                .iter()
                .any(|other| other != *conjunction && other.is_subset(conjunction))
        });
        let mut conjunctions: Vec<Value> = least.map(write_conjunction).collect();
        conjunctions.sort_by_key(Value::to_string);
        json!({ "any": conjunctions })
    }
}

/// Whether `residual` holds of a total resource; its id is under `id`.
///
/// An attribute that `resource` does not name is empty. What is not a residual does not hold.
#[must_use]
pub fn holds(residual: &Value, resource: &Attributes) -> bool {
    let list = |value: &Value, name: &str| -> Vec<Value> {
        value
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    list(residual, "any").iter().any(|conjunction| {
        let atoms = list(conjunction, "all");
        !atoms.is_empty()
            && atoms
                .iter()
                .all(|atom| atom_holds(atom, resource).unwrap_or(false))
    })
}

fn atom_holds(atom: &Value, resource: &Attributes) -> Option<bool> {
    let none = BTreeSet::new();
    let attribute = atom.get("attribute")?.as_str()?;
    let set = resource.get(attribute).unwrap_or(&none);
    let constants = |name: &str| -> Option<BTreeSet<String>> {
        let items = atom.get(name)?.as_array()?;
        items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    let test = if let Some(constants) = constants("in") {
        Test::In(constants)
    } else if let Some(constants) = constants("not_in") {
        Test::NotIn(constants)
    } else if let Some(constants) = constants("within") {
        Test::Within(constants)
    } else {
        match atom.get("is")?.as_str()? {
            "present" => Test::Present,
            "absent" => Test::Absent,
            _ => return None,
        }
    };
    Some(test.passes(set))
}

fn write_conjunction(conjunction: &BTreeSet<OpenAtom>) -> Value {
    let mut atoms: Vec<&OpenAtom> = conjunction.iter().collect();
    atoms.sort_by_key(|atom| {
        let place = match atom.test {
            Test::In(_) => 0,
            Test::NotIn(_) => 1,
            Test::Within(_) => 2,
            Test::Present => 3,
            Test::Absent => 4,
        };
        // By their bytes last, where `["a","b"]` comes before `["a"]`.
        (&atom.attribute, place, write_atom(atom).to_string())
    });
    json!({ "all": atoms.into_iter().map(write_atom).collect::<Vec<_>>() })
}

fn write_atom(OpenAtom { attribute, test }: &OpenAtom) -> Value {
    match test {
        Test::In(constants) => json!({ "attribute": attribute, "in": constants }),
        Test::NotIn(constants) => json!({ "attribute": attribute, "not_in": constants }),
        Test::Within(constants) => json!({ "attribute": attribute, "within": constants }),
        Test::Present => json!({ "attribute": attribute, "is": "present" }),
        Test::Absent => json!({ "attribute": attribute, "is": "absent" }),
    }
}
