//! The first fault of a configuration.

use core::cell::RefCell;

use portcullis_json::{JsonPath, Path, Report};

use super::InvalidConfig;

/// Keeps the first thing that was wrong. What is read after it stands in for what should
/// have been there, and is thrown away with the rest.
// Not a `Result` at every step: undoing what was read so far would be most of the code.
#[derive(Debug, Default)]
pub(crate) struct FirstFault(RefCell<Option<InvalidConfig>>);

impl FirstFault {
    /// Returns what was read, if nothing was wrong.
    pub(crate) fn unless<T>(self, read: Option<T>) -> Result<T, InvalidConfig> {
        match (self.0.into_inner(), read) {
            (Some(fault), _) => Err(fault),
            (None, Some(read)) => Ok(read),
            (None, None) => Err(InvalidConfig::at_root("it cannot be used")),
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
            *first = Some(InvalidConfig {
                path: path.into(),
                message: [message, "; ", cure].concat(),
            });
        }
    }
}
