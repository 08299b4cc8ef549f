//! Roles, and those who hold them, in two policies.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::grants::{GrantChanges, Names, collect};
use portcullis_policy::model::{Binding, Holdings, Manages, Model, Person, Role};

/// A role that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleDiff {
    /// Its id.
    pub role: String,
    /// Whether it is new, gone or another.
    pub change: RoleChange,
    /// What became of its label, its availability and what it manages: name, before, after.
    pub members: Vec<super::Setting>,
    /// What its grants differ by.
    #[serde(flatten)]
    pub grants: GrantChanges,
}

/// What became of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleChange {
    /// The second policy alone has it.
    Added,
    /// The first policy alone has it.
    Removed,
    /// Both have it.
    Changed,
}

/// A subject, or the members of a group, touched by a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HolderDiff {
    /// The subject's type; nothing of a group.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The id.
    pub id: String,
    /// Roles held now and not before, as `role` or `role@team`, those of groups included; behind one
    /// that ends ` until ` and when.
    pub roles_gained: Vec<String>,
    /// Roles held before and not now.
    pub roles_lost: Vec<String>,
    /// Attributes with other values, and `sessions_from` where that is another time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeChange>,
    /// What its grants differ by.
    #[serde(flatten)]
    pub grants: GrantChanges,
}

/// An attribute of a subject with other values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttributeChange {
    /// Its name.
    pub name: String,
    /// The values that were added.
    pub gained: Vec<String>,
    /// The values that were taken away.
    pub lost: Vec<String>,
}

/// Compares the roles of two policies.
pub(super) fn roles(before: &Model, after: &Model, names: &Names) -> Vec<RoleDiff> {
    let of = |model: &Model| {
        let ids = model.roles.iter().map(|role| role.id.clone());
        ids.collect::<BTreeSet<_>>()
    };
    let ids = &of(before) | &of(after);
    let grants = |model: &Model, names, id: &str| {
        let role = model.role(id).map(|role| Binding {
            role,
            team: None,
            until: None,
        });
        collect(model, names, role)
    };
    let mut diffs = Vec::new();
    for id in ids {
        let (old, new) = (find(before, &id), find(after, &id));
        let change = match (old, new) {
            (None, _) => RoleChange::Added,
            (_, None) => RoleChange::Removed,
            _ => RoleChange::Changed,
        };
        let members = match (old, new) {
            (Some(old), Some(new)) => members((before, old), (after, new)),
            _ => Vec::new(),
        };
        let grants = match (old, new) {
            (Some(old), Some(new)) if names.grant_alike((before, old), (after, new)) => {
                GrantChanges::default()
            }
            _ => GrantChanges::new(&grants(before, Some(names), &id), &grants(after, None, &id)),
        };
        if change != RoleChange::Changed || !members.is_empty() || !grants.is_empty() {
            diffs.push(RoleDiff {
                role: id,
                change,
                members,
                grants,
            });
        }
    }
    diffs
}

fn find<'m>(model: &'m Model, id: &str) -> Option<&'m Role> {
    model.roles.iter().find(|role| role.id == id)
}

fn members(before: (&Model, &Role), after: (&Model, &Role)) -> Vec<super::Setting> {
    let of = |(model, role): (&Model, &Role)| {
        [
            ("label", role.label.clone().unwrap_or_default()),
            ("available", role.available.to_string()),
            ("claimable", role.claimable.to_string()),
            ("permanent", role.permanent.to_string()),
            ("editable", role.editable.to_string()),
            ("manages", manages(model, role)),
        ]
    };
    let pairs = of(before).into_iter().zip(of(after));
    let changed = pairs.filter(|((_, before), (_, after))| before != after);
    changed
        .map(|((name, before), (_, after))| super::Setting {
            name,
            before,
            after,
        })
        .collect()
}

fn manages(model: &Model, role: &Role) -> String {
    match &role.manages {
        Manages::None => String::new(),
        Manages::All => "*".to_owned(),
        Manages::Roles(roles) => {
            let ids = roles.iter().filter_map(|role| model.roles.get(role.get()));
            let ids = ids.map(|role| role.id.as_str()).collect::<BTreeSet<_>>();
            ids.into_iter().collect::<Vec<_>>().join(", ")
        }
    }
}

/// Roles held, in each of the two policies.
type Held = (BTreeSet<Binding>, BTreeSet<Binding>);

/// Compares groups and people; many hold the same, which is compared once.
#[derive(Debug)]
pub(super) struct Holders<'a> {
    before: &'a Model,
    after: &'a Model,
    names: &'a Names,
    compared: BTreeMap<(Vec<Binding>, Vec<Binding>), GrantChanges>,
}

impl<'a> Holders<'a> {
    pub(super) fn new(before: &'a Model, after: &'a Model, names: &'a Names) -> Self {
        Self {
            before,
            after,
            names,
            compared: BTreeMap::new(),
        }
    }

