//! A document in JSON or YAML, as it is written.

use portcullis_json::JsonText;
use serde_json::Value;
use serde_saphyr::Error;

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
            Err(error) => {
                return serde_saphyr::from_str(text).map_err(|_| error.to_string());
            }
        }
    }
    serde_saphyr::from_str(text).map_err(|error| wrong(&error))
}

/// Says what is wrong with a YAML document.
fn wrong(error: &Error) -> String {
    let what = match error {
        Error::WithSnippet { error, .. } => return wrong(error),
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

#[cfg(test)]
mod tests {
    use super::*;

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
