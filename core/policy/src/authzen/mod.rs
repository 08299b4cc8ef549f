//! `OpenID` `AuthZEN` Authorization API 1.0: the one place that reads requests and writes
//! responses.

mod answer;
mod ask;
mod read;
mod set;

pub use answer::{evaluated, evaluated_elsewhere, unanswered};
pub use read::REQUEST_BYTES_MAX;

use core::fmt;

/// The attribute names that a catalog declares; others in a request are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Attributes of subjects.
    pub subject: Vec<String>,
    /// Attributes of actions.
    pub action: Vec<String>,
    /// Attributes of the context.
    pub context: Vec<String>,
    /// Attributes of resources.
    pub resource: Vec<String>,
}

/// A question: may this subject do this to that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub subject: Subject,
    /// What is to be done.
    pub action: Action,
    /// What it is to be done to.
    pub resource: Resource,
    /// Declared attributes of the context; what is not given is empty.
    pub context: Vec<Attribute>,
    /// The features that are on, ascending and distinct, in place of the tenant's.
    ///
    /// Only for people at a command line: a server must not heed it.
    pub features: Option<Vec<String>>,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Its type; `identity` has become `user`. Empty counts as absent.
    pub kind: String,
    /// Its id. Empty counts as absent.
    pub id: String,
    /// Roles held globally, ascending and distinct, known or not.
    pub roles: Vec<String>,
    /// Roles held on one team, ascending by team and role and distinct, known or not.
    pub team_roles: Vec<TeamRole>,
    /// Groups, ascending and distinct, known or not.
    pub groups: Vec<String>,
    /// Declared attributes, ascending by name; what is not given is empty.
    pub attributes: Vec<Attribute>,
}

/// A role held on one team.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TeamRole {
    /// The team; never empty.
    pub team: String,
    /// The role.
    pub role: String,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// The action's name.
    pub name: String,
    /// Declared attributes, ascending by name; what is not given is empty.
    pub attributes: Vec<Attribute>,
}

/// What something is to be done to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// The module.
    pub module: String,
    /// Its id, if it is known; empty counts as absent.
    pub id: Option<String>,
    /// Declared attributes, ascending by name; what is not given is unknown.
    pub attributes: Vec<Attribute>,
}

/// An attribute that was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its values, ascending and distinct; none is the empty set.
    pub values: Vec<String>,
}

impl Request {
    /// Reads an evaluation request.
    ///
    /// # Errors
    /// Tells the first thing that makes it malformed.
    pub fn read(bytes: &[u8], vocabulary: &Vocabulary) -> Result<Self, Malformed> {
        read::request(&read::document(bytes)?, vocabulary, true)
    }

    /// Reads a request for the list filter: of its resource only the type counts.
    ///
    /// # Errors
    /// Tells the first thing that makes it malformed.
    pub fn read_filter(bytes: &[u8], vocabulary: &Vocabulary) -> Result<Self, Malformed> {
        read::request(&read::document(bytes)?, vocabulary, false)
    }
}

impl Subject {
    /// Reads a subject alone.
    ///
    /// # Errors
    /// Tells the first thing that makes it malformed.
    pub fn read(bytes: &[u8], vocabulary: &Vocabulary) -> Result<Self, Malformed> {
        read::subject_alone(&read::document(bytes)?, vocabulary)
    }
}

/// A request that cannot be understood, or that passes a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, and where.
    pub message: String,
    /// Whether a value is outside the grammar or a limit is passed.
    pub limit: bool,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.limit {
            f.write_str("limit-exceeded: ")?;
        }
        f.write_str(&self.message)
    }
}

impl core::error::Error for Malformed {}

#[cfg(test)]
mod tests;
