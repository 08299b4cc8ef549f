//! What changed between two policies, and whom it touches.
//!
//! It is exact, because what a policy grants is finite: a permission at a scope, behind
//! a condition, everywhere or on one team. Grants are compared as the engine would find
//! them, after patterns, copies, edits, groups and features.

mod filler;
mod grants;
mod holders;
mod requests;
mod routes;

pub use grants::{ChangedCondition, GrantChange, GrantChanges};
pub use holders::{AttributeChange, HolderDiff, RoleChange, RoleDiff};
pub use requests::RouteMember;
pub use routes::{RouteDiff, RouteDiffChange};

use std::collections::BTreeSet;

use serde::Serialize;

use grants::{Names, open_modules};
use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Model, PermissionIndex};
use portcullis_policy::source::Until;

/// The difference between two policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Settings with another value.
    pub settings: Vec<Setting>,
    /// Features that were turned on and off.
    pub features: Turned,
    /// Modules that open and close, by features or by the catalog, in catalog order.
    pub modules: Turned,
    /// Permissions that are new.
    pub permissions_added: Vec<String>,
    /// Permissions that are gone.
    pub permissions_removed: Vec<String>,
    /// Permissions with another name; the former one still answers.
    pub permissions_renamed: Vec<Renamed>,
    /// What became of the requests that take routes; what is more open comes first.
    pub routes: Vec<RouteDiff>,
    /// The roles that changed, ascending.
    pub roles: Vec<RoleDiff>,
    /// The groups whose members are touched, ascending.
    pub groups: Vec<HolderDiff>,
    /// The subjects of the directory who are touched, ascending by type and id.
    pub subjects: Vec<HolderDiff>,
}

/// A setting with another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// What it is about.
    pub name: &'static str,
    /// Its value in the first policy.
    pub before: String,
    /// Its value in the second.
    pub after: String,
}

/// What was turned on and what off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Turned {
    /// On now, and not before.
    pub on: Vec<String>,
    /// On before, and not now.
    pub off: Vec<String>,
}

/// A permission with another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// Its name in the first policy.
    pub before: String,
    /// Its name in the second.
    pub after: String,
}

impl Diff {
    /// Compares two compiled policies.
    #[must_use]
    pub fn new(before: &Model, after: &Model) -> Self {
        let names = Names::new(before, after);
        let mut diff = Self {
            settings: settings(before, after),
            features: turned(&features_on(before), &features_on(after)),
            modules: turned(&owned(&open_modules(before)), &owned(&open_modules(after))),
            ..Self::default()
        };
        diff.permissions(before, after, &names);
        diff.routes = routes::routes(before, after, &names);
        diff.roles = holders::roles(before, after, &names);
        let mut holders = holders::Holders::new(before, after, &names);
        diff.groups = holders.groups();
        diff.subjects = holders.subjects();
        diff
    }

    /// Returns whether there is no difference at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn permissions(&mut self, before: &Model, after: &Model, names: &Names) {
        let indices = (0..).map(PermissionIndex);
        let old = indices
            .zip(&before.permissions)
            .map(|(index, permission)| (names.before(before, index), &permission.name))
            .collect::<Vec<_>>();
        let kept = old.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>();
        let new = after
            .permissions
            .iter()
            .map(|permission| permission.name.as_str());
        let new = new.collect::<BTreeSet<_>>();
        for (name, own) in &old {
            if !new.contains(name) {
                self.permissions_removed.push((*own).clone());
            } else if *name != own.as_str() {
                self.permissions_renamed.push(Renamed {
                    before: (*own).clone(),
                    after: (*name).to_owned(),
                });
            }
        }
        let added = after.permissions.iter().map(|permission| &permission.name);
        let added = added.filter(|name| !kept.contains(name.as_str()));
        self.permissions_added = added.cloned().collect();
    }
}

/// Words what everybody holds, as `member for user`.
fn everyone(model: &Model) -> String {
    let Some(everyone) = &model.everyone else {
        return String::new();
    };
    let role = model.roles.get(everyone.role.get());
    let role = role.map_or("", |role| role.id.as_str());
    format!("{role} for {}", everyone.types.join(", "))
}

/// Words from when on a sign-in counts; nothing where every one does.
fn sessions_from(from: Option<UnixSeconds>) -> String {
    from.map_or_else(String::new, |from| Until(from).to_string())
}

fn settings(before: &Model, after: &Model) -> Vec<Setting> {
    let of = |model: &Model| {
        let attributes = &model.attributes;
        [
            ("catalog", model.catalog.clone()),
            ("tenant", model.tenant.id.clone()),
            ("role_changes", model.tenant.role_changes.name().to_owned()),
            ("sessions_from", sessions_from(model.tenant.sessions_from)),
            (
                "team attribute",
                attributes.team.clone().unwrap_or_default(),
            ),
            (
                "directory_only attributes",
                attributes.directory_only.join(", "),
            ),
            ("everyone", everyone(model)),
            ("subject types", model.subject_types.names().join(", ")),
            (
                "most custom roles",
                model
                    .custom_roles_max
                    .map(|most| most.to_string())
                    .unwrap_or_default(),
            ),
        ]
    };
    let pairs = of(before).into_iter().zip(of(after));
    let changed = pairs.filter(|((_, before), (_, after))| before != after);
    changed
        .map(|((name, before), (_, after))| Setting {
            name,
            before,
            after,
        })
        .collect()
}

/// Names the features that are on; behind one that ends ` until ` and when.
fn features_on(model: &Model) -> Vec<String> {
    let ends = &model.tenant.feature_ends;
    let on = model.tenant.features.iter();
    on.filter_map(|feature| {
        let name = model.features.get(feature.get())?;
        let until = ends.get(feature).copied().map(Until);
        Some(format!("{name}{}", Until::after(until)))
    })
    .collect()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn turned(before: &[String], after: &[String]) -> Turned {
    let old = before.iter().collect::<BTreeSet<_>>();
    let new = after.iter().collect::<BTreeSet<_>>();
    let only_in = |names: &[String], other: &BTreeSet<&String>| {
        let only = names.iter().filter(|name| !other.contains(name));
        only.cloned().collect()
    };
    Turned {
        on: only_in(after, &old),
        off: only_in(before, &new),
    }
}

#[cfg(test)]
mod route_tests;
#[cfg(test)]
mod tests;