    pub(super) fn groups(&mut self) -> Vec<HolderDiff> {
        let of = |model: &'a Model| {
            let groups = model.tenant.groups.iter();
            let groups = groups.map(|group| (group.id.as_str(), group.roles.iter().cloned()));
            groups
                .map(|(id, roles)| (id, roles.collect::<BTreeSet<_>>()))
                .collect::<BTreeMap<_, _>>()
        };
        let (old, new) = (of(self.before), of(self.after));
        let ids = old.keys().chain(new.keys()).copied();
        let mut diffs = Vec::new();
        for id in ids.collect::<BTreeSet<_>>() {
            let held =
                |map: &BTreeMap<&str, BTreeSet<Binding>>| map.get(id).cloned().unwrap_or_default();
            let diff = self.holder(None, id, (held(&old), held(&new)), Vec::new());
            diffs.extend(diff);
        }
        diffs
    }

    pub(super) fn subjects(&mut self) -> Vec<HolderDiff> {
        let of = |model: &'a Model| {
            let people = model.tenant.directory.iter();
            let keyed = people.map(|person| ((person.kind.as_str(), person.id.as_str()), person));
            keyed.collect::<BTreeMap<_, _>>()
        };
        let (old, new) = (of(self.before), of(self.after));
        let keys = old.keys().chain(new.keys()).copied();
        let mut diffs = Vec::new();
        for (kind, id) in keys.collect::<BTreeSet<_>>() {
            let (was, is) = (old.get(&(kind, id)).copied(), new.get(&(kind, id)).copied());
            let held = (
                roles_of(self.before, kind, id),
                roles_of(self.after, kind, id),
            );
            let attributes = attributes(was, is);
            diffs.extend(self.holder(Some(kind), id, held, attributes));
        }
        diffs
    }

    fn holder(
        &mut self,
        kind: Option<&str>,
        id: &str,
        held: Held,
        attributes: Vec<AttributeChange>,
    ) -> Option<HolderDiff> {
        let (old, new) = (texts(self.before, &held.0), texts(self.after, &held.1));
        let diff = HolderDiff {
            kind: kind.map(str::to_owned),
            id: id.to_owned(),
            roles_gained: new.difference(&old).cloned().collect(),
            roles_lost: old.difference(&new).cloned().collect(),
            attributes,
            grants: self.grants(held),
        };
        let touched = !diff.roles_gained.is_empty()
            || !diff.roles_lost.is_empty()
            || !diff.attributes.is_empty()
            || !diff.grants.is_empty();
        touched.then_some(diff)
    }

    fn grants(&mut self, (old, new): Held) -> GrantChanges {
        let key = (old.into_iter().collect(), new.into_iter().collect());
        if let Some(known) = self.compared.get(&key) {
            return known.clone();
        }
        let (old, new): &(Vec<Binding>, Vec<Binding>) = &key;
        let changes = if self.are_worth_the_same(old, new) {
            GrantChanges::default()
        } else {
            GrantChanges::new(
                &collect(self.before, Some(self.names), old.iter().cloned()),
                &collect(self.after, None, new.iter().cloned()),
            )
        };
        self.compared.insert(key, changes.clone());
        changes
    }

    /// Says whether roles certainly grant the same, one by one and on the same teams.
    fn are_worth_the_same(&self, old: &[Binding], new: &[Binding]) -> bool {
        let alike = |(old, new): (&Binding, &Binding)| {
            let was = self.before.roles.get(old.role.get());
            let is = self.after.roles.get(new.role.get());
            old.team == new.team
                && was.zip(is).is_some_and(|(was, is)| {
                    self.names.grant_alike((self.before, was), (self.after, is))
                })
        };
        old.len() == new.len() && old.iter().zip(new).all(alike)
    }
}

/// Returns the roles that a policy gives a subject, its groups' and everybody's included.
fn roles_of(model: &Model, kind: &str, id: &str) -> BTreeSet<Binding> {
    let Holdings {
        mut bindings,
        everyone,
        ..
    } = Holdings::of_key(model, kind, id);
    bindings.extend(everyone);
    bindings
}

fn texts(model: &Model, bindings: &BTreeSet<Binding>) -> BTreeSet<String> {
    let texts = bindings.iter().map(|binding| model.binding_name(binding));
    texts.collect()
}

fn attributes(before: Option<&Person>, after: Option<&Person>) -> Vec<AttributeChange> {
    let of = |person: Option<&Person>| {
        let attributes = person.into_iter().flat_map(|person| &person.attributes);
        let sets = attributes.map(|(name, values)| {
            (
                name.clone(),
                values.iter().cloned().collect::<BTreeSet<_>>(),
            )
        });
        // No attribute has this name.
        let from = person.and_then(|person| person.sessions_from);
        let from = from.map(|from| BTreeSet::from([super::sessions_from(Some(from))]));
        let from = from.map(|times| ("sessions_from".to_owned(), times));
        sets.chain(from).collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (of(before), of(after));
    let names = old.keys().chain(new.keys()).collect::<BTreeSet<_>>();
    let none = BTreeSet::new();
    let changes = names.into_iter().map(|name| {
        let (was, is) = (
            old.get(name).unwrap_or(&none),
            new.get(name).unwrap_or(&none),
        );
        AttributeChange {
            name: name.clone(),
            gained: is.difference(was).cloned().collect(),
            lost: was.difference(is).cloned().collect(),
        }
    });
    changes
        .filter(|change| !change.gained.is_empty() || !change.lost.is_empty())
        .collect()
}
