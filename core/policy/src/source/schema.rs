//! The JSON Schema of policy.json, from the types that read it.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::Source;

/// Returns the JSON Schema (draft 2020-12) of policy.json.
#[must_use]
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Source>()
        .to_value();
    refuse_null(&mut schema);
    schema
}

/// A member may be left out, but never be null.
fn refuse_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(refuse_null),
        Value::Object(members) => {
            members.values_mut().for_each(refuse_null);
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    members.insert("type".to_owned(), one);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
                if let [Value::Object(one)] = choices.as_slice() {
                    let one = one.clone();
                    members.remove("anyOf");
                    members.extend(one);
                }
            }
        }
        _ => {}
    }
}
