//! Grants as the engine would find them, and what two sets of them differ by.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use portcullis_policy::atom::Atom;
use portcullis_policy::model::{
    Binding, Condition, Grant, Model, ModuleIndex, PermissionIndex, Role,
};

/// A grant that one policy has and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GrantChange {
    /// The permission, by its name in the second policy where it has one.
    pub permission: String,
    /// The scope.
    pub scope: String,
    /// The team, where it holds on one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// When it holds, as atoms.
    pub condition: String,
}

/// A grant that stays and holds under another condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedCondition {
    /// The permission.
    pub permission: String,
    /// The scope.
    pub scope: String,
    /// The team, where it holds on one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// When it held.
    pub before: String,
    /// When it holds.
    pub after: String,
}

/// What somebody's grants differ by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GrantChanges {
    /// Grants that are worth something now, and were not.
    pub gained: Vec<GrantChange>,
    /// Grants that were worth something, and are not now.
    pub lost: Vec<GrantChange>,
    /// Grants that hold under another condition.
    pub changed: Vec<ChangedCondition>,
    /// Grants that were added, and are worth nothing while a feature is off or the role
    /// is not available.
    pub dormant_gained: Vec<GrantChange>,
    /// Grants that were taken away, and were worth nothing.
    pub dormant_lost: Vec<GrantChange>,
}

impl GrantChanges {
    /// Returns whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn new(before: &Grants, after: &Grants) -> Self {
        let mut changes = Self::default();
        for (grant, worth) in after {
            match (before.get(grant), worth) {
                (None | Some(false), true) => changes.gained.push(grant.clone()),
                (None, false) => changes.dormant_gained.push(grant.clone()),
                _ => {}
            }
        }
        for (grant, worth) in before {
            match (after.get(grant), worth) {
                (None | Some(false), true) => changes.lost.push(grant.clone()),
                (None, false) => changes.dormant_lost.push(grant.clone()),
                _ => {}
            }
        }
        changes.pair();
        changes
    }

    /// Makes one of a grant gained and a grant lost that differ in their condition only.
    fn pair(&mut self) {
        let gained = core::mem::take(&mut self.gained);
        for now in gained {
            let same = |was: &GrantChange| {
                (&was.permission, &was.scope, &was.team) == (&now.permission, &now.scope, &now.team)
            };
            if let Some(at) = self.lost.iter().position(same) {
                let was = self.lost.remove(at);
                self.changed.push(ChangedCondition {
                    permission: now.permission,
                    scope: now.scope,
                    team: now.team,
                    before: was.condition,
                    after: now.condition,
                });
            } else {
                self.gained.push(now);
            }
        }
    }
}

/// Grants, each with whether it is worth something.
pub(super) type Grants = BTreeMap<GrantChange, bool>;

/// Which permission of the first policy is which of the second.
#[derive(Debug)]
pub(super) struct Names {
    before: Vec<Option<String>>,
    /// Whether a grant of the one is worth what the same grant of the other is: what permissions,
    /// scopes and features are and do is the same in both.
    are_same: bool,
}

impl Names {
    pub(super) fn new(before: &Model, after: &Model) -> Self {
        let names = after.permissions.iter();
        let names = names.map(|permission| (permission.name.as_str(), permission.name.as_str()));
        let aliases = after.aliases.iter().filter_map(|alias| {
            let permission = after.permissions.get(alias.permission.get())?;
            Some((alias.name.as_str(), permission.name.as_str()))
        });
        // A name counts for more than a former name that is the same.
        let known = aliases.chain(names).collect::<BTreeMap<_, _>>();
        let present = |name: &str| known.get(name).copied().map(str::to_owned);
        let all = (0..).map(PermissionIndex).zip(&before.permissions);
        let found = all.map(|(index, permission)| {
            present(&permission.name).or_else(|| {
                // The second policy may go back to a name that the first calls former.
                let mut former = before.aliases.iter();
                former
                    .find(|alias| alias.permission == index && present(&alias.name).is_some())
                    .and_then(|alias| present(&alias.name))
            })
        });
        Self {
            before: found.collect(),
            are_same: means_the_same(before, after),
        }
    }

