//! The TypeScript types of changes and refusals: written from the types here, and committed.
//!
//! `PORTCULLIS_BLESS=1` writes the file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::*;

const FILE: &str = "../../web/edge/src/author/change.ts";
const HEAD: &str = "\
// Written by a test of core/admin from its own types: `PORTCULLIS_BLESS=1 cargo test -p portcullis-admin typescript`.
";

#[test]
fn the_types_of_javascript_are_these() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let written = written();
    if std::env::var_os("PORTCULLIS_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert_eq!(committed, written, "see the first line of {FILE}");
}

fn written() -> String {
    let change = schemars::schema_for!(Change).to_value();
    let mut out = HEAD.to_owned();
    union(
        &mut out,
        "SubjectKey",
        &change["$defs"]["SubjectKey"],
        "anyOf",
    );
    union(&mut out, "Change", &change, "oneOf");
    let reason = schemars::schema_for!(RefusedReason).to_value();
    union(&mut out, "RefusedReason", &reason, "oneOf");
    out
}

fn union(out: &mut String, name: &str, schema: &Value, of: &str) {
    let description = schema["description"].as_str().unwrap();
    out.push('\n');
    comment(out, "", description);
    write!(out, "export type {name} =").unwrap();
    for variant in schema[of].as_array().unwrap() {
        out.push('\n');
        if let Some(description) = variant["description"].as_str() {
            comment(out, "  ", description);
        }
        match &variant["properties"] {
            Value::Object(members) => {
                out.push_str("  | {\n");
                let required = variant["required"].as_array().unwrap();
                for (name, member) in members {
                    if let Some(description) = member["description"].as_str() {
                        comment(out, "      ", description);
                    }
                    let optional = !required.contains(&name.as_str().into());
                    let mark = if optional { "?" } else { "" };
                    writeln!(out, "      readonly {name}{mark}: {};", of_type(member)).unwrap();
                }
                out.push_str("    }");
            }
            _ => write!(out, "  | {}", of_type(variant)).unwrap(),
        }
    }
    out.push_str(";\n");
}

fn of_type(schema: &Value) -> String {
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap().to_owned();
    }
    match &schema["type"] {
        Value::String(kind) if kind == "string" => "string".to_owned(),
        // What may be left out; it may also be null.
        Value::Array(kinds) if kinds[0] == "string" => "string".to_owned(),
        Value::String(kind) if kind == "boolean" => "boolean".to_owned(),
        Value::String(kind) if kind == "array" => {
            format!("readonly {}[]", of_type(&schema["items"]))
        }
        Value::String(kind) if kind == "object" => {
            "Readonly<Record<string, string | readonly string[]>>".to_owned()
        }
        _ => panic!("no type is known for {schema}"),
    }
}

/// Writes a comment; what Rust links stays in backticks.
fn comment(out: &mut String, indent: &str, text: &str) {
    let text = text.replace("[`", "`").replace("`]", "`");
    let lines = text.lines().collect::<Vec<_>>();
    match lines.as_slice() {
        [line] => writeln!(out, "{indent}/** {line} */").unwrap(),
        lines => {
            writeln!(out, "{indent}/**").unwrap();
            for line in lines {
                let line = format!("{indent} * {line}");
                writeln!(out, "{}", line.trim_end()).unwrap();
            }
            writeln!(out, "{indent} */").unwrap();
        }
    }
}
