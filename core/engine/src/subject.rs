//! Who asks, and about what.

use crate::{
    attributes::Attributes,
    cursor::Cursor,
    grammar::is_value,
    invalid::InvalidRequest,
    limits::{GROUPS_MAX, LimitExceeded, ROLES_MAX},
};

/// Who asks: what the request says of them, before the tenant's directory is added.
///
/// Role and group ids that the policy does not know grant nothing, whatever they look like.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) roles: Names<'a>,
    pub(crate) team_roles: TeamRoles<'a>,
    pub(crate) groups: Names<'a>,
    pub(crate) attributes: Attributes<'a>,
    held: usize,
}

impl<'a> Subject<'a> {
    /// Takes a subject's type (`user`, `service`, …) and id; an empty one is the empty set.
    ///
    /// # Errors
    ///
    /// Refuses a type or id outside the grammar.
    pub fn new(kind: &'a str, id: &'a str) -> Result<Self, InvalidRequest> {
        if ![kind, id]
            .into_iter()
            .all(|text| text.is_empty() || is_value(text))
        {
            return Err(InvalidRequest::Value);
        }
        Ok(Self {
            kind,
            id,
            roles: Names::Slice(&[]),
            team_roles: TeamRoles::Slice(&[]),
            groups: Names::Slice(&[]),
            attributes: Attributes::NONE,
            held: 0,
        })
    }

    /// Adds the roles that it holds everywhere.
    ///
    /// # Errors
    ///
    /// Refuses more than [`ROLES_MAX`] roles together, bound ones included.
    pub fn with_roles(self, roles: &'a [&'a str]) -> Result<Self, InvalidRequest> {
        Self {
            roles: Names::Slice(roles),
            ..self
        }
        .holding(roles.len())
    }

    /// Adds roles that it holds on one team each: the team, then its roles.
    ///
    /// # Errors
    ///
    /// As [`Subject::with_roles`].
    pub fn with_team_roles(
        self,
        team_roles: &'a [(&'a str, &'a [&'a str])],
    ) -> Result<Self, InvalidRequest> {
        let count = team_roles.iter().map(|(_, roles)| roles.len()).sum();
        Self {
            team_roles: TeamRoles::Slice(team_roles),
            ..self
        }
        .holding(count)
    }

    /// Adds the groups that it is in, mapped or not.
    ///
    /// # Errors
    ///
    /// Refuses more than [`GROUPS_MAX`].
    pub fn with_groups(self, groups: &'a [&'a str]) -> Result<Self, InvalidRequest> {
        if groups.len() > GROUPS_MAX {
            return Err(InvalidRequest::Limit(LimitExceeded::Groups));
        }
        Ok(Self {
            groups: Names::Slice(groups),
            ..self
        })
    }

    /// Adds its attributes.
    #[must_use]
    pub const fn with_attributes(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }

    pub(crate) const fn packed(
        self,
        roles: Names<'a>,
        team_roles: TeamRoles<'a>,
        groups: Names<'a>,
        attributes: Attributes<'a>,
    ) -> Self {
        Self {
            roles,
            team_roles,
            groups,
            attributes,
            ..self
        }
    }

    fn holding(self, more: usize) -> Result<Self, InvalidRequest> {
        let held = self.held.saturating_add(more);
        if held > ROLES_MAX {
            Err(InvalidRequest::Limit(LimitExceeded::Roles))
        } else {
            Ok(Self { held, ..self })
        }
    }
}

/// What is asked about. An attribute that is not given is unknown.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    pub(crate) id: Option<&'a str>,
    pub(crate) attributes: Attributes<'a>,
}

impl<'a> Resource<'a> {
    /// Nothing is known, not even the id: for the list filter and for `can`.
    pub const UNKNOWN: Self = Self {
        id: None,
        attributes: Attributes::NONE,
    };

    /// Takes a resource's id; an empty id is the empty set.
    ///
    /// # Errors
    ///
    /// Refuses an id outside the grammar.
    pub fn new(id: &'a str) -> Result<Self, InvalidRequest> {
        if !id.is_empty() && !is_value(id) {
            return Err(InvalidRequest::Value);
        }
        Ok(Self {
            id: Some(id),
            attributes: Attributes::NONE,
        })
    }

    /// Adds what is known of it.
    #[must_use]
    pub const fn with_attributes(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }
}

/// Names as they came; unsorted, perhaps repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Names<'a> {
    Slice(&'a [&'a str]),
    Packed(&'a [u8]),
}

impl<'a> Names<'a> {
    #[inline]
    pub(crate) fn each(self, mut take: impl FnMut(&'a str)) {
        match self {
            Self::Slice(names) => names.iter().for_each(|name| take(name)),
            Self::Packed(bytes) => {
                let mut cursor = Cursor::new(bytes);
                while let Some(name) = cursor.text() {
                    take(name);
                }
            }
        }
    }
}

/// Roles by team.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TeamRoles<'a> {
    Slice(&'a [(&'a str, &'a [&'a str])]),
    /// Team, then the byte length of a run of names, then the run.
    Packed(&'a [u8]),
}

impl<'a> TeamRoles<'a> {
    #[inline]
    pub(crate) fn each(self, mut take: impl FnMut(&'a str, Names<'a>)) {
        match self {
            Self::Slice(teams) => {
                teams
                    .iter()
                    .for_each(|(team, roles)| take(team, Names::Slice(roles)));
            }
            Self::Packed(bytes) => {
                let mut cursor = Cursor::new(bytes);
                while let (Some(team), Some(roles)) = (cursor.text(), cursor.run()) {
                    take(team, Names::Packed(roles));
                }
            }
        }
    }
}
