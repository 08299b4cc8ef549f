//! The roles of a subject: its own, its groups', and the directory's.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::{
    bundle::Bundle,
    format::{Binding, DEFAULT_SUBJECT_TYPES, Group, List, Person},
    grammar::is_value,
    ids::{RoleId, UnixSeconds},
    index::item_at,
    inspect::RoleOrigin,
    policy::Policy,
    subject::{Names, Subject},
};

/// A role held everywhere, or on one team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assignment<'a> {
    pub(crate) role: RoleId,
    pub(crate) team: Option<&'a str>,
}

impl Assignment<'_> {
    /// Orders as an answer names its grant: global first, then role, then team.
    #[inline]
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let bound = self.team.is_some().cmp(&other.team.is_some());
        bound
            .then(self.role.cmp(&other.role))
            .then_with(|| self.team.cmp(&other.team))
    }
}

/// What one role, group or team of a subject turned out to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RoleLookup<'a> {
    Assigned(Assignment<'a>, RoleOrigin<'a>),
    UnknownRole(&'a str),
    UnknownGroup(&'a str),
    UnknownTeam(&'a str),
    NotYetAvailable(RoleId),
    NoTeamAttribute(&'a str),
    /// The directory says that the subject of this id holds nothing.
    NotActive(&'a str),
    /// The directory assigned it until that second, and no longer.
    Ended(RoleId, UnixSeconds),
    /// The request names everybody's role, which follows from the subject's type alone.
    Everybodys(RoleId),
}

/// As [`each`], with roles that may not be held yet as [`RoleLookup::NotYetAvailable`].
pub(crate) fn visit<'a>(
    policy: &'a Policy,
    subject: &Subject<'a>,
    person: Option<&Person<'a>>,
    take: &mut dyn FnMut(RoleLookup<'a>),
) {
    each(policy, subject, person, &mut |lookup| match lookup {
        RoleLookup::Assigned(held, _) if !policy.role_is_available(held.role) => {
            take(RoleLookup::NotYetAvailable(held.role));
        }
        other => take(other),
    });
}

/// Visits every role of the subject, those that grant nothing included, in no
/// particular order and perhaps more than once. One that may not be held yet is visited
/// like others: the index of grants has no grant of it.
pub(crate) fn each<'a>(
    policy: &'a Policy,
    subject: &Subject<'a>,
    person: Option<&Person<'a>>,
    take: &mut dyn FnMut(RoleLookup<'a>),
) {
    if person.is_some_and(Person::is_inactive) {
        take(RoleLookup::NotActive(subject.id));
        return;
    }
    let everyone = policy.bundle.tables.everyone;
    if everyone.is_some()
        && let Some(role) = everyones_role(policy, subject)
    {
        take(RoleLookup::Assigned(
            Assignment { role, team: None },
            RoleOrigin::Everyone,
        ));
    }
    let everyone = everyone.map(|(_, role)| role);
    named(policy, subject.roles, None, everyone, take);
    subject.team_roles.each(|team, roles| {
        if policy.bundle.tables.team.is_none() {
            take(RoleLookup::NoTeamAttribute(team));
        } else if is_value(team) {
            named(policy, roles, Some(team), everyone, take);
        } else {
            take(RoleLookup::UnknownTeam(team));
        }
    });
    subject.groups.each(|id| mapped(policy, id, take));
    if let Some(person) = person {
        bound(person.roles, RoleOrigin::Directory, take);
        if policy.bundle.tables.has_endings {
            ending(policy, person, take);
        }
        person.groups.iter().for_each(|id| mapped(policy, id, take));
    }
}

fn named<'a>(
    policy: &'a Policy,
    roles: Names<'a>,
    team: Option<&'a str>,
    everyone: Option<RoleId>,
    take: &mut dyn FnMut(RoleLookup<'a>),
) {
    roles.each(|name| match policy.role(name) {
        Some(role) if everyone == Some(role) => take(RoleLookup::Everybodys(role)),
        Some(role) => take(RoleLookup::Assigned(
            Assignment { role, team },
            RoleOrigin::Request,
        )),
        None => take(RoleLookup::UnknownRole(name)),
    });
}

fn mapped<'a>(policy: &'a Policy, id: &'a str, take: &mut dyn FnMut(RoleLookup<'a>)) {
    match group(&policy.bundle, id) {
        Some(roles) => bound(roles, RoleOrigin::Group(id), take),
        None => take(RoleLookup::UnknownGroup(id)),
    }
}

fn bound<'a>(
    roles: List<'a, Binding<'a>>,
    origin: RoleOrigin<'a>,
    take: &mut dyn FnMut(RoleLookup<'a>),
) {
    for binding in roles.iter() {
        let team = Some(binding.team).filter(|team| !team.is_empty());
        let role = RoleId(binding.role);
        take(RoleLookup::Assigned(Assignment { role, team }, origin));
    }
}

/// Visits the roles that a person holds for a time, or has held.
#[cold]
#[inline(never)]
fn ending<'a>(policy: &Policy, person: &Person<'a>, take: &mut dyn FnMut(RoleLookup<'a>)) {
    for own in person.ending().iter() {
        let (role, until) = (RoleId(own.role), UnixSeconds(own.until));
        take(if policy.now < until {
            let team = Some(own.team).filter(|team| !team.is_empty());
            RoleLookup::Assigned(Assignment { role, team }, RoleOrigin::DirectoryUntil(until))
        } else {
            RoleLookup::Ended(role, until)
        });
    }
}

/// Returns the roles that the subject holds, once each, in the order of [`Assignment::order`].
pub(crate) fn held<'a>(
    policy: &'a Policy,
    subject: &Subject<'a>,
    person: Option<&Person<'a>>,
) -> Vec<Assignment<'a>> {
    let mut held: Vec<Assignment<'a>> = Vec::new();
    visit(policy, subject, person, &mut |lookup| {
        if let RoleLookup::Assigned(own, _) = lookup
            && let Err(at) = held.binary_search_by(|other| other.order(&own))
        {
            held.insert(at, own);
        }
    });
    held
}

