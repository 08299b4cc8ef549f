//! Names and their numbers.

use std::collections::HashMap;

use portcullis_engine::grammar::{has_bidi_control, has_control, is_name, is_value};
use portcullis_engine::limits::{INDEX_MAX, LABEL_BYTES_MAX};
use portcullis_json::{Path, nearest_or};

use crate::problem::Problems;
use crate::source::OneOrMany;

/// Names of one sort, numbered in the order in which they were added.
#[derive(Debug)]
pub(super) struct Names {
    /// What one of them is called, as in "feature".
    sort: &'static str,
    order: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Names {
    pub(super) fn new(sort: &'static str) -> Self {
        Self {
            sort,
            order: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    /// Reads a list of names; those outside the grammar and repeated ones are reported.
    pub(super) fn declare(
        sort: &'static str,
        names: &OneOrMany,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Self {
        let mut all = Self::new(sort);
        for (index, name) in names.iter().enumerate() {
            let at = element(at, names, index);
            if check_name(sort, name, &at, problems) && all.find(name).is_some() {
                repeated(sort, name, &at, problems);
            }
            all.add(name, &at, problems);
        }
        all
    }

    /// Numbers a name, or returns the number it has; none are left over the limit.
    pub(super) fn add(&mut self, name: &str, at: &Path<'_>, problems: &Problems) -> Option<u16> {
        if let Some(known) = self.find(name) {
            return Some(known);
        }
        let number = u16::try_from(self.order.len())
            .ok()
            .filter(|_| self.order.len() < COUNT_MAX);
        match number {
            Some(number) => {
                self.order.push(name.to_owned());
                self.numbers.insert(name.to_owned(), number);
            }
            None => problems.error(
                at,
                format!("there are more than {COUNT_MAX} of one sort: {}", self.sort),
                "split the policy",
            ),
        }
        number
    }

    pub(super) fn find(&self, name: &str) -> Option<u16> {
        self.numbers.get(name).copied()
    }

    /// Finds a name, and reports one that is not known.
    pub(super) fn expect(&self, name: &str, at: &Path<'_>, problems: &Problems) -> Option<u16> {
        let number = self.find(name);
        if number.is_none() {
            let (message, cure) = self.unknown(name);
            problems.error(at, message, cure);
        }
        number
    }

    /// Finds a name, and reports one that is not known, which a tenant's may no longer be.
    pub(super) fn seek(&self, name: &str, at: &Path<'_>, problems: &Problems) -> Option<u16> {
        let number = self.find(name);
        if number.is_none() {
            let (message, cure) = self.unknown(name);
            problems.gone(at, message, cure);
        }
        number
    }

    fn unknown(&self, name: &str) -> (String, String) {
        let sort = self.sort;
        let otherwise = if self.order.is_empty() {
            format!("the catalog declares no {sort}: declare it, or take it out here")
        } else {
            self.list()
        };
        let known = self.order.iter().map(String::as_str);
        let cure = nearest_or(name, known, otherwise);
        (format!("unknown {sort} `{name}`"), cure)
    }

    pub(super) fn names(&self) -> &[String] {
        &self.order
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.order
    }

    fn list(&self) -> String {
        let shown = self.order.iter().take(LISTED).map(String::as_str);
        let list = shown.collect::<Vec<_>>().join("`, `");
        let more = if self.order.len() > LISTED {
            " …"
        } else {
            ""
        };
        format!("known are `{list}`{more}")
    }
}

/// Returns the place of an element; one that is alone may stand without a list.
pub(super) const fn element<'a>(at: &'a Path<'a>, list: &OneOrMany, index: usize) -> Path<'a> {
    if list.0.len() == 1 {
        *at
    } else {
        at.index(index)
    }
}

/// Reports a name that is outside the grammar of the catalog's ids.
pub(super) fn check_name(sort: &str, name: &str, at: &Path<'_>, problems: &Problems) -> bool {
    let good = is_name(name);
    if !good {
        problems.error(
            at,
            format!("`{name}` cannot name a {sort}"),
            "use 1 to 64 of A-Z, a-z, 0-9, _ and -",
        );
    }
    good
}

/// Reports an id or value that is outside the grammar of the world's ids.
pub(super) fn check_value(sort: &str, value: &str, at: &Path<'_>, problems: &Problems) -> bool {
    let good = is_written_value(value);
    if !good {
        let shown = value.chars().take(SHOWN).collect::<String>();
        problems.error(
            at,
            format!("`{}` cannot be a {sort}", shown.escape_debug()),
            "use 1 to 256 bytes without characters that control a terminal or the direction of text",
        );
    }
    good
}

/// Says whether a policy may write a value: one that people see as what it is.
pub(super) fn is_written_value(value: &str) -> bool {
    is_value(value) && !has_bidi_control(value)
}

/// Reports a label that is too long for people.
pub(super) fn check_label(label: Option<&str>, at: &Path<'_>, problems: &Problems) {
    let Some(label) = label else { return };
    if label.len() > LABEL_BYTES_MAX || has_control(label) || has_bidi_control(label) {
        problems.error(
            &at.key("label"),
            "this label is too long or has characters that control a terminal or the direction of text",
            format!("use at most {LABEL_BYTES_MAX} bytes without them; say more in `description`"),
        );
    }
}

/// Reports a name that appears twice.
pub(super) fn repeated(sort: &str, name: &str, at: &Path<'_>, problems: &Problems) {
    problems.error(
        at,
        format!("the {sort} `{name}` appears twice"),
        "take one of the two out",
    );
}

/// The most things of one sort, so that each has a number on the wire.
pub(super) const COUNT_MAX: usize = INDEX_MAX.saturating_sub(1);
const LISTED: usize = 12;
const SHOWN: usize = 64;
