//! Roles that nobody has, that no test covers, or that a service should not have.

use std::collections::BTreeSet;

use super::{Findings, Severity};
use portcullis_json::Path;
use portcullis_policy::model::{Binding, Model, Role, RoleIndex};
use portcullis_policy::source::{Source, Test};

/// Looks at who has which role.
pub(super) fn look(source: &Source, model: &Model, findings: &mut Findings) {
    let tested = tested(source, model);
    unused(source, model, &tested, findings);
    untested(source, model, &tested, findings);
    services(model, findings);
    unavailable(model, findings);
}

fn unused(source: &Source, model: &Model, tested: &Roles, findings: &mut Findings) {
    let tenant = &model.tenant;
    let mapped = tenant.groups.iter().flat_map(|group| &group.roles);
    let assigned = tenant.directory.iter().flat_map(|person| &person.roles);
    let held = mapped.chain(assigned).map(|binding| binding.role);
    let held = held.collect::<BTreeSet<_>>();
    let root = Path::Root;
    let at_tenant = root.key("tenant");
    let at = at_tenant.key("roles");
    for id in source.tenant.roles.names() {
        let Some(role) = model.role(id).filter(|role| !held.contains(role)) else {
            continue;
        };
        // Roles may also come with the request: what a test gives, somebody means to give.
        let severity = if tested.contains(&role) {
            Severity::Info
        } else {
            Severity::Warning
        };
        findings.add(
            ("role-unused", severity),
            &at.key(id),
            format!("nobody in the directory has the role `{id}`, and no group maps to it"),
            "assign it, map a group to it, or delete it; it may stay if requests bring it along",
        );
    }
}

fn untested(source: &Source, model: &Model, tested: &Roles, findings: &mut Findings) {
    let root = Path::Root;
    if source.tests.is_empty() {
        findings.add(
            ("untested", Severity::Warning),
            &root.key("tests"),
            "the policy has no tests",
            "write down what each role may and may not do",
        );
        return;
    }
    let (at_catalog, at_tenant) = (root.key("catalog"), root.key("tenant"));
    let (at_built_in, at_custom) = (at_catalog.key("roles"), at_tenant.key("roles"));
    for (role, index) in numbered(model) {
        if tested.contains(&index) || !role.available {
            continue;
        }
        let at = if role.built_in {
            &at_built_in
        } else {
            &at_custom
        };
        let id = &role.id;
        findings.add(
            ("role-untested", Severity::Warning),
            &at.key(id),
            format!("no test covers the role `{id}`"),
            "write a test whose subject has it",
        );
    }
}

fn services(model: &Model, findings: &mut Findings) {
    let powerful = numbered(model)
        .filter(|(role, _)| role.available && is_all_powerful(model, role))
        .map(|(_, index)| index)
        .collect::<BTreeSet<_>>();
    let root = Path::Root;
    let at_tenant = root.key("tenant");
    let at = at_tenant.key("directory");
    for person in model
        .tenant
        .directory
        .iter()
        .filter(|person| person.kind != "user")
    {
        let (kind, id) = (&person.kind, &person.id);
        let groups = person.groups.iter();
        let groups = groups.filter_map(|id| model.tenant.groups.iter().find(|own| own.id == *id));
        let mapped = groups.flat_map(|group| &group.roles);
        let held = person.roles.iter().chain(mapped).collect::<BTreeSet<_>>();
        for Binding { role, team, .. } in
            held.into_iter().filter(|own| powerful.contains(&own.role))
        {
            let role = model
                .roles
                .get(role.get())
                .map_or("", |role| role.id.as_str());
            let (severity, whole) = match team {
                None => (Severity::Error, role.to_owned()),
                Some(team) => (Severity::Warning, format!("{role}@{team}")),
            };
            findings.add(
                ("service-all-powerful", severity),
                &at.key(&format!("{kind}:{id}")),
                format!("the {kind} `{id}` has the role `{whole}`, which may do everything"),
                "give it a role of its own with what it needs: its credentials lie in files",
            );
        }
    }
}

/// A role may do everything if it has every permission at every scope, or at one that
/// always holds.
fn is_all_powerful(model: &Model, role: &Role) -> bool {
    if model.permissions.is_empty() || role.grants.len() < model.permissions.len() {
        return false;
    }
    role.grants.iter().all(|grant| {
        let Some(permission) = model.permissions.get(grant.permission.get()) else {
            return false;
        };
        let own = model.scopes_of(*grant);
        let always = |(scope, condition): &(_, portcullis_policy::model::ConditionIndex)| {
            let condition = model.conditions.get(condition.get());
            own.contains(scope)
                && condition.is_some_and(|condition| condition.0.iter().any(Vec::is_empty))
        };
        own.len() == permission.scopes.len() || permission.scopes.iter().any(always)
    })
}

fn unavailable(model: &Model, findings: &mut Findings) {
    let root = Path::Root;
    let at_tenant = root.key("tenant");
    let (at_groups, at_directory) = (at_tenant.key("groups"), at_tenant.key("directory"));
    let mut tell = |at: &Path<'_>, bindings: &[Binding]| {
        for binding in bindings {
            let role = model.roles.get(binding.role.get());
            if let Some(role) = role.filter(|role| !role.available) {
                findings.add(
                    ("role-not-available", Severity::Info),
                    at,
                    format!(
                        "the role `{}` is not available yet, so it grants nothing",
                        role.id
                    ),
                    "it will once the catalog makes it available",
                );
            }
        }
    };
    for group in &model.tenant.groups {
        tell(&at_groups.key(&group.id), &group.roles);
    }
    for person in &model.tenant.directory {
        let (kind, id) = (&person.kind, &person.id);
        let key = match kind.as_str() {
            "user" if !id.contains(':') => id.clone(),
            _ => format!("{kind}:{id}"),
        };
        tell(&at_directory.key(&key), &person.roles);
    }
}

type Roles = BTreeSet<RoleIndex>;

/// Returns the roles that the subjects of tests have, however they come by them.
fn tested(source: &Source, model: &Model) -> Roles {
    source
        .tests
        .iter()
        .flat_map(|test| roles_of(test, model))
        .collect()
}

fn roles_of(test: &Test, model: &Model) -> Roles {
    let subject = &test.subject;
    let own = subject.roles.iter();
    let own = own.map(|text| text.split_once('@').map_or(text, |(id, _)| id));
    let bound = subject
        .team_roles
        .iter()
        .flat_map(|(_, roles)| roles.iter());
    let named = own.chain(bound).filter_map(|id| model.role(id));
    let kind = subject.kind.as_deref().unwrap_or("user");
    let id = subject.id.as_deref().unwrap_or_default();
    let mut people = model.tenant.directory.iter();
    let person = people.find(|person| person.kind == kind && person.id == id);
    let groups = person.into_iter().flat_map(|person| &person.groups);
    let groups = groups.map(String::as_str).chain(subject.groups.iter());
    let mapped = groups
        .filter_map(|id| model.tenant.groups.iter().find(|group| group.id == id))
        .flat_map(|group| &group.roles);
    let assigned = person.into_iter().flat_map(|person| &person.roles);
    let bound = assigned.chain(mapped).map(|binding| binding.role);
    let everyone = model.everyone.iter();
    let everyone =
        everyone.filter(|everyone| !id.is_empty() && everyone.types.iter().any(|own| own == kind));
    named
        .chain(bound)
        .chain(everyone.map(|everyone| everyone.role))
        .collect()
}

fn numbered(model: &Model) -> impl Iterator<Item = (&Role, RoleIndex)> {
    model.roles.iter().zip((0..).map(RoleIndex))
}
