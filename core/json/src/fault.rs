//! The first fault of a JSON text.

use alloc::{borrow::ToOwned as _, string::String};
use core::{cell::RefCell, fmt};

use crate::{
    path::{JsonPath, Path},
    place::Report,
};

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place.
    pub path: JsonPath,
    /// What is wrong there.
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path, self.message, self.cure)
    }
}

impl core::error::Error for Fault {}

/// Keeps the first thing that was wrong. What is read after it stands in for what should
/// have been there, and is thrown away with the rest.
// Not a `Result` at every step: undoing what was read so far would be most of the code.
#[derive(Debug, Default)]
pub struct FirstFault(RefCell<Option<Fault>>);

impl FirstFault {
    /// Returns what was read, if nothing was wrong.
    ///
    /// # Errors
    ///
    /// Returns the first thing that was wrong.
    pub fn unless<T>(self, read: T) -> Result<T, Fault> {
        match self.0.into_inner() {
            Some(fault) => Err(fault),
            None => Ok(read),
        }
    }
}

impl Report for FirstFault {
    fn report(&self, at: &Path<'_>, message: &str, cure: &str) {
        // A path is written out only for the one fault that is kept.
        if self.0.try_borrow().is_ok_and(|first| first.is_none()) {
            self.report_at(at.to_json_path(), message, cure);
        }
    }

    fn report_at(&self, path: JsonPath, message: &str, cure: &str) {
        if let Ok(mut first) = self.0.try_borrow_mut()
            && first.is_none()
        {
            *first = Some(Fault {
                path,
                message: message.to_owned(),
                cure: cure.to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn the_first_of_several_faults_is_kept() {
        assert_eq!(FirstFault::default().unless(7), Ok(7));
        let faults = FirstFault::default();
        faults.report(&Path::Root.key("a"), "one", "do this");
        faults.report(&Path::Root.key("b"), "two", "do that");
        let fault = faults.unless(7).unwrap_err();
        assert_eq!(fault.to_string(), "$.a: one; do this");
    }
}
