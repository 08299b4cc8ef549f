//! The role that everybody holds.

use portcullis_json::Path;

use super::names::{check_value, element, repeated};
use super::roles::RoleNames;
use crate::model::{Administration, Everyone, Manages, Role, SubjectTypes};
use crate::problem::Problems;
use crate::source::{self, OneOrMany};

/// Resolves what everybody holds: a role of the catalog that administers nothing.
pub(super) fn everyone(
    source: Option<&source::Everyone>,
    names: &RoleNames,
    roles: &[Role],
    administration: &[Administration],
    at_catalog: &Path<'_>,
    problems: &Problems,
) -> Option<Everyone> {
    let source = source?;
    let at = at_catalog.key("everyone");
    let types = types(source.types.as_ref(), &at, problems);
    let at = at.key("role");
    let index = names.expect_built_in(&source.role, &at, problems)?;
    let role = roles.get(index.get())?;
    if role.manages != Manages::None {
        problems.error(
            &at,
            format!("`{}` manages roles, and everybody would", source.role),
            "take `manages` out of it, or name another role",
        );
    }
    for one in administration {
        let granted = |grant: &crate::model::Grant| grant.permission == one.permission;
        if role.grants.iter().any(granted) {
            let operations = one.operations.iter().map(|operation| operation.name());
            problems.error(
                &at,
                format!(
                    "`{}` grants a permission that stands for {}, and everybody would do that",
                    source.role,
                    operations.collect::<Vec<_>>().join(", ")
                ),
                "except that permission from it, or name another role",
            );
        }
    }
    Some(Everyone { role: index, types })
}

fn types(types: Option<&OneOrMany>, at: &Path<'_>, problems: &Problems) -> Vec<String> {
    let Some(types) = types else {
        return vec![SubjectTypes::USER.to_owned()];
    };
    let at = at.key("types");
    if types.is_empty() {
        problems.error(
            &at,
            "everybody is of no type",
            "name a type, or take `everyone` out",
        );
    }
    for (index, kind) in types.iter().enumerate() {
        let at = element(&at, types, index);
        if types.iter().take(index).any(|known| known == kind) {
            repeated("subject type", kind, &at, problems);
        }
        check_value("subject's type", kind, &at, problems);
    }
    let mut found = types.0.clone();
    found.sort_unstable();
    found.dedup();
    found
}
