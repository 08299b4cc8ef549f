//! Strings that may not be empty.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use portcullis_json::{Place, Read};

/// A string that is not empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Text(pub(super) String);

/// A list of strings that are not empty; one may stand alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts(pub(super) Vec<String>);

impl Read for Text {
    fn read(place: &Place<'_>) -> Self {
        Self(text(place).to_owned())
    }
}

impl Read for Texts {
    fn read(place: &Place<'_>) -> Self {
        let places = place.one_or_many();
        Self(places.iter().map(|place| text(place).to_owned()).collect())
    }
}

/// Returns a string that is not empty.
#[inline(never)]
pub(super) fn text<'a>(place: &Place<'a>) -> &'a str {
    match place.node.as_str() {
        Some("") => place.error("the string is empty", "write at least one character"),
        Some(text) => return text,
        None => place.expected("a string", "write it between quotes"),
    }
    ""
}
