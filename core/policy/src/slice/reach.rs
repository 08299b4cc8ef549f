//! What an audience's grants reach in a bundle.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::format::{Atom, Group, Payload, Person, Source};
use portcullis_engine::{PermissionId, Policy, RoleId, RoleOrigin, ScopeCondition, ScopeId};
use portcullis_json::nearest;

use super::renumber::Kept;
use super::{Audience, UnsliceableBundle};
use crate::authzen::Subject;

/// What of a whole bundle goes into a slice, by numbers in the whole.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    pub(super) roles: Kept,
    pub(super) groups: Vec<Group<'a>>,
    pub(super) person: Option<Person<'a>>,
    pub(super) modules: Kept,
    /// The granted permissions, each with the rows of its scope table that are granted.
    pub(super) permissions: BTreeMap<u16, Vec<ScopeCondition>>,
    pub(super) scopes: Kept,
    pub(super) conditions: BTreeSet<u16>,
    pub(super) features: Kept,
    pub(super) attributes: Attributes,
    /// Whether one of these is what only the directory may give.
    pub(super) directory_only: bool,
    /// Whether a role may be bound to a team.
    pub(super) teams: bool,
}

/// The attributes that are kept, by whose they are.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) subject: Kept,
    pub(super) action: Kept,
    pub(super) context: Kept,
    pub(super) resource: Kept,
}

impl<'a> Reach<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        payload: &Payload<'a>,
        audience: &Audience,
    ) -> Result<Self, UnsliceableBundle> {
        let holder = match audience {
            Audience::Roles(names) => Holder::of_roles(policy, payload, names)?,
            Audience::Subject(subject) => Holder::of_subject(policy, payload, subject)?,
        };
        let tables = policy.scope_tables();
        let mut permissions = BTreeMap::new();
        let mut modules = BTreeSet::new();
        let (mut scopes, mut conditions) = (BTreeSet::new(), BTreeSet::new());
        for (permission, granted) in granted(policy, &holder.roles) {
            let rows = tables
                .rows(permission)
                .filter(|row| granted.contains(&row.scope))
                .collect::<Vec<_>>();
            scopes.extend(rows.iter().map(|row| row.scope.0));
            conditions.extend(rows.iter().map(|row| row.condition.0));
            permissions.insert(permission.0, rows);
            add_with_parents(policy, permission, &mut modules);
        }
        let required = policy.required_features(permissions.keys().copied().map(PermissionId));
        // What is kept is open, so it needs none of the features that are off.
        let on = required
            .into_iter()
            .filter(|feature| policy.feature_is_enabled(*feature));
        let features = on.map(|feature| feature.0).collect::<BTreeSet<_>>();
        let attributes = attributes(payload, &conditions, holder.teams);
        let declared = payload.catalog.subject_attributes.iter();
        let directory_only = attributes
            .subject
            .of(declared)
            .any(|(_, attribute)| attribute.directory_only);
        Ok(Self {
            roles: holder.roles,
            groups: holder.groups,
            person: holder.person,
            features: features.into(),
            directory_only,
            attributes,
            modules: modules.into(),
            permissions,
            scopes: scopes.into(),
            conditions,
            teams: holder.teams,
        })
    }
}

/// Who holds what, before grants are looked at.
struct Holder<'a> {
    roles: Kept,
    groups: Vec<Group<'a>>,
    person: Option<Person<'a>>,
    teams: bool,
}

impl<'a> Holder<'a> {
    fn of_roles(
        policy: &Policy,
        payload: &Payload<'a>,
        names: &[String],
    ) -> Result<Self, UnsliceableBundle> {
        let mut kept = BTreeSet::new();
        for name in names {
            let Some(role) = policy.role(name) else {
                return Err(UnsliceableBundle::UnknownRole {
                    role: name.clone(),
                    nearest: nearest(name, policy.roles()).map(str::to_owned),
                });
            };
            if !policy.role_is_available(role) {
                return Err(UnsliceableBundle::NotYetAvailable { role: name.clone() });
            }
            kept.insert(role.0);
        }
        if kept.is_empty() {
            return Err(UnsliceableBundle::NoRole);
        }
        // Whoever states these roles may hold everybody's as well.
        kept.extend(policy.everyone().map(|(role, _)| role.0));
        let groups = payload.tenant.groups.iter();
        Ok(Self {
            roles: kept.into(),
            groups: groups.filter(Group::is_everybodys).collect(),
            person: None,
            teams: payload.catalog.team_attribute.is_some(),
        })
    }

