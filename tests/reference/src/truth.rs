//! Kleene's three truth values, and one test of one attribute.

use std::collections::BTreeSet;

/// A truth value; the least of several is their conjunction, the greatest their disjunction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    Unknown,
    True,
}

impl Truth {
    /// The conjunction; of nothing it is true.
    pub(crate) fn all(values: impl IntoIterator<Item = Self>) -> Self {
        values.into_iter().min().unwrap_or(Self::True)
    }

    /// The disjunction; of nothing it is false.
    pub(crate) fn any(values: impl IntoIterator<Item = Self>) -> Self {
        values.into_iter().max().unwrap_or(Self::False)
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// What is asked of one attribute's set, in the order residuals write it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Test {
    /// The set meets this one.
    In(BTreeSet<String>),
    /// The set does not meet this one.
    NotIn(BTreeSet<String>),
    /// The set is not empty and lies within this one.
    Within(BTreeSet<String>),
    /// The set is not empty.
    Present,
    /// The set is empty.
    Absent,
}

impl Test {
    /// Whether a known set passes.
    pub(crate) fn passes(&self, set: &BTreeSet<String>) -> bool {
        match self {
            Self::In(other) => !set.is_disjoint(other),
            Self::NotIn(other) => set.is_disjoint(other),
            Self::Within(other) => !set.is_empty() && set.is_subset(other),
            Self::Present => !set.is_empty(),
            Self::Absent => set.is_empty(),
        }
    }

    /// The truth of the test on a set that may be unknown (`None`).
    pub(crate) fn truth(&self, set: Option<&BTreeSet<String>>) -> Truth {
        match (set, self) {
            (Some(set), _) => self.passes(set).into(),
            // No set meets or lies within the empty set, so nothing need be known.
            (None, Self::In(other) | Self::Within(other)) if other.is_empty() => Truth::False,
            (None, Self::NotIn(other)) if other.is_empty() => Truth::True,
            (None, _) => Truth::Unknown,
        }
    }
}
