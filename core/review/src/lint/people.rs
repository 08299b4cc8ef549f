//! People of whom nobody is left who may edit roles.

use portcullis_json::Path;
use portcullis_policy::model::{Editors, Holdings, Model, Person};

use super::{Findings, Severity, some};

/// Looks whether somebody of those who have a role that may edit roles can do so for good.
///
/// No operation leads there, but an edit of the file or the time does, and then none leads out.
pub(super) fn look(model: &Model, findings: &mut Findings) {
    if Editors::surest(model).is_some() {
        return;
    }
    let people = model.tenant.directory.iter();
    let named = people.filter(|person| {
        let mut bindings = Holdings::listed(model, person).bindings.into_iter();
        bindings.any(|binding| model.lets_edit(&binding))
    });
    let (idle, active): (Vec<_>, Vec<_>) = named.partition(|person| person.inactive);
    let ids = |people: &[&Person]| {
        let ids = people.iter().map(|person| person.id.as_str());
        some(&ids.collect::<Vec<_>>())
    };
    let names = model.editing().into_iter();
    let names = names.filter_map(|index| model.permissions.get(index.get()));
    let names: Vec<&str> = names.map(|permission| permission.name.as_str()).collect();
    let names = some(&names);
    let (severity, message, cure) = if !active.is_empty() {
        (
            Severity::Warning,
            format!(
                "only {} may edit roles ({names}), and not for good: the role, or a feature that it takes, ends or is off",
                ids(&active)
            ),
            "give somebody such a role without an end, and keep the feature on",
        )
    } else if !idle.is_empty() {
        (
            Severity::Error,
            format!(
                "only {} may edit roles ({names}), and nobody of them is active",
                ids(&idle)
            ),
            "let one of them be active, or give somebody else a role that may",
        )
    } else {
        return;
    };
    let at_tenant = Path::Root.key("tenant");
    let at = at_tenant.key("directory");
    findings.add(("nobody-left", severity), &at, message, cure);
}