    fn of_subject(
        policy: &Policy,
        payload: &Payload<'a>,
        subject: &Subject,
    ) -> Result<Self, UnsliceableBundle> {
        let mut roles = BTreeSet::new();
        let mut mapped = BTreeSet::new();
        let mut teams = false;
        subject
            .ask(|subject| {
                let assigned = policy.assigned_roles(subject).into_iter();
                for assigned in assigned.filter(|assigned| assigned.available) {
                    roles.insert(assigned.role.0);
                    teams |= assigned.team.is_some();
                    match assigned.origin {
                        RoleOrigin::Group(id) => drop(mapped.insert(id.to_owned())),
                        RoleOrigin::Everyone => drop(mapped.insert(String::new())),
                        RoleOrigin::Request
                        | RoleOrigin::Directory
                        | RoleOrigin::DirectoryUntil(_) => {}
                    }
                }
            })
            .map_err(UnsliceableBundle::InvalidSubject)?;
        let groups = payload.tenant.groups.iter();
        let mut people = payload.tenant.directory.iter();
        Ok(Self {
            roles: roles.into(),
            groups: groups.filter(|group| mapped.contains(group.id)).collect(),
            person: people.find(|own| own.kind == subject.kind && own.id == subject.id),
            teams,
        })
    }
}

/// Returns the scopes that the kept roles have together on each open permission.
fn granted(policy: &Policy, roles: &Kept) -> BTreeMap<PermissionId, BTreeSet<ScopeId>> {
    let mut granted = BTreeMap::<_, BTreeSet<_>>::new();
    for role in roles.numbers().map(RoleId) {
        let grants = policy.grants(role);
        for grant in grants.filter(|grant| policy.permission_is_open(grant.permission)) {
            let scopes = granted.entry(grant.permission).or_default();
            scopes.extend(grant.scopes.iter().copied());
        }
    }
    granted
}

fn add_with_parents(policy: &Policy, permission: PermissionId, modules: &mut BTreeSet<u16>) {
    let mut next = policy.permission_module(permission);
    // Ends: a parent has a lower number than its child.
    while let Some(module) = next.filter(|module| modules.insert(module.0)) {
        next = policy.module_parent(module);
    }
}

fn attributes(payload: &Payload<'_>, conditions: &BTreeSet<u16>, teams: bool) -> Attributes {
    let (mut subject, mut action) = (BTreeSet::new(), BTreeSet::new());
    let (mut context, mut resource) = (BTreeSet::new(), BTreeSet::new());
    let kept = payload.catalog.conditions.iter().zip(0_u16..);
    let kept = kept.filter(|(_, number)| conditions.contains(number));
    let atoms = kept
        .flat_map(|(condition, _)| condition.iter())
        .flat_map(|conjunction| conjunction.iter());
    for source in atoms.flat_map(|atom| sources(&atom)).flatten() {
        match source {
            Source::Subject(number) => subject.insert(number),
            Source::Action(number) => action.insert(number),
            Source::Context(number) => context.insert(number),
            Source::Resource(number) => resource.insert(number),
            Source::SubjectId | Source::SubjectType | Source::ResourceId => false,
        };
    }
    if let Some(team) = payload.catalog.team_attribute.filter(|_| teams) {
        resource.insert(team.resource);
    }
    Attributes {
        subject: subject.into(),
        action: action.into(),
        context: context.into(),
        resource: resource.into(),
    }
}

const fn sources(atom: &Atom<'_>) -> [Option<Source>; 2] {
    match atom {
        Atom::Shares(left, right) | Atom::Differs(left, right) => [Some(*left), Some(*right)],
        Atom::Is(source, _)
        | Atom::Lacks(source, _)
        | Atom::Within(source, _)
        | Atom::Present(source)
        | Atom::Absent(source) => [Some(*source), None],
    }
}