impl Policy {
    /// Says whether the tenant's directory says that the subject holds nothing.
    #[must_use]
    pub fn is_inactive(&self, subject: &Subject<'_>) -> bool {
        self.person(subject)
            .is_some_and(|person| person.is_inactive())
    }

    /// Returns the first second at which a sign-in of the subject counts, by what the tenant's
    /// directory says of it and what the tenant says of everybody; nothing where every one does.
    #[must_use]
    pub fn sessions_from(&self, subject: &Subject<'_>) -> Option<UnixSeconds> {
        let tables = &self.bundle.tables;
        if !tables.has_sessions_from {
            return None;
        }
        let own = self.person(subject);
        let own = own.map_or(0, |person| person.sessions_from());
        Some(own.max(tables.sessions_from))
            .filter(|from| *from != 0)
            .map(UnixSeconds)
    }

    /// Says whether the catalog declares that type of subjects.
    ///
    /// A directory and everybody's role speak of declared types alone. Of another type, as of
    /// one in another case, nothing is said, not even that somebody is not active: so whoever
    /// takes types from outside asks this first.
    #[must_use]
    pub fn has_subject_type(&self, kind: &str) -> bool {
        let bytes = self.bundle.tables.subject_types.bytes(&self.bundle.bytes);
        if bytes.is_empty() {
            return DEFAULT_SUBJECT_TYPES.contains(&kind);
        }
        List::<&str>::new(bytes).iter().any(|own| own == kind)
    }

    /// Returns the role that everybody holds who is identified and of one of the types, once
    /// for each of these.
    pub fn everyone(&self) -> impl Iterator<Item = (RoleId, &str)> {
        let of_everybody = self.bundle.tables.everyone;
        let group = of_everybody.and_then(|(at, _)| item_at::<Group<'_>>(&self.bundle.bytes, at));
        let bindings = group.into_iter().flat_map(|group| group.roles.iter());
        bindings.map(|binding| (RoleId(binding.role), binding.team))
    }
}

/// Returns the role that the subject holds as everybody of its type does.
#[cold]
fn everyones_role(policy: &Policy, subject: &Subject<'_>) -> Option<RoleId> {
    if subject.id.is_empty() {
        return None;
    }
    let mut everyone = policy.everyone();
    let (role, _) = everyone.find(|(_, kind)| *kind == subject.kind)?;
    Some(role)
}

/// Returns what the tenant's directory says of the subject.
#[inline]
pub(crate) fn person<'a>(bundle: &'a Bundle, kind: &str, id: &str) -> Option<Person<'a>> {
    let directory = &bundle.tables.directory;
    if directory.is_empty() {
        return None;
    }
    let at = directory.binary_search_by(|offset| {
        item_at::<(&str, &str)>(&bundle.bytes, *offset)
            .map_or(Ordering::Less, |key| key.cmp(&(kind, id)))
    });
    item_at(&bundle.bytes, *directory.get(at.ok()?)?)
}

/// Returns the roles that a group maps to; no subject can state the empty id.
pub(crate) fn group<'a>(bundle: &'a Bundle, id: &str) -> Option<List<'a, Binding<'a>>> {
    if id.is_empty() {
        return None;
    }
    let groups = &bundle.tables.groups;
    let at = groups.binary_search_by(|offset| {
        item_at::<&str>(&bundle.bytes, *offset).map_or(Ordering::Less, |own| own.cmp(id))
    });
    let group: Group<'a> = item_at(&bundle.bytes, *groups.get(at.ok()?)?)?;
    Some(group.roles)
}
