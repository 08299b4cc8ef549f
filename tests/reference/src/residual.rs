//! The residual: what must hold of the resource, in canonical form, and what it means.

use std::collections::{BTreeMap, BTreeSet};

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

impl OpenAtom {
    /// Whether it is an `in` on the attribute; its constants.
    fn constants_on(&self, attribute: &str) -> Option<&BTreeSet<String>> {
        match &self.test {
            Test::In(constants) if self.attribute == attribute => Some(constants),
            _ => None,
        }
    }

    /// Whether it is the other, or an `in` on its attribute with no other constants.
    fn implies(&self, other: &Self) -> bool {
        let narrower = || {
            let constants = self.constants_on(&other.attribute)?;
            Some(constants.is_subset(other.constants_on(&self.attribute)?))
        };
        self == other || narrower().unwrap_or(false)
    }
}

impl Residual {
    /// Writes the canonical form.
    pub(crate) fn to_json(&self) -> Value {
        // 1. and 2., 3. by attribute, 4. once more 1. and 2.
        let mut any = least(&narrow(self.0.clone()));
        let attributes: BTreeSet<String> = any
            .iter()
            .flatten()
            .map(|atom| atom.attribute.clone())
            .collect();
        for attribute in attributes {
            any = merge(any, &attribute);
        }
        let any = least(&narrow(any));
        let mut conjunctions: Vec<Value> = any.iter().map(write_conjunction).collect();
        conjunctions.sort_by_key(Value::to_string);
        json!({ "any": conjunctions })
    }
}

/// 1. Inside a conjunction, drops an `in` whose constants include those of another.
fn narrow(any: BTreeSet<BTreeSet<OpenAtom>>) -> BTreeSet<BTreeSet<OpenAtom>> {
    let narrow = |all: BTreeSet<OpenAtom>| -> BTreeSet<OpenAtom> {
        let is_wide =
            |atom: &OpenAtom| all.iter().any(|other| other != atom && other.implies(atom));
        all.iter().filter(|atom| !is_wide(atom)).cloned().collect()
    };
    any.into_iter().map(narrow).collect()
}

/// 2. Drops a conjunction that implies another one.
fn least(any: &BTreeSet<BTreeSet<OpenAtom>>) -> BTreeSet<BTreeSet<OpenAtom>> {
    let implies = |own: &BTreeSet<OpenAtom>, other: &BTreeSet<OpenAtom>| {
        let implied = |atom: &OpenAtom| own.iter().any(|mine| mine.implies(atom));
        other.iter().all(implied)
    };
    let is_needless =
        |own: &BTreeSet<OpenAtom>| any.iter().any(|other| other != own && implies(own, other));
    any.iter()
        .filter(|own| !is_needless(own))
        .cloned()
        .collect()
}

/// 3. Makes one of the conjunctions with exactly one `in` on the attribute and equal others.
fn merge(any: BTreeSet<BTreeSet<OpenAtom>>, attribute: &str) -> BTreeSet<BTreeSet<OpenAtom>> {
    let mut merged = BTreeSet::new();
    let mut by_others: BTreeMap<BTreeSet<OpenAtom>, BTreeSet<String>> = BTreeMap::new();
    for all in any {
        let (own, others): (BTreeSet<_>, BTreeSet<_>) = all
            .iter()
            .cloned()
            .partition(|atom| atom.constants_on(attribute).is_some());
        if own.len() == 1 {
            let constants = own.iter().filter_map(|atom| atom.constants_on(attribute));
            let known = by_others.entry(others).or_default();
            known.extend(constants.flatten().cloned());
        } else {
            merged.insert(all);
        }
    }
    for (mut all, constants) in by_others {
        all.insert(OpenAtom {
            attribute: attribute.to_owned(),
            test: Test::In(constants),
        });
        merged.insert(all);
    }
    merged
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
