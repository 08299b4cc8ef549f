//! Why a request is not read.

use core::fmt;

use crate::limits::LimitExceeded;

/// What is wrong with a subject, a question, their attributes or their packed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// It is larger than a bound allows.
    Limit(LimitExceeded),
    /// A value is empty, too long, or holds a control character.
    Value,
    /// An attribute appears twice.
    RepeatedAttribute,
    /// The values of a set are not ascending and distinct.
    UnsortedSet,
    /// A packed request does not follow its layout.
    Layout,
}

impl InvalidRequest {
    /// Returns what is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Limit(limit) => limit.message(),
            Self::Value => "a value is not 1 to 256 bytes without control characters",
            Self::RepeatedAttribute => "an attribute appears twice",
            Self::UnsortedSet => "a set is not ascending and distinct",
            Self::Layout => "the packed request does not follow its layout",
        }
    }
}

impl From<LimitExceeded> for InvalidRequest {
    fn from(limit: LimitExceeded) -> Self {
        Self::Limit(limit)
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for InvalidRequest {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{InvalidRequest, LimitExceeded};

    #[test]
    fn each_fault_is_said_in_words_of_its_own() {
        let faults = [
            (InvalidRequest::Value, "a value is not"),
            (InvalidRequest::RepeatedAttribute, "appears twice"),
            (InvalidRequest::UnsortedSet, "ascending"),
            (InvalidRequest::Layout, "layout"),
        ];
        for (fault, words) in faults {
            assert!(fault.message().contains(words), "{fault}");
            assert_eq!(fault.to_string(), fault.message());
        }
        let limit = LimitExceeded::Values;
        assert_eq!(InvalidRequest::from(limit).message(), limit.message());
    }
}
