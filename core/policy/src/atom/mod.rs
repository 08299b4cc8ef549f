//! Atoms: the comparisons that scope conditions are made of.

mod parse;
mod scanner;
#[cfg(test)]
mod tests;

pub use parse::InvalidAtom;

use core::fmt;

/// A comparison over subject, action, context and resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// Always holds: `true`.
    True,
    /// The two sets meet: `shares(subject.id, resource.owner)`.
    Shares {
        /// The subject's attribute.
        subject: String,
        /// The attribute of the resource or the context.
        with: Reference,
    },
    /// The two sets do not meet: `differs(subject.id, resource.creator)`.
    Differs {
        /// The subject's attribute.
        subject: String,
        /// The attribute of the resource or the context.
        with: Reference,
    },
    /// The set meets the constants: `is(resource.state, {open, held})`.
    Is {
        /// The attribute.
        of: Reference,
        /// The constants, ascending and distinct.
        constants: Vec<String>,
    },
    /// The set does not meet the constants: `lacks(resource.labels, {secret})`.
    Lacks {
        /// The attribute.
        of: Reference,
        /// The constants, ascending and distinct.
        constants: Vec<String>,
    },
    /// The set is not empty and all of it is among the constants: `within(resource.role, {agent})`.
    Within {
        /// The attribute.
        of: Reference,
        /// The constants, ascending and distinct.
        constants: Vec<String>,
    },
    /// The resource's attribute is not empty: `present(resource.owner)`.
    Present {
        /// The resource's attribute.
        resource: String,
    },
    /// The resource's attribute is empty: `absent(resource.owner)`.
    Absent {
        /// The resource's attribute.
        resource: String,
    },
}

/// An attribute and whose it is: `resource.owner`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Whose attribute it is.
    pub entity: Entity,
    /// The attribute's name.
    pub attribute: String,
}

/// What has attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// Who asks.
    Subject,
    /// What is asked to be done.
    Action,
    /// The circumstances.
    Context,
    /// What it is to be done to.
    Resource,
}

impl Entity {
    /// Every entity.
    pub const ALL: [Self; 4] = [Self::Subject, Self::Action, Self::Context, Self::Resource];

    /// Returns its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Action => "action",
            Self::Context => "context",
            Self::Resource => "resource",
        }
    }

    /// Returns the attributes that it has without being declared.
    #[must_use]
    pub const fn own_attributes(self) -> &'static [&'static str] {
        match self {
            Self::Subject => &["id", "type"],
            Self::Resource => &["id"],
            Self::Action | Self::Context => &[],
        }
    }
}

impl Atom {
    /// Parses the text of one atom.
    ///
    /// # Errors
    /// Tells the place in the text, what is wrong there and what to do.
    pub fn parse(text: &str) -> Result<Self, InvalidAtom> {
        parse::parse(text)
    }

    /// Returns the attributes that it speaks of and without which it never holds: those of a
    /// negative atom, save the resource's.
    #[must_use]
    pub fn needs(&self) -> Vec<Reference> {
        let mut references = match self {
            Self::Lacks { .. } | Self::Differs { .. } => self.references(),
            _ => Vec::new(),
        };
        references.retain(|reference| reference.entity != Entity::Resource);
        references
    }

    /// Returns the attributes that it speaks of.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let reference = |entity, attribute: &String| Reference {
            entity,
            attribute: attribute.clone(),
        };
        match self {
            Self::True => Vec::new(),
            Self::Shares { subject, with } | Self::Differs { subject, with } => {
                vec![reference(Entity::Subject, subject), with.clone()]
            }
            Self::Is { of, .. } | Self::Lacks { of, .. } | Self::Within { of, .. } => {
                vec![of.clone()]
            }
            Self::Present { resource } | Self::Absent { resource } => {
                vec![reference(Entity::Resource, resource)]
            }
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.entity.name(), self.attribute)
    }
}

/// Writes the text that parses to the atom.
impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::True => f.write_str("true"),
            Self::Shares { subject, with } => write!(f, "shares(subject.{subject}, {with})"),
            Self::Differs { subject, with } => write!(f, "differs(subject.{subject}, {with})"),
            Self::Is { of, constants } => compare(f, "is", of, constants),
            Self::Lacks { of, constants } => compare(f, "lacks", of, constants),
            Self::Within { of, constants } => compare(f, "within", of, constants),
            Self::Present { resource } => write!(f, "present(resource.{resource})"),
            Self::Absent { resource } => write!(f, "absent(resource.{resource})"),
        }
    }
}

fn compare(
    f: &mut fmt::Formatter<'_>,
    verb: &str,
    of: &Reference,
    constants: &[String],
) -> fmt::Result {
    write!(f, "{verb}({of}, {{")?;
    for (index, constant) in constants.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        if parse::needs_no_quotes(constant) {
            f.write_str(constant)?;
        } else {
            let quoted = serde_json::to_string(constant).map_err(|_| fmt::Error)?;
            f.write_str(&quoted)?;
        }
    }
    f.write_str("})")
}
