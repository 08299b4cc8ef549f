//! From a tree to types: what has a wrong shape is reported and reading goes on.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use crate::{node::Node, place::Place};

/// A type that can be read from a place in a document.
///
/// Reading never stops: what is wrong is reported, and an empty value stands in
/// for it so that the rest can be judged too.
pub trait Read: Sized {
    /// Reads what is at a place.
    fn read(place: &Place<'_>) -> Self;
}

impl Read for String {
    fn read(place: &Place<'_>) -> Self {
        let text = place.node.as_str().unwrap_or_else(|| {
            place.expected("a string", "write it between quotes");
            ""
        });
        text.to_owned()
    }
}

impl Read for bool {
    fn read(place: &Place<'_>) -> Self {
        match place.node {
            Node::Bool(value) => *value,
            _ => {
                place.expected("a boolean", "write true or false");
                false
            }
        }
    }
}

impl Read for u32 {
    fn read(place: &Place<'_>) -> Self {
        whole(place)
    }
}

impl Read for u64 {
    fn read(place: &Place<'_>) -> Self {
        whole(place)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(place: &Place<'_>) -> Self {
        place.elements().iter().map(T::read).collect()
    }
}

fn whole<T: TryFrom<i128> + Default>(place: &Place<'_>) -> T {
    let number = match place.node {
        Node::Integer(value) => T::try_from(*value).ok(),
        _ => None,
    };
    number.unwrap_or_else(|| {
        place.expected(
            "a whole number that is not negative and not too large",
            "write it without point, exponent or quotes",
        );
        T::default()
    })
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString as _};
    use core::cell::RefCell;

    use super::*;
    use crate::{JsonPath, JsonText, Report};

    #[derive(Debug, Default)]
    struct All(RefCell<Vec<String>>);

    impl Report for All {
        fn report_at(&self, path: JsonPath, message: &str, cure: &str) {
            let line = format!("{path}: {message}; {cure}");
            self.0.borrow_mut().push(line);
        }
    }

    #[derive(Debug, Default, PartialEq)]
    struct Thing {
        label: Option<String>,
        count: u32,
        on: bool,
        tags: Vec<String>,
    }

    impl Read for Thing {
        fn read(place: &Place<'_>) -> Self {
            let mut object = place.object("a thing", "write an object");
            let thing = Self {
                label: object.optional("label"),
                count: object.required("count", "say how many"),
                on: object.or_default("on"),
                tags: object.place("tags").map_or_else(Vec::new, |place| {
                    place.one_or_many().iter().map(String::read).collect()
                }),
            };
            object.finish();
            thing
        }
    }

    fn check(text: &str, expected: &[&str]) -> Thing {
        let all = All::default();
        let document = JsonText::parse(text.as_bytes()).unwrap();
        let thing = document.read(&all);
        assert_eq!(all.0.into_inner(), expected, "{text}");
        thing
    }

    #[test]
    fn every_fault_is_reported_with_its_place() {
        let whole = check(r#"{"label":"x","count":3,"on":true,"tags":["a","b"]}"#, &[]);
        let expected = Thing {
            label: Some("x".to_string()),
            count: 3,
            on: true,
            tags: ["a", "b"].map(String::from).to_vec(),
        };
        assert_eq!(whole, expected);
        assert_eq!(check(r#"{"count":3,"tags":"a"}"#, &[]).tags, ["a"]);
        check(
            r#"{"labl":"x","on":"yes","extra":{},"tags":[1],"tags":2}"#,
            &[
                "$.tags: this member appears twice; keep one of the two",
                "$: the member `count` is missing; say how many",
                "$.on: expected a boolean, found a string; write true or false",
                "$.tags[0]: expected a string, found a number; write it between quotes",
                "$.labl: unknown member `labl`; did you mean `label`?",
                "$.extra: unknown member `extra`; known here are `label`, `count`, `on`, `tags`",
            ],
        );
        check(
            "[]",
            &["$: expected a thing, found a list; write an object"],
        );
        check(
            r#"{"count":1,"tags":{}}"#,
            &[
                "$.tags: expected a string or a list of strings, found an object; \
               write \"a\" or [\"a\", \"b\"]",
            ],
        );
    }

    #[test]
    fn a_number_is_whole_and_fits() {
        for count in ["-1", "1.5", "4294967296", "\"1\"", "1e3"] {
            let text = format!("{{\"count\":{count}}}");
            let kind = if count.starts_with('"') {
                "string"
            } else {
                "number"
            };
            let expected = format!(
                "$.count: expected a whole number that is not negative and not too large, \
                 found a {kind}; write it without point, exponent or quotes"
            );
            check(&text, &[&expected]);
        }
    }
}
