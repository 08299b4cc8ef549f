//! The role that everybody holds.

use portcullis_json::{Path, nearest_or};

use super::names::{element, repeated};
use super::roles::RoleNames;
use crate::model::{Administration, Everyone, Grant, Manages, Role, SubjectTypes};
use crate::problem::Problems;
use crate::source::{Catalog, OneOrMany};

/// Resolves what everybody holds: a role of the catalog that administers nothing.
pub(super) fn everyone(
    catalog: &Catalog,
    names: &RoleNames,
    subject_types: &SubjectTypes,
    roles: &mut [Role],
    administration: &[Administration],
    at: &Path<'_>,
    problems: &Problems,
) -> Option<Everyone> {
    let (at_catalog, at_tenant) = (at.key("catalog"), at.key("tenant"));
    let at_edits = at_tenant.key("edits");
    let source = catalog.everyone.as_ref()?;
    let at = at_catalog.key("everyone");
    let types = types(source.types.as_ref(), subject_types, &at, problems);
    let at = at.key("role");
    let index = names.expect_built_in(&source.role, &at, problems)?;
    let role = roles.get_mut(index.get())?;
    let written = catalog.roles.get(&source.role);
    if written.is_some_and(|role| role.claimable == Some(true)) {
        let at = at_catalog.key("roles");
        let at = at.key(&source.role);
        problems.error(
            &at.key("claimable"),
            format!(
                "`{}` is everybody's role, and nobody states it",
                source.role
            ),
            "take it out: whoever is of its types holds the role, and nobody else",
        );
    }
    // What a token states of it would count for types that it is not for.
    role.claimable = false;
    if role.manages != Manages::None {
        problems.error(
            &at,
            format!("`{}` manages roles, and everybody would", source.role),
            "take `manages` out of it, or name another role",
        );
    }
    for one in administration {
        let grants = |grants: &[Grant]| grants.iter().any(|own| own.permission == one.permission);
        if !grants(&role.grants) {
            continue;
        }
        let operations = one.operations.iter().map(|operation| operation.name());
        let message = format!(
            "`{}` grants a permission that stands for {}, and everybody would do that",
            source.role,
            operations.collect::<Vec<_>>().join(", ")
        );
        if role
            .grants_unedited
            .as_deref()
            .is_some_and(|own| !grants(own))
        {
            // The tenant added it, perhaps before this was everybody's role.
            role.grants.retain(|own| own.permission != one.permission);
            let cure = "take it out: it is not added";
            problems.gone(&at_edits.key(&source.role), message, cure);
        } else {
            let cure = "except that permission from it, or name another role";
            problems.error(&at, message, cure);
        }
    }
    Some(Everyone { role: index, types })
}

fn types(
    types: Option<&OneOrMany>,
    known: &SubjectTypes,
    at: &Path<'_>,
    problems: &Problems,
) -> Vec<String> {
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
        if !known.has(kind) {
            let known = known.names().iter().map(String::as_str);
            problems.error(
                &at,
                format!("`{kind}` is no subject type"),
                nearest_or(kind, known, "add it to `subject_types` of the catalog"),
            );
        }
    }
    let mut found = types.0.clone();
    found.sort_unstable();
    found.dedup();
    found
}
