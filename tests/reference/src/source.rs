//! The shapes that recur in a policy's source.

use serde_json::Value;

use crate::time::unix_seconds;

/// Returns the members of the object `node.member` in document order; an absent one has none.
pub(crate) fn members<'a>(
    node: &'a Value,
    member: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    node.get(member)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// Returns the strings of `node.member`; a string counts as a list of one, an absent one has none.
pub(crate) fn strings(node: &Value, member: &str) -> Result<Vec<String>, String> {
    node.get(member).map_or_else(|| Ok(Vec::new()), string_list)
}

/// Returns the strings of `value`; a string counts as a list of one.
pub(crate) fn string_list(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(many) => many
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| format!("`{value}` is not a list of strings")),
        _ => Err(format!(
            "`{value}` is neither a string nor a list of strings"
        )),
    }
}

/// Returns the names of `node.member`, each with the second at which it ends, if it does: an
/// element is a name, or an object with it and `until`.
pub(crate) fn timed(
    node: &Value,
    member: &str,
    name: &str,
) -> Result<Vec<(String, Option<u64>)>, String> {
    let one = |value: &Value| match value {
        Value::String(own) => Ok((own.clone(), None)),
        object => {
            let text = |member| object.get(member).and_then(Value::as_str);
            let (own, until) = text(name)
                .zip(text("until"))
                .ok_or_else(|| format!("`{object}` names no {name} or no end"))?;
            Ok((own.to_owned(), Some(unix_seconds(until)?)))
        }
    };
    match node.get(member) {
        None => Ok(Vec::new()),
        Some(Value::Array(many)) => many.iter().map(one).collect(),
        Some(alone) => Ok(vec![one(alone)?]),
    }
}
