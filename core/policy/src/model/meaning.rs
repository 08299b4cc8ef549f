//! What a grant means: when it holds, on a team, and whether it is worth something.

use super::{Condition, Grant, Model, Openness, PermissionIndex, Role, ScopeIndex};
use crate::atom::{Atom, Entity, Reference};

impl Condition {
    /// Returns whether it holds for every resource and subject.
    #[must_use]
    pub fn is_always_true(&self) -> bool {
        self.0.iter().any(Vec::is_empty)
    }
}

impl Model {
    /// Returns when a permission is granted at one of its scopes.
    #[must_use]
    pub fn condition(&self, permission: PermissionIndex, scope: ScopeIndex) -> Option<&Condition> {
        let permission = self.permissions.get(permission.get())?;
        let mut scopes = permission.scopes.iter();
        let (_, condition) = scopes.find(|(supported, _)| *supported == scope)?;
        self.conditions.get(condition.get())
    }

    /// Returns the conditions of a grant, scope by scope.
    pub fn conditions_of(&self, grant: Grant) -> impl Iterator<Item = &Condition> {
        let scopes = self.scopes_of(grant).iter();
        scopes.filter_map(move |scope| self.condition(grant.permission, *scope))
    }

    /// Returns what a grant bound to a team also asks for; nothing where no attribute holds teams.
    #[must_use]
    pub fn team_atom(&self, team: &str) -> Option<Atom> {
        Some(Atom::Is {
            of: Reference {
                entity: Entity::Resource,
                attribute: self.attributes.team.clone()?,
            },
            constants: vec![team.to_owned()],
        })
    }
}

impl Openness<'_> {
    /// Returns whether what a role grants on a permission is worth something: the role is
    /// available, and the permission open.
    #[must_use]
    pub fn is_effective(&self, role: &Role, permission: PermissionIndex) -> bool {
        role.available && self.permission(permission)
    }
}
