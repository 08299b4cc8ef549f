//! Whom a policy names as holders.

use core::fmt;

use portcullis_policy::authzen::Subject;
use portcullis_policy::model::Model;
use serde::Serialize;

/// Who holds a grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Holder {
    /// A subject of the directory, with its roles and its groups'.
    Subject {
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
        /// Its id.
        id: String,
    },
    /// Everybody who is identified and of a type.
    Everyone {
        /// The type.
        #[serde(rename = "type")]
        kind: String,
    },
    /// Whoever is in a group, by that alone.
    Group {
        /// Its id.
        id: String,
    },
    /// Whoever's token or trusted header states a role, by that alone.
    Claim {
        /// The role.
        role: String,
    },
}

/// Writes it as `jo`, `service:ci`, `members of g-leads` or `claims of agent`.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject { kind, id } if kind == "user" && !id.contains(':') => f.write_str(id),
            Self::Subject { kind, id } => write!(f, "{kind}:{id}"),
            Self::Everyone { kind } => write!(f, "every {kind}"),
            Self::Group { id } => write!(f, "members of {id}"),
            Self::Claim { role } => write!(f, "claims of {role}"),
        }
    }
}

/// Everybody of whom the directory says that nothing is held.
pub(super) fn inactive(model: &Model) -> impl Iterator<Item = Holder> {
    let people = model.tenant.directory.iter();
    let inactive = people.filter(|person| person.inactive);
    inactive.map(|person| Holder::Subject {
        kind: person.kind.clone(),
        id: person.id.clone(),
    })
}

/// Everybody of whom the policy says something.
pub(super) fn holders(model: &Model) -> impl Iterator<Item = (Holder, Subject)> {
    let people = model.tenant.directory.iter();
    let people = people.filter(|person| !person.inactive).map(|person| {
        let (kind, id) = (person.kind.clone(), person.id.clone());
        let subject = Subject {
            kind: kind.clone(),
            id: id.clone(),
            ..Subject::default()
        };
        (Holder::Subject { kind, id }, subject)
    });
    let groups = model.tenant.groups.iter().map(|group| {
        let id = group.id.clone();
        let subject = Subject {
            groups: vec![id.clone()],
            ..Subject::default()
        };
        (Holder::Group { id }, subject)
    });
    let claimable = model.roles.iter().filter(|role| role.claimable);
    let claims = claimable.map(|role| {
        let role = role.id.clone();
        let subject = Subject {
            roles: vec![role.clone()],
            ..Subject::default()
        };
        (Holder::Claim { role }, subject)
    });
    people.chain(groups).chain(claims)
}
