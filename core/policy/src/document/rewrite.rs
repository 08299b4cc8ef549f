//! A policy file with another tenant, and all else as it was written.

use core::ops::Range;

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::source::Source;

/// Puts the tenant of `changed` in the place of the one that a policy's text has; the rest
/// stays as it is, to the byte. Returns nothing where the text cannot be so changed.
pub(super) fn with_tenant(text: &str, changed: &Source) -> Option<String> {
    let place = member(text, "tenant")?;
    let (before, after) = (text.get(..place.start)?, text.get(place.end..)?);
    let mut written = Vec::new();
    let mut pretty = Serializer::with_formatter(&mut written, PrettyFormatter::with_indent(b"  "));
    changed.tenant.serialize(&mut pretty).ok()?;
    let written = String::from_utf8(written).ok()?;
    // A line break inside a string is escaped, so every one here is between members.
    let written = written.replace('\n', "\n  ");
    let whole = format!("{before}{written}{after}");
    // The proof that only the tenant changed is that it reads so.
    let read = Source::parse(&whole).ok()?;
    (read == *changed).then_some(whole)
}

/// Returns where the value of a member of the outermost object stands.
///
/// The text is JSON that was read, so only strings and brackets have to be distinguished.
fn member(text: &str, name: &str) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    let mut key: Option<String> = None;
    let mut start = None;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let mut end = at;
                while let Some((next, byte)) = bytes.next() {
                    end = next;
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
                if depth == 1 && start.is_none() {
                    let literal = text.get(at..=end)?;
                    key = serde_json::from_str(literal).ok();
                }
            }
            b':' if depth == 1 && start.is_none() && key.as_deref() == Some(name) => {
                start = Some(at.saturating_add(1));
            }
            b'{' | b'[' => depth = depth.saturating_add(1),
            b',' | b'}' if depth == 1 => {
                if let Some(start) = start {
                    return trimmed(text, start..at);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let whole = text.get(range.clone())?;
    let leading = whole.len().saturating_sub(whole.trim_start().len());
    let start = range.start.saturating_add(leading);
    Some(start..start.saturating_add(whole.trim().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELPDESK: &str = include_str!("../../tests/helpdesk.json");

    #[test]
    fn all_but_the_tenant_stays_to_the_byte() {
        let place = member(HELPDESK, "tenant").unwrap();
        let mut source = Source::parse(HELPDESK).unwrap();
        source.tenant.retired.0.push("gone\"},{".to_owned());
        let written = with_tenant(HELPDESK, &source).unwrap();
        assert_eq!(written.get(..place.start), HELPDESK.get(..place.start));
        assert!(written.ends_with(HELPDESK.get(place.end..).unwrap()));
        assert_eq!(Source::parse(&written).unwrap(), source);
        // Written once more it does not change.
        assert_eq!(with_tenant(&written, &source).unwrap(), written);
    }

    #[test]
    fn the_member_is_found_wherever_it_stands() {
        for (text, found) in [
            (r#"{"tenant":{"id":"a"},"catalog":1}"#, r#"{"id":"a"}"#),
            (r#"{"catalog":{"tenant":[1]},"tenant" : [2] }"#, "[2]"),
            (
                r#"{"a":"\"tenant\": {","\u0074enant":{"b":"}"}}"#,
                r#"{"b":"}"}"#,
            ),
            (r#"{"a":"tenant","tenant":1}"#, "1"),
        ] {
            let place = member(text, "tenant").unwrap();
            assert_eq!(text.get(place), Some(found), "{text}");
        }
        assert_eq!(member(r#"{"a":{"tenant":1}}"#, "tenant"), None);
    }
}
