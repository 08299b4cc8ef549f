//! What a tenant says of groups and of people.

use std::collections::BTreeMap;

use portcullis_engine::UnixSeconds;
use portcullis_engine::grammar::is_name;
use portcullis_json::{Path, nearest_or};

use super::names::{check_value, element};
use super::roles::RoleNames;
use super::vocabulary::Vocabulary;
use crate::alike::alike;
use crate::atom::Entity;
use crate::model::{Binding, Group, Person, SubjectTypes};
use crate::problem::Problems;
use crate::source::{AssignedRoles, Catalog, Entry, Members, OneOrMany, Tenant, Timed, Until};

/// What resolving a tenant needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tenancy<'a> {
    pub(super) roles: &'a RoleNames,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) subject_types: &'a SubjectTypes,
    /// The role that everybody holds, by its id.
    pub(super) everyone: Option<&'a str>,
    pub(super) problems: &'a Problems,
}

impl Tenancy<'_> {
    /// Resolves the group mappings, ascending by id.
    pub(super) fn groups(&self, groups: &Members<OneOrMany>, at: &Path<'_>) -> Vec<Group> {
        let at = at.key("groups");
        let mut found = Vec::new();
        for (id, bindings) in groups.iter() {
            let at = at.key(id);
            check_value("group", id, &at, self.problems);
            found.push(Group {
                id: id.to_owned(),
                roles: self.bindings(bindings, &at),
            });
        }
        found.sort_by(|one, other| one.id.cmp(&other.id));
        found
    }

    /// Resolves the directory, ascending by type and id.
    pub(super) fn directory(&self, directory: &Members<Entry>, at: &Path<'_>) -> Vec<Person> {
        let at = at.key("directory");
        let mut found = BTreeMap::<_, (&str, Person)>::new();
        for (key, entry) in directory.iter() {
            let at = at.key(key);
            let (kind, id) = self.subject_types.split(key);
            self.check_key(key, &at);
            check_value("subject's id", id, &at, self.problems);
            let person = self.person(kind, id, entry, &at);
            match found.get_mut(&(kind, id)) {
                Some((other, first)) => {
                    let was_typed = [*other, key].iter().any(|key| self.has_unknown_type(key));
                    self.join(first, &person, was_typed, &at);
                }
                None => drop(found.insert((kind, id), (key, person))),
            }
        }
        found.into_values().map(|(_, person)| person).collect()
    }

    /// Reports a subject that has two entries. Where a type that the catalog takes away made them
    /// one, it holds nothing, and is not active, or signed
    /// out, if either says so.
    fn join(&self, first: &mut Person, other: &Person, was_typed: bool, at: &Path<'_>) {
        let (kind, id) = (first.kind.clone(), first.id.clone());
        let message = format!("the {kind} `{id}` is in the directory twice");
        let cure = "join the two entries; a key without a subject type before a colon is of a user";
        if !was_typed {
            self.problems.error(at, message, cure);
            return;
        }
        self.problems.gone(at, message, cure);
        *first = Person {
            kind,
            id,
            inactive: first.inactive || other.inactive,
            sessions_from: first.sessions_from.max(other.sessions_from),
            ..Person::default()
        };
    }

    /// Says whether what stands before a key's first colon may have been a type once.
    fn has_unknown_type(&self, key: &str) -> bool {
        let head = key.split_once(':').map(|(head, _)| head);
        head.is_some_and(|head| !self.subject_types.has(head))
    }

    /// Reports a key that begins with what looks like a type: it would be a user's of that id, and
    /// what it says of somebody would be lost. Warns of any other that is not of a type.
    fn check_key(&self, key: &str, at: &Path<'_>) {
        let Some((head, id)) = key.split_once(':') else {
            return;
        };
        if self.subject_types.has(head) {
            return;
        }
        let mut types = self.subject_types.names().iter();
        match types.find(|kind| alike(kind, head)) {
            Some(near) => self.problems.error(
                at,
                format!("`{head}` is no subject type, so this would be a user called `{key}`"),
                format!("write `{near}:{id}`, or `user:{key}` if that is its id"),
            ),
            // A catalog may have taken the type away, or declare it some day.
            None if head.len() > 1 && is_name(head) && !id.contains(':') => self.problems.warn(
                at,
                format!("this is a user called `{key}`, for `{head}` is no subject type"),
                format!("write `user:{key}` if that is its id, or take it out"),
            ),
            None => {}
        }
    }

    /// Resolves `role` or `role@team`, ascending.
    fn bindings(&self, bindings: &OneOrMany, at: &Path<'_>) -> Vec<Binding> {
        let bindings = bindings.iter().map(Timed::from).collect();
        self.assigned(&AssignedRoles(bindings), at)
    }

    /// Resolves `role` or `role@team`, each perhaps until some time, ascending.
    fn assigned(&self, bindings: &AssignedRoles, at: &Path<'_>) -> Vec<Binding> {
        let mut found = Vec::<Binding>::new();
        for (index, own) in bindings.iter().enumerate() {
            let at_own = at.index(index);
            let at = if bindings.0.len() == 1 { at } else { &at_own };
            let Some(mut binding) = self.binding(&own.name, at) else {
                continue;
            };
            let is_same =
                |known: &Binding| known.role == binding.role && known.team == binding.team;
            if found.iter().any(is_same) {
                super::names::repeated("role", &own.name, at, self.problems);
            } else {
                binding.until = own.until.map(|until| until.0);
                found.push(binding);
            }
        }
        found.sort_unstable();
        found
    }

    fn binding(&self, text: &str, at: &Path<'_>) -> Option<Binding> {
        let (id, team) = match text.split_once('@') {
            Some((id, team)) => (id, Some(team)),
            None => (text, None),
        };
        if self.everyone == Some(id) {
            self.problems.gone(
                at,
                format!("`{id}` is everybody's role, and nobody is given it"),
                "take it out; to give somebody more, give another role",
            );
            return None;
        }
        if let Some(team) = team {
            check_value("team", team, at, self.problems);
            if !self.vocabulary.has_teams() {
                self.problems.gone(
                    at,
                    format!(
                        "`{text}` binds a role to a team, and the catalog has no team attribute"
                    ),
                    "name one in `attributes.team` of the catalog, or give the role everywhere",
                );
                return None;
            }
        }
        Some(Binding {
            role: self.roles.seek(id, at, self.problems)?,
            team: team.map(str::to_owned),
            until: None,
        })
    }

    fn person(&self, kind: &str, id: &str, entry: &Entry, at: &Path<'_>) -> Person {
        let mut person = Person {
            kind: kind.to_owned(),
            id: id.to_owned(),
            inactive: entry.active == Some(false),
            sessions_from: sessions_from(entry.sessions_from),
            ..Person::default()
        };
        person.roles = self.assigned(&entry.roles, &at.key("roles"));
        let declared = self.vocabulary.of(Entity::Subject);
        for (name, values) in entry.values.iter() {
            let at = at.key(name);
            match name {
                "groups" => person.groups = self.values("group", values, &at),
                _ if declared.find(name).is_some() => {
                    let values = self.values("value", values, &at);
                    person.attributes.push((name.to_owned(), values));
                }
                _ => {
                    let known = declared.names().iter().map(String::as_str);
                    self.problems.gone(
                        &at,
                        format!("`{name}` is no declared subject attribute"),
                        nearest_or(
                            name,
                            known.chain(["roles", "groups"]),
                            "add it to `attributes.subject` of the catalog",
                        ),
                    );
                }
            }
        }
        person
            .attributes
            .sort_by_key(|(name, _)| declared.find(name));
        person
    }

    fn values(&self, sort: &str, values: &OneOrMany, at: &Path<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if check_value(sort, value, &element(at, values, index), self.problems) {
                found.push(value.to_owned());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Returns from when on a sign-in counts. The first second of all stands for the one after it, so
/// that whoever writes it is asked for a sign-in like anybody else.
pub(super) fn sessions_from(stated: Option<Until>) -> Option<UnixSeconds> {
    stated.map(|from| from.0.max(UnixSeconds(1)))
}

/// Returns the most roles that a tenant may define: its own limit comes before the catalog's.
pub(super) fn custom_roles_max(catalog: &Catalog, tenant: &Tenant) -> Option<u32> {
    tenant.limits.custom_roles.or(catalog.limits.custom_roles)
}

/// Checks the tenant's ids, and warns of what it exceeds.
pub(super) fn check(catalog: &Catalog, tenant: &Tenant, at: &Path<'_>, problems: &Problems) {
    // An id that is missing has been reported as such.
    if !tenant.id.is_empty() {
        check_value("tenant", &tenant.id, &at.key("id"), problems);
    }
    if let Some(most) = custom_roles_max(catalog, tenant) {
        let count = tenant.roles.len();
        // What is there stays, or a lower limit would stop the tenant's whole policy.
        if u32::try_from(count).is_ok_and(|count| count > most) {
            problems.warn(
                &at.key("roles"),
                format!("the tenant has {count} roles of its own, and the limit is {most}"),
                "they stay as they are, and no other can be created; delete some, or raise \
                 `custom_roles` in the `limits` of the tenant or of the catalog",
            );
        }
    }
    let at_retired = at.key("retired");
    for (index, id) in tenant.retired.iter().enumerate() {
        let at_id = element(&at_retired, &tenant.retired, index);
        super::names::check_name("role", id, &at_id, problems);
        if tenant.roles.get(id).is_some() {
            problems.error(
                &at_id,
                format!("the id `{id}` belonged to a deleted role and is used again"),
                "give the new role another id: old assignments may still name this one",
            );
        }
    }
}
