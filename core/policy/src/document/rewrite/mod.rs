//! A policy file with another tenant, and all else as it was written.

mod edit;
mod layout;

use crate::source::Source;

use edit::{Edit, Lines};
use layout::Laid;

/// Puts the tenant of `after` in the place of the one that a policy's text has; whatever did
/// not change stays as it is, to the byte. Returns nothing where the text cannot be so changed.
pub(super) fn with_tenant(text: &str, before: &Source, after: &Source) -> Option<String> {
    let written = Laid::read(text)?;
    let place = &written.member("tenant")?.value;
    let meant = serde_json::to_string(&before.tenant).ok()?;
    let meaning = serde_json::to_string(&after.tenant).ok()?;
    let (old, new) = (Laid::read(&meant)?, Laid::read(&meaning)?);
    let edit = Edit {
        written: text,
        before: &meant,
        after: &meaning,
        lines: Lines::of(text),
    };
    let whole = |tenant: String| {
        let head = text.get(..place.place.start)?;
        let tail = text.get(place.place.end..)?;
        let whole = format!("{head}{tenant}{tail}");
        // The proof that only this changed is that it reads so.
        let read = Source::parse(&whole).ok()?;
        (read == *after).then_some(whole)
    };
    // Where members whose order counts were put into another, the whole tenant is written.
    let edited = edit.value(place, &old, &new).and_then(whole);
    edited.or_else(|| whole(edit.fresh(&new, edit.lines.indent)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Entry;

    const HELPDESK: &str = include_str!("../../../tests/helpdesk.json");

    fn place(text: &str) -> core::ops::Range<usize> {
        let laid = Laid::read(text).unwrap();
        laid.member("tenant").unwrap().value.place.clone()
    }

    /// Changes the tenant of a policy, and returns the lines that are gone and those that came.
    fn changed(text: &str, change: impl FnOnce(&mut Source)) -> (Vec<String>, Vec<String>) {
        let before = Source::parse(text).unwrap();
        let mut after = before.clone();
        change(&mut after);
        let written = with_tenant(text, &before, &after).unwrap();
        assert_eq!(Source::parse(&written).unwrap(), after);
        // Written once more it does not change.
        assert_eq!(with_tenant(&written, &after, &after).unwrap(), written);
        let lines = |text: &str, other: &str| {
            let other: Vec<&str> = other.lines().collect();
            let lines = text.lines().filter(|line| !other.contains(line));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        (lines(text, &written), lines(&written, text))
    }

    const HAND: &str = r#"{ "catalog": { "id": "c", "roles": { "a": {}, "b": {} } },
  "tenant": {
    "id": "acme",
    "features": [],
    "roles": {
      "mine": { "grants": { "all": [
          "m:read",
          "m:write"
      ] } },
      "other": { "label": "Other",   "base": "a" } },
    "directory": {
      "jo":  { "roles": ["a"] },
      "al":  { "roles": ["a", "b"], "groups": "g" },

      "kim": {"roles":"b"}
    }
  }
}"#;

    /// Makes a change, of which these lines go and those come.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Source), gone: &[&str], came: &[&str]) {
        let owned = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        assert_eq!(changed(HAND, change), (owned(gone), owned(came)));
    }

    #[test]
    fn one_change_is_one_line() {
        let roles = |key: &'static str, roles: &'static [&'static str]| {
            move |source: &mut Source| {
                let mut entry = source
                    .tenant
                    .directory
                    .get(key)
                    .cloned()
                    .unwrap_or_default();
                entry.roles = roles.iter().copied().collect();
                source.tenant.directory.set(key, entry);
            }
        };
        check(
            roles("jo", &["a", "b"]),
            &[r#"      "jo":  { "roles": ["a"] },"#],
            &[r#"      "jo":  { "roles": ["a", "b"] },"#],
        );
        check(
            roles("al", &["b"]),
            &[r#"      "al":  { "roles": ["a", "b"], "groups": "g" },"#],
            &[r#"      "al":  { "roles": ["b"], "groups": "g" },"#],
        );
        check(
            roles("kim", &["b", "a"]),
            &[r#"      "kim": {"roles":"b"}"#],
            &[r#"      "kim": {"roles":["b", "a"]}"#],
        );
        check(
            roles("new", &["a"]),
            &[r#"      "kim": {"roles":"b"}"#],
            &[
                r#"      "kim": {"roles":"b"},"#,
                r#"      "new": { "roles": "a" }"#,
            ],
        );
        check(
            |source: &mut Source| drop(source.tenant.directory.remove("al")),
            &[r#"      "al":  { "roles": ["a", "b"], "groups": "g" },"#],
            &[],
        );
        check(
            |source: &mut Source| {
                source.tenant.roles.rename("other", "third");
            },
            &[r#"      "other": { "label": "Other",   "base": "a" } },"#],
            &[r#"      "third": { "label": "Other", "base": "a" } },"#],
        );
        check(
            |source: &mut Source| source.tenant.features.0.push("f".into()),
            &[r#"    "features": [],"#],
            &[r#"    "features": "f","#],
        );
        check(
            |source: &mut Source| {
                let role = source.tenant.roles.get_mut("mine").unwrap();
                let patterns = role.grants.get_mut("all").unwrap();
                patterns.0.insert(1, "m:list".to_owned());
            },
            &[],
            &[r#"          "m:list","#],
        );
    }

    #[test]
    fn members_of_another_order_stay_in_it() {
        let other = r#"{ "tenant": { "directory": { "jo": {} },
            "roles": {}, "id": "acme" }, "catalog": { "id": "c" } }"#;
        let (gone, came) = changed(other, |source| {
            source.tenant.groups.set("g", ["a"].into_iter().collect());
        });
        assert_eq!(
            gone,
            [r#"            "roles": {}, "id": "acme" }, "catalog": { "id": "c" } }"#]
        );
        assert_eq!(
            came,
            [r#"            "roles": {}, "id": "acme",
            "groups": { "g": "a" } }, "catalog": { "id": "c" } }"#]
            .map(|lines| lines.split('\n').map(str::to_owned).collect::<Vec<_>>())
            .concat()
        );
    }

    #[test]
    fn what_is_long_is_spread_over_lines() {
        let (_, came) = changed(HAND, |source| {
            let teams = (0..12).map(|at| format!("a@team-{at:08}"));
            let entry = Entry {
                roles: teams.collect(),
                ..Entry::default()
            };
            source.tenant.directory.set("new", entry);
        });
        assert_eq!(came.get(1).unwrap(), r#"      "new": {"#);
        assert_eq!(came.get(2).unwrap(), r#"        "roles": ["#);
        assert_eq!(came.get(3).unwrap(), r#"          "a@team-00000000","#);
        assert_eq!(came.last().unwrap(), "      }");
    }

    #[test]
    fn new_lines_are_like_the_others() {
        for (end, indent) in [("\r\n", "  "), ("\n", "\t"), ("\r\n", "    ")] {
            let lines = HAND.lines().map(|line| {
                let inner = line.trim_start();
                let levels = line.len().saturating_sub(inner.len()) / 2;
                format!("{}{inner}", indent.repeat(levels))
            });
            let text = lines.collect::<Vec<_>>().join(end);
            let (_, came) = changed(&text, |source| {
                let teams = (0..12).map(|at| format!("a@team-{at:08}"));
                let entry = Entry {
                    roles: teams.collect(),
                    ..Entry::default()
                };
                source.tenant.directory.set("new", entry);
            });
            let levels = came.iter().map(|line| {
                let inner = line.trim_start_matches(indent);
                assert_eq!(inner, inner.trim_start(), "{line:?}");
                (line.len() - inner.len()) / indent.len()
            });
            let levels: Vec<usize> = levels.collect();
            assert_eq!(levels[1..4], [3, 4, 5], "{came:#?}");
            assert_eq!(levels.last(), Some(&3));
            let before = Source::parse(&text).unwrap();
            let mut after = before.clone();
            after
                .tenant
                .features
                .0
                .extend((0..20).map(|at| format!("feature-{at}").as_str().into()));
            let written = with_tenant(&text, &before, &after).unwrap();
            let ends = written.matches('\n').count();
            assert_eq!(written.matches(end).count(), ends, "{written}");
            assert!(ends > text.matches('\n').count());
        }
    }

    #[test]
    fn all_but_the_tenant_stays_to_the_byte() {
        let place = place(HELPDESK);
        let before = Source::parse(HELPDESK).unwrap();
        let mut source = before.clone();
        source.tenant.retired.0.push("gone\"},{".to_owned());
        let written = with_tenant(HELPDESK, &before, &source).unwrap();
        assert_eq!(written.get(..place.start), HELPDESK.get(..place.start));
        assert!(written.ends_with(HELPDESK.get(place.end..).unwrap()));
        assert_eq!(Source::parse(&written).unwrap(), source);
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
            (r#"{"a":[ ],"b":{ },"c":"\\","tenant":-1.5e3 }"#, "-1.5e3"),
        ] {
            assert_eq!(text.get(place(text)), Some(found), "{text}");
        }
        let nested = Laid::read(r#"{"a":{"tenant":1}}"#).unwrap();
        assert!(nested.member("tenant").is_none());
    }
}
