//! What changed between two states of a tenant.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use portcullis_json::{JsonPath, Path};
use portcullis_policy::source::Tenant;

/// A place of a policy at which something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The place, as `$.tenant.roles.reader.label`.
    pub path: String,
    /// What is no longer there; of a list, only the elements that were removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What is there now; of a list, only the elements that were added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// Returns what changed between two states of a tenant, in order of place.
#[must_use]
pub fn differences(before: &Tenant, after: &Tenant) -> Vec<Difference> {
    let mut found = Vec::new();
    // A tenant is strings and lists of them, which always have a JSON form.
    let value = |tenant: &Tenant| serde_json::to_value(tenant).unwrap_or_default();
    let root = Path::Root;
    compare(
        &root.key("tenant"),
        &value(before),
        &value(after),
        &mut found,
    );
    found
}

fn compare(at: &Path<'_>, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    if let (Value::Object(before), Value::Object(after)) = (before, after) {
        return compare_members(at, before, after, found);
    }
    // Two strings are a text that was reworded; a string beside a list is a list of one.
    let lists = before.is_array() || after.is_array();
    if let (true, Some(before), Some(after)) = (lists, list(before), list(after)) {
        let (gone, new) = (without(&before, &after), without(&after, &before));
        if !gone.is_empty() || !new.is_empty() {
            let some = |list: Vec<Value>| (!list.is_empty()).then_some(Value::Array(list));
            found.push(difference(at, some(gone), some(new)));
            return;
        }
    }
    found.push(difference(at, Some(before.clone()), Some(after.clone())));
}

fn compare_members(
    at: &Path<'_>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    for (name, old) in before {
        let at = at.key(name);
        match after.get(name) {
            Some(new) => compare(&at, old, new, found),
            None => found.push(difference(&at, Some(old.clone()), None)),
        }
    }
    for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        found.push(difference(&at.key(name), None, Some(new.clone())));
    }
}

/// Returns the elements of a list; a string stands for a list of one.
fn list(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items.clone()),
        Value::String(_) => Some(vec![value.clone()]),
        _ => None,
    }
}

fn without(list: &[Value], other: &[Value]) -> Vec<Value> {
    let other = other.iter().map(Value::to_string).collect::<BTreeSet<_>>();
    let new = list
        .iter()
        .filter(|item| !other.contains(&item.to_string()));
    new.cloned().collect()
}

fn difference(at: &Path<'_>, before: Option<Value>, after: Option<Value>) -> Difference {
    let path: JsonPath = at.to_json_path();
    Difference {
        path: path.as_str().to_owned(),
        before,
        after,
    }
}
