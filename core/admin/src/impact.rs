//! Whom a change touches: what each known subject could do before, and can after.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Holdings, Model, Role};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::{GrantName, SubjectKey, grants, lookup};

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

/// As JSON with what it gains and loses.
impl Serialize for Impact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Impact", 5)?;
        object.serialize_field("subject", &self.subject)?;
        object.serialize_field("before", &self.before)?;
        object.serialize_field("after", &self.after)?;
        object.serialize_field("gained", &self.gained().collect::<Vec<_>>())?;
        object.serialize_field("lost", &self.lost().collect::<Vec<_>>())?;
        object.end()
    }
}

/// Returns what a change at `now` does to those of the directory whom it touches; `also` says whom
/// to name even if nothing changes for them.
pub(crate) fn impacts(
    before: &Model,
    after: &Model,
    now: UnixSeconds,
    also: impl Fn(&SubjectKey, &Holdings) -> bool,
) -> Vec<Impact> {
    let changed = changed_roles(before, after);
    let features = |model: &Model| {
        (
            model.tenant.features.clone(),
            model.tenant.feature_ends.clone(),
        )
    };
    let all = features(before) != features(after);
    let people = before.tenant.directory.iter();
    let people = people.chain(&after.tenant.directory).map(SubjectKey::from);
    let mut found = Vec::new();
    for subject in people.collect::<BTreeSet<_>>() {
        // Whom only one of the two directories has holds what everybody does in the other.
        let held = |model: &Model| Holdings::of_key(model, &subject.kind, &subject.id).at(now);
        let (old, new) = (held(before), held(after));
        let (old_roles, new_roles) = (roles_of(before, &old), roles_of(after, &new));
        let touched = all
            || old_roles != new_roles
            || old_roles.iter().any(|held| changed.contains(held.id))
            || also(&subject, &old)
            || also(&subject, &new);
        if !touched {
            continue;
        }
        let named = also(&subject, &old) || also(&subject, &new);
        let impact = Impact {
            subject,
            before: effective(before, &old, now),
            after: effective(after, &new, now),
        };
        if impact.before != impact.after || named {
            found.push(impact);
        }
    }
    found
}

/// Returns the roles whose grants differ, or that exist on one side only.
fn changed_roles<'m>(before: &'m Model, after: &'m Model) -> BTreeSet<&'m str> {
    let of = |model: &'m Model| {
        let roles = model.roles.iter().map(|role| (role.id.as_str(), role));
        roles.collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (of(before), of(after));
    // A change leaves the catalog as it is, so the two models number permissions and scopes alike.
    let are_alike = |old: &Role, new: &Role| {
        let pairs = old.grants.iter().zip(&new.grants);
        let mut pairs = pairs.map(|(old, new)| {
            old.permission == new.permission && before.scopes_of(*old) == after.scopes_of(*new)
        });
        old.available == new.available
            && old.grants.len() == new.grants.len()
            && pairs.all(|alike| alike)
    };
    let ids = old.keys().chain(new.keys()).copied();
    ids.filter(|id| match (old.get(id), new.get(id)) {
        (Some(old), Some(new)) => !are_alike(old, new),
        _ => true,
    })
    .collect()
}

/// A role that is held, by its id: the two models may number roles differently.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct HeldRole<'m> {
    id: &'m str,
    team: Option<&'m str>,
    until: Option<UnixSeconds>,
}

fn roles_of<'m>(model: &'m Model, held: &'m Holdings) -> BTreeSet<HeldRole<'m>> {
    let bindings = held.bindings.iter().chain(&held.everyone);
    let bindings = bindings.filter_map(|binding| {
        let role = model.roles.get(binding.role.get())?;
        Some(HeldRole {
            id: &role.id,
            team: binding.team.as_deref(),
            until: binding.until,
        })
    });
    bindings.collect()
}

fn effective(model: &Model, held: &Holdings, now: UnixSeconds) -> BTreeSet<GrantName> {
    let open = model.openness_at(now);
    let mut effective = BTreeSet::new();
    for binding in held.usable(model) {
        for grant in grants::of_role(model, binding.role) {
            if open.permission(grant.permission) {
                effective.insert(lookup::grant_name(model, grant, binding.team.as_deref()));
            }
        }
    }
    effective
}
