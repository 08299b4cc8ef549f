//! What an audience's grants reach in a bundle.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::format::{
    Atom, Binding, Group, List, Module, Payload, Permission, Person, Requirement, Role, ScopeRow,
    Source,
};

use super::renumber::Kept;
use super::{Audience, UnsliceableBundle};
use crate::authzen::Subject;
use crate::problem::nearest;

/// What of a whole bundle goes into a slice, by numbers in the whole.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    pub(super) roles: Kept,
    pub(super) groups: Vec<Group<'a>>,
    pub(super) person: Option<Person<'a>>,
    pub(super) modules: Kept,
    /// The granted permissions, each with the rows of its scope table that are granted.
    pub(super) permissions: BTreeMap<u16, Vec<ScopeRow>>,
    pub(super) scopes: Kept,
    pub(super) conditions: BTreeSet<u16>,
    pub(super) features: Kept,
    pub(super) attributes: Attributes,
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
        payload: &Payload<'a>,
        audience: &Audience,
    ) -> Result<Self, UnsliceableBundle> {
        let roles = payload.tenant.roles.iter().collect::<Vec<_>>();
        let holder = match audience {
            Audience::Roles(names) => Holder::of_roles(payload, &roles, names)?,
            Audience::Subject(subject) => Holder::of_subject(payload, &roles, subject),
        };
        let open = Open::new(payload);
        let granted = granted(payload, &roles, &holder.roles, &open);
        let tables = payload.catalog.scope_tables.iter().collect::<Vec<_>>();
        let mut permissions = BTreeMap::new();
        let mut modules = BTreeSet::new();
        let (mut scopes, mut conditions) = (BTreeSet::new(), BTreeSet::new());
        for (number, granted) in granted {
            let Some((module, permission)) = open.permissions.get(usize::from(number)) else {
                continue;
            };
            let table = tables.get(usize::from(permission.scopes));
            let rows = table.into_iter().flat_map(List::iter);
            let rows = rows
                .filter(|row| granted.contains(&row.scope))
                .collect::<Vec<_>>();
            scopes.extend(rows.iter().map(|row| row.scope));
            conditions.extend(rows.iter().map(|row| row.condition));
            permissions.insert(number, rows);
            open.add_with_parents(*module, &mut modules);
        }
        let modules = Kept::from(modules);
        Ok(Self {
            roles: holder.roles,
            groups: holder.groups,
            person: holder.person,
            features: open.features_of(&modules, permissions.keys().copied()),
            attributes: attributes(payload, &conditions, holder.teams),
            modules,
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
        payload: &Payload<'a>,
        roles: &[Role<'a>],
        names: &[String],
    ) -> Result<Self, UnsliceableBundle> {
        let mut kept = BTreeSet::new();
        for name in names {
            let Some((number, role)) = find(roles, name) else {
                let known = roles.iter().map(|role| role.id);
                return Err(UnsliceableBundle::UnknownRole {
                    role: name.clone(),
                    nearest: nearest(name, known).map(str::to_owned),
                });
            };
            if !role.available {
                return Err(UnsliceableBundle::NotYetAvailable { role: name.clone() });
            }
            kept.insert(number);
        }
        if kept.is_empty() {
            return Err(UnsliceableBundle::NoRole);
        }
        Ok(Self {
            roles: kept.into(),
            groups: Vec::new(),
            person: None,
            teams: payload.catalog.team_attribute.is_some(),
        })
    }

    /// As the engine collects a subject's roles; what it does not know grants nothing.
    fn of_subject(payload: &Payload<'a>, roles: &[Role<'a>], subject: &Subject) -> Self {
        let tenant = &payload.tenant;
        let has_teams = payload.catalog.team_attribute.is_some();
        let own = subject.roles.iter().map(|role| (role.as_str(), false));
        let bound = subject
            .team_roles
            .iter()
            .filter(|_| has_teams)
            .map(|bound| (bound.role.as_str(), true));
        let mut kept = BTreeSet::new();
        let mut teams = false;
        for (name, bound) in own.chain(bound) {
            if let Some((number, _)) = find(roles, name).filter(|(_, role)| role.available) {
                kept.insert(number);
                teams |= bound;
            }
        }
        let mut people = tenant.directory.iter();
        let person = people.find(|own| own.kind == subject.kind && own.id == subject.id);
        let listed = person.iter().flat_map(|person| person.groups.iter());
        let member = listed
            .chain(subject.groups.iter().map(String::as_str))
            .collect::<BTreeSet<_>>();
        let available = |binding: &Binding<'_>| {
            let role = roles.get(usize::from(binding.role));
            role.is_some_and(|role| role.available)
        };
        let groups = tenant.groups.iter();
        let groups = groups
            .filter(|group| {
                member.contains(group.id) && group.roles.iter().any(|own| available(&own))
            })
            .collect::<Vec<_>>();
        let mapped = groups.iter().flat_map(|group| group.roles.iter());
        let assigned = person.iter().flat_map(|person| person.roles.iter());
        for binding in mapped.chain(assigned).filter(available) {
            kept.insert(binding.role);
            teams |= !binding.team.is_empty();
        }
        Self {
            roles: kept.into(),
            groups,
            person,
            teams,
        }
    }
}

