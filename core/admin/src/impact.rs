//! Whom a change touches: what each known subject could do before, and can after.

use std::collections::{BTreeMap, BTreeSet};

use super::holdings;
use super::{GrantName, SubjectKey, names};
use portcullis_policy::model::{Holdings, Model};

/// What a change does to one subject of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// The subject.
    pub subject: SubjectKey,
    /// What it could do before, as far as the tenant's features let it.
    pub before: BTreeSet<GrantName>,
    /// What it can do after.
    pub after: BTreeSet<GrantName>,
}

impl Impact {
    /// Returns what it gains.
    pub fn gained(&self) -> impl Iterator<Item = &GrantName> {
        self.after.difference(&self.before)
    }

    /// Returns what it loses.
    pub fn lost(&self) -> impl Iterator<Item = &GrantName> {
        self.before.difference(&self.after)
    }
}

/// Tells what a change does to those of the directory whom it touches; `also` tells whom
/// to name even if nothing changes for them.
pub(super) fn impacts(
    before: &Model,
    after: &Model,
    also: impl Fn(&Holdings) -> bool,
) -> Vec<Impact> {
    let changed = changed_roles(before, after);
    let all = before.tenant.features != after.tenant.features;
    let mut people = BTreeMap::<SubjectKey, [Holdings; 2]>::new();
    for (side, model) in [before, after].into_iter().enumerate() {
        for person in &model.tenant.directory {
            let sides = people.entry(SubjectKey::from(person)).or_default();
            if let Some(held) = sides.get_mut(side) {
                *held = Holdings::of_person(model, person);
            }
        }
    }
    let mut found = Vec::new();
    for (subject, [old, new]) in people {
        let (old_roles, new_roles) = (bound(before, &old), bound(after, &new));
        let touched = all
            || old_roles != new_roles
            || old_roles.iter().any(|(id, _)| changed.contains(id))
            || also(&old)
            || also(&new);
        if !touched {
            continue;
        }
        let impact = Impact {
            subject,
            before: effective(before, &old),
            after: effective(after, &new),
        };
        if impact.before != impact.after || also(&old) || also(&new) {
            found.push(impact);
        }
    }
    found
}

/// Returns the roles whose grants differ, or that are there on one side only.
fn changed_roles<'m>(before: &'m Model, after: &'m Model) -> BTreeSet<&'m str> {
    let grants = |model: &'m Model| {
        let roles = model.roles.iter().zip(0..);
        roles
            .map(|(role, index)| {
                let grants = holdings::of_role(model, portcullis_policy::model::RoleIndex(index));
                (role.id.as_str(), (role.available, grants))
            })
            .collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (grants(before), grants(after));
    let ids = old.keys().chain(new.keys()).copied();
    ids.filter(|id| old.get(id) != new.get(id)).collect()
}

fn bound<'m>(model: &'m Model, held: &'m Holdings) -> BTreeSet<(&'m str, Option<&'m str>)> {
    let bindings = held.bindings.iter();
    let bindings = bindings.filter_map(|binding| {
        let role = model.roles.get(binding.role.get())?;
        Some((role.id.as_str(), binding.team.as_deref()))
    });
    bindings.collect()
}

fn effective(model: &Model, held: &Holdings) -> BTreeSet<GrantName> {
    let open = model.openness();
    let mut grants = BTreeSet::new();
    for binding in held.usable(model) {
        for pair in holdings::of_role(model, binding.role) {
            if open.permission(pair.0) {
                grants.insert(names::grant(model, pair, binding.team.as_deref()));
            }
        }
    }
    grants
}
