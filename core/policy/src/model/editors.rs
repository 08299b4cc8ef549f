//! Who may edit roles everywhere, for good.

use std::collections::BTreeSet;

use super::{Binding, Condition, Holdings, Model, PermissionIndex};
use crate::source::Operation;

/// How sure it is that somebody may edit roles everywhere.
///
/// Somebody in the directory counts for more than a group, which may be empty; and a grant
/// that holds for every role for more than one that may hold for some. What ends counts for
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Editors {
    in_directory: bool,
    unconditional: bool,
}

impl Editors {
    /// The surest first.
    const ALL: [Self; 4] = [
        Self::new(true, true),
        Self::new(true, false),
        Self::new(false, true),
        Self::new(false, false),
    ];

    const fn new(in_directory: bool, unconditional: bool) -> Self {
        Self {
            in_directory,
            unconditional,
        }
    }

    /// Returns the surest that a model has, if anybody may edit its roles.
    #[must_use]
    pub fn surest(model: &Model) -> Option<Self> {
        Self::ALL.into_iter().find(|editors| editors.are_in(model))
    }

    /// Returns whether a model has somebody who is as sure to be able to edit roles.
    #[must_use]
    pub fn are_in(self, model: &Model) -> bool {
        let open = model.lasting_openness();
        let mut editing = model.editing();
        editing.retain(|permission| open.permission(*permission));
        let may = |bindings: &BTreeSet<Binding>| {
            let mut bindings = bindings.iter();
            bindings.any(|binding| self.may_edit(model, binding, &editing))
        };
        if self.in_directory {
            let mut people = model.tenant.directory.iter();
            people.any(|person| may(&Holdings::of_person(model, person).lasting().bindings))
        } else {
            let mut groups = model.tenant.groups.iter();
            groups.any(|group| may(&group.roles.iter().cloned().collect()))
        }
    }

    fn may_edit(
        self,
        model: &Model,
        binding: &Binding,
        editing: &BTreeSet<PermissionIndex>,
    ) -> bool {
        let role = model.roles.get(binding.role.get());
        let role = role.filter(|role| role.available && binding.team.is_none());
        let mut grants = role.into_iter().flat_map(|role| &role.grants);
        grants.any(|grant| {
            editing.contains(&grant.permission)
                && (!self.unconditional
                    || model.conditions_of(*grant).any(Condition::is_always_true))
        })
    }
}

impl Model {
    /// Returns the permissions that stand for editing roles.
    #[must_use]
    pub fn editing(&self) -> BTreeSet<PermissionIndex> {
        let edit = self.administration.iter();
        let edit = edit.filter(|one| one.operations.contains(&Operation::Edit));
        edit.map(|one| one.permission).collect()
    }

    /// Returns whether a binding lets its holder edit roles everywhere, once every feature that
    /// this takes is on.
    #[must_use]
    pub fn lets_edit(&self, binding: &Binding) -> bool {
        Editors::new(true, false).may_edit(self, binding, &self.editing())
    }
}