    /// Returns whether two roles certainly grant the same: one of each policy.
    pub(super) fn grant_alike(
        &self,
        (before, old): (&Model, &Role),
        (after, new): (&Model, &Role),
    ) -> bool {
        let alike = |(old, new): (&Grant, &Grant)| {
            old.permission == new.permission && before.scopes_of(*old) == after.scopes_of(*new)
        };
        self.are_same
            && old.available == new.available
            && old.grants.len() == new.grants.len()
            && old.grants.iter().zip(&new.grants).all(alike)
    }

    /// Returns the second policy's name for a permission of the first, or else its own.
    pub(super) fn before<'a>(&'a self, before: &'a Model, index: PermissionIndex) -> &'a str {
        let known = self.before.get(index.get()).and_then(Option::as_deref);
        let own = before.permissions.get(index.get());
        known
            .or(own.map(|own| own.name.as_str()))
            .unwrap_or_default()
    }
}

/// Says whether the same grants of two policies are worth the same.
fn means_the_same(before: &Model, after: &Model) -> bool {
    before.scopes == after.scopes
        && before.conditions == after.conditions
        && before.attributes == after.attributes
        && before.features == after.features
        && before.modules == after.modules
        && before.permissions == after.permissions
        && before.tenant.features == after.tenant.features
        && before.tenant.feature_ends == after.tenant.feature_ends
}

/// Collects what a holder of roles is granted in one of the two policies.
pub(super) fn collect(
    model: &Model,
    names: Option<&Names>,
    bindings: impl IntoIterator<Item = Binding>,
) -> Grants {
    let open = model.openness();
    let mut grants = Grants::new();
    for binding in bindings {
        let Some(role) = model.roles.get(binding.role.get()) else {
            continue;
        };
        let team = binding.team.as_deref();
        let on_team = team.and_then(|team| model.team_atom(team));
        for grant in &role.grants {
            let Some(permission) = model.permissions.get(grant.permission.get()) else {
                continue;
            };
            let name = match names {
                Some(names) => names.before(model, grant.permission),
                None => &permission.name,
            };
            let is_effective = open.is_effective(role, grant.permission);
            for scope in model.scopes_of(*grant) {
                let condition = model.condition(grant.permission, *scope);
                let grant = GrantChange {
                    permission: name.to_owned(),
                    scope: model.scopes.get(scope.get()).cloned().unwrap_or_default(),
                    team: binding.team.clone(),
                    condition: words(condition, on_team.as_ref()),
                };
                let entry = grants.entry(grant).or_default();
                *entry |= is_effective;
            }
        }
    }
    grants
}

/// Returns the modules whose features are on, in catalog order.
pub(super) fn open_modules(model: &Model) -> Vec<&str> {
    let open = model.openness();
    let modules = (0..).map(ModuleIndex).zip(&model.modules);
    modules
        .filter(|(index, _)| open.module(*index))
        .map(|(_, module)| module.id.as_str())
        .collect()
}

/// Writes a condition as one line of atoms, so that equal ones are written alike.
fn words(condition: Option<&Condition>, on_team: Option<&Atom>) -> String {
    let conjunctions = condition.into_iter().flat_map(|condition| &condition.0);
    let conjunctions = conjunctions.map(|conjunction| {
        let atoms = conjunction.iter().chain(on_team).collect::<BTreeSet<_>>();
        atoms
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" and ")
    });
    let conjunctions = conjunctions.collect::<BTreeSet<_>>();
    if conjunctions.iter().any(String::is_empty) {
        return "true".to_owned();
    }
    let conjunctions = conjunctions.into_iter().collect::<Vec<_>>();
    conjunctions.join(" or ")
}
