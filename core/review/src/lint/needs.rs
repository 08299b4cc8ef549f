//! Roles that hold an action without another that it needs.

use portcullis_json::Path;
use portcullis_policy::model::Model;

use super::{Findings, Severity, some};

/// Looks at what each role holds of what its permissions need.
pub(super) fn look(model: &Model, findings: &mut Findings) {
    let root = Path::Root;
    let (at_catalog, at_tenant) = (root.key("catalog"), root.key("tenant"));
    let (at_built_in, at_custom) = (at_catalog.key("roles"), at_tenant.key("roles"));
    for role in &model.roles {
        let holds = |permission| {
            role.grants
                .iter()
                .any(|grant| grant.permission == permission)
        };
        for grant in &role.grants {
            let Some(permission) = model.permissions.get(grant.permission.get()) else {
                continue;
            };
            let lacked = permission.needs.iter().filter(|need| !holds(**need));
            let lacked = lacked.filter_map(|need| model.permissions.get(need.get()));
            let lacked: Vec<&str> = lacked.map(|need| need.name.as_str()).collect();
            if lacked.is_empty() {
                continue;
            }
            let at = if role.built_in {
                &at_built_in
            } else {
                &at_custom
            };
            findings.add(
                ("needs-more", Severity::Warning),
                &at.key(&role.id),
                format!(
                    "the role `{}` has `{}` without {}",
                    role.id,
                    permission.name,
                    some(&lacked)
                ),
                "grant that as well, or take this away: alone it makes no sense",
            );
        }
    }
}
