//! People of whom nobody is left who may edit roles.

use portcullis_json::Path;
use portcullis_policy::model::{Binding, Holdings, Model};

use super::{Findings, Severity, some};

/// Looks whether all who may edit roles are people who are not active.
///
/// No operation leads there, but an edit of the file does, and then none leads out.
pub(super) fn look(model: &Model, findings: &mut Findings) {
    let editing = model.editing();
    let may_edit = |binding: &Binding| {
        let role = model.roles.get(binding.role.get());
        let role = role.filter(|role| role.available && binding.team.is_none());
        let mut grants = role.into_iter().flat_map(|role| &role.grants);
        grants.any(|grant| editing.contains(&grant.permission))
    };
    let groups = &model.tenant.groups;
    let people = &model.tenant.directory;
    let holds = |held: Holdings| held.bindings.iter().any(may_edit);
    let is_left = groups.iter().any(|group| group.roles.iter().any(may_edit))
        || people
            .iter()
            .any(|person| holds(Holdings::of_person(model, person)));
    if is_left {
        return;
    }
    let idle = people.iter().filter(|person| person.inactive);
    let idle = idle.filter(|person| holds(Holdings::listed(model, person)));
    let idle: Vec<&str> = idle.map(|person| person.id.as_str()).collect();
    if idle.is_empty() {
        return;
    }
    let at_tenant = Path::Root.key("tenant");
    let names = editing
        .iter()
        .filter_map(|index| model.permissions.get(index.get()));
    let names: Vec<&str> = names.map(|permission| permission.name.as_str()).collect();
    findings.add(
        ("nobody-left", Severity::Error),
        &at_tenant.key("directory"),
        format!(
            "only {} may edit roles ({}), and nobody of them is active",
            some(&idle),
            some(&names)
        ),
        "let one of them be active, or give somebody else a role that may",
    );
}
