//! Roles that nobody has, that no test covers, or that a service should not have.

use std::collections::BTreeSet;

use super::{Findings, Severity};
use crate::question;
use portcullis_json::Path;
use portcullis_policy::model::{
    Binding, Condition, Holdings, Model, Role, RoleIndex, SubjectTypes,
};
use portcullis_policy::source::Source;

/// Looks at who has which role.
pub(super) fn look(source: &Source, model: &Model, findings: &mut Findings) {
    let tested = tested(source, model);
    unused(source, model, &tested, findings);
    untested(source, model, &tested, findings);
    services(model, findings);
    unavailable(model, findings);
}

fn unused(source: &Source, model: &Model, tested: &BTreeSet<RoleIndex>, findings: &mut Findings) {
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

fn untested(source: &Source, model: &Model, tested: &BTreeSet<RoleIndex>, findings: &mut Findings) {
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
        .filter(|person| person.kind != SubjectTypes::USER)
    {
        let (kind, id) = (&person.kind, &person.id);
        // Whoever is not active is a matter of one edit to be active.
        let bindings = Holdings::listed(model, person).bindings.into_iter();
        for Binding { role, team, .. } in
            bindings.filter(|binding| powerful.contains(&binding.role))
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
                &at.key(&SubjectTypes::key(kind, id)),
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
        model.scopes_of(*grant).len() == permission.scopes.len()
            || model.conditions_of(*grant).any(Condition::is_always_true)
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
        let key = SubjectTypes::key(&person.kind, &person.id);
        tell(&at_directory.key(&key), &person.roles);
    }
}

/// Returns the roles that count for the subjects of tests, however they come by them.
fn tested(source: &Source, model: &Model) -> BTreeSet<RoleIndex> {
    let mut tested = BTreeSet::new();
    for test in &source.tests {
        let held = Holdings::of_subject(model, &question::subject(&test.subject));
        tested.extend(held.usable(model).map(|binding| binding.role));
    }
    tested
}

fn numbered(model: &Model) -> impl Iterator<Item = (&Role, RoleIndex)> {
    model.roles.iter().zip((0..).map(RoleIndex))
}
