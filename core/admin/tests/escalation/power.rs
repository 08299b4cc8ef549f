//! What somebody holds, worked out once more: a second opinion on what administration covers.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Binding, Grant, Manages, Model};

use crate::random::USERS;

/// Grants, each a permission and the atoms of one alternative of its condition.
pub(crate) type Grants = BTreeSet<(String, BTreeSet<String>)>;

/// Tells whether a grant includes all atoms of one of these.
pub(crate) fn covered((permission, atoms): &(String, BTreeSet<String>), by: &Grants) -> bool {
    let mut same = by.iter().filter(|(other, _)| other == permission);
    same.any(|(_, less)| less.is_subset(atoms))
}

/// Returns the policy as it is at a time: without what has ended by then.
pub(crate) fn at(model: &Model, now: UnixSeconds) -> Model {
    let mut model = model.clone();
    for person in &mut model.tenant.directory {
        let counts = |binding: &Binding| binding.until.is_none_or(|until| now < until);
        person.roles.retain(counts);
    }
    model
}

/// Returns what every user, every member of a group, every holder of a role and everybody whose
/// token states one is granted.
pub(crate) fn grants_of_all(model: &Model) -> BTreeMap<String, Grants> {
    let mut all = BTreeMap::new();
    for person in &model.tenant.directory {
        all.insert(format!("user {}", person.id), of_user(model, &person.id));
    }
    // Whether somebody holds what a token gives depends on whether it is active.
    for id in USERS.into_iter().chain(["new"]) {
        let mut people = model.tenant.directory.iter();
        let inactive = people.any(|person| person.id == id && person.inactive);
        let given = |grants: Grants| if inactive { Grants::new() } else { grants };
        let stated = model
            .roles
            .iter()
            .filter(|role| role.claimable && role.available);
        for role in stated {
            let grants = given(written_out(model, &role.grants, None));
            all.insert(
                format!("user {id} by a token that states {}", role.id),
                grants,
            );
        }
        for group in &model.tenant.groups {
            let grants = given(of_bindings(model, &group.roles));
            all.insert(format!("user {id} by a token of {}", group.id), grants);
        }
    }
    for group in &model.tenant.groups {
        all.insert(
            format!("group {}", group.id),
            of_bindings(model, &group.roles),
        );
    }
    for (index, role) in model.roles.iter().enumerate() {
        let grants = if role.available {
            written_out(model, &model.roles[index].grants, None)
        } else {
            Grants::new()
        };
        if role.claimable {
            all.insert(format!("a token that states {}", role.id), grants.clone());
        }
        all.insert(format!("role {}", role.id), grants);
    }
    all
}

/// Returns what a user is granted by its own roles and its groups'.
pub(crate) fn of_user(model: &Model, id: &str) -> Grants {
    of_bindings(model, &bindings(model, id))
}

/// Returns what a user is granted by what somebody gave it.
pub(crate) fn given_to_user(model: &Model, id: &str) -> Grants {
    of_bindings(model, &given(model, id))
}

/// Returns what the catalog lists a user's roles to assign, and what those do, and so on.
pub(crate) fn reach(model: &Model, id: &str) -> Grants {
    let mut grants = Grants::new();
    for Binding { role, team, .. } in listed(model, id) {
        let role = &model.roles[role.get()];
        let fixed = role.grants_unedited.as_ref().unwrap_or(&role.grants);
        grants.extend(written_out(model, fixed, team.as_deref()));
    }
    grants
}

/// Returns the roles that a user's roles list, and those that they do, with the teams.
pub(crate) fn listed(model: &Model, id: &str) -> Vec<Binding> {
    let mut found = Vec::new();
    for binding in bindings(model, id)
        .iter()
        .filter(|binding| model.roles[binding.role.get()].available)
    {
        let (mut open, mut seen) = (vec![binding.role], BTreeSet::new());
        while let Some(role) = open.pop() {
            let role = &model.roles[role.get()];
            if let (true, Manages::Roles(listed)) = (role.built_in, &role.manages) {
                for next in listed {
                    if seen.insert(*next) {
                        open.push(*next);
                    }
                }
            }
        }
        found.extend(seen.into_iter().map(|role| Binding {
            role,
            team: binding.team.clone(),
            until: binding.until,
        }));
    }
    found
}

pub(crate) fn bindings(model: &Model, id: &str) -> Vec<Binding> {
    let people = model.tenant.directory.iter();
    let mut people = people.filter(|person| person.id == id);
    if people.any(|person| person.inactive) {
        return Vec::new();
    }
    let everyone = model.everyone.iter().map(|everyone| Binding {
        role: everyone.role,
        team: None,
        until: None,
    });
    everyone.chain(given(model, id)).collect()
}

/// Returns the bindings that somebody gave a user, if it is active.
pub(crate) fn given(model: &Model, id: &str) -> Vec<Binding> {
    let people = model.tenant.directory.iter();
    let mut people = people.filter(|person| person.id == id);
    if people.clone().any(|person| person.inactive) {
        return Vec::new();
    }
    let mut bindings = Vec::new();
    if let Some(person) = people.next() {
        bindings.extend(person.roles.iter().cloned());
        for group in model
            .tenant
            .groups
            .iter()
            .filter(|group| person.groups.contains(&group.id))
        {
            bindings.extend(group.roles.iter().cloned());
        }
    }
    bindings
}

fn of_bindings(model: &Model, bindings: &[Binding]) -> Grants {
    let mut grants = Grants::new();
    for binding in bindings {
        let role = &model.roles[binding.role.get()];
        if role.available {
            grants.extend(written_out(model, &role.grants, binding.team.as_deref()));
        }
    }
    grants
}

fn written_out(model: &Model, grants: &[Grant], team: Option<&str>) -> Grants {
    let mut found = Grants::new();
    for grant in grants {
        let permission = &model.permissions[grant.permission.get()];
        for (scope, condition) in &permission.scopes {
            if !model.scope_sets[grant.scopes.get()].contains(scope) {
                continue;
            }
            for atoms in &model.conditions[condition.get()].0 {
                let mut atoms = atoms
                    .iter()
                    .map(ToString::to_string)
                    .collect::<BTreeSet<_>>();
                if let Some(team) = team {
                    atoms.insert(format!("is(resource.teams, {{{team}}})"));
                }
                found.insert((permission.name.clone(), atoms));
            }
        }
    }
    found
}