/// What the tenant's features leave open, as the engine sees it.
struct Open<'a> {
    features: BTreeSet<u16>,
    requirements: Vec<Requirement<'a>>,
    modules: Vec<(Module<'a>, bool)>,
    /// Every permission with its module.
    permissions: Vec<(u16, Permission)>,
}

impl<'a> Open<'a> {
    fn new(payload: &Payload<'a>) -> Self {
        let mut open = Self {
            features: payload.tenant.features.iter().collect(),
            requirements: payload.catalog.requirements.iter().collect(),
            modules: Vec::new(),
            permissions: Vec::new(),
        };
        for (number, module) in (0_u16..).zip(payload.catalog.modules.iter()) {
            let parent = module.parent.get();
            let above = parent.is_none_or(|parent| open.module(parent));
            let own = module
                .requires
                .iter()
                .all(|requirement| open.holds(requirement));
            let permissions = module.permissions.iter();
            open.permissions
                .extend(permissions.map(|own| (number, own)));
            open.modules.push((module, above && own));
        }
        open
    }

    fn module(&self, module: u16) -> bool {
        let found = self.modules.get(usize::from(module));
        found.is_some_and(|(_, open)| *open)
    }

    fn permission(&self, permission: u16) -> bool {
        let found = self.permissions.get(usize::from(permission));
        found.is_some_and(|(module, own)| {
            self.module(*module) && own.requires.get().is_none_or(|own| self.holds(own))
        })
    }

    fn holds(&self, requirement: u16) -> bool {
        let Some(requirement) = self.requirements.get(usize::from(requirement)) else {
            return false;
        };
        let mut on = requirement
            .features
            .iter()
            .map(|feature| self.features.contains(&feature));
        if requirement.any {
            on.any(|on| on)
        } else {
            on.all(|on| on)
        }
    }

    fn add_with_parents(&self, module: u16, modules: &mut BTreeSet<u16>) {
        let mut next = Some(module);
        // Ends: a parent has a lower number than its child.
        while let Some(number) = next.filter(|number| modules.insert(*number)) {
            let above = self.modules.get(usize::from(number));
            next = above.and_then(|(module, _)| module.parent.get());
        }
    }

    /// Returns the features that what is kept rests on; those that are off it does not need.
    fn features_of(&self, modules: &Kept, permissions: impl Iterator<Item = u16>) -> Kept {
        let of_modules = modules.of(self.modules.iter());
        let of_modules = of_modules.flat_map(|(_, (module, _))| module.requires.iter());
        let of_permissions = permissions
            .filter_map(|number| self.permissions.get(usize::from(number)))
            .filter_map(|(_, permission)| permission.requires.get());
        let named = of_modules
            .chain(of_permissions)
            .filter_map(|requirement| self.requirements.get(usize::from(requirement)))
            .flat_map(|requirement| requirement.features.iter());
        let on = named.filter(|feature| self.features.contains(feature));
        on.collect::<BTreeSet<_>>().into()
    }
}

/// Returns the scopes that the kept roles have together on each open permission.
fn granted(
    payload: &Payload<'_>,
    roles: &[Role<'_>],
    kept: &Kept,
    open: &Open<'_>,
) -> BTreeMap<u16, BTreeSet<u16>> {
    let sets = payload.tenant.scope_sets.iter().collect::<Vec<_>>();
    let mut granted = BTreeMap::<u16, BTreeSet<u16>>::new();
    for (_, role) in kept.of(roles.iter()) {
        for (permission, set) in grants(role) {
            if open.permission(permission) {
                let scopes = sets.get(usize::from(set)).into_iter().flat_map(List::iter);
                granted.entry(permission).or_default().extend(scopes);
            }
        }
    }
    granted
}

/// Returns a role's grants: permission and scope set, ascending.
pub(super) fn grants(role: &Role<'_>) -> Vec<(u16, u16)> {
    let mut next = 0_u16;
    let pairs = List::<(u16, u16)>::new(role.grants).iter();
    pairs
        .map(|(gap, set)| {
            let permission = next.saturating_add(gap);
            next = permission.saturating_add(1);
            (permission, set)
        })
        .collect()
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
        Atom::Shares(left, right) => [Some(*left), Some(*right)],
        Atom::Is(source, _)
        | Atom::Lacks(source, _)
        | Atom::Within(source, _)
        | Atom::Present(source)
        | Atom::Absent(source) => [Some(*source), None],
    }
}

fn find<'r, 'a>(roles: &'r [Role<'a>], id: &str) -> Option<(u16, &'r Role<'a>)> {
    let at = roles.binary_search_by(|role| role.id.cmp(id)).ok()?;
    Some((u16::try_from(at).ok()?, roles.get(at)?))
}
