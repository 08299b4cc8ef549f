//! The parameters of an operation, as far as routes depend on them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Returns the path parameters that may hold several segments, as `x-multi-segment` says.
pub(super) fn wide<'a>(
    document: &'a Value,
    within: [&'a Map<String, Value>; 2],
) -> BTreeSet<&'a str> {
    let lists = within
        .into_iter()
        .filter_map(|object| object.get("parameters")?.as_array());
    let parameters = lists.flatten().filter_map(|own| resolved(document, own));
    let wide = parameters.filter(|own| {
        let is_path = own.get("in").and_then(Value::as_str) == Some("path");
        is_path && own.get("x-multi-segment") == Some(&Value::Bool(true))
    });
    wide.filter_map(|own| own.get("name")?.as_str()).collect()
}

/// Returns a parameter, which may be written among the components.
fn resolved<'a>(document: &'a Value, parameter: &'a Value) -> Option<&'a Value> {
    match parameter.get("$ref") {
        None => Some(parameter),
        Some(reference) => document.pointer(reference.as_str()?.strip_prefix('#')?),
    }
}
