//! A document in JSON or YAML, as it is written.

use std::thread;

use portcullis_json::JsonText;
use serde_json::Value;
use serde_saphyr::{Error, Options};

/// Reads a document; a member that appears twice is refused in either.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with(['{', '[']) {
        match JsonText::parse(text.as_bytes()) {
            Ok(json) => {
                let node = json.into_distinct();
                let node = node.map_err(|twice| format!("`{twice}` appears twice; keep one"))?;
                return serde_json::to_value(node).map_err(|error| error.to_string());
            }
            // YAML has lists and objects in brackets too.
            Err(error) => return yaml(text).map_err(|_| error.to_string()),
        }
    }
    yaml(text)
}

/// Reads YAML on a stack of its own: each level of a document takes some, and a deep one may not
/// end the program.
fn yaml(text: &str) -> Result<Value, String> {
    let read =
        || serde_saphyr::from_str_with_options(text, options()).map_err(|error| wrong(&error));
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK_BYTES);
        let reader = reader.spawn_scoped(scope, read);
        let reader = reader.map_err(|error| format!("it cannot be read here: {error}"))?;
        let read = reader.join();
        read.unwrap_or_else(|_| Err("it cannot be read".to_owned()))
    })
}

/// Bounds for a large API of one company: the file's own bound is that of its bytes, and only
/// what aliases make of it needs others.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 3 * NODES_MAX,
            max_nodes: NODES_MAX,
            max_depth: DEPTH_MAX,
            max_aliases: NODES_MAX,
            max_anchors: NODES_MAX,
            max_merge_keys: NODES_MAX,
            max_recorded_anchor_events: NODES_MAX,
            // One response that every operation shares is ordinary.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: REPLAYED_MAX,
        },
    }
}

/// Says what is wrong with a YAML document.
fn wrong(error: &Error) -> String {
    let what = match error {
        Error::WithSnippet { error, .. } | Error::AliasError { error, .. } => return wrong(error),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("`{key}` appears twice in one object; keep one")
        }
        Error::DuplicateMappingKey { .. } => {
            "a member appears twice in one object; keep one".to_owned()
        }
        Error::MultipleDocuments { .. } => {
            "a second document begins here; keep one in the file".to_owned()
        }
        Error::UnknownAnchor { .. } => "an alias names no anchor before it".to_owned(),
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            "the document is too large or too deep, perhaps by its aliases; write them out"
                .to_owned()
        }
        Error::Eof { .. } => "the document ends early".to_owned(),
        _ => "this is not YAML that can be read as JSON could".to_owned(),
    };
    match error.location() {
        Some(place) => format!("line {}, column {}: {what}", place.line(), place.column()),
        None => what,
    }
}

const NODES_MAX: usize = 4_000_000;
/// What aliases write out, in nodes.
const REPLAYED_MAX: usize = 1_000_000;
const DEPTH_MAX: usize = 128;
const STACK_BYTES: usize = 256 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    /// As many nodes as the largest documents have that companies publish.
    #[test]
    fn a_large_document_is_read_and_its_aliases_too() {
        let mut text = String::from(
            "openapi: 3.0.3\ninfo: { title: Large, version: '1' }\nx-errors: &errors\n  default: { description: An error }\npaths:\n",
        );
        let words = "What it is for. ".repeat(8);
        for operation in 0..1_200 {
            writeln!(text, "  /a{operation}:\n    get:\n      x-permission: a:read\n      responses: *errors\n      parameters:").unwrap();
            for parameter in 0..16 {
                writeln!(text, "        - name: p{parameter}\n          in: query\n          description: {words}\n          schema: {{ type: string, enum: [one, two, three] }}").unwrap();
            }
        }
        assert!(text.len() > 4_000_000, "{}", text.len());
        let document = read(&text).unwrap();
        fn nodes(value: &Value) -> usize {
            let inner: usize = match value {
                Value::Array(all) => all.iter().map(nodes).sum(),
                Value::Object(all) => all.values().map(|value| 1 + nodes(value)).sum(),
                _ => 0,
            };
            1 + inner
        }
        assert!(nodes(&document) > 300_000, "{}", nodes(&document));
        let shared = "/paths/~1a1199/get/responses/default/description";
        assert_eq!(document.pointer(shared).unwrap(), "An error");
        let deep = (0..100).map(|depth| format!("{}a:\n", " ".repeat(depth)));
        assert!(read(&deep.collect::<String>()).is_ok());
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            writeln!(text, "a{level}: &a{level} [{inner}]").unwrap();
        }
        let error = read(&text).unwrap_err();
        assert!(error.contains("perhaps by its aliases"), "{error}");
    }

    #[test]
    fn what_is_wrong_with_a_document_is_said_in_words_of_its_own() {
        for (text, expected) in [
            (
                "a: 1\na: 2",
                "line 2, column 1: `a` appears twice in one object; keep one",
            ),
            ("{\"a\": 1, \"a\": 2}", "`$.a` appears twice; keep one"),
            ("{\"a\":", "line 1 column 5"),
            (
                "a: *b",
                "line 1, column 4: an alias names no anchor before it",
            ),
            (
                "a: 1\n---\nb: 2",
                "a second document begins here; keep one in the file",
            ),
            ("a: [1, 2", "line 1, column"),
            ("a: b: c", "line 1, column"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
            for word in ["Options", "Policy", "serde", "budget", "max_"] {
                assert!(!error.contains(word), "{text}: {error}");
            }
        }
        assert_eq!(read("{a: [1]}").unwrap(), read("{\"a\": [1]}").unwrap());
    }
}
