//! One import: from which module, to which, and where it is written.

/// An import, or a path that names another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// The module that imports, from the root of its crate; empty for the root itself.
    pub from: Vec<String>,
    /// What it names: a path from the root of the crate, or from that of another one.
    pub to: Target,
    /// The file, from the crate's `src`, and the line.
    pub place: String,
}

/// What an [`Arrow`] points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A path inside the crate, from its root.
    Inside(Vec<String>),
    /// A path of another crate, such as `std::fs`.
    Outside(Vec<String>),
}

impl Arrow {
    /// Returns the two siblings that it connects, and the module that holds both.
    ///
    /// A module and what is inside it are no siblings: they may use each other.
    pub(super) fn between_siblings(&self) -> Option<(&[String], &str, &str)> {
        let Target::Inside(to) = &self.to else {
            return None;
        };
        let common = self.from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let (from, to) = (self.from.get(common)?, to.get(common)?);
        Some((self.from.get(..common)?, from, to))
    }

    /// Returns the two modules at the root of the crate that it connects.
    pub(super) fn between_units(&self) -> Option<(&str, &str)> {
        let (parent, from, to) = self.between_siblings()?;
        parent.is_empty().then_some((from, to))
    }

    /// Returns whether it points to `path`, or into it, in another crate.
    pub(super) fn names(&self, path: &str) -> bool {
        let Target::Outside(to) = &self.to else {
            return false;
        };
        let path: Vec<&str> = path.split("::").collect();
        to.len() >= path.len() && to.iter().zip(path).all(|(a, b)| a == b)
    }
}
